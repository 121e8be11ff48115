/** One relay among several: what it says to others, by their names, and what they say to it. */

import { randomBytes } from 'node:crypto';
import { after, every, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { SignalError } from '../../transport/wire/signal-value.js';
import { Refusal } from '../relay/refusal.js';
import type { Bus } from './bus.js';
import { BusLink, type LinkNode } from './bus-link.js';
import { decodeMessage, encodeMessage, type LinkPurpose, type NodeMessage, type Refused } from './messages.js';

/** Milliseconds that another node has to answer. */
const ANSWER = 5_000;

/** Answers a question of another node; throw a Refusal to refuse. */
export type Answerer = (about: never, from: string) => unknown;

interface Question {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  timer: Timer;
}

export class ClusterNode implements LinkNode {
  /** Chosen at random when the relay starts: one that starts again is another node. */
  readonly id = randomBytes(9).toString('base64url');
  /** Another node opens a link to this one. Close it to refuse. */
  onopen: (link: BusLink, as: LinkPurpose, channel: string) => void = (link) => link.close(CLOSE.forbidden.code);
  /** What another node said could not be taken. */
  onbad: (error: Error) => void = () => {};
  /** Nobody owns this channel, or somebody new who shares it: resolves when what was left of it is taken up. */
  orphaned: (channel: string) => Promise<void> = async () => {};
  /** By what is asked: who answers. */
  readonly answers = new Map<string, Answerer>();
  /** By what is told: who listens. */
  readonly listeners = new Map<string, (about: never, from: string) => void>();
  readonly #links = new Map<string, BusLink>();
  readonly #questions = new Map<number, Question>();
  readonly #watch: Timer;
  #checkedAt = performance.now();
  #count = 0;

  constructor(
    readonly bus: Bus,
    /** Milliseconds after which a silent node is taken for dead. */
    readonly leaseMs: number,
  ) {
    // Where the bus is not up yet, it subscribes once it is.
    bus.subscribe(`n:${this.id}`, (message) => this.#heard(message)).catch(() => {});
    this.#watch = every(leaseMs / 10, () => this.#check());
  }

  /** Links and questions that are open. */
  get size(): number {
    return this.#links.size + this.#questions.size;
  }

  send(to: string, message: NodeMessage, body?: Uint8Array): Promise<void> {
    return this.bus.publish(`n:${to}`, encodeMessage(message, body));
  }

  /** Opens a link to another node. One that is not there never speaks, and is closed for it. */
  open(to: string, as: LinkPurpose, channel: string): BusLink {
    const id = `${this.id}.${++this.#count}`;
    const link = new BusLink(this, id, to);
    this.#links.set(id, link);
    this.send(to, { kind: 'open', link: id, from: this.id, as, channel }).catch(() => {
      link.end({ code: CLOSE.timeout.code, reason: 'the way to the other relay is broken' });
    });
    return link;
  }

  left(link: BusLink): void {
    this.#links.delete(link.id);
  }

  failed(error: Error): void {
    this.onbad(error);
  }

  /**
   * Asks another node.
   * @throws Refusal where it refuses, Error where it does not answer
   */
  ask<T>(to: string, what: string, about: unknown, ms = ANSWER): Promise<T> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      const late = new Refusal(CLOSE.tryLater, 'the other relay did not answer');
      const timer = after(ms, () => this.#settle(id)?.reject(late));
      this.#questions.set(id, { resolve: resolve as (answer: unknown) => void, reject, timer });
      this.send(to, { kind: 'ask', id, from: this.id, what, about }).catch((error: Error) => {
        this.#settle(id)?.reject(new Refusal(CLOSE.tryLater, error.message));
      });
    });
  }

  /** Tells another node, which may or may not hear it. */
  tell(to: string, what: string, about: unknown): void {
    this.send(to, { kind: 'tell', from: this.id, what, about }).catch(() => {});
  }

  /** Ends all links: this node is leaving. */
  close(): void {
    this.#watch.stop();
    for (const link of [...this.#links.values()]) link.close(CLOSE.restart.code, 'the relay is closing');
    for (const id of [...this.#questions.keys()]) this.#settle(id)?.reject(new Error('the relay is closing'));
    this.bus.unsubscribe(`n:${this.id}`);
  }

  #settle(id: number): Question | undefined {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    question?.timer.stop();
    return question;
  }

  #heard(bytes: Uint8Array): void {
    const [message, body] = decodeMessage(bytes) ?? [];
    switch (message?.kind) {
      case 'open': {
        if (this.#links.has(message.link)) return;
        const link = new BusLink(this, message.link, message.from);
        this.#links.set(message.link, link);
        return this.onopen(link, message.as, message.channel);
      }
      case 'data': {
        const link = this.#links.get(message.link);
        if (link) return link.take(message.n, body!);
        // Whoever opened it has not noticed yet that it is over.
        const [opener] = message.link.split('.');
        if (opener === this.id) return;
        const { code } = CLOSE.timeout;
        void this.send(opener!, { kind: 'close', link: message.link, code, reason: 'no such link' }).catch(() => {});
        return;
      }
      case 'close':
        return this.#links.get(message.link)?.end(message);
      case 'ask':
        void this.#answer(message);
        return;
      case 'answer': {
        const question = this.#settle(message.id);
        const { refused } = message;
        if (refused) return question?.reject(toError(refused));
        return question?.resolve(message.answer);
      }
      case 'tell':
        return this.listeners.get(message.what)?.(message.about as never, message.from);
    }
  }

  async #answer({ id, from, what, about }: Extract<NodeMessage, { kind: 'ask' }>): Promise<void> {
    const reply = (rest: object): Promise<void> => this.send(from, { kind: 'answer', id, from: this.id, ...rest });
    try {
      const answerer = this.answers.get(what);
      if (answerer === undefined) throw new Refusal(CLOSE.badFrame, `the other relay knows no question "${what}"`);
      await reply({ answer: await answerer(about as never, from) });
    } catch (error) {
      await reply({ refused: toRefused(error as Error) }).catch(() => {});
    }
  }

  #check(): void {
    const now = performance.now();
    const { leaseMs } = this;
    // A process that slept has not heard what waits for it; the next look will tell.
    const late = now - this.#checkedAt > leaseMs / 2;
    this.#checkedAt = now;
    for (const link of [...this.#links.values()]) {
      if (!late && now - link.heardAt > leaseMs * 0.7) link.close(CLOSE.timeout.code, 'the other relay is silent');
      else if (now - link.sentAt > leaseMs * 0.15) link.beat();
    }
  }
}

/** An error on its way back to whoever asked. */
function toRefused(error: Error): Refused {
  const signal = error instanceof SignalError ? { signal: error.signal } : {};
  return { code: error instanceof Refusal ? error.code : CLOSE.internal.code, reason: error.message, ...signal };
}

function toError({ code, reason, signal }: Refused): Error {
  return signal === undefined
    ? new Refusal(code, reason)
    : Object.assign(new SignalError(signal, ''), { message: reason });
}
