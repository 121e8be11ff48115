/** What a cluster needs of a channel, and a channel of its cluster. */

import type { Link } from '../../transport/link/link.js';
import type { Fanout } from '../../transport/session/fanout.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import type { PublishMessage, StatusMessage } from '../../transport/wire/messages.js';
import type { Audience } from '../relay/audience.js';
import type { Have } from './messages.js';

/** A channel, as other relays meet it. */
export interface ChannelParts {
  readonly name: string;
  readonly fanout: Fanout;
  readonly audience: Audience;
  /** What is held of its source, and need not be sent again. */
  held(): Have;
  /** Resolves when what is held is what its source, connected here, has now, or when it is `over`. Somebody has to watch. */
  settled(over: AbortSignal): Promise<void>;
  /** When its tiles changed last, if they are as whoever says so has them. */
  takeStamps(stamps: Uint8Array): void;
  /** Another relay follows the channel: it speaks for its viewers over this link. */
  addRelay(link: Link): SourceEnd;
  /** Another relay owns the channel: what its source says comes over this link. Frames are passed over while `lost`. */
  addOwner(link: Link): { readonly lost: boolean };
  /** Closes the links of the sources that are connected here. */
  dropSources(code: number, reason: string): void;
}

/** What becomes of a source that asks for a channel. */
export type Admission =
  /** It has the channel, here. `anew`: the channel was not this relay's before, so nobody else here has a claim to it. */
  | { kind: 'here'; anew: boolean }
  /** It shares it with sources at another relay: what it says goes there, and back, over this link. */
  | { kind: 'there'; link: Link };

/** A channel's place among those of other relays. */
export interface Member {
  /** By which claims are compared between relays, so that none is told. */
  hash(claim: string): string;
  /** A source asks for the channel, with the hash of its claim. Rejects with a Refusal where it may not have it. */
  admit(message: PublishMessage): Promise<Admission>;
  /** A source that was let in has the channel, or says news of itself. */
  published(message: PublishMessage): void;
  /** Its source is gone, and may come back to any relay. */
  away(): void;
  /** Its source is gone, and anyone may have the name; the last picture stays. */
  freed(): void;
  /** There is no source, and none is waited for. */
  released(): void;
  /** Does this relay have the channel's source, or wait for it? */
  readonly owns: boolean;
  /** Resolves when the channel holds something of what another relay has, if another has it, or when it is `over`. */
  found(over: AbortSignal): Promise<void>;
  /** Resolves when the channel holds what another relay has now, if another has it, or when it is `over`. Somebody has to watch. */
  current(over: AbortSignal): Promise<void>;
  /** Viewers came or went. */
  audienceChanged(): void;
  /** A relay that follows says how many watch there. */
  heard(message: StatusMessage, end: SourceEnd): void;
  /** The channel is forgotten. */
  close(): void;
}
