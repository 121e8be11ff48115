/**
 * The sending end of one link: one receiver's session, at a source or at a relay.
 *
 * It knows which tiles its receiver lacks (the dirty set) and nothing of other receivers. Nothing is ever queued: when
 * the link has room, the present content of what is dirty is encoded and sent. Late join, resume, and change of link are
 * all `subscribe`.
 */

import type { Link, LinkClose } from '../link/link.js';
import { type Chunk, ChunkBuilder } from '../state/chunk.js';
import { DirtySet } from '../state/dirty.js';
import type { Grid } from '../state/grid.js';
import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import { decodeFrame, encodeFrame, type Frame, type Header } from '../wire/frame.js';
import { encodeGridMeta, encodeGridReset } from '../wire/grid.js';
import type {
  ChannelState,
  ControlMessage,
  IntroduceMessage,
  StatusMessage,
  SubscribeMessage,
  WelcomeMessage,
} from '../wire/messages.js';
import * as session from '../wire/session.js';
import { FLAG } from '../wire/types.js';
import { Pacer } from './pacer.js';
import { RateLimit } from './rate.js';
import { after, type Timer } from './timer.js';

export interface SourceEndOptions {
  /** The page that runs the source itself: its commands are always granted. */
  owner?: boolean;
  /** May this receiver steer where control goes by token? Vouched for by whoever attached the link. */
  control?: boolean;
  /** Commands a second before they are refused. */
  commandsPerSecond?: number;
}

/** What an end must know of the fan-out it belongs to, and what it tells it. */
export interface EndOwner {
  readonly channel: string;
  readonly grid: Grid | null;
  readonly state: ChannelState;
  readonly peers: boolean;
  readonly upstream: number;
  readonly stamp: Pick<Header, 'sequence' | 'timestamp'>;
  readonly controlFrame: Uint8Array | null;
  readonly tileBudget: number;
  readonly maxFps: number;
  oncontrol(message: ControlMessage, end: SourceEnd): Promise<void>;
  onintroduce: ((message: IntroduceMessage, end: SourceEnd) => void) | null;
  onstatus: ((message: StatusMessage, end: SourceEnd) => void) | null;
  refresh: (() => void) | null;
  onends: (() => void) | null;
  onbad: ((error: WireError, end: SourceEnd) => void) | null;
  remove(end: SourceEnd, event: LinkClose): void;
}

/** A chunk with its frame around it, ready for any link. */
export interface SharedFrame extends Omit<Chunk, 'payload'> {
  bytes: Uint8Array;
}

export class SourceEnd {
  readonly owner: boolean;
  readonly control: boolean;
  readonly pacer = new Pacer();
  /** What was last sent or heard, for the heartbeat. */
  sentAt = performance.now();
  heardAt = performance.now();
  framesSent = 0;
  bytesSent = 0;

  readonly #commands: RateLimit;
  /** What the receiver asked for; null before its first message. */
  #wanted: SubscribeMessage | null = null;
  /** Subscriptions heard, which each welcome says: frames made for an older one do not fit a receiver that went on. */
  #heard = 0;
  #dirty: DirtySet | null = null;
  /** The version of the last frame sent; a delta must start here. */
  #version = -1;
  /** The receiver is ahead of us (it came from a faster link): say nothing until we are there too. */
  #waitFor: NonNullable<SubscribeMessage['resume']> | null = null;
  /** Told nothing since it subscribed, or since the last whole: it is owed a frame that says so. */
  #owesWhole = false;
  #stateAt = Number.NEGATIVE_INFINITY;
  #later: Timer | null = null;
  #closed = false;

  constructor(
    readonly link: Link,
    readonly fanout: EndOwner,
    options: SourceEndOptions,
  ) {
    this.owner = options.owner ?? false;
    this.control = options.control ?? false;
    this.#commands = new RateLimit(options.commandsPerSecond ?? 1000);
    link.onmessage = (message) => this.#receive(message);
    link.ondrain = () => this.flush();
    link.onclose = (event) => this.#end(event);
  }

  /** Tiles this receiver has not been sent. */
  get pending(): number {
    return this.#dirty?.size ?? 0;
  }

