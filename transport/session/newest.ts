/** Of what comes again and again, only the newest counts: it is read at once, and after that so often at most. */

import { AtMost } from './at-most.js';

export class Newest<T> {
  #value: { of: T } | null = null;
  readonly #atMost: AtMost;

  /** @param ms between two that are read, at least; 0: each is read */
  constructor(
    ms: number,
    readonly read: (value: T) => void,
  ) {
    this.#atMost = new AtMost(ms, () => this.now());
  }

  take(of: T): void {
    this.#value = { of };
    if (this.#atMost.ms > 0) this.#atMost.ask();
    else this.now();
  }

  /** What waits is read now, ahead of what else there is to do. */
  now(): void {
    const value = this.#value;
    this.#value = null;
    if (value) this.read(value.of);
  }

  stop(): void {
    this.#value = null;
    this.#atMost.stop();
  }
}
