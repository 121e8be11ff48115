/**
 * The commands of one receiver that have no answer yet. Each goes to the link that commands go to now, and again, in their
 * order, when that is another one, or when somebody between here and the source says that it did not get through. The
 * source's desk takes care that it is carried out once, however many copies come.
 */

import type { ControlCommand, ControlMessage, ControlReplyMessage } from '../wire/messages.js';
import { newSession, publicId } from './identity.js';
import { RateLimit } from './rate.js';
import { after, type Timer } from './timer.js';

/** How long a command waits for its answer, ms, whatever happens meanwhile. */
const PATIENCE = 10_000;
/** Commands without an answer. */
const MOST = 256;
/** Commands a second over a network, and at once: a sender bears 100 messages a second, 200 at once, of all kinds. */
const QUICK = [60, 100] as const;
/** Once one was too many: fewer than a relay grants by default, until all have their answer. */
const CALM = [25, 50] as const;
/** Milliseconds before what did not get through is tried again, at first and at last. */
const FIRST_WAIT = 100;
const LAST_WAIT = 1_000;
const PACE = 20;

/** What is needed of a link's receiving end. */
export interface CommandEnd {
  readonly open: boolean;
  readonly link: { readonly kind: string };
  control(message: ControlMessage): void;
}

interface Pending {
  readonly message: ControlCommand & { id: number; token?: string };
  readonly timer: Timer;
  resolve(): void;
  reject(error: Error): void;
  /** It goes out in the very turn in which it is given: should it be one too many, whoever gave it is to know. */
  fresh: boolean;
  /** A copy is on its way by the present link. */
  out: boolean;
  /** Some copy was lost, by which it may have been carried out. */
  doubt: boolean;
  /** The desk that it is meant for: the one known when it was given, else the first that it was sent to. */
  desk: number | undefined;
  /** Why it has not got through. */
  reason: string;
}

export class Commands {
  /** Who gives them: public id, dot, secret. */
  readonly session = newSession();
  #end: CommandEnd | null = null;
  #desk: number | undefined;
  #id = 0;
  /** In the order of their ids. */
  readonly #pending = new Map<number, Pending>();
  readonly #quick = new RateLimit(...QUICK);
  readonly #calm = new RateLimit(...CALM);
  /** Nothing is sent until it runs out. */
  #hold: Timer | null = null;
  #wait = 0;
  /** The last one did not get through: the next goes alone, to see whether it does. */
  #probing = false;
  /** One was one too many. */
  #calmly = false;
  #later: Timer | null = null;

  /** The public part of the session. */
  get id(): string {
    return publicId(this.session);
  }

