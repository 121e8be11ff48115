/** A plain world for tests of drawing: packed tiles that cells can be set in one by one. */

import { TILE_WORDS, type TileGrid, type TileView, tilesFor } from '../../../transport/state/tile.js';

export class Field implements TileGrid {
  version = 0;
  readonly tilesX: number;
  readonly tilesY: number;
  /** Times a tile was read. */
  reads = 0;
  readonly #words: Uint32Array;

  /** With stride 4, two neighbouring tiles share a block of four words a row, as inside an engine. */
  constructor(
    readonly width: number,
    readonly height: number,
    readonly planes = 1,
    readonly stride: 2 | 4 = 2,
  ) {
    this.tilesX = tilesFor(width);
    this.tilesY = tilesFor(height);
    this.#words = new Uint32Array((this.tilesX + 1) * this.tilesY * TILE_WORDS * planes);
  }

  /** A soup, the same for the same seed. */
  static soup(width: number, height: number, density: number, seed = 1, stride: 2 | 4 = 2): Field {
    const field = new Field(width, height, 1, stride);
    let state = seed >>> 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        if (state < density * 2 ** 32) field.set(x, y);
      }
    }
    return field;
  }

  tile(key: number, plane = 0): TileView {
    this.reads++;
    return { words: this.#words, offset: this.#offset(key, plane), stride: this.stride };
  }

  set(x: number, y: number, alive = true, plane = 0): void {
    const at = this.#at(x, y, plane);
    if (alive) this.#words[at]! |= 1 << (x & 31);
    else this.#words[at]! &= ~(1 << (x & 31));
  }

  get(x: number, y: number): boolean {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return false;
    return ((this.#words[this.#at(x, y, 0)]! >>> (x & 31)) & 1) === 1;
  }

  keyOf(x: number, y: number): number {
    return (y >> 6) * this.tilesX + (x >> 6);
  }

  /** Fills a tile with noise, quickly. */
  scramble(key: number, seed: number): void {
    const { words, offset, stride } = this.tile(key);
    let state = seed >>> 0;
    for (let i = 0; i < TILE_WORDS; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const more = (Math.imul(state, 22695477) + 1) >>> 0;
      words[offset + (i >> 1) * stride + (i & 1)] = state & more;
    }
  }

  #at(x: number, y: number, plane: number): number {
    return this.#offset(this.keyOf(x, y), plane) + (y & 63) * this.stride + ((x >> 5) & 1);
  }

  #offset(key: number, plane: number): number {
    if (this.stride === 2) return (plane * this.tilesX * this.tilesY + key) * TILE_WORDS;
    const x = key % this.tilesX;
    const y = (key - x) / this.tilesX;
    const blocks = (this.tilesX + 1) >> 1;
    return ((plane * this.tilesY + y) * blocks + (x >> 1)) * 2 * TILE_WORDS + (x & 1) * 2;
  }
}
