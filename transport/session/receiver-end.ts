/**
 * The receiving end of one link: a viewer's session with a relay or a source, or a relay's with its source.
 *
 * It decodes and checks frames, acknowledges state, measures the round trip, and matches replies to commands. What a
 * frame of state does to a replica is for its owner to say, because two links may feed one replica.
 */

import type { Link, LinkClose } from '../link/link.js';
import type { Grid } from '../state/grid.js';
import { CLOSE } from '../wire/codes.js';
import { decompress } from '../wire/deflate.js';
import { WireError } from '../wire/errors.js';
import { decodeFrame, encodeFrame, type Frame } from '../wire/frame.js';
import { decodeGridMeta, decodeGridReset, decodeGridTiles, type GridMeta, type GridTiles } from '../wire/grid.js';
import type {
  ControlCommand,
  ControlMessage,
  ControlReplyMessage,
  ControlStateMessage,
  IntroduceMessage,
  PublishMessage,
  Rights,
  SchemaMessage,
  StatusMessage,
  SubscribeMessage,
  TileWindow,
  WelcomeMessage,
} from '../wire/messages.js';
import * as session from '../wire/session.js';
import { decodeSignals } from '../wire/signal-code.js';
import { decodeSignalJson, type SignalSpec, type SignalUpdate, schema } from '../wire/signals.js';
import { FLAG } from '../wire/types.js';
import { CommandRefused } from './command-refused.js';
import { after, every, type Timer } from './timer.js';

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

/** Acks go out with the frames, not by a timer: a hidden page's timers sleep, its messages do not. */
const ACK_FRAMES = 32;
/** No more than the least that a sender lets be on its way, or it would wait for the timer. */
const ACK_BYTES = 64 * 1024;
const ACK_MS = 250;
/** The round trip is measured so often, and the other side knows that this one is there; ms. */
const PING = { webrtc: 1000, websocket: 5000, memory: 5000 } as const;
const COMMAND_MS = 10_000;
/** An echo of a ping older than this, ms, is of none that was sent here. */
const LONGEST_RTT = 60_000;
/** Commands of all viewers of a relay together that a source has not answered. */
const COMMANDS_OUT = 4096;
/** Subscriptions without an answer after which no more updates are sent. */
const UNANSWERED = 8;

/** What was announced, as it is looked things up in. */
export interface AnnouncedSchema extends SchemaMessage {
  specs: readonly SignalSpec[];
  names: ReadonlySet<string>;
}

const announced = (message: SchemaMessage): AnnouncedSchema => ({
  ...message,
  specs: message.signals.map(([name, type]) => ({ name, type })),
  names: new Set(message.signals.map(([name]) => name)),
});

/** What a sender was told: this grid was whole in this window at this version, and is empty elsewhere. */
export interface Ground {
  grid: Grid;
  window: TileWindow | null;
  version: number;
}

interface PendingCommand {
  resolve(): void;
  reject(error: Error): void;
  timer: Timer;
}

