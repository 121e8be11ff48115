/**
 * How a grid was at one place of the log. What has changed since is told by comparing, however many frames lie between, so
 * that a fan-out which gets behind does not get behind further by reading them all.
 */

import type { Grid } from '../state/grid.js';
import { TILE_WORDS } from '../state/tile.js';

/** Words that are copied at most: 2 MiB. Of larger worlds there is no mark. */
const MOST = 2 ** 19;

export class Mark {
  readonly version: number;
  readonly #words: Uint32Array;

  private constructor(
    readonly place: number,
    grid: Grid,
  ) {
    const { planes, tiles } = grid;
    this.version = grid.version;
    this.#words = new Uint32Array(tiles * planes * TILE_WORDS);
    for (let key = 0; key < tiles; key++) {
      if (!grid.has(key)) continue;
      const { words, offset } = grid.tile(key);
      this.#words.set(words.subarray(offset, offset + planes * TILE_WORDS), key * planes * TILE_WORDS);
    }
  }

  /** @returns null where the grid is too large to be copied now and then */
  static of(place: number, grid: Grid): Mark | null {
    return grid.tiles * grid.planes * TILE_WORDS > MOST ? null : new Mark(place, grid);
  }

  /** The cells of a tile that are not as they were: its planes, one after the other. */
  difference(grid: Grid, key: number): Uint32Array {
    const length = grid.planes * TILE_WORDS;
    const before = this.#words.subarray(key * length, (key + 1) * length);
    const { words, offset } = grid.tile(key);
    return before.map((word, i) => word ^ words[offset + i]!);
  }
}
