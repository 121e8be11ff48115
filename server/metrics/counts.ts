/** Counters by words, such as a reason: of all that may happen, only what did takes memory. */

export class Counts<Name extends string> {
  readonly #counts = new Map<string, number>();

  constructor(
    /** What the words say, in their order. */
    readonly names: readonly Name[],
  ) {}

  /** @param words one for each name; without spaces, and of a fixed choice: each combination becomes a time series */
  add(...words: string[]): void {
    const key = words.join(' ');
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  *[Symbol.iterator](): IterableIterator<[labels: Record<Name, string>, count: number]> {
    for (const [key, count] of this.#counts) {
      const words = key.split(' ');
      yield [Object.fromEntries(this.names.map((name, i) => [name, words[i]!])) as Record<Name, string>, count];
    }
  }
}
