/** Planes of tiles that have been asked for since the world last changed; their memory is used again. */
export class PackedTiles {
  readonly #tiles = new Map<number, Uint32Array>();
  #free: Uint32Array[] = [];
  #words = 128;

  get(key: number): Uint32Array | undefined {
    return this.#tiles.get(key);
  }

  /** Keeps a copy of the first words of `planes` as those of a tile. */
  add(key: number, planes: Uint32Array): Uint32Array {
    const words = this.#free.pop() ?? new Uint32Array(this.#words);
    words.set(planes.subarray(0, this.#words));
    this.#tiles.set(key, words);
    return words;
  }

  /** What tiles were is no more. */
  forget(): void {
    for (const words of this.#tiles.values()) this.#free.push(words);
    this.#tiles.clear();
  }

  /** Tiles have another number of words from now on. */
  reset(words: number): void {
    this.#tiles.clear();
    if (words !== this.#words) this.#free = [];
    this.#words = words;
  }
}
