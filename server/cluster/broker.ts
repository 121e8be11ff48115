/** Topics and keys within one process, for buses that meet there. */

import { BusError } from './bus.js';

interface Held {
  value: Uint8Array | string;
  /** `performance.now()` at which it is gone. */
  until: number;
}

/** Keys that are over are looked for once so many were set. */
const SWEEP = 1000;

export class Broker<Subscriber> {
  readonly #topics = new Map<string, Set<Subscriber>>();
  readonly #keys = new Map<string, Held>();
  #sets = 0;

  subscribe(topic: string, subscriber: Subscriber): void {
    const subscribers = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, subscribers.add(subscriber));
  }

  unsubscribe(topic: string, subscriber: Subscriber): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers?.delete(subscriber) && subscribers.size === 0) this.#topics.delete(topic);
  }

  /** Of every topic. */
  leave(subscriber: Subscriber): void {
    for (const topic of [...this.#topics.keys()]) this.unsubscribe(topic, subscriber);
  }

  subscribers(topic: string): Iterable<Subscriber> {
    return this.#topics.get(topic) ?? [];
  }

  get(key: string): Uint8Array | null {
    const value = this.#get(key);
    return typeof value === 'string' ? new TextEncoder().encode(value) : value;
  }

  set(key: string, value: Uint8Array | string | null, ms: number): void {
    if (value === null) this.#keys.delete(key);
    else this.#keys.set(key, { value, until: performance.now() + ms });
    if (++this.#sets % SWEEP === 0) for (const held of [...this.#keys.keys()]) this.#get(held);
  }

  swap(key: string, expect: string | null, value: string | null, ms: number): string | null {
    const held = this.#get(key);
    if (held instanceof Uint8Array) throw new BusError(`the key ${key} holds bytes, not text`);
    if (held === expect) this.set(key, value, ms);
    return held;
  }

  /** Names of the keys that hold something. */
  keys(): string[] {
    return [...this.#keys.keys()].filter((key) => this.#get(key) !== null);
  }

  #get(key: string): Uint8Array | string | null {
    const held = this.#keys.get(key);
    if (held === undefined) return null;
    if (held.until > performance.now()) return held.value;
    this.#keys.delete(key);
    return null;
  }
}
