/**
 * The receiving end of one link: a viewer's session with a relay or a source, or a relay's with its source.
 *
 * It hears what the other side says, keeps what was told last, measures the round trip, and has each of its parts do its
 * own: frames of state are read (`state-reader.ts`) and acknowledged (`acks.ts`), subscriptions wait for their answers
 * (`subscriptions.ts`), and so do commands handed on (`handed-on.ts`). What a frame of state does to a replica is for its
 * owner to say, because two links may feed one replica.
 */

import type { Link, LinkClose } from '../link/link.js';
import type { Grid } from '../state/grid.js';
import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import { decodeFrame, encodeFrame, type Frame } from '../wire/frame.js';
import { decodeGridMeta, decodeGridReset, type GridMeta, type GridTiles } from '../wire/grid.js';
import type {
  ControlMessage,
  ControlReplyMessage,
  ControlStateMessage,
  IntroduceMessage,
  PublishMessage,
  Rights,
  StatusMessage,
  SubscribeMessage,
  TileWindow,
  WelcomeMessage,
} from '../wire/messages.js';
import * as session from '../wire/session.js';
import type { SignalUpdate } from '../wire/signals.js';
import { FLAG } from '../wire/types.js';
import { Acks } from './acks.js';
import { CommandRefused } from './command-refused.js';
import { farewell } from './farewell.js';
import { HandedOn, type HandedOnCommand } from './handed-on.js';
import { Newest } from './newest.js';
import { Outgoing } from './outgoing.js';
import { SourceAllowance, type SourceAllowances } from './source-allowance.js';
import { type AnnouncedSchema, StateReader } from './state-reader.js';
import { type Ground, type Subscription, Subscriptions } from './subscriptions.js';
import { every, type Timer } from './timer.js';

/** What the owner of a receiving end is told. */
export interface ReceiverHandlers {
  /** A frame of state. `raw` is the whole frame as it came. */
  tiles(tiles: GridTiles, frame: Frame, raw: Uint8Array, end: ReceiverEnd): void;
  /** Names and types of signals: there are others now, or what follows speaks of these. */
  schema?(end: ReceiverEnd): void;
  /** A frame of signals, of those in `end.schema`. */
  signals?(update: SignalUpdate, frame: Frame, raw: Uint8Array, end: ReceiverEnd): void;
  welcome?(message: WelcomeMessage, end: ReceiverEnd): void;
  /** The first message of a source that came to a relay. */
  publish?(message: PublishMessage, end: ReceiverEnd): void;
  status?(message: StatusMessage, end: ReceiverEnd): void;
  controlState?(message: ControlStateMessage, end: ReceiverEnd): void;
  introduce?(message: IntroduceMessage, end: ReceiverEnd): void;
  /** An answer to a command that its owner numbered. */
  reply?(message: ControlReplyMessage, end: ReceiverEnd): void;
  /** The source has ended the channel. */
  ended?(end: ReceiverEnd): void;
  /** A frame could not be understood; the link is about to close. */
  bad?(error: Error, end: ReceiverEnd): void;
  closed?(event: LinkClose, end: ReceiverEnd): void;
}

/** The round trip is measured so often, and the other side knows that this one is there; ms. */
const PING = { webrtc: 1000, websocket: 5000, memory: 5000 } as const;
/** How a source stands, and what it asks for, is read so often at most, where it may cost no more than so much; ms. */
const STANDING_MS = 50;
const PUBLISH_MS = 200;
const UNREAD = 'it does not read what it is sent';
/** An echo of a ping older than this, ms, is of none that was sent here. */
const LONGEST_RTT = 60_000;

export class ReceiverEnd {
  /** Shape of the grid this link speaks of. */
  meta: GridMeta | null = null;
  /** Signals this link speaks of. */
  schema: AnnouncedSchema | null = null;
  /** Milliseconds since the newest signals were captured, when the other side last told; undefined as long as it has not. */
  signalAge: number | undefined;
  /** Version at which this link began from nothing; null once that was taken up by the replica. */
  reset: number | null = null;
  /** Round trip to the other side, milliseconds; 0 = not known yet. */
  rtt = 0;
  /** Round trip from the other side on to the source, milliseconds. */
  upstream = 0;
  heardAt = performance.now();
  bytes = 0;
  open = true;
  /** Who this is, said with each subscription. */
  identity: Pick<SubscribeMessage, 'session' | 'name'> = {};
  /** The right to watch, said with the first subscription, and again when it is another. */
  token: string | undefined;
  /** How the source stood when it told last over this link. */
  controlState: ControlStateMessage | null = null;
  /** Its frames do not fit the replica until its newest beginning is answered; its owner sets this and passes over them. */
  lost = false;
  /** No state was asked for. */
  standby = false;
  /** What it may do and see, as the other side told last; undefined: whatever is granted to anyone. */
  rights: Rights | undefined;
  /** The tiles that its frames speak of, of those it may see: what the subscription asked for that was answered last. */
  window: TileWindow | null = null;
  /** What the frames build upon that come next; null once they have begun to, or where they begin from nothing. */
  ground: Ground | null = null;

