/**
 * The sending end of one link: one receiver's session, at a source or at a relay. It hears what the receiver says, keeps what
 * it has asked for (`asked.ts`) and what it may do (`tenure.ts`, `allowance.ts`), and answers its commands. State is left to
 * `serving.ts`.
 */

import type { Link } from '../link/link.js';
import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import { decodeFrame, encodeFrame, type Frame } from '../wire/frame.js';
import type {
  ChannelState,
  ControlMessage,
  ControlReplyMessage,
  IntroduceMessage,
  Rights,
  StatusMessage,
  SubscribeMessage,
  Vouched,
  WelcomeMessage,
} from '../wire/messages.js';
import * as session from '../wire/session.js';
import { Allowance, type Allowances } from './allowance.js';
import { Asked } from './asked.js';
import type { Bucket } from './bucket.js';
import { CommandRefused, refusalOf } from './command-refused.js';
import { farewell } from './farewell.js';
import type { Outbox } from './outbox.js';
import { Outgoing } from './outgoing.js';
import { Serving, type ServingSource } from './serving.js';
import type { SignalOutbox } from './signal-outbox.js';
import { EXPIRED, Tenure } from './tenure.js';

export interface SourceEndOptions extends Vouched, Allowances {
  /** The page that runs the source itself: its commands are always granted. */
  owner?: boolean;
  /** A relay of the source's own choice: it speaks for many, and what it says of them is believed. */
  relay?: boolean;
  /** From which its bytes of state come, with those of others who have the same right. Default: its right is its own. */
  bucket?: Bucket | null;
}

/** What an end must know of the fan-out it belongs to, and what it tells it. */
export interface EndOwner extends ServingSource {
  readonly channel: string;
  readonly state: ChannelState;
  readonly peers: boolean;
  readonly upstream: number;
  signalAge(): number;
  oncontrol(message: ControlMessage, end: SourceEnd): Promise<void>;
  onintroduce: ((message: IntroduceMessage, end: SourceEnd) => void) | null;
  onstatus: ((message: StatusMessage, end: SourceEnd) => void) | null;
  onends: (() => void) | null;
  /** Tells it whatever else it should know first. */
  inform(end: SourceEnd): void;
  onbad: ((error: Error, end: SourceEnd) => void) | null;
  remove(end: SourceEnd): void;
}

export class SourceEnd {
  readonly owner: boolean;
  readonly relay: boolean;
  readonly outbox: Outbox;
  readonly signals: SignalOutbox;
  /** When anything was last heard, asked for by a ping: for the heartbeat. */
  heardAt = performance.now();
  pingedAt = performance.now();

  readonly #asked: Asked;
  readonly #allowance: Allowance;
  readonly #tenure: Tenure;
  /** Has anybody said what its rights are? Then nothing else grants it anything. */
  #vouched: boolean;
  readonly #out: Outgoing;
  readonly #serving: Serving;

