// What the kernels know of the world: set once by `configure`, rules by `setRule`. Addresses are bytes.

export let blocksX: u32 = 0;
export let blocksY: u32 = 0;
export let flagStride: u32 = 0;
/** Cells across in the last block column, 1..128. */
export let lastWidth: u32 = 0;
/** Rows in the last block row, 1..64. */
export let lastHeight: u32 = 0;
export let bufferA: usize = 0;
export let bufferB: usize = 0;
export let snapshot: usize = 0;
export let marksA: usize = 0;
export let marksB: usize = 0;
export let state: usize = 0;
export let keys: usize = 0;

export function configure(
  blocksX_: u32, blocksY_: u32, flagStride_: u32, lastWidth_: u32, lastHeight_: u32,
  bufferA_: usize, bufferB_: usize, snapshot_: usize, marksA_: usize, marksB_: usize, state_: usize, keys_: usize,
): void {
  blocksX = blocksX_;
  blocksY = blocksY_;
  flagStride = flagStride_;
  lastWidth = lastWidth_;
  lastHeight = lastHeight_;
  bufferA = bufferA_;
  bufferB = bufferB_;
  snapshot = snapshot_;
  marksA = marksA_;
  marksB = marksB_;
  state = state_;
  keys = keys_;
  // Cells of the last block column that are in the grid, and its last column.
  for (let lane: u32 = 0; lane < 2; lane++) {
    let keep: u64 = 0;
    for (let bit: u32 = 0; bit < 64; bit++) if (lane * 64 + bit < lastWidth) keep |= <u64>1 << bit;
    store<u64>(KEEP + lane * 8, keep);
    let east: u64 = 0;
    if ((lastWidth - 1) >> 6 == lane) east = <u64>1 << ((lastWidth - 1) & 63);
    store<u64>(EAST + lane * 8, east);
  }
}

export const LIFE: u32 = 0;
export const MOORE: u32 = 1;
export const NEUMANN: u32 = 2;

export let kind: u32 = LIFE;
export let torus: bool = true;

/** A block of zeros: what lies outside a bounded grid. */
export const ZERO: usize = memory.data(1024, 16);
/** Columns for a torus whose width is no multiple of 128: row -1, rows 0..63, row 64. */
export const SEAM_LEFT: usize = memory.data(66 * 16, 16);
export const SEAM_OWN: usize = memory.data(66 * 16, 16);
export const KEEP: usize = memory.data(16, 16);
export const EAST: usize = memory.data(16, 16);
/** For n = 0..8: a mask of births at n, and of what survival changes about it. */
export const RULE: usize = memory.data(9 * 32, 16);

export function setRule(kind_: u32, torus_: bool, birth: u32, survival: u32): void {
  kind = kind_;
  torus = torus_;
  for (let n: u32 = 0; n < 9; n++) {
    const b: i64 = -<i64>((birth >> n) & 1);
    const s: i64 = -<i64>((survival >> n) & 1);
    v128.store(RULE + n * 32, i64x2.splat(b));
    v128.store(RULE + n * 32 + 16, i64x2.splat(b ^ s));
  }
}

/** Where free memory begins. */
export function heap(): usize {
  return __heap_base;
}
