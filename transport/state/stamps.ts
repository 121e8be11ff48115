/**
 * When each tile of a grid changed last, as bytes beside a keyframe: with them a replica made from it knows what the one that
 * it was made from knew, and can answer as that would whoever holds an older state.
 */

import { Reader, Writer } from '../wire/bytes.js';
import { WireError } from '../wire/errors.js';
import type { Grid } from './grid.js';

export function encodeStamps(grid: Grid): Uint8Array {
  const out = new Writer(4096).u32(grid.epoch).varint(grid.version).varint(Math.max(0, grid.since));
  let before = -1;
  for (const key of grid.changedSince(-1)) {
    out.varint(key - before - 1).varint(grid.version - grid.stamp(key));
    before = key;
  }
  return out.bytes.subarray(0, out.length);
}

/**
 * Gives these stamps to a replica of that very state; false, and nothing is done, if it is another.
 * @throws WireError if they are malformed; nothing is done then
 */
export function takeStamps(grid: Grid, bytes: Uint8Array): boolean {
  const reader = new Reader(bytes);
  const [epoch, version, since] = [reader.u32(), reader.varint(), reader.varint()];
  const stamps: [key: number, stamp: number][] = [];
  for (let key = 0; reader.left > 0; key++) {
    key += reader.varint();
    const stamp = version - reader.varint();
    if (key >= grid.tiles || stamp < 0) throw new WireError(`no tile ${key} can have changed at version ${stamp}`);
    stamps.push([key, stamp]);
  }
  if (grid.epoch !== epoch || grid.version !== version || since > version) return false;
  for (const [key, stamp] of stamps) grid.touch(key, stamp);
  grid.since = since;
  return true;
}
