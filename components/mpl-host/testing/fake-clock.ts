/** A clock for tests: time goes on only when told to, or when somebody spends it. */

import type { Clock } from '../clock.js';

interface Entry {
  at: number;
  run: () => void;
}

export class FakeClock implements Clock {
  /** Times that somebody was called. */
  wakes = 0;
  #now = 1000;
  #late = 0;
  #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    // As in browsers: never at once, never early, a little late, now more and now less.
    this.#late = (this.#late + 1.1) % 2.5;
    return this.#add(Math.max(1, ms) + this.#late, run);
  }

  soon(run: () => void): void {
    this.#add(0.01, run);
  }

  close(): void {
    this.#entries = [];
  }

  /** Work takes its time. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** Lets `ms` milliseconds pass; whatever is due meanwhile runs in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#entries.reduce<Entry | null>((a, b) => (a !== null && a.at <= b.at ? a : b), null);
      if (next === null || next.at > end) break;
      this.#entries.splice(this.#entries.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      this.wakes++;
      next.run();
    }
    this.#now = Math.max(this.#now, end);
  }

  #add(ms: number, run: () => void): () => void {
    const entry = { at: this.#now + ms, run };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }
}
