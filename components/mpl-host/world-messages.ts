/** What a page and its world's worker say to each other. State itself travels on links, over ports of their own. */

import type { EngineChoice, Neighborhood, Snapshot, Wrap } from '../../sim/index.js';
import type { ControlMode, IntroduceMessage, Rect, Rights, UplinkStatus, Vouched } from '../../transport/index.js';
import type { PatternLoading } from '../screen/loading.js';
import type { Edited } from './edits.js';

/**
 * A pattern's name and text, or a file of it, which may be packed by gzip, of up to `most` bytes; or the name alone of one
 * that the kit knows.
 */
export interface GivenPattern {
  name: string;
  text?: string;
  file?: Blob;
  most?: number;
}

/** How a world is to be. */
export interface WorldSettings {
  sim: 'life' | 'gray-scott' | 'lenia';
  engine: EngineChoice;
  /** Cells; 0 for what suits the pattern. */
  width: number;
  height: number;
  /** Empty for that of the pattern, else Life; of a field, its numbers. */
  rule: string;
  neighborhood: Neighborhood | undefined;
  wrap: Wrap;
  /** Null for a soup, or what a seed says. */
  pattern: GivenPattern | null;
  /** Share of living cells in a soup, 0..1. */
  density: number;
  seed: number;
}

/** How it is to run; may change at any time. */
export interface WorldPace {
  paused: boolean;
  /** Generations a second; 0 = as fast as it goes. */
  speed: number;
  maxFps: number;
  /** Tiles a frame for each receiver; 0 = what its link drains. */
  tileBudget: number;
  control: ControlMode;
  /** How many may steer at a time. */
  controllers: 'one' | 'many';
  token: string;
}

/** What a world was, for another that goes on from there. */
export interface KeptWorld extends Snapshot {
  width: number;
  height: number;
  /** The rule where the settings name none. */
  ownRule: string;
}

/** `count`: so many were told so far. */
export interface PaceMessage {
  type: 'pace';
  pace: Partial<WorldPace>;
  count: number;
}

export type ToWorld =
  | PaceMessage
  /** `snapshot`: of a world with these settings that is to go on from there. */
  | { type: 'start'; channel: string; settings: WorldSettings; pace: WorldPace; snapshot?: KeptWorld | null }
  /** Some settings have changed: the world begins again with them, or takes them as it runs where it can. */
  | { type: 'change'; settings: Partial<WorldSettings> }
  /** As the command "pattern", of a file. */
  | { type: 'file'; pattern: GivenPattern }
  /** The large pattern that is on its way is not wanted any more. */
  | { type: 'call-off' }
  /** A receiver in the page, with the owner's rights. */
  | { type: 'view'; port: MessagePort }
  /** A viewer that reached the page directly. */
  | { type: 'direct'; port: MessagePort; viewer: Vouched; peer: string }
  /** The relay vouches anew for one that may have. */
  | { type: 'vouched'; peer: string; rights: Rights }
  /** The relay to stream to; null for none. */
  | { type: 'uplink'; url: string | null; claim: string }
  /** The right to publish; null: the page has to be asked for it each time. */
  | { type: 'token'; token: string | null }
  /** It was asked, and gives one, or says why not. */
  | { type: 'token-given'; id: number; token: string; problem: string }
  | { type: 'retry' }
  /** The page answers WebRTC calls under this id. */
  | { type: 'peer'; peer: string; maxPeers: number }
  | { type: 'introduced'; message: IntroduceMessage }
  | { type: 'digest'; id: number; rect: Rect | undefined }
  /** Is it alive? */
  | { type: 'ping' }
  | { type: 'stop' };

export type FromWorld =
  /** The worker runs. It holds the lock of this name as long as it lives; empty where there are no locks. */
  | { type: 'hello'; lock: string }
  | { type: 'pong' }
  /** It may not answer for a while, since it computes; or (false) it does again. */
  | { type: 'busy'; busy: boolean }
  /** How far a large pattern is; null: none is on its way any more. */
  | { type: 'loading'; loading: PatternLoading | null }
  /** Somebody asked for something else than the pattern that is on its way. */
  | { type: 'called-off' }
  /** The world stands. */
  | { type: 'ready' }
  /** A setting could not be had; the world goes on as it was, or does not begin (`fatal`). `stuck`: it found no memory to go on. */
  | { type: 'error'; name: string; message: string; fatal: boolean; stuck?: boolean }
  /** An engine failed in a way that should never be: there is no world any more. */
  | { type: 'crash'; message: string }
  /** How it stands now: `settings` where they have changed, by commands too; `paces`: the `count` of the last that it took. */
  | { type: 'standing'; epoch: number; pace: WorldPace; paces: number; ownRule: string; settings?: WorldSettings }
  | { type: 'uplink'; status: UplinkStatus; reason: string; reconnects: number }
  | { type: 'introduce'; message: IntroduceMessage }
  /** The page is asked for the right to publish. */
  | { type: 'token-wanted'; id: number }
  | { type: 'viewers'; viewers: number }
  | { type: 'sent'; bytes: number; frames: number; pending: number }
  /** It is another world, or somebody has changed it otherwise than by steps. */
  | ({ type: 'edited' } & Edited)
  | { type: 'digest'; id: number; version: number; hash: string }
  | { type: 'digest-error'; id: number; message: string }
  | { type: 'ended' };
