/**
 * A receiver: follows one channel for as long as it is wanted, over whatever link serves best.
 *
 * The picture comes first, over the relay; a direct link is sought behind its back and takes over when its first frame
 * fits the replica; when it dies, the relay goes on from there. Either way only what changed since is sent.
 */

import type { Link, LinkClose } from './link/link.js';
import { Backoff } from './session/backoff.js';
import { AgeClock } from './session/clock.js';
import { ReceiverEnd } from './session/receiver-end.js';
import { Replica } from './session/replica.js';
import { after, every, type Timer } from './session/timer.js';
import { type PeerDialer, Upgrade } from './session/upgrade.js';
import { type Digest, digest, type Rect } from './state/digest.js';
import type { Grid } from './state/grid.js';
import { CLOSE, closeCode } from './wire/codes.js';
import type { Frame } from './wire/frame.js';
import type { GridTiles } from './wire/grid.js';
import type {
  ControlCommand,
  ControlStateMessage,
  SourceReport,
  StatusMessage,
  WelcomeMessage,
} from './wire/messages.js';

export type Status = 'idle' | 'connecting' | 'waiting' | 'live' | 'reconnecting' | 'ended' | 'failed';
export type Transport = 'auto' | 'p2p' | 'relay';
export type LinkName = 'webrtc' | 'websocket' | 'memory' | 'none';

export interface ReceiverOptions {
  /** Opens the first link: to a relay's `/stream/{channel}`, or to a source in this page. */
  connect: () => Promise<Link>;
  /** Makes the side of WebRTC that calls; without it the first link is the only one. */
  dialer?: () => Promise<PeerDialer>;
  /** `auto`: direct where possible; `p2p`: no state over the relay; `relay`: nothing else. Default "auto". */
  transport?: Transport;
  maxFps?: number;
  token?: string;
}

/** What happens at a receiver, for whoever listens. */
export type ReceiverEvent =
  | { type: 'status' }
  /** Another grid: a new epoch or shape. */
  | { type: 'grid'; grid: Grid }
  | { type: 'tiles'; keys: readonly number[] }
  | { type: 'control' }
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

/** A direct link that is silent this long is dead, whatever it says; milliseconds. Its source speaks every 250. */
const PEER_SILENT = 1_000;
const SOCKET_SILENT = 30_000;

export class Receiver {
  status: Status = 'idle';
  /** Why, in words for a person. */
  reason = '';
  /** Why there is no direct link; empty where there is one, or none is wanted. */
  linkReason = '';
  control: ControlStateMessage | null = null;
  report: SourceReport | null = null;
  viewers = 0;
  /** When the next try to connect begins (performance.now()), or 0. */
  retryAt = 0;
  readonly counts: ReceiverCounts = { frames: 0, tiles: 0, bytes: 0, reconnects: 0, switches: 0, stale: 0 };

  readonly #listeners = new Set<(event: ReceiverEvent) => void>();
  readonly #replica = new Replica();
  readonly #backoff = new Backoff();
  readonly #clock = new AgeClock();
  #transport: Transport;
  #maxFps: number | undefined;
  /** The first link: session, control, introductions; state as long as nothing better is there. */
  #base: ReceiverEnd | null = null;
  #direct: ReceiverEnd | null = null;
  /** The end whose frames the replica follows. */
  #active: ReceiverEnd | null = null;
  #upgrade: Upgrade | null = null;
  #peers = false;
  #retry: Timer | null = null;
  #watch: Timer | null = null;
  #wholeWaiters: (() => void)[] = [];
  #pastBytes = 0;
  #attempt = 0;

  constructor(readonly options: ReceiverOptions) {
    this.#transport = options.transport ?? 'auto';
    this.#maxFps = options.maxFps;
  }

  get grid(): Grid | null {
    return this.#replica.grid;
  }

  get version(): number {
    return this.grid?.version ?? 0;
  }

  /** The link whose frames are shown. */
  get link(): LinkName {
    return this.#active?.open ? this.#active.link.kind : 'none';
  }

  /** Round trip to the other side of the link in use, milliseconds. */
  get rtt(): number {
    return this.#active?.rtt ?? 0;
  }

  /** Milliseconds since what is shown was captured at the source. */
  get age(): number {
    const end = this.#active;
    return end === null ? 0 : this.#clock.age(performance.now(), end.rtt + end.upstream);
  }

  /** Milliseconds from capture to arrival, of the last frame. */
  get transit(): number {
    const end = this.#active;
    return end === null ? 0 : this.#clock.transit(end.rtt + end.upstream);
  }

