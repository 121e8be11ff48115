/** A receiver: follows one channel, its tiles, its signals or both, for as long as it is wanted, and says how that goes. */

import type { Link } from './link/link.js';
import { aside } from './session/aside.js';
import { AgeClock } from './session/clock.js';
import { Digests } from './session/digests.js';
import type { Following, Transport } from './session/following.js';
import { Links } from './session/links.js';
import type { Taken } from './session/replica.js';
import type { TakenSignals } from './session/signal-replica.js';
import { Standing, type Status } from './session/standing.js';
import { Steering } from './session/steering.js';
import type { TokenSource } from './session/tokens.js';
import type { PeerDialer } from './session/upgrade.js';
import { Wants } from './session/wants.js';
import type { Digest } from './state/digest.js';
import type { Grid } from './state/grid.js';
import type { SignalTable } from './state/signal-table.js';
import { checkWindow, clip, common, covers, sameWindow, tilesWithin } from './state/window.js';
import type { Frame } from './wire/frame.js';
import type {
  ControlCommand,
  ControlStateMessage,
  Rect,
  Rights,
  SourceReport,
  StatusMessage,
  TileWindow,
} from './wire/messages.js';

export { RightsError } from './session/digests.js';
export type { Transport } from './session/following.js';
export type { Status } from './session/standing.js';

export type LinkName = 'webrtc' | 'websocket' | 'memory' | 'none';

export interface ReceiverOptions {
  /** Opens the first link: to a relay's `/stream/{channel}`, or to a source in this page. */
  connect: () => Promise<Link>;
  /** Makes the side of WebRTC that calls; without it the first link is the only one. */
  dialer?: () => Promise<PeerDialer>;
  /** `auto`: direct where possible; `p2p`: no state over the relay; `relay`: nothing else. Default "auto". */
  transport?: Transport;
  /** Frames a second, at most; by default as many as the source sends. */
  maxFps?: number;
  /** Bytes of state a second, at most; by default as many as the link drains. */
  maxBps?: number;
  /** The tiles to receive. Default: all. */
  window?: TileWindow;
  /**
   * The right to watch, and to steer, where the relay or the source asks for one. A function is asked before each connection and
   * ahead of the end of the token before.
   */
  token?: TokenSource;
  /** What others may call it, where it steers or asks to. At most 40 characters. */
  name?: string;
  /** False: no tiles. Default true. */
  grid?: boolean;
  /** Which signals to receive: all, or those named. Default: none. */
  signals?: boolean | { select: readonly string[] };
}

/** What happens at a receiver, for whoever listens. */
export type ReceiverEvent =
  | { type: 'status' }
  /** Another grid: a new epoch or shape. */
  | { type: 'grid'; grid: Grid }
  /** These tiles have other content, or it is known only now what they hold, or not any more (see `Grid.knows`). */
  | { type: 'tiles'; keys: readonly number[] }
  /** These signals have other values. */
  | { type: 'signals'; names: readonly string[] }
  /** There are other signals: some came or went, or a source began anew. */
  | { type: 'schema' }
  /** What can be steered, or how it stands, has changed. */
  | { type: 'control' }
  /** The source or the relay told how it fares. */
  | { type: 'report' }
  | { type: 'error'; error: Error };

/** Counts since the receiver began; the reader makes rates of them. */
export interface ReceiverCounts {
  frames: number;
  tiles: number;
  bytes: number;
  reconnects: number;
  /** Changes of link, either way. */
  switches: number;
  /** Frames that did not fit and were asked for anew. */
  stale: number;
}

const NO_RIGHT = 'the token that was shown does not grant to steer';

export class Receiver {
  report: SourceReport | null = null;
  /** Viewers of the channel, as the relay says. */
  viewers = 0;

  readonly #links: Links;
  readonly #following: Following;
  readonly #steering: Steering;
  readonly #standing: Standing;
  readonly #listeners = new Set<(event: ReceiverEvent) => void>();
  readonly #clock = new AgeClock();
  readonly #signalClock = new AgeClock();
  #frames = 0;
  /** As far as it was when there was a link. */
  #distance = 0;
  #tiles = 0;
  readonly #wants: Wants;
  readonly #digests: Digests;

