/** The tiles whose newest content a receiver has not been sent: a bit each, however long it lags. */
export class DirtySet {
  readonly #bits: Uint32Array;
  /** Where the next `take` looks first, so that no tile waits for ever behind busy ones. */
  #cursor = 0;
  size = 0;

  constructor(tiles: number) {
    this.#bits = new Uint32Array(Math.ceil(tiles / 32));
  }

  has(key: number): boolean {
    return (this.#bits[key >>> 5]! & (1 << (key & 31))) !== 0;
  }

  add(key: number): void {
    const word = key >>> 5;
    const bit = 1 << (key & 31);
    if ((this.#bits[word]! & bit) !== 0) return;
    this.#bits[word] = this.#bits[word]! | bit;
    this.size++;
  }

  addAll(keys: Iterable<number>): void {
    for (const key of keys) this.add(key);
  }

  delete(key: number): void {
    const word = key >>> 5;
    const bit = 1 << (key & 31);
    if ((this.#bits[word]! & bit) === 0) return;
    this.#bits[word] = this.#bits[word]! & ~bit;
    this.size--;
  }

  clear(): void {
    this.#bits.fill(0);
    this.size = 0;
    this.#cursor = 0;
  }

  /**
   * Visits dirty keys in ascending order, from where the last visit stopped to the end of the grid, and takes each off
   * the set, until `visit` says false (that key stays). The next call goes on from there, or from the start. Where any key
   * is dirty, at least one is visited.
   */
  take(visit: (key: number) => boolean): void {
    if (this.size === 0) return;
    const before = this.#cursor;
    const size = this.size;
    this.#scan(visit);
    if (before > 0 && this.size === size && this.#cursor === 0) this.#scan(visit);
  }

  #scan(visit: (key: number) => boolean): void {
    const words = this.#bits.length;
    for (let word = this.#cursor >>> 5; word < words; word++) {
      let bits = this.#bits[word]!;
      if (word === this.#cursor >>> 5) bits &= -1 << (this.#cursor & 31);
      while (bits !== 0) {
        const bit = bits & -bits;
        const key = word * 32 + 31 - Math.clz32(bit);
        if (!visit(key)) {
          this.#cursor = key;
          return;
        }
        this.#bits[word] = this.#bits[word]! & ~bit;
        this.size--;
        bits &= ~bit;
      }
    }
    this.#cursor = 0;
  }
}
