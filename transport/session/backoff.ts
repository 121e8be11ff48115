/** When to try again: sooner at first, then less often, never all at once, never giving up. */

const FIRST = 250;
const CAP = 10_000;
/** A connection that lasted this long was a good one: the next loss begins at the first step again. */
const HEALTHY = 5_000;

export class Backoff {
  attempt = 0;
  #openedAt = 0;

  /** Milliseconds to wait before the next try: 50..100 % of 250, 500, 1000 ... `cap`. */
  next(cap = CAP): number {
    const wait = Math.min(cap, FIRST * 2 ** Math.min(this.attempt, 10));
    this.attempt++;
    return wait * (0.5 + Math.random() / 2);
  }

  opened(): void {
    this.#openedAt = performance.now();
  }

  closed(): void {
    if (this.#openedAt > 0 && performance.now() - this.#openedAt > HEALTHY) this.attempt = 0;
    this.#openedAt = 0;
  }
}
