/**
 * Rests a receiver while nobody follows what it receives: it keeps its session, and takes no frames. Who follows, and what, is
 * not known here.
 */

import type { Receiver } from '../receiver.js';
import { after, type Timer } from '../session/timer.js';

/** What follows a signal may only be replaced by something else that does: it rests after this long, ms. */
const LINGER = 1_000;

export class Rest {
  readonly #followers = new Set<unknown>();
  #allowed = true;
  #later: Timer | null = null;

  constructor(readonly receiver: Receiver) {}

  has(follower: unknown): boolean {
    return this.#followers.has(follower);
  }

  add(follower: unknown): void {
    this.#followers.add(follower);
    this.#consider();
  }

  delete(follower: unknown): void {
    this.#followers.delete(follower);
    this.#consider();
  }

  /** It is not to rest any more. */
  forbid(): void {
    if (!this.#allowed) return;
    this.#allowed = false;
    this.#consider();
  }

  stop(): void {
    this.#later?.stop();
    this.#later = null;
  }

  /** Rests soon, or goes on, as it is followed or not. */
  #consider(): void {
    this.stop();
    if (!this.#allowed || this.#followers.size > 0) this.receiver.standby = false;
    else {
      this.#later = after(LINGER, () => {
        this.receiver.standby = true;
      });
    }
  }
}
