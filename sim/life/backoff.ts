/** How long to wait before something is tried again, that may fail again: each time twice as long. */

/** ms */
const FIRST = 5_000;
const LONGEST = 320_000;

export class Backoff {
  #wait = FIRST;
  #until = Number.NEGATIVE_INFINITY;

  /** May it be tried? */
  isOver(now: number): boolean {
    return now >= this.#until;
  }

  failed(now: number): void {
    this.#until = now + this.#wait;
    this.#wait = Math.min(this.#wait * 2, LONGEST);
  }

  /** The next wait is a short one again. */
  succeeded(): void {
    this.#wait = FIRST;
  }
}
