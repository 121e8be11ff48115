/**
 * What one receiver has asked for, and under what name, as it said last over its link. (At the receiver it is `wants.ts`.)
 * Whether it may have it, and what it has of it, is not known here.
 */

import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import type { SignalsWanted, SubscribeMessage } from '../wire/messages.js';
import { newSession } from './identity.js';

/** What a name takes beside its letters. */
const NAME_BYTES = 24;

export class Asked {
  /** Subscriptions heard, which each welcome says: frames made for an older one do not fit a receiver that went on. */
  heard = 0;
  /** Bytes of memory that the names take that it has selected. */
  bytes = 0;
  /** What the receiver may be called. */
  name: string | undefined;
  /** Null before the first. */
  #newest: SubscribeMessage | null = null;
  #session: string | undefined;

  /** @param introduced what a relay has said its session is */
  constructor(readonly introduced: string | undefined) {
    this.#session = introduced;
  }

  /** By which its commands are counted: what the receiver said, or one that lasts as long as the link. */
  get session(): string {
    this.#session ??= newSession();
    return this.#session;
  }

  /** Has it said what it wants? */
  get greeted(): boolean {
    return this.#newest !== null;
  }

  /** Does it want state over this link? */
  get active(): boolean {
    return this.#newest !== null && !this.#newest.standby;
  }

  /** Does it want tiles, where there are any? */
  get tiles(): boolean {
    return this.active && this.#newest!.grid !== false;
  }

  /** Which signals it wants; undefined for none. */
  get signals(): SignalsWanted | undefined {
    return this.active ? this.#newest!.signals : undefined;
  }

  /** How much of it, and how often. */
  get filter(): Pick<SubscribeMessage, 'maxFps' | 'maxBps' | 'window'> {
    return this.#newest ?? {};
  }

  /** Is only the filter another by this one? What was sent then still counts. */
  isUpdate({ update, standby }: SubscribeMessage): boolean {
    // Where nothing flows yet, there is nothing to update.
    return update === true && this.greeted && !standby === this.active;
  }

  /** @throws WireError for one of another session than the relay said */
  hear(message: SubscribeMessage): void {
    const { session = this.#session, name = this.name } = message;
    if (this.introduced !== undefined && session !== this.introduced) {
      throw new WireError('it speaks under another session than it was introduced with', CLOSE.forbidden.code);
    }
    this.#newest = message;
    this.bytes = (message.signals?.select ?? []).reduce((sum, name) => sum + NAME_BYTES + name.length, 0);
    this.#session = session;
    this.name = name;
    this.heard++;
  }
}
