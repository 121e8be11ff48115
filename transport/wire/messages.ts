/** The JSON payloads of the session frames: small, rare, and readable in any network inspector. */

import type { SignalType, SignalValue } from './signal-value.js';

/** Where a channel stands, as the relay or the source tells it. */
export type ChannelState = 'waiting' | 'live' | 'ended';

/** Who may steer: nobody, every viewer, or those whose token says so. */
export type ControlMode = 'none' | 'viewers' | 'token';

/** Tiles of a grid, counted from its upper left corner: 0 <= x, 0 <= y, 1 <= width, 1 <= height. It may reach beyond the grid. */
export interface TileWindow {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Cells `x`..`x + width - 1`, `y`..`y + height - 1`. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What a receiver may do and see. Vouched for by the relay; without one, by the source. */
export interface Rights {
  /** May it steer, where `control` is "token"? On a relay with keys, nobody else may steer at all. */
  control: boolean;
  /** The cells it may see: tiles that are not wholly within are never sent. Without it, all. */
  view?: Rect;
  /** Bytes of state a second it may have, at most. */
  maxBps?: number;
  /** Milliseconds until it has to show another token; without it, for ever. */
  expires?: number;
}

/** `Publish` (0x76), source to relay, first message on `/peer/{channel}`. */
export interface PublishMessage {
  protocol: 1;
  /** A secret of this source: who shows it again may take the channel back at once. 16..64 characters. */
  claim: string;
  /** Grows with each connection that this claim opens: what was sent over an older one, and comes late, counts for nothing. */
  attempt?: number;
  /** The peer id under which this source answers WebRTC offers, if it does. */
  peer?: string;
  /** Viewers it would serve directly. */
  maxPeers?: number;
  /** The right to publish, where the relay asks for one. */
  token?: string;
  /** Share the channel with other sources that say so too: of each signal, the last write counts. No tiles then. */
  merge?: boolean;
}

/** `SubscribeFilter` (0x33), receiver to source or relay: first message on `/stream/{channel}`, and again to change it. */
export interface SubscribeMessage {
  protocol: 1;
  /**
   * What the receiver already holds: it was whole at `version`, so only what changed since is sent. Some of it may be as
   * new as `seen`: a sender that is not there yet waits until it is, so that no tile goes back in time.
   * With `window`, this is true of those tiles only, and of the others it holds nothing.
   */
  resume?: { epoch: number; version: number; seen: number; window?: TileWindow };
  /** Only the filter or the token changes: what this link was sent before still counts. */
  update?: boolean;
  /**
   * Who this is, the same over all its links: a public id, a dot, and a secret of 16..64 characters. Commands are counted
   * by it, and are carried out once, over whatever link they come again.
   */
  session?: string;
  /** What others may call it, where it asks to steer. At most 40 characters. */
  name?: string;
  /** The right to watch, and to steer, where the relay asks for one. */
  token?: string;
  /** The tiles wanted; without it, all. */
  window?: TileWindow;
  /** Level of detail wanted: cells are merged 2^lod by 2^lod. Senders know 0 only, so far. */
  lod?: number;
  /** Bytes of state a second, at most. */
  maxBps?: number;
  /** Keep the session, send no state: the receiver is fed over another link. */
  standby?: boolean;
  /** Frames of state a second, at most. */
  maxFps?: number;
  /** False: no tiles are wanted. */
  grid?: boolean;
  /** Which signals are wanted; without it, none. */
  signals?: SignalsWanted;
}

/** What of signals a receiver wants: a part of `SubscribeFilter`. */
export interface SignalsWanted {
  /** Names; without it, all. */
  select?: string[];
  /** What is held already, whole at this version. */
  resume?: { epoch: number; version: number };
  /** The compact coding is understood. */
  coded?: boolean;
}

/** `SchemaAnnounce` (0x32), source to receiver: what signals there are, before the first of them and whenever that changes. */
export interface SchemaMessage {
  /** Chosen at random when a source starts; another one voids what is held. */
  epoch: number;
  /** Name and type of each, in the order in which the compact coding counts them. */
  signals: [string, SignalType][];
  /** Where names were selected that are not there: some of those that are, for people who misspelt one. */
  others?: string[];
  /** Where they come from: this channel first, then those it is derived from. Without it, they are its own. */
  hops?: Hop[];
}

/** One channel on the way of signals: what it is made of. */
export interface Hop {
  /** The epoch of its signals: names may repeat, on this relay and others, epochs do not. */
  id: number;
  channel: string;
  /** Ids of the channels it is derived from. */
  from: number[];
}

/** `SignalSync` (0x30), all that have a value, and `SignalDiff` (0x31), those that changed after `base`; unless CODED. */
export interface SignalsMessage {
  /** This is how things stand at this version. */
  version: number;
  /** Of a diff: fits whoever stands at this version, or at any after it. */
  base?: number;
  /** By name. */
  signals: { [name: string]: SignalValue };
  /** By name, the version of the last write, where it is older; only from one of several sources of a channel. */
  versions?: { [name: string]: number };
}

/** `Welcome` (0x73), the answer to each `SubscribeFilter`; also sent when what it says has changed. */
export interface WelcomeMessage {
  protocol: 1;
  channel: string;
  state: ChannelState;
  /** What follows: the whole state, what changed since `resume`, or (yet) nothing. */
  resume: 'full' | 'merged' | 'none';
  epoch?: number;
  /** How many `SubscribeFilter`s of this link were heard so far: what follows was made for the last of them. */
  answers?: number;
  /** The source takes WebRTC peers: ask for an introduction. */
  peers?: boolean;
  /** Milliseconds since the newest signals were captured, as far as the sender knows. */
  age?: number;
  /** What this receiver may do; without it, whatever the source grants to anyone. */
  rights?: Rights;
}

/** `Status` (0x72): the channel's state changed, or the source tells how it fares (about once a second). */
export interface StatusMessage {
  state: ChannelState;
  reason?: string;
  /** Viewers on the channel, where known. */
  viewers?: number;
  /** Relay to source: receivers that take frames now. At none, a source need not work. */
  watching?: number;
  /** Relay to one of several sources of a channel: the version that its next write has to be above. */
  clock?: number;
  /** Relay to source: milliseconds until it has to show another token; without it, for ever. */
  expires?: number;
  source?: SourceReport;
}

/** What a source says of itself once a second. */
export interface SourceReport {
  /** Steps since the world was loaded. */
  generation: number;
  /** Steps a second, measured. */
  rate: number;
  /** Live cells, where cheap to know. */
  population?: number;
  /** The engine at work, and why that one. */
  engine: string;
  engineReason?: string;
  /** Frames of state captured a second. */
  fps: number;
  /** Tiles changed a second. */
  tilesChanged: number;
}

/** Whoever steers, or asks to. */
export interface ControllerInfo {
  /** The public part of its session. */
  id: string;
  name?: string;
}

/** `ControlState` (0x71): what can be steered and how it stands now. */
export interface ControlStateMessage {
  control: ControlMode;
  /** Chosen at random by a source when it starts: under the same number it knows which commands it has carried out. */
  desk?: number;
  /** How many may steer at a time. Without it, many. */
  controllers?: 'one' | 'many';
  /** Of one: who steers now. Without it, nobody does. */
  controller?: ControllerInfo;
  /** Those who ask to, in their order. */
  asking?: ControllerInfo[];
  paused: boolean;
  /** Generations a second asked for; 0 stands for as fast as it goes. */
  speed: number;
  rule: string;
  neighborhood: 'moore' | 'von-neumann' | 'circular';
  wrap: 'torus' | 'bounded';
  width: number;
  height: number;
  /** Name of the pattern loaded, or empty for a soup. */
  pattern: string;
}

/** `Control` (0x70), receiver to source: one command. `id` grows by one with each command of a session. */
export type ControlMessage = {
  id: number;
  /** The right to steer, where `control` is `token`. */
  token?: string;
  /** The command of its session that goes before it and has no answer yet: unless that one has come, this one may not be carried out. */
  after?: number;
  /** The desk it is meant for. Another one cannot know whether it was carried out already, and leaves it alone. */
  desk?: number;
  /** Written by a relay: on whose behalf. A receiver's own word for it does not count. */
  from?: CommandOrigin;
} & ControlCommand;

/** Who gave a command that came by way of a relay. */
export interface CommandOrigin {
  session: string;
  /** Of the command, in the count of that session. */
  id: number;
  name?: string;
  /** The relay vouches for its right to steer. */
  control: boolean;
}

export type ControlCommand =
  | { command: 'play' }
  | { command: 'pause' }
  | { command: 'reset' }
  | { command: 'clear' }
  | { command: 'stop' }
  /** Where one steers at a time: asks for it, gives it up, hands it to `to`, or, as its owner, takes it. */
  | { command: 'controller'; action: 'request' | 'release' | 'take' }
  | { command: 'controller'; action: 'give'; to: string }
  | { command: 'step'; n: number }
  | { command: 'speed'; value: number }
  | { command: 'rule'; rule: string; neighborhood?: 'moore' | 'von-neumann' }
  | { command: 'wrap'; wrap: 'torus' | 'bounded' }
  | { command: 'grid'; width: number; height: number }
  | { command: 'pattern'; text: string; name: string }
  | { command: 'soup'; density: number; seed: number }
  /** Cells as x, y, x, y ...; all set alive or dead. */
  | { command: 'draw'; alive: boolean; cells: number[] };

/** `ControlReply` (0x77), source to receiver: every command gets exactly one. */
export interface ControlReplyMessage {
  id: number;
  ok: boolean;
  /** Why it was refused, in words a person can act on. */
  reason?: string;
  /**
   * Not the last word on this command: this copy of it has not come to the source's desk, though another may have. True: it is
   * worth sending again, with the same id; false: not for whoever sent it only once.
   */
  retry?: boolean;
  /** With `retry`: this copy may have come to the source, whose answer was lost. */
  lost?: boolean;
}

/** `Introduce` (0x78): how two peers get to know each other through a relay both trust. */
export interface IntroduceMessage {
  /** The other side's peer id. */
  peer: string;
  /** Relay to source: what this viewer may do. */
  rights?: Rights;
  /** Relay to source: the session it has to speak under. */
  session?: string;
  /** Refused, and why: the viewer stays on the relay. */
  refused?: string;
}

/** What a relay says of a viewer that it introduces. */
export type Vouched = Pick<IntroduceMessage, 'rights' | 'session'>;

/** `Error` (0x75): said before a link is closed, or instead of closing it. */
export interface ErrorMessage {
  code: number;
  reason: string;
}
