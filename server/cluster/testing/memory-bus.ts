/** A bus within the process, whose messages a test may lose, hold back or see. */

import { Broker } from '../broker.js';
import { type Bus, BusError } from '../bus.js';

export class MemoryNetwork {
  readonly broker = new Broker<MemoryBus>();
  /** Is this message to be lost? */
  loses: (topic: string, message: Uint8Array, to: MemoryBus) => boolean = () => false;
  /** How late is this message to come, ms? Those of a topic stay in their order. */
  delays: (topic: string, to: MemoryBus) => number = () => 0;
  /** Messages that were published, by topic. */
  readonly published = new Map<string, number>();

  bus(): MemoryBus {
    return new MemoryBus(this);
  }
}

export class MemoryBus implements Bus {
  up = true;
  why = '';
  onstate: (() => void) | null = null;
  readonly #listeners = new Map<string, (message: Uint8Array) => void>();
  /** By topic, those that are late. */
  readonly #late = new Map<string, Uint8Array[]>();

  constructor(readonly network: MemoryNetwork) {}

  async publish(topic: string, message: Uint8Array): Promise<void> {
    await this.#turn();
    const { network } = this;
    network.published.set(topic, (network.published.get(topic) ?? 0) + 1);
    for (const to of network.broker.subscribers(topic)) {
      if (to.up && !network.loses(topic, message, to)) to.#arrive(topic, message.slice());
    }
  }

  async subscribe(topic: string, listener: (message: Uint8Array) => void): Promise<void> {
    this.#listeners.set(topic, listener);
    this.network.broker.subscribe(topic, this);
    await this.#turn();
  }

  unsubscribe(topic: string): void {
    this.#listeners.delete(topic);
    this.network.broker.unsubscribe(topic, this);
  }

  async get(key: string): Promise<Uint8Array | null> {
    await this.#turn();
    return this.network.broker.get(key);
  }

  async set(key: string, value: Uint8Array, ms: number): Promise<void> {
    await this.#turn();
    this.network.broker.set(key, value.slice(), ms);
  }

  async delete(key: string): Promise<void> {
    await this.#turn();
    this.network.broker.set(key, null, 0);
  }

  async swap(key: string, expect: string | null, value: string | null, ms: number): Promise<string | null> {
    await this.#turn();
    return this.network.broker.swap(key, expect, value, ms);
  }

  async close(): Promise<void> {
    this.onstate = null;
    this.up = false;
    this.why = 'the bus is closed';
    this.network.broker.leave(this);
  }

  /** Cuts it off, or lets it back in. */
  connect(up: boolean): void {
    this.up = up;
    this.why = up ? '' : 'the test cut it off';
    this.onstate?.();
  }

  #arrive(topic: string, message: Uint8Array): void {
    const late = this.#late.get(topic);
    const ms = this.network.delays(topic, this);
    if (ms === 0 && !late?.length) return this.#listeners.get(topic)?.(message);
    if (late) late.push(message);
    else this.#late.set(topic, [message]);
    setTimeout(() => {
      const next = this.#late.get(topic)!.shift()!;
      if (this.up) this.#listeners.get(topic)?.(next);
    }, ms);
  }

  async #turn(): Promise<void> {
    if (!this.up) throw new BusError(this.why);
    await Promise.resolve();
    if (!this.up) throw new BusError(this.why);
  }
}
