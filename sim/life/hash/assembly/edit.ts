// Cells into the tree and out of it, by tiles of 64x64 (nodes of level 6), and what else is done to trees.

import { cells, child, empty, join, leaf } from './table';

/** A tile on its way: 64 rows of 8 bytes, bit 0 leftmost. */
const ROWS: usize = memory.data(512, 16);

export function tileRows(): usize {
  return ROWS;
}

/** The tree with the tile that lies at `tileRows()` in the place (x, y), in tiles. */
export function putTile(id: u32, level: u32, x: u32, y: u32): u32 {
  return replace(id, level, x, y, build(ROWS, 6));
}

/** The node of the tile that lies at `tileRows()`. */
export function makeTile(): u32 {
  return build(ROWS, 6);
}

/** The node of the rows from `at`. */
function build(at: usize, level: u32): u32 {
  if (level == 3) {
    let all: u64 = 0;
    for (let row: usize = 0; row < 8; row++) all |= <u64>load<u8>(at + (row << 3)) << (row << 3);
    return leaf(all);
  }
  const right: usize = 1 << (level - 4);
  const down: usize = 1 << (level + 2);
  const nw = build(at, level - 1);
  const ne = build(at + right, level - 1);
  const sw = build(at + down, level - 1);
  return join(level, nw, ne, sw, build(at + right + down, level - 1));
}

function replace(id: u32, level: u32, x: u32, y: u32, tile: u32): u32 {
  if (level == 6) return tile;
  const bit = level - 7;
  const which = ((x >> bit) & 1) | (((y >> bit) & 1) << 1);
  const part = replace(child(id, which), level - 1, x, y, tile);
  return join(
    level,
    which == 0 ? part : child(id, 0), which == 1 ? part : child(id, 1),
    which == 2 ? part : child(id, 2), which == 3 ? part : child(id, 3),
  );
}

/** Puts the rows of a node of level 6 at `tileRows()`. */
export function readTile(id: u32): void {
  read(id, ROWS, 6);
}

function read(id: u32, at: usize, level: u32): void {
  if (level == 3) {
    const all = cells(id);
    for (let row: usize = 0; row < 8; row++) store<u8>(at + (row << 3), <u8>(all >> (row << 3)));
    return;
  }
  const right: usize = 1 << (level - 4);
  const down: usize = 1 << (level + 2);
  read(child(id, 0), at, level - 1);
  read(child(id, 1), at + right, level - 1);
  read(child(id, 2), at + down, level - 1);
  read(child(id, 3), at + right + down, level - 1);
}

/** The tree without what lies right of column `width` or below row `height`. */
export function crop(id: u32, level: u32, width: i32, height: i32): u32 {
  const side: i32 = 1 << level;
  if (width >= side && height >= side) return id;
  if (width <= 0 || height <= 0) return empty(level);
  if (id == empty(level)) return id;
  if (level == 3) {
    let keep: u64 = width < 8 ? 0x0101010101010101 * ((1 << width) - 1) : ~0;
    if (height < 8) keep &= (<u64>1 << (height << 3)) - 1;
    return leaf(cells(id) & keep);
  }
  const half = side >> 1;
  const less = level - 1;
  const nw = crop(child(id, 0), less, width, height);
  const ne = crop(child(id, 1), less, width - half, height);
  const sw = crop(child(id, 2), less, width, height - half);
  return join(level, nw, ne, sw, crop(child(id, 3), less, width - half, height - half));
}

/** The tree made of copies of its left columns (`down`: of its upper rows), 2^base of them. */
export function repeat(id: u32, level: u32, base: u32, down: bool): u32 {
  if (level == base) return id;
  const first = repeat(child(id, 0), level - 1, base, down);
  const other = repeat(child(id, down ? 1 : 2), level - 1, base, down);
  return down ? join(level, first, other, first, other) : join(level, first, first, other, other);
}

/** The leaf that begins at (dx, dy), 0 to 8, in the square that four leaves make. */
export function between(nw: u32, ne: u32, sw: u32, se: u32, dx: u32, dy: u32): u32 {
  let all: u64 = 0;
  for (let row: u32 = 0; row < 8; row++) {
    const y = row + dy;
    const shift = (y & 7) << 3;
    const left = (cells(y < 8 ? nw : sw) >> shift) & 255;
    const right = (cells(y < 8 ? ne : se) >> shift) & 255;
    all |= (((left | (right << 8)) >> dx) & 255) << (row << 3);
  }
  return leaf(all);
}

/** The leaf of these cells: rows 0 to 3, rows 4 to 7. */
export function leafOf(low: u32, high: u32): u32 {
  return leaf(<u64>low | (<u64>high << 32));
}
