/**
 * Bytes a second that one or several share: it fills at that rate, up to a burst. Whoever finds some in it may take more than
 * there are, and all wait until that is paid for; then those who wait have their turns, in the order in which they came.
 */

import { after, type Timer } from './timer.js';

/** It holds what comes in so many seconds. */
const BURST = 0.25;

export class Bucket {
  /** Who takes from it now and then, and must all find the same one. */
  users = 0;
  #perSecond: number;
  /** Bytes that may be taken now; what was taken too much is owed. */
  #level: number;
  #at = performance.now();
  /** Those who found too little, to be called. */
  readonly #waiting = new Set<() => void>();
  /** Whoever is called now. */
  #turn: (() => void) | null = null;
  #later: Timer | null = null;

  constructor(perSecond = Number.POSITIVE_INFINITY) {
    this.#perSecond = perSecond;
    this.#level = Number.isFinite(perSecond) ? this.burst : 0;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Another rate counts from now on; by the old one, those who wait may do so for long: they have to ask again. */
  set perSecond(bytes: number) {
    if (bytes === this.#perSecond) return;
    this.#fill();
    const before = Number.isFinite(this.#perSecond);
    this.#perSecond = bytes;
    this.#level = before ? Math.min(this.#level, this.burst) : this.burst;
    this.#waiting.clear();
    this.#stop();
  }

  /** The most bytes that it holds. */
  get burst(): number {
    return this.#perSecond * BURST;
  }

  /** Is nothing owed, and nothing missing? Then another of this rate would be the same. */
  get full(): boolean {
    this.#fill();
    return this.#perSecond === Number.POSITIVE_INFINITY || this.#level >= this.burst;
  }

  /** Milliseconds until there is any in it. */
  get wait(): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return 0;
    this.#fill();
    // A little later, or nothing would fit by then.
    return this.#level > 0 ? 0 : Math.max(1, ((1 - this.#level) / this.#perSecond) * 1000);
  }

  /** May `who` take some now? If not, it is called when it may, unless it gives up. */
  ready(who: () => void): boolean {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return true;
    const first = this.#waiting.values().next().value;
    const itsTurn = this.#turn === who || first === undefined || first === who;
    if (itsTurn && this.wait === 0) return true;
    this.#waiting.add(who);
    this.#arm();
    return false;
  }

  took(bytes: number, who?: () => void): void {
    this.#level -= bytes;
    // It has had its turn.
    if (who) this.#waiting.delete(who);
  }

  giveUp(who: () => void): void {
    this.#waiting.delete(who);
    if (this.#waiting.size === 0) this.#stop();
  }

  #arm(): void {
    this.#later ??= after(Math.max(1, this.wait), () => {
      this.#later = null;
      this.#call();
    });
  }

  /** Each of those who wait has one turn, as long as there is any. */
  #call(): void {
    for (let left = this.#waiting.size; left > 0 && this.wait === 0; left--) {
      const who = this.#waiting.values().next().value;
      if (who === undefined) return;
      this.#waiting.delete(who);
      this.#turn = who;
      try {
        who();
      } finally {
        this.#turn = null;
      }
    }
    if (this.#waiting.size > 0) this.#arm();
  }

  #stop(): void {
    this.#later?.stop();
    this.#later = null;
  }

  #fill(): void {
    const now = performance.now();
    const come = ((now - this.#at) / 1000) * this.#perSecond;
    this.#at = now;
    // Without a limit there is nothing to count.
    this.#level = Number.isFinite(come) ? Math.min(this.burst, this.#level + come) : 0;
  }
}