  /** Commands without an answer. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Resolves when the source has carried it out. Rejects with the reason if it will not, or if that cannot be known: then the
   * reason says that it may have been carried out.
   */
  give(command: ControlCommand & { token?: string }): Promise<void> {
    if (this.#pending.size >= MOST) return Promise.reject(new Error('too many commands wait for an answer'));
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      const timer = after(PATIENCE, () => this.#settle(id, this.#whyNoAnswer(id)));
      const state = { fresh: true, out: false, doubt: false, desk: this.#desk, reason: '' };
      const pending = { message: { ...command, id }, timer, resolve, reject, ...state };
      this.#pending.set(id, pending);
      this.#pump();
      pending.fresh = pending.out;
    });
  }

  /** Commands go to this end from now on; null while there is none. */
  follow(end: CommandEnd | null): void {
    if (end === this.#end) return;
    this.#end = end;
    for (const [id, pending] of this.#pending) {
      pending.doubt ||= pending.out;
      pending.out = false;
      // Whom it was meant for was not known, so nobody else can be kept from carrying it out again.
      if (pending.doubt && pending.desk === undefined) this.#settle(id, maybe(LOST));
    }
    this.#probing = false;
    this.hurry();
  }

  /** The source has told which desk it has. */
  atDesk(desk: number | undefined): void {
    this.#desk = desk;
    for (const [id, pending] of this.#pending) {
      if (!pending.out && this.#elsewhere(pending)) this.#settle(id, anew(pending));
    }
    this.hurry();
  }

  /** Something has changed for the better: what waits to be tried again is tried now. */
  hurry(): void {
    this.#hold?.stop();
    this.#hold = null;
    this.#pump();
  }

  /** An answer has come, by any link. */
  answered({ id, ok, reason = 'refused', retry, lost }: ControlReplyMessage, end: CommandEnd): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    if (ok || retry === undefined) {
      this.#settle(id, ok ? null : reason);
    } else {
      if (lost) pending.doubt = true;
      // Of another link: the copy that counts is on its way.
      if (end !== this.#end || !pending.out) return;
      pending.out = false;
      pending.reason = reason;
      if (this.#elsewhere(pending)) this.#settle(id, anew(pending));
      else if (pending.doubt && pending.desk === undefined) this.#settle(id, maybe(reason));
      else if (retry) return this.#holdOn();
      else if (pending.fresh && !pending.doubt) this.#settle(id, reason);
      else {
        this.#calmly = true;
        return this.#holdOn();
      }
    }
    // Something gets through.
    this.#probing = false;
    this.#wait = 0;
    this.#pump();
  }

  /** Answers all with this reason: no other will come. */
  giveUp(reason: string): void {
    for (const [id, { out, doubt }] of this.#pending) this.#settle(id, out || doubt ? maybe(reason) : reason);
    this.#hold?.stop();
    this.#later?.stop();
    this.#hold = this.#later = null;
  }

  /** It was meant for a desk that is not there any more: whoever paused one world has not asked for another to stand still. */
  #elsewhere({ desk }: Pending): boolean {
    return desk !== undefined && desk !== this.#desk;
  }

  #holdOn(): void {
    this.#probing = true;
    if (this.#hold !== null) return;
    this.#wait = Math.min(LAST_WAIT, Math.max(FIRST_WAIT, this.#wait * 2));
    this.#hold = after(this.#wait, () => this.hurry());
  }

  /** Sends what can be sent, in order. */
  #pump(): void {
    const end = this.#end;
    if (end === null || !end.open || this.#hold !== null) return;
    let before: number | undefined;
    for (const [id, pending] of this.#pending) {
      if (!pending.out) {
        if (end.link.kind !== 'memory' && !this.#mayGo()) return;
        pending.out = true;
        if (!pending.doubt) pending.desk ??= this.#desk;
        const { message, desk } = pending;
        end.control({
          ...message,
          ...(before !== undefined && { after: before }),
          ...(desk !== undefined && { desk }),
        });
      }
      if (this.#probing) return;
      before = id;
    }
  }

  /** Is there room for another one? If not, there will be. */
  #mayGo(): boolean {
    // What goes quickly counts for what is to go calmly, too.
    const room = this.#calmly || this.#quick.take();
    if (room && (this.#calm.take() || !this.#calmly)) return true;
    this.#later ??= after(PACE, () => {
      this.#later = null;
      this.#pump();
    });
    return false;
  }

  #whyNoAnswer(id: number): string {
    const { out, doubt, reason } = this.#pending.get(id)!;
    const late = `the source did not answer in ${PATIENCE / 1000} seconds`;
    if (out || doubt) return maybe(late);
    return reason || 'not connected to a source';
  }

  #settle(id: number, refused: string | null): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.timer.stop();
    if (this.#pending.size === 0) this.#calmly = false;
    if (refused === null) pending.resolve();
    else pending.reject(new Error(refused));
  }
}

const maybe = (reason: string): string => `${reason}; it may have been carried out`;
const LOST = 'the connection was lost before an answer came';
const anew = ({ doubt }: Pending): string =>
  doubt
    ? maybe('the source began anew before an answer came')
    : 'the source began anew: this was meant for the one before';
