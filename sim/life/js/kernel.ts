/**
 * One column of words, 32 cells wide, through one block: the smallest piece of work of the engine in plain TypeScript.
 *
 * All 32 cells of a word are computed at once with bitwise adders. For each row of three cells, `s` is the sum of left
 * and right, `t` the sum of all three, both as two bit-planes (0: ones, 1: twos). The neighbours of a cell are the `t`
 * above, the `s` of its row and the `t` below. Rows are walked downwards, so that each row is summed once.
 */

/** Where a column and what surrounds it lie, as word indices; rows within a block are 4 words apart. */
export interface Column {
  /** First row of this column, of the column to the left, of the column to the right. */
  c: number;
  l: number;
  r: number;
  /** The row above, in the same three columns. */
  n: number;
  nl: number;
  nr: number;
  /** The row below the last one. */
  s: number;
  sl: number;
  sr: number;
  /** Rows to compute, 1..64. */
  rows: number;
  /** Bit of the left column that is the neighbour of bit 0 here: 31, but for the torus's seam. */
  leftBit: number;
  /** Last bit of this column that is in the grid. */
  lastBit: number;
}

/** What changed against generation n-1, as bits. */
export const ANY = 1;
export const NORTH = 2;
export const SOUTH = 4;
export const WEST = 8;
export const EAST = 16;

/** Computes one column from `src` into `dst` (which holds generation n-1); returns what changed. */
export type ColumnKernel = (src: Int32Array, dst: Int32Array, column: Column) => number;

/** B3/S23 on the Moore neighbourhood. */
export function lifeColumn(src: Int32Array, dst: Int32Array, column: Column): number {
  const { c, l, r, n, nl, nr, rows, leftBit, lastBit } = column;
  const keep = lastBit === 31 ? -1 : (1 << (lastBit + 1)) - 1;
  let v = src[n];
  let left = (v << 1) | ((src[nl] >>> leftBit) & 1);
  let right = (v >>> 1) | ((src[nr] & 1) << lastBit);
  let s0 = left ^ right;
  let a0 = s0 ^ v;
  let a1 = (left & right) | (s0 & v);
  v = src[c];
  left = (v << 1) | ((src[l] >>> leftBit) & 1);
  right = (v >>> 1) | ((src[r] & 1) << lastBit);
  s0 = left ^ right;
  let s1 = left & right;
  let t0 = s0 ^ v;
  let t1 = s1 | (s0 & v);
  let all = 0;
  let first = 0;
  let diff = 0;
  let p = c;
  let pl = l;
  let pr = r;
  for (let y = 1; y <= rows; y++) {
    const at = p;
    if (y === rows) {
      p = column.s;
      pl = column.sl;
      pr = column.sr;
    } else {
      p += 4;
      pl += 4;
      pr += 4;
    }
    const w = src[p];
    left = (w << 1) | ((src[pl] >>> leftBit) & 1);
    right = (w >>> 1) | ((src[pr] & 1) << lastBit);
    const z0 = left ^ right;
    const z1 = left & right;
    const d0 = z0 ^ w;
    const d1 = z1 | (z0 & w);
    const x = a0 ^ s0;
    const u0 = x ^ d0;
    const u1 = (a0 & s0) | (x & d0);
    const twos = (a1 & d1) | (s1 & u1);
    const next = (a1 ^ d1 ^ s1 ^ u1) & ~twos & (u0 | v) & keep;
    diff = next ^ dst[at];
    dst[at] = next;
    all |= diff;
    if (y === 1) first = diff;
    a0 = t0;
    a1 = t1;
    s0 = z0;
    s1 = z1;
    t0 = d0;
    t1 = d1;
    v = w;
  }
  return flags(all, first, diff, lastBit);
}

export function flags(all: number, first: number, last: number, lastBit: number): number {
  if (all === 0) return 0;
  return (
    ANY |
    (first !== 0 ? NORTH : 0) |
    (last !== 0 ? SOUTH : 0) |
    ((all & 1) << 3) | // WEST
    (((all >>> lastBit) & 1) << 4) // EAST
  );
}