  constructor(
    readonly link: Link,
    readonly fanout: EndOwner,
    options: SourceEndOptions,
  ) {
    this.owner = options.owner ?? false;
    this.relay = options.relay ?? false;
    this.#vouched = options.rights !== undefined;
    this.#asked = new Asked(options.session);
    this.#tenure = new Tenure(options.rights ?? { control: false }, () => this.close(CLOSE.unauthorized.code, EXPIRED));
    this.#allowance = new Allowance(options);
    this.#out = new Outgoing(link, () => this.close(CLOSE.timeout.code, 'it does not read what it is sent', 'unread'));
    this.#serving = new Serving(fanout, this.#out, {
      asked: this.#asked,
      rights: () => this.rights,
      welcome: (how) => this.welcome(how),
      keyframe: () => {
        if (!this.#trusted) this.#allowance.keyframe();
      },
    });
    this.outbox = this.#serving.outbox;
    this.signals = this.#serving.signals;
    this.#serving.share(options.bucket ?? null);
    link.onmessage = (message) => this.#receive(message);
    link.ondrain = () => this.#serving.flush();
    link.onclose = () => this.#end();
  }

  /** By which its commands are counted: what the receiver said, or one that lasts as long as the link. */
  get session(): string {
    return this.#asked.session;
  }

  /** What the receiver may be called. */
  get name(): string | undefined {
    return this.#asked.name;
  }

  get bytesSent(): number {
    return this.#out.bytes;
  }

  /** When anything was last sent: for the heartbeat. */
  get sentAt(): number {
    return this.#out.at;
  }

  /** Bytes of memory that grow with the world, with how far it is behind and with what it selects: bounded, whatever it does. */
  get memory(): number {
    return this.outbox.memory + this.signals.memory + this.#asked.bytes + this.link.buffered;
  }

  /** Does it ask for no more than it needs? */
  get #trusted(): boolean {
    return this.owner || this.relay;
  }

  /** Has it said what it wants? */
  get greeted(): boolean {
    return this.#asked.greeted;
  }

  /** Does it want state over this link? */
  get active(): boolean {
    return this.#asked.active;
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
  setRights(rights: Rights, bucket: Bucket | null = null): void {
    this.#tenure.rights = rights;
    this.#vouched = true;
    this.#serving.share(bucket);
    this.#serving.narrow();
  }

  /** Begins (again) with the fan-out's grid. */
  start(): void {
    this.#serving.start();
  }

  /** The fan-out has other signals: begins with them. */
  replaceSignals(): void {
    try {
      this.#serving.replaceSignals();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** What of state it is going to be sent, as a welcome says it. */
  get follows(): 'merged' | 'none' {
    return this.#serving.follows;
  }

  /** Answers a subscription: where the channel stands, and what follows. */
  welcome(resume: WelcomeMessage['resume']): void {
    if (!this.greeted) return;
    const { channel, state, peers, grid, signals } = this.fanout;
    const message: WelcomeMessage = { protocol: 1, channel, state, resume, answers: this.#asked.heard, peers };
    if (grid !== null) message.epoch = grid.epoch;
    if (signals !== null) message.age = Math.round(this.fanout.signalAge());
    if (this.#vouched) message.rights = this.rights;
    this.send(encodeFrame('Welcome', session.welcome.encode(message)));
  }

  send(bytes: Uint8Array): void {
    this.#out.send(bytes);
  }

  ping(): void {
    this.pingedAt = performance.now();
    this.send(encodeFrame('Ping', session.encodePing({ echo: false, time: performance.now(), upstream: 0 })));
  }

  /** @param why a word for whoever counts, where the code has several meanings */
  close(code: number, reason: string, why?: string): void {
    if (this.#out.open) this.fanout.observer?.closed(code, why, this);
    this.link.close(code, reason);
  }

  #receive(message: Uint8Array): void {
    // A socket may go on to deliver what came before its closing was agreed.
    if (!this.#out.open) return;
    this.heardAt = performance.now();
    try {
      this.#handle(decodeFrame(message));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.fanout.onbad?.(error, this);
    farewell(
      error,
      (frame) => this.send(frame),
      (code, reason) => this.close(code, reason),
    );
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
        return this.#serving.flush();
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
    const update = this.#asked.isUpdate(message);
    if (!this.owner) {
      if (update) this.#allowance.update();
      else this.#allowance.subscription();
    }
    if (!this.#trusted) this.#allowance.select(message.signals?.select?.length ?? 0);
    const before = this.#asked.signals;
    this.#asked.hear(message);
    if (update) return this.#serving.update(before);
    if (this.active) this.fanout.refresh?.();
    this.#serving.startSignals(message.signals?.resume);
    this.#serving.start(message.update ? undefined : message.resume, true);
    this.signals.flush();
    this.fanout.onends?.();
  }

  async #command(message: ControlMessage | session.RefusedCommand): Promise<void> {
    let reply: ControlReplyMessage = { id: message.id, ok: true };
    try {
      if (!this.relay && !this.#allowance.command())
        throw new CommandRefused('too many commands; wait a second', false);
      const turn = 'command' in message && message.command === 'controller';
      if (turn && !this.#trusted && !this.#allowance.turn())
        throw new CommandRefused('too many requests to steer; wait a second', false);
      if ('refused' in message) throw new Error(message.refused);
      await this.fanout.oncontrol(message, this);
    } catch (error) {
      reply = refusalOf(message.id, error as Error);
      // It will come again.
      if (reply.retry) this.#allowance.refundCommand();
    }
    // What the command has changed, it hears before the answer.
    this.fanout.inform(this);
    this.send(encodeFrame('ControlReply', session.controlReply.encode(reply)));
  }

  #end(): void {
    this.#out.open = false;
    this.#tenure.stop();
    this.#serving.stop();
    this.fanout.remove(this);
  }
}
