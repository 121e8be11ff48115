/**
 * Sockets that have not shown yet who they are: the first message of a source, or the token that a relay with keys asks
 * for. Strangers can have as many of these as they have addresses, so what they send is counted: of each, and of all
 * together. Where that is too much, the one that has been waited for longest goes.
 */

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE } from '../transport/wire/codes.js';
import { AddressCount } from './address-rate.js';
import type { NoRoom } from './connections.js';
import type { Tally } from './metrics/tally.js';
import type { ResolvedOptions } from './options.js';
import type { Room } from './room.js';
import { refuse } from './sockets.js';

/** What a piece of a message takes beside its bytes, about: pieces may be of one byte. */
const PIECE = 256;

/** The place of one of them, until it is known or gone. */
export interface Newcomer {
  /** Counts what comes over it. */
  watch(duplex: Duplex, socket: WebSocket): void;
  /** It has shown who it is, or has gone. */
  leave(): void;
}

interface Watched {
  socket: WebSocket;
  bytes: number;
}

export class Newcomers {
  readonly #count: AddressCount;
  /** The oldest first. */
  readonly #watched = new Set<Watched>();
  #bytes = 0;

  constructor(
    readonly options: Pick<ResolvedOptions, 'addressNewcomers' | 'newcomerBytes' | 'newcomersBytes'>,
    readonly tally: Tally,
  ) {
    this.#count = new AddressCount(options.addressNewcomers);
  }

  /** Bytes that are held of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes one in, before its handshake. */
  enter(address: string, room: Room): Newcomer | NoRoom {
    if (!this.#count.enter(address)) {
      const reason = 'Too many connections of this address have not said yet who they are.';
      this.tally.refused('newcomers', 'a connection was refused', { room, address, why: reason });
      return { status: 429, reason };
    }
    let watched: Watched | null = null;
    let here = true;
    return {
      watch: (duplex, socket) => {
        if (!here) return;
        const own: Watched = { socket, bytes: 0 };
        watched = own;
        this.#watched.add(own);
        // `ws` has heard it before: what it said may have made it known.
        duplex.on('data', (piece: Buffer) => here && this.#heard(own, piece.length));
      },
      leave: () => {
        if (!here) return;
        here = false;
        this.#count.leave(address);
        if (watched) this.#forget(watched);
      },
    };
  }

  #heard(one: Watched, length: number): void {
    const { newcomerBytes, newcomersBytes } = this.options;
    one.bytes += length + PIECE;
    if (!this.#watched.has(one)) return;
    this.#bytes += length + PIECE;
    if (one.bytes > newcomerBytes) {
      this.#cut(one, 'too much was sent before it was known who sends it');
      return;
    }
    for (const oldest of this.#watched) {
      if (this.#bytes <= newcomersBytes) break;
      this.#cut(oldest, 'the relay hears too many who have not said who they are');
    }
  }

  /** What is held of it is to be free at once: nobody waits for its answer. */
  #cut(one: Watched, why: string): void {
    this.#forget(one);
    refuse(one.socket, CLOSE.tryLater, why);
    one.socket.terminate();
  }

  #forget(one: Watched): void {
    if (this.#watched.delete(one)) this.#bytes -= one.bytes;
  }
}
