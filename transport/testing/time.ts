/** A clock for tests: timers and `performance.now()` go on only when told to, so that ten seconds take no time. */

interface Entry {
  at: number;
  every: number;
  run: () => void;
}

export class FakeTime {
  now = 1000;
  readonly #entries = new Map<number, Entry>();
  #id = 0;
  readonly #real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
  };

  constructor() {
    const add = (run: () => void, ms: number, every: number): number => {
      // As Node and browsers have it: more than 31 bits is no time at all.
      const wait = ms > 2 ** 31 - 1 || !(ms >= 1) ? 1 : ms;
      this.#entries.set(++this.#id, { at: this.now + wait, every: every > 0 ? wait : 0, run });
      return this.#id;
    };
    const remove = (id: number): void => void this.#entries.delete(id);
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms = 0) => add(run, ms, 0),
      setInterval: (run: () => void, ms = 0) => add(run, ms, 1),
      clearTimeout: remove,
      clearInterval: remove,
    });
    Object.defineProperty(performance, 'now', { value: () => this.now, configurable: true });
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#entries.size;
  }

  /** Lets `ms` milliseconds pass; whatever is due meanwhile runs in its order, and so do the promises behind it. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      let next: [number, Entry] | undefined;
      for (const entry of this.#entries) if (entry[1].at <= end && !(next && next[1].at <= entry[1].at)) next = entry;
      if (next === undefined) break;
      const [id, entry] = next;
      this.now = entry.at;
      if (entry.every > 0) entry.at += entry.every;
      else this.#entries.delete(id);
      entry.run();
      await settled();
    }
    this.now = end;
  }

  /** Forgets all timers. */
  clear(): void {
    this.#entries.clear();
  }

  /** Gives the real clock back. */
  restore(): void {
    Object.assign(globalThis, this.#real);
    Reflect.deleteProperty(performance, 'now');
  }
}

/** Resolves when every promise that can go on has done so. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
