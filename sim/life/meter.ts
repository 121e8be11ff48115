/** What steps cost in the last second or so. */
export class Meter {
  #generations = 0;
  #spent = 0;

  constructor(readonly since: number) {}

  add(generations: number, spent: number): void {
    this.#generations += generations;
    this.#spent += spent;
  }

  isFull(now: number): boolean {
    return now - this.since >= 1000 && this.#generations > 0;
  }

  /** Milliseconds a generation. */
  get cost(): number {
    return this.#spent / this.#generations;
  }

  /** Was there little time left beside it? */
  busy(now: number): boolean {
    return this.#spent > 0.6 * (now - this.since);
  }
}

/** Milliseconds for people. */
export function ms(value: number): string {
  return `${value < 10 ? Number(value.toPrecision(2)) : Math.round(value)} ms`;
}
