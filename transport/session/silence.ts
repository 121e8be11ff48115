/** Finds the links over which nothing is heard any more. What a link is for, and what follows, is not known here. */

import { every, type Timer } from './timer.js';

/** Between two looks, ms. */
const CHECK = 250;

/** A link, if there is one; how long it may be silent, ms; and what then. */
export type Listener = readonly [end: { readonly heardAt: number } | null, most: number, lose: () => void];

export class Silence {
  #timer: Timer | null = null;
  #checkedAt = 0;

  constructor(readonly listeners: () => readonly Listener[]) {}

  start(): void {
    this.#checkedAt = performance.now();
    this.#timer ??= every(CHECK, () => this.#check());
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #check(): void {
    const now = performance.now();
    const late = now - this.#checkedAt > 4 * CHECK;
    this.#checkedAt = now;
    // A page that was busy or asleep has not heard what waits for it; the next look will tell.
    if (late) return;
    for (const [end, most, lose] of this.listeners()) if (end !== null && now - end.heardAt > most) lose();
  }
}
