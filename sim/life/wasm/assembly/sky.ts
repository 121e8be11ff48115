// Under rules that bring forth cells where nothing lives, an empty part of the world may be in any state, and go from one
// to the next: that state is the sky. Cells are stored as they differ from the sky (XOR), so that an empty part is zeros
// under such rules too, and costs nothing; the kernel for each state of the sky is made accordingly.

import {
  blockAt, bufferBytes, FLAGS, headAt, KEEP, LAST_X, LAST_Y, lastHeight, NOWHERE, OUTSIDE, PLACE, planes, SLOTS, state,
} from './world';

/** Cells of a block that are in the grid: row by row. */
// @ts-ignore: decorator
@inline
function keepOf(flags: u32): v128 {
  return flags & LAST_X ? v128.load(KEEP) : i64x2.splat(-1);
}

// @ts-ignore: decorator
@inline
function rowsOf(flags: u32): usize {
  return flags & LAST_Y ? <usize>lastHeight : 64;
}

/** Changes all cells of buffers `first` to `last` (0, 1; 2 is the snapshot) by XOR with a state. */
export function flip(first: u32, last: u32, by: u32): void {
  const slots = load<u32>(SLOTS);
  for (let slot = OUTSIDE + 1; slot < slots; slot++) {
    const head = headAt(slot);
    if (load<u32>(head, PLACE) == NOWHERE) continue;
    const flags = load<u32>(head, FLAGS);
    const keep = keepOf(flags);
    for (let buffer = first; buffer <= last; buffer++)
      for (let p: u32 = 0; p < planes; p++) {
        if (!((by >> p) & 1)) continue;
        const at = blockAt(slot) + buffer * bufferBytes + (<usize>p << 10);
        for (let y: usize = 0; y < rowsOf(flags); y++)
          v128.store(at + (y << 4), v128.xor(v128.load(at + (y << 4)), keep));
      }
    store<u8>(state + slot, 3);
  }
}

/** Cells that are 0 where the sky is not. */
export function dead(parity: u32, sky: u32): f64 {
  const slots = load<u32>(SLOTS);
  let count: u64 = 0;
  for (let slot = OUTSIDE + 1; slot < slots; slot++) {
    if (load<u8>(state + slot) == 0) continue;
    const flags = load<u32>(headAt(slot), FLAGS);
    const keep = keepOf(flags);
    const at = blockAt(slot) + (parity ? bufferBytes : 0);
    for (let y: usize = 0; y < rowsOf(flags); y++) {
      let same = keep;
      for (let p: usize = 0; p < planes; p++) {
        const row = v128.load(at + (p << 10) + (y << 4));
        same = (sky >> <u32>p) & 1 ? v128.and(same, row) : v128.andnot(same, row);
      }
      count += popcnt(i64x2.extract_lane(same, 0)) + popcnt(i64x2.extract_lane(same, 1));
    }
  }
  return <f64>count;
}
