/** Receiver side: brings a replica up to a frame. */

import { applyRecord, readBatch } from '../wire/batch.js';
import type { GridTiles } from '../wire/grid.js';
import type { Grid } from './grid.js';

/**
 * Can this frame be applied to the replica as it stands? Deltas need the very version they start from; a frame from
 * before what the replica shows (another link was faster) would take it back.
 */
export function fits(grid: Grid, tiles: GridTiles): boolean {
  if (tiles.version < grid.version) return false;
  return tiles.base === undefined || tiles.base === grid.version || tiles.version === grid.version;
}

/**
 * Applies a frame that fits; returns the keys it changed.
 * @throws WireError if it is malformed; the replica is then as it was.
 */
export function applyTiles(grid: Grid, tiles: GridTiles): number[] {
  const records = readBatch(tiles.batch, grid.tiles, grid.planes, tiles.base !== undefined);
  const keys: number[] = [];
  for (const record of records) {
    const { words, offset } = grid.writable(record.key);
    applyRecord(tiles.batch, record, words, offset, grid.planes);
    grid.touch(record.key, tiles.version);
    keys.push(record.key);
  }
  grid.reached(tiles.version, tiles.whole);
  return keys;
}