  /** @throws RangeError for a window that is none */
  constructor(readonly options: ReceiverOptions) {
    const { connect, dialer, transport = 'auto', maxFps, maxBps, grid = true, signals = false, name } = options;
    const select = typeof signals === 'object' ? [...signals.select] : signals ? 'all' : null;
    this.#steering = new Steering(
      name,
      () => this.#emit({ type: 'control' }),
      () => void this.command({ command: 'controller', action: 'request' }).catch(() => {}),
    );
    const { identity, commands } = this.#steering;
    this.#wants = new Wants({ grid, select, maxFps, maxBps, window: checkWindow(options.window ?? null) });
    this.#links = new Links(
      { connect, dialer, transport, wants: this.#wants, identity, token: options.token },
      {
        took: (taken, frame) => this.#took(taken, frame),
        tookSignals: (taken, frame) => this.#tookSignals(taken, frame),
        schema: () => this.#emit({ type: 'schema' }),
        welcome: ({ state }) => {
          this.#told({ state });
          // What it may see is another, perhaps.
          this.#digests.look();
        },
        status: (message) => this.#told(message),
        controlState: (message) => this.#steering.told(message),
        reply: (message, end) => commands.answered(message, end),
        moved: () => this.#steering.follow(this.#following.end),
        ended: () => this.#told({ state: 'ended' }),
        bad: (error) => this.#emit({ type: 'error', error }),
        changed: () => this.#emit({ type: 'status' }),
        blocked: (reason) => this.#standing.set('waiting', reason),
        lost: (reason, retry) => this.#lost(reason, retry),
      },
    );
    this.#following = this.#links.following;
    this.#standing = new Standing(this.#following, () => this.#stands());
    const standing = this.#standing;
    const rights = () => this.rights;
    this.#digests = new Digests({
      replica: this.#following.replica,
      get rights() {
        return rights();
      },
      get over() {
        return standing.over;
      },
      widen: (tiles) => this.#following.widen(tiles),
    });
  }

  get status(): Status {
    return this.#standing.status;
  }

  /** Why, in words for a person. */
  get reason(): string {
    return this.#standing.reason;
  }

  /** What can be steered, and how it stands; null before the source has told. */
  get control(): ControlStateMessage | null {
    return this.#steering.control;
  }

  /** The replica; null before the first frame. Another object with each epoch. */
  get grid(): Grid | null {
    return this.#following.replica.grid;
  }

  /** Of the tiles, or, where none are wanted, of the signals. */
  get version(): number {
    return (this.#wantsGrid ? this.grid : this.signals)?.version ?? 0;
  }

  /** The signals; null before the first frame of them. Another object with each full state: a new epoch, or other names selected. */
  get signals(): SignalTable | null {
    return this.#following.signals.table;
  }

  /** Names of the signals asked for; "all", or null for none. */
  get select(): readonly string[] | 'all' | null {
    return this.#wants.select;
  }

  set select(select: readonly string[] | 'all' | null) {
    if (JSON.stringify(select) !== JSON.stringify(this.select)) this.#following.select(select);
  }

  /** Signals asked for by name that the source does not have (yet). */
  get missing(): readonly string[] {
    const { select, signals } = this;
    return Array.isArray(select) ? select.filter((name) => !signals?.has(name)) : [];
  }

  /** Where some are missing: names of signals that the source does have, up to 16. */
  get others(): readonly string[] {
    return this.#following.signals.others;
  }

  get #wantsGrid(): boolean {
    return this.#wants.grid;
  }

  /** The link whose frames are shown. */
  get link(): LinkName {
    return this.#following.active?.link.kind ?? 'none';
  }

  /** Why there is no direct link; empty where there is one, or none could be. */
  get linkReason(): string {
    return this.#links.reason;
  }

  /** When the next try to connect begins (performance.now()); 0 = none is due. */
  get retryAt(): number {
    return this.#links.redial.retryAt;
  }

  /** Round trip to the other side of the link in use, milliseconds; 0 = not known yet. */
  get rtt(): number {
    return this.#following.active?.rtt ?? 0;
  }

  /** Milliseconds since what is shown was captured at the source: of signals made of signals, at the first of all. */
  get age(): number {
    const clock = this.#wantsGrid ? this.#clock : this.#signalClock;
    return clock.age(performance.now(), this.distance);
  }

  /** Round trip to the source, by way of the relay and of whatever else lies between; milliseconds. */
  get distance(): number {
    const end = this.#following.active;
    if (end) this.#distance = end.rtt + end.upstream;
    return this.#distance;
  }

  get counts(): ReceiverCounts {
    const { bytes, redial } = this.#links;
    const { switches, stale } = this.#following;
    return { frames: this.#frames, tiles: this.#tiles, bytes, reconnects: redial.reconnects, switches, stale };
  }

  /** The links that may be used; the picture goes on through a change. */
  get transport(): Transport {
    return this.#following.transport;
  }

  set transport(transport: Transport) {
    if (transport !== this.transport) this.#links.setTransport(transport);
  }

  /** The right to watch and to steer. Another one is shown at once, without connecting anew; one that was refused is tried again with it. */
  get token(): TokenSource | undefined {
    return this.#links.tokens.source;
  }

  set token(token: TokenSource | undefined) {
    this.#links.tokens.source = token;
  }

  get maxFps(): number | undefined {
    return this.#wants.maxFps;
  }

  set maxFps(fps: number | undefined) {
    if (fps === this.maxFps) return;
    this.#wants.maxFps = fps;
    this.#following.tune();
  }

  /** Bytes of state a second, at most; undefined: as many as the link drains. */
  get maxBps(): number | undefined {
    return this.#wants.maxBps;
  }

  set maxBps(bytes: number | undefined) {
    if (bytes === this.maxBps) return;
    this.#wants.maxBps = bytes;
    this.#following.tune();
  }

  /**
   * The tiles to receive; null for all. It may be set as often as a picture moves: five times a second at most, the newest
   * is asked for, and only what is not held yet is sent. Tiles outside keep what they last showed, until another link takes
   * over. A window may reach beyond the grid.
   * @throws RangeError for one that is none
   */
  get window(): TileWindow | null {
    return this.#wants.window;
  }

  set window(window: TileWindow | null) {
    const checked = checkWindow(window);
    if (sameWindow(checked, this.window)) return;
    this.#wants.window = checked;
    this.#following.tune();
  }

  /** The tiles that are as the source had them when `grid` was last whole, inside the grid; null: all of them. */
  get covered(): TileWindow | null {
    return this.#following.replica.window;
  }

  /** The tiles that this receiver may see, of those in the grid; null: all. One without width or height has none. */
  get allowed(): TileWindow | null {
    const { grid } = this;
    return grid && tilesWithin(this.rights?.view, grid);
  }

  /** The tiles that are asked for and may be seen, of those in the grid; null: all. */
  get wanted(): TileWindow | null {
    const { grid } = this;
    return grid && common(clip(this.window, grid), this.allowed);
  }

  /** Is nothing missing of the tiles asked for now, as far as they may be seen? */
  get whole(): boolean {
    return this.grid?.whole === true && covers(this.covered, this.wanted);
  }

  /** What this receiver may do and see, as it was told last; undefined: whatever the source grants to anyone. */
  get rights(): Rights | undefined {
    return this.#following.end?.rights;
  }

  /** Asks for no state while true; the session goes on. Afterwards, what changed since is sent. */
  get standby(): boolean {
    return this.#following.standby;
  }

  set standby(standby: boolean) {
    if (standby !== this.standby) this.#following.standby = standby;
  }

  /** Calls `listener` with everything that happens, until the function returned is called. */
  listen(listener: (event: ReceiverEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.status !== 'idle' && this.#standing.over === null) return;
    this.#links.close();
    this.#standing.set('connecting');
    this.#links.open();
  }

  /** Lets go of everything; the last picture stays. */
  stop(): void {
    this.#steering.leave('the receiver was stopped');
    this.#links.close();
    this.#digests.fail('the receiver was stopped');
    this.#standing.set('idle');
  }

  /** Tries at once, if it waits to try again: the network is back, the page is seen, somebody pressed Retry. */
  retryNow(): void {
    this.#links.redial.hurry();
  }

  /** The public part of its session: what others know it by where it steers, or asks to. */
  get id(): string {
    return this.#steering.id;
  }

  /**
   * Asks the source to do something. Resolves when that is done, once, over however many links it takes; rejects with the reason
   * if it will not be. Without an answer for ten seconds that cannot be known, and the reason says so. What was asked of one source
   * is never done by another that takes its place, nor by the same after it began anew: it rejects.
   */
  command(command: ControlCommand): Promise<void> {
    // Where rights were vouched for, they count, and the token is for whoever did that.
    const token = this.rights === undefined ? this.#links.tokens.current : undefined;
    if (this.#standing.over !== null) return Promise.reject(new Error(this.reason));
    if (this.status === 'idle') return Promise.reject(new Error('not connected to a source'));
    if (this.rights?.control === false) return Promise.reject(new Error(NO_RIGHT));
    return this.#steering.give(token === undefined ? command : { ...command, token });
  }

  /** What others may call it, where it steers or asks to: up to 40 characters. */
  get name(): string {
    return this.#steering.name;
  }

  set name(name: string) {
    const before = this.name;
    this.#steering.name = name;
    if (this.name !== before) this.#following.tune();
  }

  /** Does this one steer, where one does at a time? */
  get controlling(): boolean {
    return this.#steering.controlling;
  }

  /** Does it wait for its turn to steer? */
  get asking(): boolean {
    return this.#steering.asking;
  }

  /** Does not steer any more, nor wait for its turn, where one steers at a time: whoever is next need not wait for it. */
  giveUpTurn(): void {
    this.#steering.giveUpTurn();
  }

  /** Is somebody there? What was asked for, to steer or to wait for it, is kept only as long as this is true. Default true. */
  get present(): boolean {
    return this.#steering.present;
  }

  set present(present: boolean) {
    this.#steering.present = present;
  }

  /**
   * The digest of the grid, or of a rectangle of it, at the next moment at which nothing of that is missing. What lies
   * outside the window is fetched first, on standby too; the window stays as it was set.
   * Rejects if the receiver is stopped before, with a RangeError for a rectangle outside the grid, and with a RightsError
   * for cells that it may not see.
   */
  digest(rect?: Rect): Promise<Digest> {
    return this.#digests.of(rect);
  }

  #took(taken: Exclude<Taken, { kind: 'stale' }>, frame: Frame): void {
    const grid = this.grid!;
    this.#clock.frame(grid.epoch, frame.timestamp, performance.now());
    this.#frames++;
    this.#tiles += taken.keys.length;
    this.#standing.shows();
    if (taken.kind === 'replaced') this.#emit({ type: 'grid', grid });
    else this.#emit({ type: 'tiles', keys: taken.found.length > 0 ? taken.keys.concat(taken.found) : taken.keys });
    if (grid.whole) this.#digests.look();
  }

  #tookSignals(taken: Extract<TakenSignals, { names: unknown }>, frame: Frame): void {
    const told = this.#following.active?.signalAge;
    this.#signalClock.frame(this.signals!.epoch, frame.timestamp, performance.now(), told);
    this.#frames++;
    this.#standing.shows();
    if (taken.kind === 'replaced') this.#emit({ type: 'schema' });
    this.#emit({ type: 'signals', names: taken.names });
  }

  #told(message: StatusMessage): void {
    if (message.source) this.report = message.source;
    if (message.viewers !== undefined) this.viewers = message.viewers;
    if (message.state === 'live' && this.#standing.channel !== 'live') this.#steering.commands.hurry();
    this.#standing.told(message);
    this.#emit({ type: 'report' });
  }

  #lost(reason: string, retry: boolean): void {
    if (retry) return this.#standing.waits(reason);
    if (this.status === 'ended') return;
    this.#standing.set('failed', reason);
    this.#emit({ type: 'error', error: new Error(`the connection was refused: ${reason}`) });
  }

  /** It stands otherwise than before. */
  #stands(): void {
    const { over } = this.#standing;
    if (over !== null) {
      this.#digests.fail(over);
      this.#steering.commands.giveUp(over);
    }
    this.#emit({ type: 'status' });
  }

  #emit(event: ReceiverEvent): void {
    for (const listener of this.#listeners) {
      aside(() => listener(event));
    }
  }
}
