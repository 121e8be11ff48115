// After cells were written, or the rule was changed: what must be computed though nothing told so.
//
// A block and its neighbours are computed in the next TWO generations. After one, the comparison with generation n-1
// would be with a state that the written cells did not come from. A neighbour that is not there is empty in both
// generations; it is needed only where cells stand at the edge towards it, in either of them.

import { blockFor, link, neighbourFor } from './pool';
import {
  blockAt, blocksX, blocksY, bufferBytes, EAST, FLAGS, headAt, LAST_X, LAST_Y, lastHeight, marksA, marksB, NONE, NOWHERE,
  OUTSIDE, PLACE, planes, SLOTS,
} from './world';

// @ts-ignore: decorator
@inline
function both(slot: u32): void {
  store<u8>(marksA + slot, 0xff);
  store<u8>(marksB + slot, 0xff);
}

export function wake(slot: u32): void {
  both(slot);
  let edges: i32 = -1;
  for (let d: u32 = 0; d < 8; d++) {
    let other = load<u32>(headAt(slot) + (<usize>d << 2));
    if (other == OUTSIDE) continue;
    if (other == NONE) {
      if (edges < 0) edges = edgesOf(slot);
      if (!((edges >> d) & 1)) continue;
      other = neighbourFor(slot, d);
      if (other == NONE) continue;
    }
    both(other);
  }
}

/** Bit d: cells stand at the edge towards neighbour d, in either generation. */
function edgesOf(slot: u32): i32 {
  const flags = load<u32>(headAt(slot), FLAGS);
  const rows: usize = flags & LAST_Y ? lastHeight : 64;
  let top = i64x2.splat(0);
  let bottom = top;
  let all = top;
  for (let p: usize = 0; p < planes; p++)
    for (let b: usize = 0; b < 2; b++) {
      const at = blockAt(slot) + b * bufferBytes + (p << 10);
      top = v128.or(top, v128.load(at));
      bottom = v128.or(bottom, v128.load(at + ((rows - 1) << 4)));
      for (let y: usize = 0; y < rows; y++) all = v128.or(all, v128.load(at + (y << 4)));
    }
  const east = flags & LAST_X ? v128.load(EAST) : i64x2(0, <i64>1 << 63);
  const west = i64x2(1, 0);
  let edges: i32 = 0;
  if (v128.any_true(v128.and(top, west))) edges |= 1;
  if (v128.any_true(top)) edges |= 2;
  if (v128.any_true(v128.and(top, east))) edges |= 4;
  if (v128.any_true(v128.and(all, west))) edges |= 8;
  if (v128.any_true(v128.and(all, east))) edges |= 16;
  if (v128.any_true(v128.and(bottom, west))) edges |= 32;
  if (v128.any_true(bottom)) edges |= 64;
  if (v128.any_true(v128.and(bottom, east))) edges |= 128;
  return edges;
}

/** All blocks there are. */
export function wakeAll(): void {
  const slots = load<u32>(SLOTS);
  for (let slot = OUTSIDE + 1; slot < slots; slot++) if (load<u32>(headAt(slot), PLACE) != NOWHERE) wake(slot);
}

/** All blocks along the edges of the grid: where outside is not as the sky within. */
export function wakeBorder(): void {
  for (let bx: u32 = 0; bx < blocksX; bx++) {
    wakeAt(bx, 0);
    wakeAt(bx, blocksY - 1);
  }
  for (let by: u32 = 0; by < blocksY; by++) {
    wakeAt(0, by);
    wakeAt(blocksX - 1, by);
  }
}

function wakeAt(bx: u32, by: u32): void {
  const slot = blockFor(bx, by);
  if (slot != NONE) both(slot);
}

/** After the edges changed: who is beside whom. */
export function linkAll(): void {
  const slots = load<u32>(SLOTS);
  for (let slot = OUTSIDE + 1; slot < slots; slot++) {
    const place = load<u32>(headAt(slot), PLACE);
    if (place != NOWHERE) link(slot, place % blocksX, place / blocksX);
  }
}
