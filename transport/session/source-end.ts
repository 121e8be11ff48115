/**
 * The sending end of one link: one receiver's session, at a source or at a relay. It hears what the receiver wants,
 * answers its commands, and leaves state to its outbox.
 */

import type { Link, SharedMessage } from '../link/link.js';
import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import { decodeFrame, encodeFrame, type Frame } from '../wire/frame.js';
import { encodeGridMeta, encodeGridReset } from '../wire/grid.js';
import type {
  ChannelState,
  ControlMessage,
  ControlReplyMessage,
  IntroduceMessage,
  Rights,
  SignalsWanted,
  StatusMessage,
  SubscribeMessage,
  Vouched,
  WelcomeMessage,
} from '../wire/messages.js';
import * as session from '../wire/session.js';
import { FLAG } from '../wire/types.js';
import { Allowance, type Allowances } from './allowance.js';
import { Cap } from './cap.js';
import { CommandRefused, refusalOf } from './command-refused.js';
import { newSession } from './identity.js';
import type { FanoutObserver } from './observer.js';
import { Outbox, type OutboxSource } from './outbox.js';
import { SignalOutbox, type SignalOutboxSource } from './signal-outbox.js';
import { EXPIRED, Tenure } from './tenure.js';

/**
 * Bytes that may wait for a receiver that does not read, beside those of its last frames of state, which wait for a link that
 * is not full; what is not state cannot be left out, so then it is closed.
 */
const MAX_WAITING = 2 ** 20;

export interface SourceEndOptions extends Vouched, Allowances {
  /** The page that runs the source itself: its commands are always granted. */
  owner?: boolean;
  /** A relay of the source's own choice: it speaks for many, and what it says of them is believed. */
  relay?: boolean;
}

/** What an end must know of the fan-out it belongs to, and what it tells it. */
export interface EndOwner extends OutboxSource, SignalOutboxSource {
  readonly channel: string;
  readonly observer: FanoutObserver | null;
  readonly state: ChannelState;
  readonly peers: boolean;
  readonly upstream: number;
  signalAge(): number;
  readonly controlFrame: Uint8Array | null;
  oncontrol(message: ControlMessage, end: SourceEnd): Promise<void>;
  onintroduce: ((message: IntroduceMessage, end: SourceEnd) => void) | null;
  onstatus: ((message: StatusMessage, end: SourceEnd) => void) | null;
  onends: (() => void) | null;
  onbad: ((error: Error, end: SourceEnd) => void) | null;
  remove(end: SourceEnd): void;
}

