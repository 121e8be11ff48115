/** Time, and ways to be called later. */

export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls once, `ms` milliseconds from now, or a little later. Returns what calls it off. */
  after(ms: number, run: () => void): () => void;
  /** Calls once, as soon as messages that wait have been heard. */
  soon(run: () => void): void;
  /** Nothing comes soon any more. */
  close(): void;
}

/** A timer that is set for longer fires at once. */
const LONGEST = 2 ** 31 - 1;

export class SystemClock implements Clock {
  // A message to oneself comes sooner than any timer, which is kept at 4 ms and more.
  readonly #channel = new MessageChannel();
  readonly #soon: (() => void)[] = [];

  constructor() {
    this.#channel.port1.onmessage = () => this.#soon.shift()?.();
  }

  now(): number {
    return performance.now();
  }

  after(ms: number, run: () => void): () => void {
    // A part of a millisecond would be cut off.
    const timer = setTimeout(run, Math.min(Math.ceil(ms), LONGEST));
    return () => clearTimeout(timer);
  }

  soon(run: () => void): void {
    this.#soon.push(run);
    this.#channel.port2.postMessage(null);
  }

  close(): void {
    this.#channel.port1.close();
  }
}
