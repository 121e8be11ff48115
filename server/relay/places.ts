/**
 * Room for channels. Those that have a source, or wait for one that has gone, are counted apart from those that somebody only
 * waits for: whoever may watch and no more can keep no source out. And what the replicas of all take is one sum, kept as
 * they grow: it is asked for with each frame.
 */

import { CLOSE } from '../../transport/wire/codes.js';
import { AddressCount } from '../address-rate.js';
import type { ResolvedOptions } from '../options.js';
import { Refusal } from './refusal.js';

/** The place of one channel among all. */
export interface ChannelPlace {
  /** Its replicas take so many bytes now. */
  holds(bytes: number): void;
  /** It comes to have a source. False where there are as many channels that do as the relay takes. */
  take(): boolean;
  /** Its source does not come back. */
  leave(): void;
}

type Limits = Pick<ResolvedOptions, 'maxChannels' | 'awaitedChannels' | 'addressChannels' | 'replicasBytes'>;

export class Places {
  readonly #sourced = new Set<string>();
  /** And the address of who came first; null where nobody did. */
  readonly #awaited = new Map<string, string | null>();
  readonly #ofAddress: AddressCount;
  readonly #bytes = new Map<string, number>();
  #taken = 0;

  constructor(
    readonly limits: Limits,
    readonly onrefuse: () => void,
  ) {
    this.#ofAddress = new AddressCount(limits.addressChannels);
  }

  /** Bytes that the replicas of all others leave for this one. */
  roomFor(name: string): number {
    return this.limits.replicasBytes - this.#taken + (this.#bytes.get(name) ?? 0);
  }

  of(name: string): ChannelPlace {
    return {
      holds: (bytes) => this.#hold(name, bytes),
      take: () => this.#take(name),
      leave: () => {
        if (this.#sourced.delete(name)) this.#awaited.set(name, null);
      },
    };
  }

  /**
   * Somebody comes to watch a channel, from this address; '' for whoever is within the relay.
   * @throws Refusal where it would be one too many that has no source
   */
  wait(name: string, address: string): void {
    if (this.#sourced.has(name) || this.#awaited.has(name)) return;
    const { awaitedChannels } = this.limits;
    if (this.#awaited.size >= awaitedChannels) this.#refuse('as many channels are waited for as the relay takes');
    if (address !== '' && !this.#ofAddress.enter(address)) {
      this.#refuse('this address waits for as many channels as one may');
    }
    this.#awaited.set(name, address || null);
  }

  /** There is no such channel any more. */
  forget(name: string): void {
    this.#hold(name, 0);
    this.#sourced.delete(name);
    this.#waitNoMore(name);
  }

  #take(name: string): boolean {
    if (this.#sourced.has(name)) return true;
    if (this.#sourced.size >= this.limits.maxChannels) {
      this.onrefuse();
      return false;
    }
    this.#sourced.add(name);
    this.#waitNoMore(name);
    return true;
  }

  #waitNoMore(name: string): void {
    const address = this.#awaited.get(name);
    if (address) this.#ofAddress.leave(address);
    this.#awaited.delete(name);
  }

  #hold(name: string, bytes: number): void {
    this.#taken += bytes - (this.#bytes.get(name) ?? 0);
    if (bytes === 0) this.#bytes.delete(name);
    else this.#bytes.set(name, bytes);
  }

  #refuse(why: string): never {
    this.onrefuse();
    throw new Refusal(CLOSE.tryLater, why);
  }
}
