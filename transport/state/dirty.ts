/**
 * The tiles whose newest content a receiver has not been sent: a bit each, however long it lags. Those outside its window
 * are remembered and let be, so that another window later needs only what is dirty in it.
 */

import type { TileWindow } from '../wire/messages.js';
import { inWindow, sameWindow } from './window.js';

export class DirtySet {
  readonly #bits: Uint32Array;
  /** Where the next `take` looks first, so that no tile waits for ever behind busy ones. */
  #cursor = 0;
  #window: TileWindow | null = null;
  /** Those in the window. */
  size = 0;

  constructor(
    readonly tiles: number,
    /** Tiles across. */
    readonly tilesX = tiles,
  ) {
    this.#bits = new Uint32Array(Math.ceil(tiles / 32));
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#bits.byteLength;
  }

  /** The tiles that count, inside the grid; null for all. */
  get window(): TileWindow | null {
    return this.#window;
  }

  set window(window: TileWindow | null) {
    if (sameWindow(window, this.#window)) return;
    this.#window = window;
    this.#cursor = 0;
    this.size = 0;
    this.#scan(() => {
      this.size++;
      return 'keep';
    });
  }

  has(key: number): boolean {
    return (this.#bits[key >>> 5]! & (1 << (key & 31))) !== 0;
  }

  add(key: number): void {
    const word = key >>> 5;
    const bit = 1 << (key & 31);
    if ((this.#bits[word]! & bit) !== 0) return;
    this.#bits[word] = this.#bits[word]! | bit;
    if (inWindow(this.#window, key, this.tilesX)) this.size++;
  }

  /** Returns how many of those in the window were dirty already. */
  addAll(keys: Iterable<number>): number {
    const before = this.size;
    let inside = 0;
    for (const key of keys) {
      if (inWindow(this.#window, key, this.tilesX)) inside++;
      this.add(key);
    }
    return inside - (this.size - before);
  }

  /** As `addAll`, of tiles that are known to be outside the window. */
  addOutside(keys: readonly number[]): void {
    const bits = this.#bits;
    for (const key of keys) bits[key >>> 5] = bits[key >>> 5]! | (1 << (key & 31));
  }

  delete(key: number): void {
    const word = key >>> 5;
    const bit = 1 << (key & 31);
    if ((this.#bits[word]! & bit) === 0) return;
    this.#bits[word] = this.#bits[word]! & ~bit;
    if (inWindow(this.#window, key, this.tilesX)) this.size--;
  }

  clear(): void {
    this.#bits.fill(0);
    this.size = 0;
    this.#cursor = 0;
  }

  /**
   * Visits dirty keys in the window in ascending order, from where the last visit stopped to the end of the grid, and takes
   * each off the set, until `visit` says false (that key stays). The next call goes on from there, or from the start. Where
   * any key is dirty, at least one is visited.
   */
  take(visit: (key: number) => boolean): void {
    if (this.size === 0) return;
    const before = this.#cursor;
    const size = this.size;
    const off = (key: number) => visit(key) && 'take';
    this.#scan(off);
    if (before > 0 && this.size === size && this.#cursor === 0) this.#scan(off);
  }

  #scan(visit: (key: number) => 'keep' | 'take' | false): void {
    const { x, y, width, height } = this.#window ?? { x: 0, y: 0, width: this.tiles, height: 1 };
    for (let row = y; row < y + height; row++) {
      const from = row * this.tilesX + x;
      const to = Math.min(from + width, this.tiles);
      for (let key = this.#next(Math.max(from, this.#cursor), to); key < to; key = this.#next(key + 1, to)) {
        const what = visit(key);
        if (what === false) {
          this.#cursor = key;
          return;
        }
        if (what === 'keep') continue;
        const word = key >>> 5;
        this.#bits[word] = this.#bits[word]! & ~(1 << (key & 31));
        this.size--;
      }
    }
    this.#cursor = 0;
  }

  /** The first dirty key from `key` on; `to` or more where there is none before it. */
  #next(key: number, to: number): number {
    if (key >= to) return to;
    const last = (to - 1) >>> 5;
    let word = key >>> 5;
    let bits = this.#bits[word]! & (-1 << (key & 31));
    while (bits === 0) {
      if (++word > last) return to;
      bits = this.#bits[word]!;
    }
    return word * 32 + 31 - Math.clz32(bits & -bits);
  }
}
