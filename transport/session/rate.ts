/** A token bucket: lets through so many events a second on average, and more at once. */
export class RateLimit {
  #tokens: number;
  #at: number;

  constructor(
    readonly perSecond: number,
    /** Events at once. Default: those of two seconds. */
    readonly burst = perSecond * 2,
    now = performance.now(),
  ) {
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes one token; false if there is none. `now` in milliseconds. */
  take(now = performance.now()): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Takes as many as it needs, of which some may be those of times to come; false as long as there are none left. */
  spend(tokens: number, now = performance.now()): boolean {
    this.#fill(now);
    if (this.#tokens <= 0) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** Gives one back: it did not count. */
  refund(): void {
    this.#tokens = Math.min(this.burst, this.#tokens + 1);
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.burst, this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.perSecond);
    this.#at = now;
  }
}
