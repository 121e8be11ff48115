/**
 * One grid, many receivers: what a source does for its viewers, and a relay for its own.
 *
 * It knows what is common to all receivers (the grid, the latest control state, the frames of the last capture) and lets
 * each `SourceEnd` decide what its receiver gets.
 */

import type { Link } from '../link/link.js';
import type { Grid } from '../state/grid.js';
import type { SignalTable } from '../state/signal-table.js';
import { CLOSE } from '../wire/codes.js';
import { encodeFrame, type Header } from '../wire/frame.js';
import type {
  ChannelState,
  ControlMessage,
  ControlStateMessage,
  IntroduceMessage,
  StatusMessage,
} from '../wire/messages.js';
import * as session from '../wire/session.js';
import { FrameLog } from './frame-log.js';
import { Keyframes } from './keyframes.js';
import { News } from './news.js';
import type { FanoutObserver } from './observer.js';
import type { Outbox } from './outbox.js';
import { Rounds } from './rounds.js';
import type { SharedFrame } from './shared-frame.js';
import { SignalFeed } from './signal-feed.js';
import { type EndOwner, SourceEnd, type SourceEndOptions } from './source-end.js';
import { every, type Timer } from './timer.js';
import { HEARTBEAT, watchOver } from './watch.js';

export interface FanoutOptions {
  channel: string;
  /** Tiles a frame, at most; by default as many as the link drains. */
  tileBudget?: number;
  /** Frames of state a second, at most. Default 30. */
  maxFps?: number;
  /** Receivers that begin within so many milliseconds are sent the very same keyframe, made once; 0: each its own. Default 100. */
  keyframeShareMs?: number;
  /** Bytes of memory for what receivers select of signals; who selects what finds no room is let go. Default: any number. */
  selectedBytes?: number;
  /** Counts what it does. */
  observer?: FanoutObserver;
  /**
   * Calls back in a turn of its own, soon, when what has been heard meanwhile was seen to: for a fan-out to so many that it
   * must not be done in one go. Without it, each frame is sent to all before `publish` returns.
   */
  later?: (run: () => void) => void;
}

/** A turn of sending takes so long at most; ms. Then whoever has said something is heard. */
const TURN = 4;
/** Receivers between two looks at the clock. */
const FEW = 16;

export class Fanout implements EndOwner {
  readonly channel: string;
  readonly observer: FanoutObserver | null;
  readonly ends = new Set<SourceEnd>();
  /** Those of them that speak for the viewers of a relay. */
  relays = 0;
  readonly log = new FrameLog();
  readonly keyframes: Keyframes;
  tileBudget: number;
  maxFps: number;

  /** The state that is shown, or null while there is none. */
  grid: Grid | null = null;
  /** The signals beside it, or instead of it; null while there are none. */
  signals: SignalFeed | null = null;
  state: ChannelState = 'waiting';
  /** Can receivers be introduced to the source? */
  peers = false;
  /** Round trip from here to the source, milliseconds. */
  upstream = 0;
  /** Milliseconds since the newest signals were captured at their source. */
  signalAge: () => number = () => 0;
  /** Sequence and time of the last capture: every frame made from it says so. */
  stamp: Pick<Header, 'sequence' | 'timestamp'> = { sequence: 0, timestamp: 0 };
  controlFrame: Uint8Array | null = null;

  /** Carries out a command; rejects with the reason if it is refused. */
  oncontrol: (message: ControlMessage, end: SourceEnd) => Promise<void> = () =>
    Promise.reject(new Error('nothing to steer'));
  onintroduce: ((message: IntroduceMessage, end: SourceEnd) => void) | null = null;
  /** A relay says how many watch. */
  onstatus: ((message: StatusMessage, end: SourceEnd) => void) | null = null;
  /** Called before a receiver begins: brings the grid up to date, where it can be. */
  refresh: (() => void) | null = null;
  /** A receiver came, went, or changed what it wants. */
  onends: (() => void) | null = null;
  /** A receiver sent what it should not have; it is about to be closed. */
  onbad: ((error: Error, end: SourceEnd) => void) | null = null;

