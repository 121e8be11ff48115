/**
 * What computes a block in plain TypeScript.
 *
 * The smallest piece of work is 8 rows of a column of words, 32x8 cells: in a world that has settled, little of a block is
 * at work. All 32 cells of a word are computed at once with bitwise adders. For each row of three cells, `s` is the sum of
 * left and right, `t` the sum of all three, both as two bit-planes (0: ones, 1: twos). The neighbours of a cell are the
 * `t` above, the `s` of its row and the `t` below. Columns are walked downwards, so that each row is summed once.
 *
 * Pieces of a block are bits of a 32-bit number: 8 * column + rows / 8.
 */

// What a kernel is told, in an Int32Array. Word indices: first rows of the block, of those to the west and east ...
export const OWN = 0;
export const WEST = 1;
export const EAST = 2;
/** ... the row above it, in the three blocks there ... */
export const ABOVE = 3;
export const ABOVE_WEST = 4;
export const ABOVE_EAST = 5;
/** ... and the row below. Rows are 4 words apart. */
export const BELOW = 6;
export const BELOW_WEST = 7;
export const BELOW_EAST = 8;
/** Rows of the block that are in the grid, 1..64. */
export const ROWS = 9;
/** The last word of a row that is in the grid, 0..3. */
export const LAST_WORD = 10;
/** The last bit of that word that is in the grid. */
export const LAST_BIT = 11;
/** Which word of a row to the west is beside the first one, and which bit of it: 3 and 31, but for the torus's seam. */
export const LEFT_WORD = 12;
export const LEFT_BIT = 13;
// What a kernel adds to: pieces in which something changed against generation n-1, at all and at their edges.
export const ANY = 14;
export const NORTHERN = 15;
export const SOUTHERN = 16;
export const WESTERN = 17;
export const EASTERN = 18;
export const TOLD = 19;

/** Computes the marked pieces of a block from `src` into `dst`, which holds generation n-1. */
export type BlockKernel = (src: Int32Array, dst: Int32Array, at: Int32Array, marked: number) => void;

export interface Kernel {
  /** For blocks of 128x64 cells with 31 for both bits and 3 for both words. */
  whole: BlockKernel;
  /** For the same, all pieces marked; it takes all of them for changed, which spares a look at generation n-1. */
  blind?: BlockKernel;
  /** For those at the seams. */
  cut: BlockKernel;
}

/** Where some rows of a column of words and what surrounds it lie. */
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

/** Computes rows of one column; `changes[y]` becomes what changed in row y against generation n-1. */
export type ColumnKernel = (src: Int32Array, dst: Int32Array, column: Column, changes: Int32Array) => void;

/** A kernel that goes over columns by one that knows only those. */
export function byColumns(kernel: ColumnKernel): Kernel {
  const changes = new Int32Array(64);
  const column: Column = {
    c: 0,
    l: 0,
    r: 0,
    n: 0,
    nl: 0,
    nr: 0,
    s: 0,
    sl: 0,
    sr: 0,
    rows: 0,
    leftBit: 31,
    lastBit: 31,
  };
  const block: BlockKernel = (src, dst, at, marked) => {
    for (let k = 0; k <= at[LAST_WORD]; k++)
      for (let left = (marked >>> (8 * k)) & 0xff; left !== 0; ) {
        const first = 31 - Math.clz32(left & -left);
        const end = 32 - Math.clz32(left & ~(left + (left & -left)));
        left &= -1 << end;
        place(column, at, k, first * 8, Math.min(end * 8, at[ROWS]));
        kernel(src, dst, column, changes);
        tell(at, changes, column, 8 * k + first);
      }
  };
  return { whole: block, cut: block };
}

/** Rows `y` to `end` of column k. */
function place(column: Column, at: Int32Array, k: number, y: number, end: number): void {
  const first = k === 0;
  const last = k === at[LAST_WORD];
  const row = 4 * y;
  column.c = at[OWN] + k + row;
  column.l = (first ? at[WEST] + at[LEFT_WORD] : at[OWN] + k - 1) + row;
  column.r = (last ? at[EAST] : at[OWN] + k + 1) + row;
  const inner = y > 0;
  column.n = inner ? column.c - 4 : at[ABOVE] + k;
  column.nl = inner ? column.l - 4 : first ? at[ABOVE_WEST] + at[LEFT_WORD] : at[ABOVE] + k - 1;
  column.nr = inner ? column.r - 4 : last ? at[ABOVE_EAST] : at[ABOVE] + k + 1;
  const within = end < at[ROWS];
  const down = (end - y) * 4;
  column.s = within ? column.c + down : at[BELOW] + k;
  column.sl = within ? column.l + down : first ? at[BELOW_WEST] + at[LEFT_WORD] : at[BELOW] + k - 1;
  column.sr = within ? column.r + down : last ? at[BELOW_EAST] : at[BELOW] + k + 1;
  column.rows = end - y;
  column.leftBit = first ? at[LEFT_BIT] : 31;
  column.lastBit = last ? at[LAST_BIT] : 31;
}

/** @param piece The first one that was computed. */
function tell(at: Int32Array, changes: Int32Array, { rows, lastBit }: Column, piece: number): void {
  for (let y = 0, bit = 1 << piece; y < rows; bit <<= 1) {
    const first = changes[y];
    let last = 0;
    let all = 0;
    for (const end = Math.min(y + 8, rows); y < end; y++) all |= last = changes[y];
    if (all === 0) continue;
    at[ANY] |= bit;
    if (first !== 0) at[NORTHERN] |= bit;
    if (last !== 0) at[SOUTHERN] |= bit;
    if ((all & 1) !== 0) at[WESTERN] |= bit;
    if (((all >>> lastBit) & 1) !== 0) at[EASTERN] |= bit;
  }
}
