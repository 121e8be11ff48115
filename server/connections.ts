/** Room for connections that stay: how many in all, how many of one address, and how fast it makes them. */

import type { IncomingMessage } from 'node:http';
import { AddressCount, AddressRate } from './address-rate.js';
import type { ResolvedOptions } from './options.js';

/** Why there is no room: an HTTP status, and a sentence. */
export interface NoRoom {
  status: 429 | 503;
  reason: string;
}

/** Shared by WebSockets and event streams. */
export class Connections {
  readonly #rate: AddressRate;
  readonly #count: AddressCount;
  #open = 0;

  constructor(
    readonly options: Pick<ResolvedOptions, 'connectionRate' | 'addressConnections' | 'maxConnections' | 'trustProxy'>,
  ) {
    this.#rate = new AddressRate(options.connectionRate);
    this.#count = new AddressCount(options.addressConnections);
  }

  /** Takes one in; the function returned gives its place back, and has to be called once. */
  enter(req: IncomingMessage): (() => void) | NoRoom {
    const address = addressOf(req, this.options.trustProxy);
    if (!this.#rate.take(address)) {
      return { status: 429, reason: 'Too many connections from this address. Try again in a second.' };
    }
    if (this.#open >= this.options.maxConnections) {
      return { status: 503, reason: 'The relay has as many connections as it takes. Try again later.' };
    }
    if (!this.#count.enter(address)) {
      return { status: 429, reason: 'This address has as many connections as one may have.' };
    }
    this.#open++;
    return () => {
      this.#open--;
      this.#count.leave(address);
    };
  }
}

/** The last entry of `X-Forwarded-For` is the one our own proxy wrote; those before it are hearsay. */
export function addressOf(req: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy && req.headers['x-forwarded-for'];
  const last = (Array.isArray(forwarded) ? forwarded.join() : forwarded || '').split(',').at(-1)?.trim();
  return last || req.socket.remoteAddress || '';
}