  readonly #later: FanoutOptions['later'];
  readonly #selectedBytes: number | undefined;
  /** Is it to serve, or doing so? */
  #turn = false;
  /** Those that can go on, and could not. */
  readonly #woken = new Set<Outbox>();
  /** Who is still to be sent the frames of tiles. */
  readonly #tileRounds = new Rounds<SourceEnd>(
    this.ends,
    ({ outbox }) => {
      this.#served = Math.min(this.#served, outbox.catchUp());
    },
    () => this.#beginRound(),
    () => this.#endRound(),
  );
  /** Up to where all that were served in the present round have been offered the log. */
  #served = 0;
  /** What they are told beside state. */
  readonly #news: News<SourceEnd>;
  /** As long as some have not heard it: how the channel stands. */
  #status: StatusMessage = { state: 'waiting' };
  #statusFrame: Uint8Array = new Uint8Array();
  /** Who is still to be sent the signals that have changed. */
  readonly #signalRounds = new Rounds<SourceEnd>(this.ends, ({ signals }) => signals.flush());
  #watch: Timer | null = null;

  constructor(options: FanoutOptions) {
    this.channel = options.channel;
    this.observer = options.observer ?? null;
    this.#later = options.later;
    this.#selectedBytes = options.selectedBytes;
    this.tileBudget = options.tileBudget ?? Number.POSITIVE_INFINITY;
    this.maxFps = options.maxFps ?? 30;
    this.keyframes = new Keyframes(options.keyframeShareMs ?? 100);
    const words = {
      welcome: (end: SourceEnd) => end.welcome(end.follows),
      status: (end: SourceEnd) => end.send(this.#statusFrame),
      control: (end: SourceEnd) => void (this.controlFrame && end.send(this.controlFrame)),
      end: (end: SourceEnd) => void (this.state === 'ended' && this.#endFor(end)),
    };
    this.#news = new News(words, () => this.#takeTurn(), options.later !== undefined);
  }

  /** Does anyone want state now? If not, nothing need be captured. */
  get wanted(): boolean {
    for (const end of this.ends) if (end.outbox.due) return true;
    return false;
  }

  /** Receivers that take frames, of tiles or of signals, rather than only keep their session. */
  get watching(): number {
    let watching = 0;
    for (const end of this.ends) if (end.active) watching++;
    return watching;
  }

  /** Is there any of those, apart from relays? */
  get anyWatching(): boolean {
    for (const end of this.ends) if (end.active && !end.relay) return true;
    return false;
  }

  /** Would a receiver take a frame that is made for all? */
  get anyInStep(): boolean {
    for (const end of this.ends) if (end.outbox.inStep) return true;
    return false;
  }

  /** A receiver has come over this link. */
  attach(link: Link, options: SourceEndOptions = {}): SourceEnd {
    const end = new SourceEnd(link, this, options);
    this.ends.add(end);
    this.#news.add(end);
    if (end.relay) this.relays++;
    this.#watch ??= every(HEARTBEAT.webrtc, () => watchOver(this.ends, this.observer));
    this.onends?.();
    return end;
  }

  /** For `SourceEnd`: its link is closed. */
  remove(end: SourceEnd): void {
    if (!this.ends.delete(end)) return;
    this.#news.delete(end);
    if (end.relay) this.relays--;
    this.observer?.gone(end);
    if (this.ends.size === 0) {
      this.#watch?.stop();
      this.#watch = null;
      this.keyframes.clear();
    }
    this.onends?.();
  }

  /** Another grid (a new epoch, or the first): every receiver begins with it from nothing. */
  replace(grid: Grid | null): void {
    this.grid = grid;
    this.log.clear();
    this.keyframes.clear();
    for (const end of this.ends) end.start();
  }

  /** The grid changed: these frames take a receiver in step from the version before to the present one. */
  publish(frames: readonly SharedFrame[]): void {
    this.log.add(frames);
    this.#tileRounds.begin();
    this.#takeTurn();
  }

  /** For an outbox: it may go on now. */
  wake(outbox: Outbox): void {
    this.#woken.add(outbox);
    this.#takeTurn();
  }

  #beginRound(): void {
    this.#woken.clear();
    this.#served = this.log.end;
    if (this.grid !== null) this.log.begin(this.#places(), this.grid, this.stamp);
  }

  /** Where those stand who can go on. */
  #places(): Set<number> {
    const places = new Set<number>();
    for (const { outbox } of this.ends) if (outbox.place !== null) places.add(outbox.place);
    return places;
  }

  /** Has `#serve` run: now, or soon. */
  #takeTurn(): void {
    if (this.#turn) return;
    this.#turn = true;
    if (this.#later) this.#later(() => this.#serve(TURN));
    else this.#serve(Number.POSITIVE_INFINITY);
  }

  /** Lets one receiver after the other catch up, for so many milliseconds. What is new by then, those that follow get at once. */
  #serve(ms: number): void {
    const until = performance.now() + ms;
    for (let n = 1; ; n++) {
      const told = this.#news.next();
      const signaled = this.#signalRounds.next();
      if (!this.#serveOne() && !told && !signaled) break;
      // Signals may be selected by each in its own way, and made for it alone.
      if ((n % FEW === 0 || signaled) && performance.now() > until) break;
    }
    this.#turn = false;
    const more = this.#news.underway || this.#signalRounds.underway || this.#tileRounds.underway;
    if (more || this.#woken.size > 0) this.#takeTurn();
  }

  /** First each in its turn, then those who could not go on then, and can. False where nobody is left. */
  #serveOne(): boolean {
    if (this.#tileRounds.next()) return true;
    for (const outbox of this.#woken) {
      this.#woken.delete(outbox);
      outbox.catchUp();
      return true;
    }
    return false;
  }

  #endRound(): void {
    this.log.over();
    this.log.trim(this.#served);
  }

  /** Another table (a new epoch, or the first): every receiver begins with it from nothing. `stamp`: of its last change. */
  replaceSignals(table: SignalTable | null, stamp?: SignalFeed['stamp']): void {
    this.signals = table && new SignalFeed(table, this.#selectedBytes);
    if (this.signals && stamp) this.signals.stamp = stamp;
    for (const end of this.ends) end.replaceSignals();
  }

  /** Signals, or their names, have changed: whoever wants them gets what it lacks. */
  publishSignals(): void {
    this.#signalRounds.begin();
    this.#takeTurn();
  }

  setControlState(state: ControlStateMessage): void {
    this.controlFrame = encodeFrame('ControlState', session.controlState.encode(state));
    this.#news.say('control');
  }

  /** Receivers can, or can no longer, be introduced to the source. */
  setPeers(peers: boolean): void {
    if (peers === this.peers) return;
    this.peers = peers;
    this.#news.say('welcome');
  }

  setState(state: ChannelState, reason?: string): void {
    this.state = state;
    this.tell({ state, ...(reason === undefined ? {} : { reason }) });
  }

  tell(status: StatusMessage): void {
    // What some have not heard yet, they are told with it.
    const { reason, ...before } = this.#news.pending('status') ? this.#status : status;
    const still = reason !== undefined && before.state === status.state && { reason };
    this.#status = { ...before, ...still, ...status };
    this.#statusFrame = encodeFrame('Status', session.status.encode(this.#status));
    this.#news.say('status');
  }

  /** Tells a receiver now what it would be told when its turn comes, but for state. */
  inform(end: SourceEnd): void {
    this.#news.catchUp(end);
  }

  /** Ends the channel: receivers are told, and do not come back. */
  end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.#news.say('end');
  }

  #endFor(end: SourceEnd): void {
    // Nobody is told of the end before the last picture.
    end.outbox.catchUp();
    end.signals.flush();
    end.send(encodeFrame('End', new Uint8Array()));
  }

  close(code: number = CLOSE.goingAway.code, reason = 'closing'): void {
    this.#watch?.stop();
    this.#watch = null;
    this.#news.stop();
    for (const end of [...this.ends]) end.close(code, reason);
  }
}