export class SourceEnd {
  readonly owner: boolean;
  readonly relay: boolean;
  /** What the receiver may be called. */
  name: string | undefined;
  readonly outbox: Outbox;
  readonly signals: SignalOutbox;
  readonly #cap = new Cap(() => {
    this.fanout.refresh?.();
    this.#goOn();
  });
  /** When anything was last sent, heard, asked for by a ping: for the heartbeat. */
  sentAt = performance.now();
  heardAt = performance.now();
  pingedAt = performance.now();
  bytesSent = 0;

  #session: string | undefined;
  /** A relay has said what its session is. */
  readonly #introduced: boolean;
  readonly #allowance: Allowance;
  /** What the receiver asked for; null before its first message. */
  #wanted: SubscribeMessage | null = null;
  /** Subscriptions heard, which each welcome says: frames made for an older one do not fit a receiver that went on. */
  #heard = 0;
  #closed = false;
  /** Bytes of the largest message. */
  #largest = 0;
  readonly #tenure: Tenure;
  /** Has anybody said what its rights are? Then nothing else grants it anything. */
  #vouched: boolean;

  constructor(
    readonly link: Link,
    readonly fanout: EndOwner,
    options: SourceEndOptions,
  ) {
    this.owner = options.owner ?? false;
    this.relay = options.relay ?? false;
    this.#vouched = options.rights !== undefined;
    this.#session = options.session;
    this.#introduced = options.session !== undefined;
    this.#tenure = new Tenure(options.rights ?? { control: false }, () => this.close(CLOSE.unauthorized.code, EXPIRED));
    this.#allowance = new Allowance(options);
    this.outbox = new Outbox(
      link,
      fanout,
      (bytes) => this.send(bytes),
      (frames) => this.#share(frames),
      this.#cap,
    );
    this.signals = new SignalOutbox(link, fanout, this.outbox.pacer, this.#cap, (bytes) => this.send(bytes));
    link.onmessage = (message) => this.#receive(message);
    link.ondrain = () => this.#flush();
    link.onclose = () => this.#end();
  }

  /** By which its commands are counted: what the receiver said, or one that lasts as long as the link. */
  get session(): string {
    this.#session ??= newSession();
    return this.#session;
  }

  /** Bytes of memory that grow with the world and with how far it is behind: bounded, whatever it does. */
  get memory(): number {
    return this.outbox.memory + this.link.buffered;
  }

  /** Does it ask for no more than it needs? */
  get #trusted(): boolean {
    return this.owner || this.relay;
  }

  /** Has it said what it wants? */
  get greeted(): boolean {
    return this.#wanted !== null;
  }

  /** Does it want state over this link? */
  get active(): boolean {
    return this.#wanted !== null && this.#wanted.standby !== true;
  }

  /** What this receiver may do and see, and for how long yet. */
  get rights(): Rights {
    return this.#tenure.rights;
  }

  /** Its rights, where somebody vouched for them; undefined where the source itself says who may do what. */
  get vouched(): Rights | undefined {
    return this.#vouched ? this.rights : undefined;
  }

  /** Other rights, from now on: tiles that it may see no more are not sent any more, those that it may now are. */
  setRights(rights: Rights): void {
    this.#tenure.rights = rights;
    this.#vouched = true;
    this.#refilter();
    // Frames from here on are whole in what it may see now, and it has to know what that is.
    this.welcome('none');
    this.#goOn();
  }

  /** Begins (again) with the fan-out's grid, from what the receiver says it holds, and where it was the receiver that asked. */
  start(resume?: SubscribeMessage['resume'], asked = false): void {
    if (this.#wanted === null) return;
    const { grid, stamp, controlFrame } = this.fanout;
    this.#refilter();
    if (grid === null || this.#wanted.grid === false || this.#wanted.standby) {
      this.outbox.stop();
      this.welcome('none');
      // A source of signals alone can be steered too.
      if (grid === null && controlFrame && !this.#wanted.standby) this.send(controlFrame);
      return;
    }
    const how = this.outbox.begin(grid, resume);
    if (asked && how === 'full' && !this.#trusted) this.#allowance.keyframe();
    this.fanout.observer?.began(how);
    this.welcome(how);
    const header = { ...stamp, width: grid.tilesX, height: grid.tilesY };
    this.send(encodeFrame('GridMeta', encodeGridMeta(grid), header));
    if (how === 'full') {
      this.send(encodeFrame('GridReset', encodeGridReset(this.outbox.since), { ...header, flags: FLAG.KEYFRAME }));
    }
    if (controlFrame) this.send(controlFrame);
    this.outbox.flush();
  }

  /** Begins (again) with the fan-out's signals. */
  startSignals(resume?: SignalsWanted['resume']): void {
    const { signals, standby } = this.#wanted ?? {};
    if (signals === undefined || standby) return this.signals.stop();
    const { resume: _, ...wanted } = signals;
    this.signals.begin(resume ? { ...wanted, resume } : wanted);
    this.signals.flush();
  }

  /** Answers a subscription: where the channel stands, and what follows. */
  welcome(resume: WelcomeMessage['resume']): void {
    if (this.#wanted === null) return;
    const { channel, state, peers, grid, signals } = this.fanout;
    const message: WelcomeMessage = { protocol: 1, channel, state, resume, answers: this.#heard, peers };
    if (grid !== null) message.epoch = grid.epoch;
    if (signals !== null) message.age = Math.round(this.fanout.signalAge());
    if (this.#vouched) message.rights = this.rights;
    this.send(encodeFrame('Welcome', session.welcome.encode(message)));
  }

  send(bytes: Uint8Array): void {
    if (!this.#reads()) return;
    this.#note(bytes);
    this.link.send(bytes);
  }

  ping(): void {
    this.pingedAt = performance.now();
    this.send(encodeFrame('Ping', session.encodePing({ echo: false, time: performance.now(), upstream: 0 })));
  }

  /** @param why a word for whoever counts, where the code has several meanings */
  close(code: number, reason: string, why?: string): void {
    if (!this.#closed) this.fanout.observer?.closed(code, why, this);
    this.link.close(code, reason);
  }

  #share(messages: readonly SharedMessage[]): void {
    if (this.link.sendShared === undefined) {
      for (const { bytes } of messages) this.send(bytes);
    } else if (this.#reads()) {
      for (const { bytes } of messages) this.#note(bytes);
      this.link.sendShared(messages);
    }
  }

  #note({ length }: Uint8Array): void {
    this.bytesSent += length;
    this.#largest = Math.max(this.#largest, length);
  }

  /** May anything be sent? It is, then. */
  #reads(): boolean {
    if (this.#closed) return false;
    this.sentAt = performance.now();
    const { buffered, highWater } = this.link;
    if (buffered <= highWater + this.#largest + MAX_WAITING) return true;
    this.close(CLOSE.timeout.code, 'it does not read what it is sent', 'unread');
    return false;
  }

  #receive(message: Uint8Array): void {
    // A socket may go on to deliver what came before its closing was agreed.
    if (this.#closed) return;
    this.heardAt = performance.now();
    try {
      this.#handle(decodeFrame(message));
    } catch (error) {
      this.fanout.onbad?.(error as Error, this);
      // Whatever one receiver sends, it is the end of its link at the most.
      const { code, message: reason } =
        error instanceof WireError ? error : { code: CLOSE.internal.code, message: CLOSE.internal.meaning };
      this.send(encodeFrame('Error', session.errorMessage.encode({ code, reason })));
      this.close(code, reason);
    }
  }

  #handle(frame: Frame): void {
    if (frame.type === 'Ack') {
      const ack = session.decodeAck(frame.payload);
      const { pacer } = this.outbox;
      const before = pacer.inFlight;
      if (!pacer.acked(ack, performance.now()))
        throw new WireError(`an ack of ${ack.frames} frames that were not sent`);
      // One that says nothing new counts like any other message.
      if (pacer.inFlight !== before) {
        this.fanout.observer?.acked(pacer.latency, this);
        return this.#flush();
      }
    }
    if (!this.#trusted) this.#allowance.message();
    switch (frame.type) {
      case 'Ack':
      case 'Error':
        return;
      case 'SubscribeFilter':
        return this.#subscribe(session.subscribe.decode(frame.payload));
      case 'Ping': {
        const ping = session.decodePing(frame.payload);
        if (ping.echo) return;
        const echo = { ...ping, echo: true, upstream: this.fanout.upstream };
        return this.send(encodeFrame('Ping', session.encodePing(echo)));
      }
      case 'Control':
        void this.#command(session.control.decode(frame.payload));
        return;
      case 'Introduce':
        return this.fanout.onintroduce?.(session.introduce.decode(frame.payload), this);
      case 'Status':
        return this.fanout.onstatus?.(session.status.decode(frame.payload), this);
      default:
        throw new WireError(`a receiver may not send ${frame.type}`, CLOSE.forbidden.code);
    }
  }

  #subscribe(message: SubscribeMessage): void {
    const before = this.#wanted;
    // Where nothing flows yet, there is nothing to update.
    const update = message.update === true && before !== null && !message.standby === !before.standby;
    if (!this.owner) {
      if (update) this.#allowance.update();
      else this.#allowance.subscription();
    }
    if (this.#introduced && (message.session ?? this.#session) !== this.#session) {
      throw new WireError('it speaks under another session than it was introduced with', CLOSE.forbidden.code);
    }
    this.#wanted = message;
    this.#session = message.session ?? this.#session;
    this.name = message.name ?? this.name;
    this.#heard++;
    if (update) return this.#update(before, message);
    if (message.standby !== true) this.fanout.refresh?.();
    this.start(message.update ? undefined : message.resume, true);
    this.startSignals(message.signals?.resume);
    this.fanout.onends?.();
  }

  /** Only the filter is another: what was sent still counts. */
  #update(before: SubscribeMessage, message: SubscribeMessage): void {
    if (this.outbox.open !== this.#wantsGrid) {
      // Tiles are wanted that were not before, or the other way round.
      if (this.#wantsGrid) this.fanout.refresh?.();
      this.start(undefined, true);
    } else {
      this.#refilter();
      this.welcome(this.outbox.lacking ? 'merged' : 'none');
    }
    if (JSON.stringify(filterOf(before.signals)) !== JSON.stringify(filterOf(message.signals))) {
      this.startSignals(message.signals?.resume);
    }
    this.#goOn();
  }

  /** Are there tiles, and are they wanted? */
  get #wantsGrid(): boolean {
    return this.fanout.grid !== null && this.active && this.#wanted!.grid !== false;
  }

  #refilter(): void {
    const { maxFps, maxBps = Number.POSITIVE_INFINITY, window } = this.#wanted ?? {};
    const { rights } = this;
    this.#cap.perSecond = Math.min(maxBps, rights.maxBps ?? Number.POSITIVE_INFINITY);
    this.outbox.tempo.maxFps = maxFps;
    this.signals.tempo.maxFps = maxFps;
    this.outbox.filter(window, rights.view);
  }

  async #command(message: ControlMessage | session.RefusedCommand): Promise<void> {
    let reply: ControlReplyMessage = { id: message.id, ok: true };
    try {
      if (!this.relay && !this.#allowance.command())
        throw new CommandRefused('too many commands; wait a second', false);
      if ('refused' in message) throw new Error(message.refused);
      await this.fanout.oncontrol(message, this);
    } catch (error) {
      reply = refusalOf(message.id, error as Error);
      // It will come again.
      if (reply.retry) this.#allowance.refundCommand();
    }
    this.send(encodeFrame('ControlReply', session.controlReply.encode(reply)));
  }

  /** It may have had to wait, by what was true until now. */
  #goOn(): void {
    this.outbox.catchUp();
    this.#flush();
  }

  #flush(): void {
    this.outbox.flush();
    this.signals.flush();
  }

  #end(): void {
    this.#closed = true;
    this.#tenure.stop();
    this.#cap.stop();
    this.outbox.stop();
    this.signals.stop();
    this.fanout.remove(this);
  }
}

/** Which signals, and how, without what is held of them. */
const filterOf = ({ resume: _, ...filter }: SignalsWanted = {}): SignalsWanted => filter;
