// One generation: which blocks, from where to where, and what to compute next time. See sim/life/blocks.ts for the idea.
// A mark is a byte a block, bit g for the rows 8g..8g+7.

import { lifeRows, lifeRowsCut, mooreRows, mooreRowsCut, neumannRows, neumannRowsCut } from './rows';
import {
  blocksX, blocksY, bufferA, bufferB, flagStride, kind, lastHeight, lastWidth, LIFE, marksA, marksB, MOORE, SEAM_LEFT,
  SEAM_OWN, state, torus, ZERO,
} from './world';

const CHANGED: u8 = 3;

/** Computes the generation after the one in buffer `parity` into the other. */
export function step(parity: u32): void {
  const now = parity ? marksB : marksA;
  for (let by: u32 = 0; by < blocksY; by++) {
    const row = now + by * flagStride;
    for (let x0: u32 = 0; x0 < flagStride; x0 += 8) {
      if (load<u64>(row + x0) == 0) continue;
      for (let bx = x0; bx < x0 + 8; bx++) {
        const mask = <u32>load<u8>(row + bx);
        if (mask == 0) continue;
        store<u8>(row + bx, 0);
        stepBlock(parity, bx, by, mask);
      }
    }
  }
}

function stepBlock(parity: u32, bx: u32, by: u32, marked: u32): void {
  const src = parity ? bufferB : bufferA;
  const dst = parity ? bufferA : bufferB;
  const lastX = bx == blocksX - 1;
  const lastY = by == blocksY - 1;
  const rows: u32 = lastY ? lastHeight : 64;
  const west = bx > 0 ? bx - 1 : blocksX - 1;
  const east = lastX ? 0 : bx + 1;
  const north = by > 0 ? by - 1 : blocksY - 1;
  const south = lastY ? 0 : by + 1;
  const rowBytes = <usize>blocksX << 10;
  const row = src + by * rowBytes;
  // First rows of this block and its neighbours to the left and right; then the rows above and below.
  let c = row + (<usize>bx << 10);
  let l = row + (<usize>west << 10);
  let r = row + (<usize>east << 10);
  const northRow: usize = src + north * rowBytes + ((by > 0 ? 63 : lastHeight - 1) << 4);
  const southRow: usize = src + south * rowBytes;
  let n = northRow + (<usize>bx << 10);
  let nl = northRow + (<usize>west << 10);
  let nr = northRow + (<usize>east << 10);
  let s = southRow + (<usize>bx << 10);
  let sl = southRow + (<usize>west << 10);
  let sr = southRow + (<usize>east << 10);
  if (!torus) {
    if (bx == 0) l = nl = sl = ZERO;
    if (lastX) r = nr = sr = ZERO;
    if (by == 0) n = nl = nr = ZERO;
    if (lastY) s = sl = sr = ZERO;
  } else if (lastWidth < 128) {
    if (bx == 0) {
      leftSeam(l, nl, sl, rows);
      l = SEAM_LEFT + 16;
      nl = SEAM_LEFT;
      sl = l + (rows << 4);
    }
    if (lastX) {
      ownSeam(c, n, s, r, nr, sr, rows);
      c = SEAM_OWN + 16;
      n = SEAM_OWN;
      s = c + (rows << 4);
      r = nr = sr = ZERO;
    }
  }
  const to = dst + by * rowBytes + (<usize>bx << 10);
  const cut = lastX && lastWidth < 128;
  const groups = (rows + 7) >> 3;
  let mask = marked & ((1 << groups) - 1);
  let result: u64 = 0;
  while (mask != 0) {
    const g = <u32>ctz(mask);
    const length = <u32>ctz(~(mask >> g));
    mask &= ~(((1 << length) - 1) << g);
    const y: usize = g << 7;
    const inner = g + length < groups;
    const end = y + (length << 7);
    const bits = run(
      cut,
      c + y, l + y, r + y,
      g > 0 ? c + y - 16 : n, g > 0 ? l + y - 16 : nl, g > 0 ? r + y - 16 : nr,
      inner ? c + end : s, inner ? l + end : sl, inner ? r + end : sr,
      to + y,
      inner ? length << 3 : rows - (g << 3),
    );
    result |= bits << g;
  }
  if (result == 0) return;
  store<u8>(state + by * flagStride + bx, CHANGED);
  mark(parity ? marksA : marksB, bx, by, result);
}

