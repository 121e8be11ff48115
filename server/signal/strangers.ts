/**
 * Peers that nobody has introduced. A source is connected to the signaling before it says so to a relay, and a viewer before it
 * is introduced: so each has a moment, and only so many have it at once.
 */

import { after, type Timer } from '../../transport/session/timer.js';
import type { Acquaintances } from './acquaintances.js';

/** Who is known may not be any more; ms. */
const AGAIN = 30_000;

export interface StrangersOptions {
  /** So many at once; the oldest makes room for another. */
  most: number;
  /** Milliseconds that each has. */
  helloMs: number;
}

export class Strangers {
  /** Those who have not been looked at yet, the oldest first, and what looks at them. */
  readonly #new = new Map<object, () => void>();

  constructor(
    readonly acquaintances: Pick<Acquaintances, 'knows'>,
    readonly options: StrangersOptions,
  ) {}

  /** Somebody came. `onstranger` is called once nobody knows who it is; the function returned is, when it leaves. */
  enter(id: string, onstranger: () => void): () => void {
    const { most, helloMs } = this.options;
    const key = {};
    let timer: Timer | null = null;
    let left = false;
    const leave = (): void => {
      left = true;
      timer?.stop();
      this.#new.delete(key);
    };
    const look = async (): Promise<void> => {
      timer?.stop();
      this.#new.delete(key);
      const known = await this.acquaintances.knows(id);
      if (left) return;
      if (known) {
        timer = after(AGAIN, look);
        return;
      }
      leave();
      onstranger();
    };
    timer = after(helloMs, look);
    this.#new.set(key, look);
    if (this.#new.size > most) this.#new.values().next().value!();
    return leave;
  }
}
