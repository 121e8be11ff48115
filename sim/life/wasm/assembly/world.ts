// What the driver knows of the world, and where it lies in memory. All of it is in memory, none in globals that change,
// so that several instances of the driver, each with another rule's kernel, can work on one world. Addresses are bytes.

// Written by sim/life/wasm/memory.ts, which has the same list.
export const SLOTS: usize = 64;
export const CAPACITY: usize = 68;
export const FREE: usize = 72;
export const FREE_COUNT: usize = 76;
export const FULL: usize = 80;
export const SORTED: usize = 84;
/** Cells of the last block column that are in the grid, and its last column: 16 bytes each. */
export const KEEP: usize = 128;
export const EAST: usize = 144;
/** Copies of columns at a seam, all planes, and the rows above (first 16 bytes of each plane) and below (the next 16). */
export const SEAM_LEFT: usize = 1024;
export const SEAM_LEFT_ENDS: usize = 1024 * 9;
export const SEAM_OWN: usize = 1024 * 17;
export const SEAM_OWN_ENDS: usize = 1024 * 25;

export let blocksX: u32 = 0;
export let blocksY: u32 = 0;
/** Cells across in the last block column, 1..128. */
export let lastWidth: u32 = 0;
/** Rows in the last block row, 1..64. */
export let lastHeight: u32 = 0;
export let planes: u32 = 1;
export let tilesX: u32 = 0;
/** A slot number for each place in the grid, 0 where there is no block. */
export let directory: usize = 0;
/** A byte a slot: bit g for the rows 8g..8g+7, to be computed from the even and from the odd generations. */
export let marksA: usize = 0;
export let marksB: usize = 0;
/** The same, of the first of two generations that are computed in one go. */
export let marksFirst: usize = 0;
/** A byte a slot: 0 = empty in both generations and in the snapshot, or no block; USED; CHANGED. */
export let state: usize = 0;
export let keys: usize = 0;
export let pool: usize = 0;
/** Slots there may be at most. */
export let mostSlots: u32 = 0;
export let torus: bool = true;
/** What is outside is not 0: columns at a bounded edge must be copied too. */
export let litOutside: bool = false;

/** Where there are several threads, 8 bytes a slot: what the last generation changed. */
export let results: usize = 0;

export let blockBytes: usize = 1024;
/** From a block's even generation to its odd one, and from there to its snapshot. */
export let bufferBytes: usize = 0;
let slabBytes: usize = 0;

export const USED: u8 = 1;
export const CHANGED: u8 = 3;

/** Slots come in slabs of 64: 64 even generations, 64 odd ones, 64 snapshots, 64 heads; neighbours in a row follow each other. */
export const SLAB: u32 = 64;
/** Of a head: 8 slots around (see `link`), then these. */
export const FLAGS: usize = 32;
export const PLACE: usize = 36;
export const NEXT_FREE: usize = 40;
/** What the kernel wants to know: see sim/graph/print-block.ts. Then what `compute` does. */
export const WHERE: usize = 64;
export const OWN: usize = WHERE + 32;
export const LAST_GROUP: usize = WHERE + 36;
export const PLAIN: usize = WHERE + 40;
/** 1 where there is a block, or the end of the grid, on all sides; generations until it is asked again what changed. */
export const COMPLETE: usize = WHERE + 44;
export const BLIND: usize = WHERE + 48;
/** The last slot of those around and the own one; of those whose last is this one the first, and of these the next. */
export const LAST_AROUND: usize = WHERE + 52;
export const FIRST_WAITS: usize = WHERE + 56;
export const NEXT_WAITS: usize = WHERE + 60;
const HEAD_BYTES: usize = 128;

export const FIRST_X: u32 = 1;
export const LAST_X: u32 = 2;
export const FIRST_Y: u32 = 4;
export const LAST_Y: u32 = 8;
/** The place of a slot without a block. */
export const NOWHERE: u32 = 0xffffffff;

/** Slot 0 is a block of zeros and stands for all that are not there; slot 1 is what is outside a bounded grid. */
export const NONE: u32 = 0;
export const OUTSIDE: u32 = 1;

/** Takes over what the host wrote. */
export function attach(): void {
  blocksX = load<u32>(0);
  blocksY = load<u32>(4);
  lastWidth = load<u32>(8);
  lastHeight = load<u32>(12);
  planes = load<u32>(16);
  tilesX = load<u32>(20);
  directory = load<u32>(24);
  marksA = load<u32>(28);
  marksB = load<u32>(32);
  state = load<u32>(36);
  keys = load<u32>(40);
  pool = load<u32>(44);
  mostSlots = load<u32>(48);
  torus = load<u32>(52) != 0;
  litOutside = load<u32>(56) != 0;
  results = load<u32>(60);
  marksFirst = load<u32>(88);
  blockBytes = <usize>planes << 10;
  bufferBytes = blockBytes * SLAB;
  slabBytes = bufferBytes * 3 + HEAD_BYTES * SLAB;
}

/** The even generation of a block. */
// @ts-ignore: decorator
@inline
export function blockAt(slot: u32): usize {
  return pool + <usize>(slot >> 6) * slabBytes + <usize>(slot & 63) * blockBytes;
}

// @ts-ignore: decorator
@inline
export function headAt(slot: u32): usize {
  return pool + <usize>(slot >> 6) * slabBytes + bufferBytes * 3 + (<usize>(slot & 63) << 7);
}

/** Where memory for this many slots ends. The kernel may look one row of blocks' length beyond a block. */
export function endOf(slots: u32): u64 {
  return <u64>pool + <u64>(slots >> 6) * slabBytes + 2048;
}
