/** A token bucket: `perSecond` on average, twice that in a burst. */
export class RateLimit {
  #tokens: number;
  #at = performance.now();

  constructor(readonly perSecond: number) {
    this.#tokens = perSecond * 2;
  }

  /** Takes one token; false if there is none. */
  take(): boolean {
    const now = performance.now();
    this.#tokens = Math.min(this.perSecond * 2, this.#tokens + ((now - this.#at) / 1000) * this.perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