  get bytes(): number {
    return this.#pastBytes + (this.#base?.bytes ?? 0) + (this.#direct?.bytes ?? 0);
  }

  get transport(): Transport {
    return this.#transport;
  }

  /** Changes the links that may be used; the picture goes on. */
  set transport(transport: Transport) {
    if (transport === this.#transport) return;
    this.#transport = transport;
    if (this.#base === null) return;
    this.#dropDirect('');
    this.#upgrade?.stop();
    this.#upgrade = null;
    this.#subscribeBase();
    this.#seekDirect();
  }

  set maxFps(fps: number | undefined) {
    if (fps === this.#maxFps) return;
    this.#maxFps = fps;
    this.#subscribe(this.#active);
  }

  listen(listener: (event: ReceiverEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.status !== 'idle' && this.status !== 'ended' && this.status !== 'failed') return;
    this.#set('connecting', '');
    this.#watch ??= every(250, () => this.#check());
    void this.#connect();
  }

  /** Lets go of everything; the last picture stays. */
  stop(): void {
    this.#attempt++;
    this.#retry?.stop();
    this.#retry = null;
    this.retryAt = 0;
    this.#watch?.stop();
    this.#watch = null;
    this.#upgrade?.stop();
    this.#upgrade = null;
    const ends = [this.#direct, this.#base];
    this.#direct = this.#base = this.#active = null;
    for (const end of ends) {
      if (end === null) continue;
      this.#pastBytes += end.bytes;
      end.close();
    }
    this.#set('idle', '');
  }

  /** Tries at once, if it waits to try again: the network is back, the page is seen, somebody pressed Retry. */
  retryNow(): void {
    if (this.#retry === null) return;
    this.#retry.stop();
    this.#retry = null;
    void this.#connect();
  }

  /** Asks the source to do something; rejects with the reason if it will not. */
  command(command: ControlCommand): Promise<void> {
    const end = this.#active ?? this.#base;
    if (end === null) return Promise.reject(new Error('not connected to a source'));
    const { token } = this.options;
    return end.command(token === undefined ? command : { ...command, token });
  }

  /** The digest at the next moment at which the replica is whole. */
  async digest(rect?: Rect): Promise<Digest> {
    while (!this.grid?.whole) await new Promise<void>((resolve) => this.#wholeWaiters.push(resolve));
    return digest(this.grid, rect);
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#attempt;
    this.retryAt = 0;
    let link: Link;
    try {
      link = await this.options.connect();
    } catch (error) {
      if (attempt === this.#attempt) this.#later((error as Error).message);
      return;
    }
    if (attempt !== this.#attempt) return link.close();
    this.#backoff.opened();
    this.#base = this.#end(link);
    this.#subscribeBase();
  }

  #end(link: Link): ReceiverEnd {
    return new ReceiverEnd(link, {
      tiles: (tiles, frame, raw, end) => this.#tiles(tiles, frame, raw, end),
      welcome: (message, end) => this.#welcome(message, end),
      status: (message) => this.#status(message),
      controlState: (message) => {
        this.control = message;
        this.#emit({ type: 'control' });
      },
      introduce: (message) => this.#upgrade?.introduced(message),
      ended: () => this.#set('ended', 'the source has ended the stream'),
      bad: (error) => this.#emit({ type: 'error', error }),
      closed: (event, end) => this.#closed(event, end),
    });
  }

  #subscribeBase(): void {
    const standby = this.#direct !== null ? this.#active === this.#direct : this.#transport === 'p2p';
    if (standby) this.#base?.subscribe({ standby: true });
    else this.#subscribe(this.#base);
  }

  #subscribe(end: ReceiverEnd | null): void {
    const { resume } = this.#replica;
    end?.subscribe({ ...(resume && { resume }), ...(this.#maxFps && { maxFps: this.#maxFps }) });
  }

  #welcome(message: WelcomeMessage, end: ReceiverEnd): void {
    end.lost = false;
    if (end !== this.#base) return;
    this.#peers = message.peers ?? false;
    this.#status({ state: message.state });
    this.#seekDirect();
  }

  #status(message: StatusMessage): void {
    if (message.source) this.report = message.source;
    if (message.viewers !== undefined) this.viewers = message.viewers;
    if (message.state === 'ended') this.#set('ended', message.reason ?? 'the source has ended the stream');
    else if (message.state === 'live') {
      if (this.#active !== null) this.#set('live', '');
    } else if (this.#direct === null || this.#active !== this.#direct) {
      this.#set('waiting', message.reason ?? 'the source is not there yet');
    }
    this.#emit({ type: 'report' });
  }

  #tiles(tiles: GridTiles, frame: Frame, _raw: Uint8Array, end: ReceiverEnd): void {
    // Two ends may speak at once while one takes over: the direct one wins, as soon as it makes sense.
    const beaten = end !== this.#direct && this.#direct !== null && this.#active === this.#direct;
    if (beaten || end.lost) return;
    const taken = this.#replica.take(tiles, end);
    if (taken.kind === 'stale') {
      this.counts.stale++;
      // What came by the other link was newer: ask again from there, and pass over what is still on its way.
      end.lost = true;
      this.#subscribe(end);
      return;
    }
    if (end !== this.#active) this.#takeOver(end);
    const grid = this.grid!;
    this.#clock.frame(grid.epoch, frame.timestamp, performance.now());
    this.counts.frames++;
    this.counts.tiles += taken.keys.length;
    if (this.status !== 'live') this.#set('live', '');
    if (taken.kind === 'replaced') this.#emit({ type: 'grid', grid });
    else this.#emit({ type: 'tiles', keys: taken.keys });
    if (grid.whole && this.#wholeWaiters.length > 0) {
      for (const resolve of this.#wholeWaiters.splice(0)) resolve();
    }
  }

  #takeOver(end: ReceiverEnd): void {
    if (this.#active !== null) this.counts.switches++;
    this.#active = end;
    if (end === this.#direct) {
      this.linkReason = '';
      this.#base?.subscribe({ standby: true });
    }
    this.#emit({ type: 'status' });
  }

  #seekDirect(): void {
    const { dialer } = this.options;
    if (this.#transport === 'relay') this.linkReason = 'the relay was asked for';
    else if (dialer === undefined) this.linkReason = '';
    else if (!this.#peers) this.linkReason = 'the source takes no direct viewers';
    if (this.#transport === 'relay' || dialer === undefined || !this.#peers || this.#upgrade !== null) return;
    this.linkReason = 'a direct link is being sought';
    this.#upgrade = new Upgrade({
      dialer,
      introduce: (message) => this.#base?.introduce(message),
      onlink: (link) => {
        this.#direct = this.#end(link);
        this.#subscribe(this.#direct);
      },
      onfail: (reason) => {
        this.linkReason = reason;
        if (this.#transport === 'p2p' && this.#direct === null) this.#set('reconnecting', reason);
        this.#emit({ type: 'status' });
      },
    });
  }

  #closed(event: LinkClose, end: ReceiverEnd): void {
    if (end === this.#direct) return this.#dropDirect(event.reason || 'the direct link was lost');
    if (end !== this.#base) return;
    this.#pastBytes += end.bytes;
    this.#base = null;
    if (this.#active === end) this.#active = null;
    this.#backoff.closed();
    if (this.status === 'ended') return;
    const known = closeCode(event.code);
    const reason = event.reason || known.meaning;
    if (known.retry) this.#later(reason);
    else this.#fail(reason, event.code);
  }

  #dropDirect(reason: string): void {
    const end = this.#direct;
    if (end === null) return;
    this.#direct = null;
    this.#pastBytes += end.bytes;
    if (end.open) end.close();
    this.linkReason = reason;
    if (this.#active === end) {
      this.#active = null;
      if (this.#transport === 'p2p') this.#set('reconnecting', reason);
      this.#subscribeBase();
    }
    this.#upgrade?.lost();
    this.#emit({ type: 'status' });
  }

  /** Is a link silent that should not be? */
  #check(): void {
    const now = performance.now();
    if (this.#direct && now - this.#direct.heardAt > PEER_SILENT) this.#dropDirect('the direct link fell silent');
    if (this.#base && now - this.#base.heardAt > SOCKET_SILENT) this.#base.close(CLOSE.timeout.code, 'nothing heard');
  }

  #later(reason: string): void {
    this.counts.reconnects++;
    // As long as a direct link carries the picture, losing the relay is no news for anyone who watches.
    if (this.#active === null) this.#set(this.grid === null ? 'connecting' : 'reconnecting', reason);
    const wait = this.#backoff.next();
    this.retryAt = performance.now() + wait;
    this.#retry?.stop();
    this.#retry = after(wait, () => {
      this.#retry = null;
      void this.#connect();
    });
  }

  #fail(reason: string, code: number): void {
    this.#set('failed', reason);
    this.#emit({ type: 'error', error: new Error(`the relay closed the connection (${code}): ${reason}`) });
  }

  #set(status: Status, reason: string): void {
    if (status === this.status && reason === this.reason) return;
    this.status = status;
    this.reason = reason;
    this.#emit({ type: 'status' });
  }

  #emit(event: ReceiverEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