  /** Has it said what it wants? */
  get greeted(): boolean {
    return this.#wanted !== null;
  }

  /** Does it want state over this link? */
  get active(): boolean {
    return this.#wanted !== null && this.#wanted.standby !== true && this.#dirty !== null;
  }

  /** Is it time for its next frame, by the rate it asked for? If not, it sees to itself when it is. */
  get due(): boolean {
    const fps = this.#wanted?.maxFps;
    if (!this.active || fps === undefined) return this.active;
    const wait = this.#stateAt + 1000 / fps - performance.now();
    // Clocks and timers are a little off; a frame early by a tenth is better than a frame skipped.
    if (wait <= 100 / fps) return true;
    this.#flushLater(wait);
    return false;
  }

  /** Nothing is outstanding: it may take the frames that all others take. */
  get inStep(): boolean {
    return this.active && this.#dirty!.size === 0 && !this.#owesWhole && this.#waitFor === null;
  }

  /** Begins (again) with the fan-out's grid, from what the receiver says it holds. */
  start(resume?: SubscribeMessage['resume']): void {
    const { grid } = this.fanout;
    if (this.#wanted === null) return;
    if (grid === null || this.#wanted.standby) {
      this.#dirty = null;
      return this.welcome('none');
    }
    let how: WelcomeMessage['resume'] = 'none';
    this.#dirty = new DirtySet(grid.tiles);
    this.#owesWhole = true;
    this.#waitFor = null;
    const from = resume && resume.epoch === grid.epoch && resume.version >= grid.since ? resume.version : -1;
    if (from < 0) {
      how = 'full';
      this.#dirty.addAll(grid.changedSince(-1));
    } else if (resume!.seen > grid.version) {
      how = 'merged';
      this.#waitFor = resume!;
    } else {
      this.#dirty.addAll(grid.changedSince(from));
      if (this.#dirty.size > 0) how = 'merged';
    }
    this.welcome(how);
    const header = { ...this.fanout.stamp, width: grid.tilesX, height: grid.tilesY };
    this.send(encodeFrame('GridMeta', encodeGridMeta(grid), header));
    if (from < 0)
      this.send(encodeFrame('GridReset', encodeGridReset(grid.version), { ...header, flags: FLAG.KEYFRAME }));
    if (this.fanout.controlFrame) this.send(this.fanout.controlFrame);
    this.#version = grid.version;
    this.flush();
  }

  /** Offers the frames of one capture, in their order. In step, they go out as they are; otherwise their tiles become dirty. */
  offer(frames: readonly SharedFrame[]): void {
    if (!this.active) return;
    const { grid } = this.fanout;
    if (this.#waitFor !== null) {
      if (grid!.version < this.#waitFor.seen) return;
      this.#dirty!.addAll(grid!.changedSince(this.#waitFor.version));
      this.#waitFor = null;
    }
    // In step as the first frame comes, it stays so until the link is full.
    const { base } = frames[0]!;
    let tiles = 0;
    for (const frame of frames) tiles += frame.keys.length;
    const fits = tiles <= this.fanout.tileBudget && (base === undefined || base === this.#version);
    let follows = this.inStep && fits;
    for (const frame of frames) {
      follows &&= this.#mayState(frame.version);
      if (follows) {
        this.#sendState(frame.bytes, frame.version);
      } else {
        this.#dirty!.addAll(frame.keys);
        this.#owesWhole ||= frame.whole;
      }
    }
    this.flush();
  }

  /** Sends what is dirty, as far as the link has room. */
  flush(): void {
    if (!this.active || this.#waitFor !== null) return;
    const grid = this.fanout.grid!;
    const dirty = this.#dirty!;
    const budget = this.fanout.tileBudget;
    // Of a budget, each tick has its share, however often acks ask.
    if (Number.isFinite(budget) && this.#later !== null) return;
    let sent = false;
    while ((dirty.size > 0 || (this.#owesWhole && grid.whole)) && this.#mayState(sent ? grid.version : -1)) {
      sent = true;
      const builder = new ChunkBuilder(grid.version);
      dirty.take((key) => {
        if (builder.full || builder.tiles >= budget) return false;
        builder.addFrom(grid, key);
        return true;
      });
      const chunk = builder.end(dirty.size === 0 && grid.whole);
      if (chunk.whole) this.#owesWhole = false;
      const header = { ...this.fanout.stamp, width: grid.tilesX, height: grid.tilesY };
      this.#sendState(encodeFrame('GridTiles', chunk.payload, header), chunk.version);
      if (Number.isFinite(budget)) return this.#flushLater(1000 / this.fanout.maxFps);
    }
  }

  /** Answers a subscription: where the channel stands, and what follows. */
  welcome(resume: WelcomeMessage['resume']): void {
    if (this.#wanted === null) return;
    const { channel, state, peers, grid } = this.fanout;
    const message: WelcomeMessage = { protocol: 1, channel, state, resume, answers: this.#heard, peers };
    if (grid !== null) message.epoch = grid.epoch;
    this.send(encodeFrame('Welcome', session.welcome.encode(message)));
  }

  send(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.sentAt = performance.now();
    this.bytesSent += bytes.length;
    this.link.send(bytes);
  }

  ping(): void {
    this.send(encodeFrame('Ping', session.encodePing({ echo: false, time: performance.now(), upstream: 0 })));
  }

  close(code: number, reason: string): void {
    this.link.close(code, reason);
  }

  #sendState(bytes: Uint8Array, version: number): void {
    const now = performance.now();
    this.pacer.sent(bytes.length, now);
    this.#stateAt = now;
    this.#version = version;
    this.framesSent++;
    this.send(bytes);
  }

  /** Has the link room, and the receiver time, for a frame? Chunks of the version last sent belong to one picture. */
  #mayState(version: number): boolean {
    if (this.#closed || this.link.buffered > this.link.highWater || !this.pacer.ready) return false;
    return version === this.#version || this.due;
  }

  #flushLater(ms: number): void {
    this.#later ??= after(ms, () => {
      this.#later = null;
      this.fanout.refresh?.();
      this.flush();
    });
  }

  #receive(message: Uint8Array): void {
    // A socket may go on to deliver what came before its closing was agreed.
    if (this.#closed) return;
    this.heardAt = performance.now();
    try {
      this.#handle(decodeFrame(message));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.fanout.onbad?.(error, this);
      this.send(encodeFrame('Error', session.errorMessage.encode({ code: error.code, reason: error.message })));
      this.close(error.code, error.message);
    }
  }

  #handle(frame: Frame): void {
    switch (frame.type) {
      case 'SubscribeFilter':
        this.#wanted = session.subscribe.decode(frame.payload);
        if (this.#wanted.standby !== true) this.fanout.refresh?.();
        this.#heard++;
        this.start(this.#wanted.resume);
        this.fanout.onends?.();
        return;
      case 'Ack': {
        const ack = session.decodeAck(frame.payload);
        if (!this.pacer.acked(ack, performance.now()))
          throw new WireError(`an ack of ${ack.frames} frames that were not sent`);
        return this.flush();
      }
      case 'Ping': {
        const ping = session.decodePing(frame.payload);
        if (ping.echo) return;
        return this.send(
          encodeFrame('Ping', session.encodePing({ ...ping, echo: true, upstream: this.fanout.upstream })),
        );
      }
      case 'Control':
        void this.#command(session.control.decode(frame.payload));
        return;
      case 'Introduce':
        return this.fanout.onintroduce?.(session.introduce.decode(frame.payload), this);
      case 'Status':
        return this.fanout.onstatus?.(session.status.decode(frame.payload), this);
      case 'Error':
        return;
      default:
        throw new WireError(`a receiver may not send ${frame.type}`, CLOSE.forbidden.code);
    }
  }

  async #command(message: ControlMessage): Promise<void> {
    let reason: string | undefined;
    try {
      if (!this.#commands.take()) throw new Error('too many commands; wait a second');
      await this.fanout.oncontrol(message, this);
    } catch (error) {
      reason = (error as Error).message;
    }
    const reply = reason === undefined ? { id: message.id, ok: true } : { id: message.id, ok: false, reason };
    this.send(encodeFrame('ControlReply', session.controlReply.encode(reply)));
  }

  #end(event: LinkClose): void {
    this.#closed = true;
    this.#later?.stop();
    this.fanout.remove(this, event);
  }
}
