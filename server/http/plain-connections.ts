/**
 * TCP connections that are plain HTTP: requests that come slowly, and answers that are not read, cost memory as long as
 * they last. So there are so many of them, in all and of one address, and each has its time. Where there are too many, the
 * one that has asked for nothing for longest goes.
 *
 * WebSockets and event streams are counted elsewhere, and watched by those who write to them.
 */

import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { network } from '../address-rate.js';
import type { Tally } from '../metrics/tally.js';
import type { ResolvedOptions } from '../options.js';

interface Plain {
  /** Null where a proxy speaks for all. */
  network: string | null;
  /** When it was made, or last asked for something. */
  at: number;
}

type Limits = Pick<ResolvedOptions, 'maxConnections' | 'maxRequests' | 'addressRequests' | 'answerMs' | 'trustProxy'>;

export class PlainConnections {
  /** Those that asked last come last. */
  readonly #all = new Map<Socket, Plain>();
  readonly #networks = new Map<string, Set<Socket>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly limits: Limits,
    readonly tally: Tally,
  ) {}

  get size(): number {
    return this.#all.size;
  }

  /** Counts the connections of this server. */
  watch(server: Server): void {
    const { maxConnections, maxRequests } = this.limits;
    // Each is counted here before it is known what it is; those above are not even accepted.
    server.maxConnections = maxConnections + maxRequests + 1;
    server.on('connection', (socket: Socket) => this.#enter(socket));
    server.on('request', ({ socket }: IncomingMessage) => this.#asked(socket));
  }

  /** It is none of these any more: a WebSocket, an event stream, or gone. */
  leave(socket: Socket): void {
    const plain = this.#all.get(socket);
    if (plain === undefined) return;
    this.#all.delete(socket);
    const others = plain.network === null ? undefined : this.#networks.get(plain.network);
    if (others?.delete(socket) && others.size === 0) this.#networks.delete(plain.network!);
    if (this.#all.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #enter(socket: Socket): void {
    const { maxRequests, addressRequests, answerMs, trustProxy } = this.limits;
    const of = trustProxy ? null : network(socket.remoteAddress ?? '');
    if (this.#all.size >= maxRequests) this.#cut(this.#all.keys().next().value!, 'http');
    const others = of === null ? undefined : (this.#networks.get(of) ?? new Set());
    if (others && others.size >= addressRequests) this.#cut(others.values().next().value!, 'http-address');
    if (others) this.#networks.set(of!, others.add(socket));
    this.#all.set(socket, { network: of, at: performance.now() });
    socket.once('close', () => this.leave(socket));
    this.#timer ??= setInterval(() => this.#sweep(), Math.max(10, answerMs / 8)).unref();
  }

  #asked(socket: Socket): void {
    const plain = this.#all.get(socket);
    if (plain === undefined) return;
    plain.at = performance.now();
    this.#all.delete(socket);
    this.#all.set(socket, plain);
    const others = plain.network === null ? undefined : this.#networks.get(plain.network);
    if (others?.delete(socket)) others.add(socket);
  }

  /** Whoever has had its time has not read its answer, or not asked to the end. */
  #sweep(): void {
    const over = performance.now() - this.limits.answerMs;
    for (const [socket, { at }] of this.#all) {
      if (at > over) break;
      this.#cut(socket, 'unread');
    }
  }

  #cut(socket: Socket, why: string): void {
    this.leave(socket);
    this.tally.refused(why, 'a request was cut off', { address: socket.remoteAddress });
    socket.destroy();
  }
}
