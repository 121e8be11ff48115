/** Room for connections that stay: how many in all, how many of one address, and how fast it makes them. */

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AddressCount, AddressRate } from './address-rate.js';
import type { Tally } from './metrics/tally.js';
import type { ResolvedOptions } from './options.js';
import type { Room } from './room.js';

/** Why there is no room: an HTTP status, and a sentence. */
export interface NoRoom {
  status: 429 | 503;
  reason: string;
}

/** Shared by WebSockets and event streams. */
export class Connections {
  readonly #rate: AddressRate;
  readonly #count: AddressCount;
  /** How many there are now. */
  readonly open: Record<Room, number> = { peer: 0, stream: 0, signal: 0, events: 0 };
  /** What this comes over is no plain request any more. */
  onenter: ((socket: Socket) => void) | null = null;
  #all = 0;

  constructor(
    readonly options: Pick<ResolvedOptions, 'connectionRate' | 'addressConnections' | 'maxConnections' | 'trustProxy'>,
    readonly tally: Tally,
  ) {
    this.#rate = new AddressRate(options.connectionRate);
    this.#count = new AddressCount(options.addressConnections);
  }

  /** Takes one in; the function returned gives its place back, and has to be called once. */
  enter(req: IncomingMessage, room: Room): (() => void) | NoRoom {
    const address = addressOf(req, this.options.trustProxy);
    if (!this.#rate.take(address)) {
      return this.#refuse(address, room, 'rate', 429, 'Too many connections from this address. Try again in a second.');
    }
    if (this.#all >= this.options.maxConnections) {
      return this.#refuse(
        address,
        room,
        'full',
        503,
        'The relay has as many connections as it takes. Try again later.',
      );
    }
    if (!this.#count.enter(address)) {
      return this.#refuse(address, room, 'address', 429, 'This address has as many connections as one may have.');
    }
    this.onenter?.(req.socket);
    this.#all++;
    this.open[room]++;
    return () => {
      this.#all--;
      this.open[room]--;
      this.#count.leave(address);
    };
  }

  #refuse(address: string, room: Room, why: string, status: NoRoom['status'], reason: string): NoRoom {
    this.tally.refused(why, 'a connection was refused', { room, address, why: reason });
    return { status, reason };
  }
}

/** The last entry of `X-Forwarded-For` is the one our own proxy wrote; those before it are hearsay. */
export function addressOf(req: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy && req.headers['x-forwarded-for'];
  const last = (Array.isArray(forwarded) ? forwarded.join() : forwarded || '').split(',').at(-1)?.trim();
  return last || req.socket.remoteAddress || '';
}