// @ts-ignore: decorator
@inline
function run(
  cut: bool, c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, to: usize,
  rows: u32,
): u64 {
  if (kind == LIFE) {
    if (cut) return lifeRowsCut(c, l, r, n, nl, nr, s, sl, sr, to, rows);
    return lifeRows(c, l, r, n, nl, nr, s, sl, sr, to, rows);
  }
  if (kind == MOORE) {
    if (cut) return mooreRowsCut(c, l, r, n, nl, nr, s, sl, sr, to, rows);
    return mooreRows(c, l, r, n, nl, nr, s, sl, sr, to, rows);
  }
  if (cut) return neumannRowsCut(c, l, r, n, nl, nr, s, sl, sr, to, rows);
  return neumannRows(c, l, r, n, nl, nr, s, sl, sr, to, rows);
}

/** Marks what the changes of a block can reach. Corners are marked whenever row and column changed, seldom in vain. */
function mark(next: usize, bx: u32, by: u32, result: u64): void {
  const any = <u32>(result & 0xff);
  const n = <u32>((result >> 8) & 0xff);
  const s = <u32>((result >> 16) & 0xff);
  const w = <u32>((result >> 24) & 0xff);
  const e = <u32>((result >> 32) & 0xff);
  const row = next + by * flagStride;
  add(row + bx, any | (s << 1) | (n >> 1));
  const firstX = bx == 0;
  const lastX = bx == blocksX - 1;
  const hasWest = w != 0 && (!firstX || torus);
  const hasEast = e != 0 && (!lastX || torus);
  const west = firstX ? blocksX - 1 : bx - 1;
  const east = lastX ? 0 : bx + 1;
  if (hasWest) add(row + west, w | ((w & s) << 1) | ((w & n) >> 1));
  if (hasEast) add(row + east, e | ((e & s) << 1) | ((e & n) >> 1));
  if (n & 1 && (by > 0 || torus)) {
    const up = next + (by > 0 ? by - 1 : blocksY - 1) * flagStride;
    const bit: u32 = by > 0 ? 0x80 : 1 << ((lastHeight - 1) >> 3);
    add(up + bx, bit);
    if (hasWest && w & 1) add(up + west, bit);
    if (hasEast && e & 1) add(up + east, bit);
  }
  const lastY = by == blocksY - 1;
  const bottom: u32 = lastY ? 1 << ((lastHeight - 1) >> 3) : 0x80;
  if (s & bottom && (!lastY || torus)) {
    const down = next + (lastY ? 0 : by + 1) * flagStride;
    add(down + bx, 1);
    if (hasWest && w & bottom) add(down + west, 1);
    if (hasEast && e & bottom) add(down + east, 1);
  }
}

// @ts-ignore: decorator
@inline
function add(at: usize, mask: u32): void {
  store<u8>(at, load<u8>(at) | <u8>mask);
}

// On a torus whose width is no multiple of 128, column 0 follows column `lastWidth - 1` of the last block. The blocks at
// the seam are computed from copies: to the left of block 0 stands a column that ends with the last cells of the rows,
// and the last block has the first cells of the rows after its own.

function leftSeam(l: usize, nl: usize, sl: usize, rows: u32): void {
  const at = ((lastWidth - 1) >> 6) << 3;
  const bit: u64 = (lastWidth - 1) & 63;
  store<u64>(SEAM_LEFT + 8, (load<u64>(nl + at) >> bit) << 63);
  for (let y: u32 = 0; y < rows; y++) store<u64>(SEAM_LEFT + 24 + (y << 4), (load<u64>(l + (y << 4) + at) >> bit) << 63);
  store<u64>(SEAM_LEFT + 24 + (rows << 4), (load<u64>(sl + at) >> bit) << 63);
}

function ownSeam(c: usize, n: usize, s: usize, r: usize, nr: usize, sr: usize, rows: u32): void {
  withFirst(SEAM_OWN, n, nr);
  for (let y: u32 = 0; y < rows; y++) withFirst(SEAM_OWN + 16 + (y << 4), c + (y << 4), r + (y << 4));
  withFirst(SEAM_OWN + 16 + (rows << 4), s, sr);
}

// @ts-ignore: decorator
@inline
function withFirst(to: usize, own: usize, first: usize): void {
  const at = (lastWidth >> 6) << 3;
  v128.store(to, v128.load(own));
  store<u64>(to + at, load<u64>(to + at) | ((load<u64>(first) & 1) << (lastWidth & 63)));
}