  readonly #acks = new Acks((frame) => this.#send(frame));
  readonly #handedOn: HandedOn;
  readonly #reader: StateReader;
  readonly #subscriptions = new Subscriptions();
  /** What it may cost, where it is a stranger; and what goes out to it, of which no more may wait then. */
  readonly #allowance: SourceAllowance | null;
  readonly #out: Outgoing | null;
  readonly #publishes: Newest<Uint8Array>;
  readonly #statuses: Newest<Uint8Array>;
  readonly #controlStates: Newest<Uint8Array>;
  #shownToken: string | undefined;
  #updateLater: (() => Subscription) | null = null;
  readonly #ping: Timer;

  constructor(
    readonly link: Link,
    readonly handlers: ReceiverHandlers,
    /** Bytes a compressed payload may inflate to. */
    inflateLimit = 4 * 2 ** 20,
    /** And times its length, where that is more than a mebibyte. */
    inflateRatio?: number,
    /** What its source may cost, and that it has to read what it is sent. Without it, it is trusted. */
    allowances?: SourceAllowances,
  ) {
    this.#allowance = allowances ? new SourceAllowance(allowances) : null;
    this.#out = allowances ? new Outgoing(link, () => this.close(CLOSE.timeout.code, UNREAD)) : null;
    this.#reader = new StateReader(inflateLimit, inflateRatio, this.#allowance);
    const full = () => allowances !== undefined && link.buffered > link.highWater;
    this.#handedOn = new HandedOn((frame) => this.#send(frame), full);
    const newest = (ms: number, read: (payload: Uint8Array) => void) =>
      new Newest(allowances ? ms : 0, (payload: Uint8Array) => this.#guard(() => read(payload)));
    this.#publishes = newest(PUBLISH_MS, (payload) => handlers.publish?.(session.publish.decode(payload), this));
    this.#statuses = newest(STANDING_MS, (payload) => handlers.status?.(session.status.decode(payload), this));
    this.#controlStates = newest(STANDING_MS, (payload) => {
      this.controlState = session.controlState.decode(payload);
      handlers.controlState?.(this.controlState, this);
    });
    link.onmessage = (message) => this.#receive(message);
    link.onclose = (event) => this.#closed(event);
    this.#ping = every(PING[link.kind], () => this.ping());
    this.ping();
  }

  /** Frames of state that came. */
  get framesOfState(): number {
    return this.#acks.frames;
  }

  /** Is there an answer to all that was asked for? */
  get answered(): boolean {
    return this.#subscriptions.answered;
  }

  /** @param grid of which `resume` tells */
  subscribe(message: Subscription, grid: Grid | null = null): void {
    this.#updateLater = null;
    this.standby = message.standby ?? false;
    this.#subscriptions.add(message, grid);
    const { identity, token } = this;
    const shown = token !== undefined && token !== this.#shownToken && { token };
    this.#shownToken = token;
    this.#send(
      encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1, ...identity, ...shown, ...message })),
    );
  }

  /** Changes the filter of what it is sent; as soon as there are answers again, where many are still to come. */
  update(filter: () => Subscription): void {
    if (this.#subscriptions.crowded) this.#updateLater = filter;
    else this.subscribe({ ...filter(), update: true });
  }

  /** Tells a source how its channel stands. */
  tell(message: StatusMessage): void {
    this.#send(encodeFrame('Status', session.status.encode(message)));
  }

  introduce(message: IntroduceMessage): void {
    this.#send(encodeFrame('Introduce', session.introduce.encode(message)));
  }

  /**
   * Sends a command over this link alone; resolves when the source has done it.
   * Rejects with `CommandRefused` if it will not, or if the link is lost before it says so.
   */
  command(command: HandedOnCommand): Promise<void> {
    return this.open ? this.#handedOn.give(command) : Promise.reject(new CommandRefused('not connected', true));
  }

  /** Sends a command under a number of its owner's; the answer comes to `handlers.reply`. */
  control(message: ControlMessage): void {
    this.#send(encodeFrame('Control', session.control.encode(message)));
  }

  ping(): void {
    this.#send(encodeFrame('Ping', session.encodePing({ echo: false, time: performance.now(), upstream: 0 })));
  }

  close(code: number = CLOSE.normal.code, reason = ''): void {
    this.link.close(code, reason);
  }

  #send(bytes: Uint8Array): void {
    if (this.open) (this.#out ?? this.link).send(bytes);
  }

  #receive(message: Uint8Array): void {
    // A socket may go on to deliver what came before its closing was agreed.
    if (!this.open) return;
    this.heardAt = performance.now();
    this.bytes += message.length;
    this.#guard(() => {
      this.#allowance?.bytes(message.length);
      const frame = decodeFrame(message);
      this.#allowance?.heard(frame.type);
      this.#handle(frame, message);
    });
  }

  /** Reads what came; whatever is wrong with it ends the link. */
  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.handlers.bad?.(error as Error, this);
      farewell(
        error,
        (frame) => this.#send(frame),
        (code, reason) => this.close(code, reason),
      );
    }
  }

  #handle(frame: Frame, raw: Uint8Array): void {
    if ((frame.flags & FLAG.INPUT) !== 0) throw new WireError('a source may not send input', CLOSE.forbidden.code);
    switch (frame.type) {
      case 'GridTiles':
        return this.#tiles(frame, raw);
      case 'GridMeta':
        this.meta = decodeGridMeta(frame.payload);
        this.reset = null;
        return;
      case 'GridReset':
        this.reset = decodeGridReset(frame.payload);
        return;
      case 'SchemaAnnounce':
        this.schema = this.#reader.schema(frame);
        return this.handlers.schema?.(this);
      case 'SignalSync':
      case 'SignalDiff':
        return this.#signals(frame, raw);
      case 'Ping':
        return this.#pinged(session.decodePing(frame.payload));
      case 'Welcome': {
        const welcome = session.welcome.decode(frame.payload);
        this.#welcomed(welcome.answers ?? this.#subscriptions.count);
        this.rights = welcome.rights;
        this.signalAge = welcome.age;
        return this.handlers.welcome?.(welcome, this);
      }
      case 'Publish':
        return this.#publishes.take(frame.payload);
      case 'Status':
        return this.#statuses.take(frame.payload);
      case 'ControlState':
        return this.#controlStates.take(frame.payload);
      case 'ControlReply':
        // It was told first what the command has changed.
        this.#controlStates.now();
        return this.#replied(session.controlReply.decode(frame.payload));
      case 'Introduce':
        return this.handlers.introduce?.(session.introduce.decode(frame.payload), this);
      case 'End':
        return this.handlers.ended?.(this);
      case 'SubscribeFilter':
      case 'Control':
      case 'Ack':
        throw new WireError(`a source may not send ${frame.type}`, CLOSE.forbidden.code);
      default:
        // Error frames are for people who read the log; reserved kinds of state are passed over.
        return;
    }
  }

  /** One may answer an older subscription, or only tell of news: what follows it was still made for the older one. */
  #welcomed(nr: number): void {
    if (this.#subscriptions.reaches(nr)) this.lost = false;
    for (const { window, update, ground } of this.#subscriptions.answer(nr)) {
      this.window = window ?? null;
      if (!update) this.ground = ground;
    }
    if (this.#updateLater) this.update(this.#updateLater);
  }

  #tiles(frame: Frame, raw: Uint8Array): void {
    if (this.meta === null) throw new WireError('tiles came before the shape of their grid');
    this.handlers.tiles(this.#reader.tiles(frame), frame, raw, this);
    this.#acks.took(raw);
  }

  #signals(frame: Frame, raw: Uint8Array): void {
    const { schema } = this;
    if (schema === null) throw new WireError('signals came before their names');
    this.handlers.signals?.(this.#reader.signals(frame, schema), frame, raw, this);
    this.#acks.took(raw);
  }

  #pinged(ping: session.Ping): void {
    this.#acks.now();
    if (!ping.echo) return this.#send(encodeFrame('Ping', session.encodePing({ ...ping, echo: true, upstream: 0 })));
    const rtt = performance.now() - ping.time;
    if (rtt >= 0 && rtt < LONGEST_RTT) this.rtt = this.rtt === 0 ? rtt : this.rtt * 0.7 + rtt * 0.3;
    this.upstream = Number.isFinite(ping.upstream) ? Math.max(0, ping.upstream) : 0;
  }

  #replied(reply: ControlReplyMessage): void {
    if (this.handlers.reply) this.handlers.reply(reply, this);
    else this.#handedOn.answered(reply);
  }

  #closed(event: LinkClose): void {
    this.open = false;
    this.#ping.stop();
    this.#acks.stop();
    for (const newest of [this.#publishes, this.#statuses, this.#controlStates]) newest.stop();
    this.#handedOn.loseAll();
    this.handlers.closed?.(event, this);
  }
}
