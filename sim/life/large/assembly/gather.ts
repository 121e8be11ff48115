// Brings a tile and what is around it together: a byte a cell, 1 where its state is 1, else 0.

import { height, MOST_RANGE, range, TILE, tilesX, torus, width } from './world';

/** Bytes from one row to the next; the tile's own cells begin at byte 16. */
export const STRIDE: usize = 96;
const ROWS = 64 + 2 * MOST_RANGE;
/** Row 0 is `range` rows above the tile. A spare row before and behind, for windows that reach over an end. */
const space: usize = memory.data(96 * 86, 16);
export const region: usize = space + STRIDE;

/** Of the bytes of a row of the region, where in a row of tiles each lies; -1 outside. */
const offsets: usize = memory.data(4 * 96, 16);

/** The tile in column `tx` and row `ty`, `rows` rows of it, and `range` cells around. */
export function gather(cells: usize, tx: i32, ty: i32, rows: i32): void {
  const wide = width - (tx << 6);
  const lastWide = width - ((tilesX - 1) << 6);
  // Whole tiles at both sides, or nothing, or a bounded edge with zeros behind it: 16 bytes at a time.
  const west = tx > 0 || torus;
  const east = tx < tilesX - 1 || torus;
  const plain =
    !torus || (wide >= 64 && (tx > 0 || lastWide == 64) && (tx < tilesX - 2 || lastWide >= range || tx == tilesX - 1));
  if (!plain) findOffsets(tx);
  const left = tx > 0 ? -TILE : <usize>(tilesX - 1) * TILE;
  const right = tx < tilesX - 1 ? TILE : <usize>-(tilesX - 1) * TILE;
  const one = i8x16.splat(1);
  const none = i8x16.splat(0);
  let to = region;
  for (let i = -range; i < rows + range; i++, to += STRIDE) {
    let y = (ty << 6) + i;
    if (y < 0 || y >= height) {
      if (!torus) {
        memory.fill(to, 0, STRIDE);
        continue;
      }
      y %= height;
      if (y < 0) y += height;
    }
    const row = cells + <usize>(y >> 6) * <usize>tilesX * TILE + (<usize>(y & 63) << 6);
    if (plain) {
      const at = row + <usize>tx * TILE;
      v128.store(to, west ? v128.and(i8x16.eq(v128.load(at + left, 48), one), one) : none);
      v128.store(to, v128.and(i8x16.eq(v128.load(at), one), one), 16);
      v128.store(to, v128.and(i8x16.eq(v128.load(at, 16), one), one), 32);
      v128.store(to, v128.and(i8x16.eq(v128.load(at, 32), one), one), 48);
      v128.store(to, v128.and(i8x16.eq(v128.load(at, 48), one), one), 64);
      v128.store(to, east ? v128.and(i8x16.eq(v128.load(at + right), one), one) : none, 80);
    } else {
      for (let k: usize = 0; k < 96; k++) {
        const offset = load<i32>(offsets + (k << 2));
        store<u8>(to + k, <u8>(offset >= 0 && load<u8>(row + offset) == 1));
      }
    }
  }
}

function findOffsets(tx: i32): void {
  for (let k = 0; k < 96; k++) {
    let x = (tx << 6) + k - 16;
    let offset = -1;
    if (k >= 16 - range && k < 80 + range) {
      x %= width;
      if (x < 0) x += width;
      offset = (x >> 6) * <i32>TILE + (x & 63);
    }
    store<i32>(offsets + (<usize>k << 2), offset);
  }
}