/** A command as it is handed on: with its place in the count of its own session, but without a number on this link. */
export type HandedOn = ControlCommand & Pick<ControlMessage, 'token' | 'after' | 'desk' | 'from'>;

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
  framesOfState = 0;
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

  #ackedFrames = 0;
  #ackedAt = 0;
  #unackedBytes = 0;
  #decodeMs = 0;
  #ackLater: Timer | null = null;
  #commandId = 0;
  #subscriptions = 0;
  /** The newest that was no mere update. */
  #begun = 0;
  /** Those that have no answer yet, in their order. */
  readonly #unanswered: (Pick<SubscribeMessage, 'window' | 'update'> & { nr: number; ground: Ground | null })[] = [];
  #shownToken: string | undefined;
  #updateLater: (() => Omit<SubscribeMessage, 'protocol'>) | null = null;
  readonly #commands = new Map<number, PendingCommand>();
  readonly #ping: Timer;

  constructor(
    readonly link: Link,
    readonly handlers: ReceiverHandlers,
    /** Bytes a compressed payload may inflate to. */
    readonly inflateLimit = 4 * 2 ** 20,
    /** And times its length, where that is more than a mebibyte. */
    readonly inflateRatio?: number,
  ) {
    link.onmessage = (message) => this.#receive(message);
    link.onclose = (event) => this.#closed(event);
    this.#ping = every(PING[link.kind], () => this.ping());
    this.ping();
  }

  /** Is there an answer to all that was asked for? */
  get answered(): boolean {
    return this.#unanswered.length === 0;
  }

  /** @param grid of which `resume` tells */
  subscribe(message: Omit<SubscribeMessage, 'protocol'>, grid: Grid | null = null): void {
    const { window, update, resume } = message;
    const nr = ++this.#subscriptions;
    this.#updateLater = null;
    if (!update) this.#begun = nr;
    this.standby = message.standby ?? false;
    const ground = resume && grid ? { grid, window: resume.window ?? null, version: resume.version } : null;
    this.#unanswered.push({ nr, ground, ...(window && { window }), ...(update && { update }) });
    const { identity, token } = this;
    const shown = token !== undefined && token !== this.#shownToken && { token };
    this.#shownToken = token;
    this.#send(
      encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1, ...identity, ...shown, ...message })),
    );
  }

  /** Changes the filter of what it is sent; as soon as there are answers again, where many are still to come. */
  update(filter: () => Omit<SubscribeMessage, 'protocol'>): void {
    if (this.#unanswered.length < UNANSWERED) this.subscribe({ ...filter(), update: true });
    else this.#updateLater = filter;
  }

  introduce(message: IntroduceMessage): void {
    this.#send(encodeFrame('Introduce', session.introduce.encode(message)));
  }

  /**
   * Sends a command over this link alone; resolves when the source has done it.
   * Rejects with `CommandRefused` if it will not, or if the link is lost before it says so.
   */
  command(command: HandedOn): Promise<void> {
    if (!this.open) return Promise.reject(new CommandRefused('not connected', true));
    if (this.#commands.size >= COMMANDS_OUT)
      return Promise.reject(new CommandRefused('too many commands wait for an answer', true));
    const id = ++this.#commandId;
    return new Promise((resolve, reject) => {
      const timer = after(COMMAND_MS, () => this.#lose(id, 'the source did not answer'));
      this.#commands.set(id, { resolve, reject, timer });
      this.control({ ...command, id });
    });
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
    if (this.open) this.link.send(bytes);
  }

  #receive(message: Uint8Array): void {
    // A socket may go on to deliver what came before its closing was agreed.
    if (!this.open) return;
    this.heardAt = performance.now();
    this.bytes += message.length;
    try {
      this.#handle(decodeFrame(message), message);
    } catch (error) {
      this.handlers.bad?.(error as Error, this);
      // Whatever one source sends, it is the end of its link at the most.
      const { code, message: reason } =
        error instanceof WireError ? error : { code: CLOSE.internal.code, message: CLOSE.internal.meaning };
      this.#send(encodeFrame('Error', session.errorMessage.encode({ code, reason })));
      this.close(code, reason);
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
        this.schema = announced(schema.decode(this.#payload(frame)));
        return this.handlers.schema?.(this);
      case 'SignalSync':
      case 'SignalDiff':
        return this.#signals(frame, raw);
      case 'Ping': {
        const ping = session.decodePing(frame.payload);
        this.#ack();
        if (!ping.echo)
          return this.#send(encodeFrame('Ping', session.encodePing({ ...ping, echo: true, upstream: 0 })));
        const rtt = performance.now() - ping.time;
        if (rtt >= 0 && rtt < LONGEST_RTT) this.rtt = this.rtt === 0 ? rtt : this.rtt * 0.7 + rtt * 0.3;
        this.upstream = Number.isFinite(ping.upstream) ? Math.max(0, ping.upstream) : 0;
        return;
      }
      case 'Welcome': {
        const welcome = session.welcome.decode(frame.payload);
        this.#welcomed(welcome.answers ?? this.#subscriptions);
        this.rights = welcome.rights;
        this.signalAge = welcome.age;
        return this.handlers.welcome?.(welcome, this);
      }
      case 'Publish':
        return this.handlers.publish?.(session.publish.decode(frame.payload), this);
      case 'Status':
        return this.handlers.status?.(session.status.decode(frame.payload), this);
      case 'ControlState':
        this.controlState = session.controlState.decode(frame.payload);
        return this.handlers.controlState?.(this.controlState, this);
      case 'ControlReply':
        return this.#answered(session.controlReply.decode(frame.payload));
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
    if (nr >= this.#begun) this.lost = false;
    while (this.#unanswered.length > 0 && this.#unanswered[0]!.nr <= nr) {
      const { window, update, ground } = this.#unanswered.shift()!;
      this.window = window ?? null;
      if (!update) this.ground = ground;
    }
    if (this.#updateLater) this.update(this.#updateLater);
  }

  #tiles(frame: Frame, raw: Uint8Array): void {
    if (this.meta === null) throw new WireError('tiles came before the shape of their grid');
    const began = performance.now();
    this.handlers.tiles(decodeGridTiles(this.#payload(frame)), frame, raw, this);
    this.#took(raw, began);
  }

  #signals(frame: Frame, raw: Uint8Array): void {
    const { schema } = this;
    if (schema === null) throw new WireError('signals came before their names');
    const began = performance.now();
    const payload = this.#payload(frame);
    const full = frame.type === 'SignalSync';
    const update =
      (frame.flags & FLAG.CODED) !== 0
        ? decodeSignals(payload, full, schema.specs)
        : decodeSignalJson(payload, full, (name) => schema.names.has(name));
    this.handlers.signals?.(update, frame, raw, this);
    this.#took(raw, began);
  }

  #payload(frame: Frame): Uint8Array {
    return (frame.flags & FLAG.COMPRESSED) !== 0
      ? decompress(frame.payload, this.inflateLimit, this.inflateRatio)
      : frame.payload;
  }

  /** A frame of state was taken: it is acknowledged, now or soon. */
  #took(raw: Uint8Array, began: number): void {
    this.framesOfState++;
    const now = performance.now();
    this.#unackedBytes += raw.length;
    this.#decodeMs += now - began;
    const frames = this.framesOfState - this.#ackedFrames;
    if (frames >= ACK_FRAMES || this.#unackedBytes >= ACK_BYTES || now - this.#ackedAt >= ACK_MS) this.#ack();
    else this.#ackLater ??= after(ACK_MS, () => this.#ack());
  }

  /** Acknowledges what is not yet: the last frames before a pause too, or the sender would wait for their acks. */
  #ack(): void {
    this.#ackLater?.stop();
    this.#ackLater = null;
    const frames = this.framesOfState - this.#ackedFrames;
    if (frames === 0) return;
    const ack = { frames: this.framesOfState, decodeMs: this.#decodeMs / frames };
    this.#send(encodeFrame('Ack', session.encodeAck(ack)));
    this.#ackedFrames = this.framesOfState;
    this.#ackedAt = performance.now();
    this.#unackedBytes = 0;
    this.#decodeMs = 0;
  }

  #answered(reply: ControlReplyMessage): void {
    const { id, ok, reason = 'refused', retry, lost } = reply;
    if (this.handlers.reply) return this.handlers.reply(reply, this);
    const command = this.#taken(id);
    if (ok) command?.resolve();
    else command?.reject(new CommandRefused(reason, retry, lost));
  }

  #lose(id: number, reason: string): void {
    this.#taken(id)?.reject(new CommandRefused(reason, true, true));
  }

  #taken(id: number): PendingCommand | undefined {
    const command = this.#commands.get(id);
    this.#commands.delete(id);
    command?.timer.stop();
    return command;
  }

  #closed(event: LinkClose): void {
    this.open = false;
    this.#ping.stop();
    this.#ackLater?.stop();
    for (const id of [...this.#commands.keys()]) this.#lose(id, 'the connection was lost before an answer came');
    this.handlers.closed?.(event, this);
  }
}
