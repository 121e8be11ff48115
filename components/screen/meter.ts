/** Makes rates of counts: how much they grew over the last two seconds. */

export interface Counts {
  frames: number;
  tiles: number;
  bytes: number;
}

const KEPT = 5;

export class Meter {
  #samples: ({ at: number } & Counts)[] = [];

  /** Call it about twice a second. */
  sample(counts: Counts, at = performance.now()): void {
    // Counts that shrink are those of another receiver.
    if (counts.bytes < (this.#samples.at(-1)?.bytes ?? 0)) this.#samples = [];
    this.#samples.push({ at, ...counts });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** Growth a second. */
  rate(name: keyof Counts): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    return first && last && last.at > first.at ? ((last[name] - first[name]) * 1000) / (last.at - first.at) : 0;
  }

  clear(): void {
    this.#samples = [];
  }
}
