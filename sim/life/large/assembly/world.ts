// Where things lie, and the rule. A tile is 64 rows of 64 bytes, one byte a cell: its state. Tiles follow each other row
// by row. Bytes outside the grid, in the last tile of a row or column, are always 0.

export const TILE: usize = 4096;
/** Farthest neighbour. */
export const MOST_RANGE = 10;

export let width: i32 = 0;
export let height: i32 = 0;
export let tilesX: i32 = 0;
export let tilesY: i32 = 0;
/** Two generations by turns, and the cells as they were last looked at. */
export let bufferA: usize = 0;
export let bufferB: usize = 0;
export let snapshot: usize = 0;
/** A byte a tile: to be computed in the coming generation, and the one after; which is which depends on parity. */
export let marksA: usize = 0;
export let marksB: usize = 0;
/** A byte a tile: may differ from the snapshot. */
export let dirty: usize = 0;
/** Planes of one tile, 512 bytes each. */
export let planesAt: usize = 0;

export let torus: bool = false;
export let range: i32 = 1;
/** The number after the last state, where state 0 follows; as a byte, so 256 is 0. */
export let states: u8 = 2;
export let square: bool = true;
/** Do counts fit a byte? */
export let small: bool = true;
/** Least counts, and how far above them the most lie; the own cell is counted always. */
export let birthLow: u32 = 0;
export let birthSpan: u32 = 0;
export let survivalLow: u32 = 0;
export let survivalSpan: u32 = 0;
/** For rows 0..range from the middle one, how far the neighbourhood reaches to either side. */
export const spans: usize = memory.data(16, 16);

/** Where memory is free. */
export function heap(): usize {
  return __heap_base;
}

export function configure(
  w: i32,
  h: i32,
  a: usize,
  b: usize,
  before: usize,
  markA: usize,
  markB: usize,
  mayDiffer: usize,
  planes: usize,
): void {
  width = w;
  height = h;
  tilesX = (w + 63) >> 6;
  tilesY = (h + 63) >> 6;
  bufferA = a;
  bufferB = b;
  snapshot = before;
  marksA = markA;
  marksB = markB;
  dirty = mayDiffer;
  planesAt = planes;
}

/** `reach` holds a hexadecimal digit a row, the middle one lowest: how far the neighbourhood reaches to either side. */
export function setRule(
  wrap: bool,
  r: i32,
  numberOfStates: u32,
  reach: u64,
  size: u32,
  b0: u32,
  b1: u32,
  s0: u32,
  s1: u32,
): void {
  torus = wrap;
  range = r;
  states = <u8>numberOfStates;
  square = true;
  for (let d = 0; d <= r; d++) {
    const span = <u8>((reach >> (4 * <u64>d)) & 15);
    store<u8>(spans + d, span);
    if (span != <u8>r) square = false;
  }
  small = size < 256;
  birthLow = b0;
  birthSpan = b1 - b0;
  survivalLow = s0;
  survivalSpan = s1 - s0;
}
