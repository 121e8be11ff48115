/** Receiver side: brings a replica up to a frame. */

import { applyRecord, isEmpty, readBatch } from '../wire/batch.js';
import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
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
 * @param most bytes of memory that the replica may take
 * @param first done once the frame is known to be good, before any of it is applied; returns keys it changed
 * @throws WireError if it is malformed, or asks for too much; the replica is then as it was.
 */
export function applyTiles(
  grid: Grid,
  tiles: GridTiles,
  most = Number.POSITIVE_INFINITY,
  first?: () => number[],
): number[] {
  const records = readBatch(tiles.batch, grid.tiles, grid.planes, tiles.base !== undefined);
  // A tile that is empty and stays so takes no memory, however many of them are named. It is news all the same: another
  // receiver may hold it otherwise.
  const filled = records.map((record) => grid.has(record.key) || !isEmpty(tiles.batch, record, grid.planes));
  let fresh = 0;
  for (let i = 0; i < records.length; i++) if (filled[i] && !grid.has(records[i]!.key)) fresh++;
  if (grid.bytesWith(fresh) > most) {
    const there = (most / 2 ** 20).toFixed(0);
    throw new WireError(`the world takes more memory than the ${there} MiB there are for it`, CLOSE.tooBig.code);
  }
  const keys = first?.() ?? [];
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    if (filled[i]) {
      const { words, offset } = grid.writable(record.key);
      applyRecord(tiles.batch, record, words, offset, grid.planes);
    }
    grid.touch(record.key, tiles.version);
    keys.push(record.key);
  }
  grid.reached(tiles.version, tiles.whole);
  return keys;
}
