/** Which nodes there are, and what all of them have to say. */

import { every, type Timer } from '../../transport/session/timer.js';
import { decodeMessage, encodeMessage } from './messages.js';
import type { ClusterNode } from './node.js';

/** Milliseconds that all nodes have to answer what is asked of all. */
const ANSWER = 1_000;

export class Roster {
  /** When each was last heard of. */
  readonly #heard = new Map<string, number>();
  readonly #beat: Timer;

  constructor(readonly node: ClusterNode) {
    node.bus.subscribe('all', (bytes) => this.#hear(bytes)).catch(() => {});
    this.#beat = every(node.leaseMs / 5, () => this.beat());
    this.beat();
  }

  /** The other nodes. */
  get others(): string[] {
    return [...this.#heard.keys()];
  }

  /** Says that this node is there. */
  beat(): void {
    const dead = performance.now() - this.node.leaseMs;
    for (const [id, at] of this.#heard) if (at < dead) this.#heard.delete(id);
    this.#say('here');
  }

  /** What each of the others answers; those that do not are left out. */
  async ask<T>(what: string, about: unknown): Promise<T[]> {
    const answers = await Promise.allSettled(this.others.map((id) => this.node.ask<T>(id, what, about, ANSWER)));
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  close(): void {
    this.#beat.stop();
    this.#say('gone');
    this.node.bus.unsubscribe('all');
  }

  #say(what: 'here' | 'gone'): void {
    const message = encodeMessage({ kind: 'tell', from: this.node.id, what, about: null });
    this.node.bus.publish('all', message).catch(() => {});
  }

  #hear(bytes: Uint8Array): void {
    const [message] = decodeMessage(bytes) ?? [];
    if (message?.kind !== 'tell' || message.from === this.node.id) return;
    if (message.what === 'gone') this.#heard.delete(message.from);
    else {
      const known = this.#heard.has(message.from);
      this.#heard.set(message.from, performance.now());
      // It does not know of this one yet.
      if (!known) this.#say('here');
    }
  }
}
