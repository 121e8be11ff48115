/** Events in the last second. */
export class Meter {
  readonly #times = new Float64Array(256).fill(Number.NEGATIVE_INFINITY);
  #next = 0;

  mark(now: number): void {
    this.#times[this.#next++ & 255] = now;
  }

  rate(now: number): number {
    let count = 0;
    for (const time of this.#times) if (time > now - 1000) count++;
    return count;
  }
}
