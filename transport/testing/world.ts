/** A world for tests: cells that somebody sets, on a grid of any size, told as the tile interface wants it. */

import { TILE_WORDS, type TileProducer, type TileView, tilesFor } from '../state/tile.js';

export class TestWorld implements TileProducer {
  version = 0;
  readonly #tiles: Uint32Array[];
  #changed = new Set<number>();
  readonly tilesX: number;

  constructor(
    readonly width: number,
    readonly height: number,
    readonly planes = 1,
  ) {
    this.tilesX = tilesFor(width);
    this.#tiles = Array.from({ length: this.tilesX * tilesFor(height) }, () => new Uint32Array(TILE_WORDS * planes));
  }

  get tiles(): number {
    return this.#tiles.length;
  }

  flip(x: number, y: number, plane = 0): void {
    const key = (y >> 6) * this.tilesX + (x >> 6);
    const at = plane * TILE_WORDS + (y & 63) * 2 + ((x >> 5) & 1);
    this.#tiles[key]![at]! ^= 1 << (x & 31);
    this.#changed.add(key);
  }

  /** Flips `n` cells at places given by `random` (0..1), as one step. */
  step(n: number, random: () => number): void {
    for (let i = 0; i < n; i++) {
      const x = Math.floor(random() * this.width);
      this.flip(x, Math.floor(random() * this.height), Math.floor(random() * this.planes));
    }
    this.version++;
  }

  tile(key: number, plane = 0): TileView {
    return { words: this.#tiles[key]!, offset: plane * TILE_WORDS, stride: 2 };
  }

  changedTiles(): number[] {
    const keys = [...this.#changed].sort((a, b) => a - b);
    this.#changed = new Set();
    return keys;
  }
}

/** A small seeded generator (mulberry32), 0 <= r < 1. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
