/**
 * A bus over Redis: publish and subscribe (sharded where Redis is a cluster), keys with an expiry, and one script that
 * compares and sets.
 */

import { randomBytes } from 'node:crypto';
import { every, type Timer } from '../../transport/session/timer.js';
import { type Bus, BusError } from './bus.js';
import type { RedisAddress } from './redis-address.js';
import { connectRedis, type RedisClients, toBytes } from './redis-clients.js';

/** Returns what the key held. Nothing is said as an empty text, which no value is. */
const SWAP = `
local held = redis.call('GET', KEYS[1]) or ''
if held == ARGV[1] then
  if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
end
return held`;

/** The bus listens to itself: it says something this often, ms, ... */
const BEAT = 2_000;
/** ... and where that is not heard for so long, ms, its subscriptions are as good as gone. */
const DEAF = 6_000;

export class RedisBus implements Bus {
  up = false;
  why: string;
  onstate: (() => void) | null = null;
  /** Milliseconds from here to Redis and back, by way of a topic, the last time. */
  latency = 0;

  readonly #listeners = new Map<string, (message: Uint8Array) => void>();
  #clients: RedisClients | null = null;
  #closed = false;
  /** Grows with every loss of a connection: what was begun before it counts for nothing. */
  #times = 0;
  /** Names this bus to itself. */
  readonly #self = `b:${randomBytes(9).toString('base64url')}`;
  #heardAt = 0;
  #beat: Timer | null = null;

  /** @param prefix before every key and topic */
  constructor(
    readonly address: RedisAddress,
    readonly prefix = 'mpl',
  ) {
    this.why = `Redis at ${address.shown} has not answered yet`;
    this.#listeners.set(this.#self, (message) => this.#heardItself(message));
    void this.#connect();
  }

  async publish(topic: string, message: Uint8Array): Promise<void> {
    await this.#ask(({ publish }) => publish(this.#name(topic), toBuffer(message)));
  }

  async subscribe(topic: string, listener: (message: Uint8Array) => void): Promise<void> {
    this.#listeners.set(topic, listener);
    await this.#ask(({ subscribe }) => subscribe(this.#name(topic)));
  }

  unsubscribe(topic: string): void {
    if (!this.#listeners.delete(topic)) return;
    this.#ask(({ unsubscribe }) => unsubscribe(this.#name(topic))).catch(() => {});
  }

  get(key: string): Promise<Uint8Array | null> {
    return this.#ask(async ({ bulk }) => {
      const value = await bulk.getBuffer(this.#name(key));
      return value && toBytes(value);
    });
  }

  async set(key: string, value: Uint8Array, ms: number): Promise<void> {
    await this.#ask(({ bulk }) => bulk.set(this.#name(key), toBuffer(value), 'PX', Math.ceil(ms)));
  }

  async delete(key: string): Promise<void> {
    await this.#ask(({ bulk }) => bulk.del(this.#name(key)));
  }

  swap(key: string, expect: string | null, value: string | null, ms: number): Promise<string | null> {
    const args = [this.#name(key), expect ?? '', value ?? '', Math.ceil(ms)] as const;
    return this.#ask(async ({ commands }) => ((await commands.eval(SWAP, 1, ...args)) as string) || null);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.onstate = null;
    this.#down('the bus is closed');
    this.#beat?.stop();
    for (const client of this.#clients?.all ?? []) client.disconnect();
  }

  #name(name: string): string {
    return `${this.prefix}:${name}`;
  }

  async #connect(): Promise<void> {
    const skip = this.prefix.length + 1;
    this.#clients = await connectRedis(this.address, (name, message) =>
      this.#listeners.get(name.slice(skip))?.(message),
    );
    const { all } = this.#clients;
    for (const client of all) {
      client.on('ready', () => void this.#ready());
      client.on('close', () => this.#down(`the connection to Redis at ${this.address.shown} was lost`));
      client.on('error', (error: Error) => {
        if (!this.up) this.#because(`Redis at ${this.address.shown}: ${reasonOf(error)}`);
      });
    }
    if (this.#closed) for (const client of all) client.disconnect();
    else this.#beat = every(BEAT, () => this.#listen());
  }

  /** A connection is there; once all are, and every topic is subscribed to again, the bus is up. */
  async #ready(): Promise<void> {
    const clients = this.#clients!;
    const times = ++this.#times;
    if (clients.all.some(({ status }) => status !== 'ready')) return;
    try {
      const topics = [...this.#listeners.keys()].map((topic) => this.#name(topic));
      await clients.warm();
      await clients.subscribe(...topics);
    } catch (error) {
      if (times === this.#times) this.#because(`Redis at ${this.address.shown}: ${reasonOf(error as Error)}`);
      return;
    }
    if (times !== this.#times || this.#closed) return;
    this.up = true;
    this.why = '';
    this.#heardAt = performance.now();
    this.onstate?.();
  }

  #down(why: string): void {
    this.#times++;
    if (!this.up) return;
    this.up = false;
    this.why = why;
    this.onstate?.();
  }

  #because(why: string): void {
    if (why === this.why) return;
    this.why = why;
    this.onstate?.();
  }

  /** A connection may be dead without a word: what is said to oneself has to come back. */
  #listen(): void {
    if (!this.up) {
      // A subscription failed while its connection stayed.
      if (this.#clients!.all.every(({ status }) => status === 'ready')) void this.#ready();
      return;
    }
    if (performance.now() - this.#heardAt > DEAF) return this.#clients!.restart();
    const now = new Float64Array([performance.now()]);
    this.publish(this.#self, new Uint8Array(now.buffer)).catch(() => {});
  }

  #heardItself(message: Uint8Array): void {
    if (message.length !== Float64Array.BYTES_PER_ELEMENT) return;
    this.#heardAt = performance.now();
    this.latency = this.#heardAt - new Float64Array(message.slice().buffer)[0]!;
  }

  async #ask<T>(what: (clients: RedisClients) => Promise<T>): Promise<T> {
    if (!this.up) throw new BusError(this.why);
    try {
      return await what(this.#clients!);
    } catch (error) {
      throw new BusError(`Redis at ${this.address.shown}: ${reasonOf(error as Error)}`);
    }
  }
}

/** The same bytes, as ioredis takes them. */
const toBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Errors of several addresses come without a message of their own. */
function reasonOf(error: Error): string {
  const { errors, code } = error as Error & { errors?: Error[]; code?: string };
  return error.message || errors?.[0]?.message || code || error.name;
}
