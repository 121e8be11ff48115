// What changed in a block is what must be computed next time: there, and in the blocks around, which are made if need be.

import { EVERYTHING } from './compute';
import { neighbourFor } from './pool';
import {
  CHANGED, COMPLETE, FIRST_Y, FLAGS, LAST_GROUP, lastHeight, NONE, OUTSIDE, state,
} from './world';

/** Changes that blocks around can see, whatever the block: in the first row of group 0, in the first and last column. */
const SIDES: u64 = 0xff_ff_00_01_00;

/**
 * Marks what the changes of a block can reach, in the list `next`. Corners are marked whenever row and column changed,
 * seldom in vain.
 *
 * @param head That of this slot.
 */
// @ts-ignore: decorator
@inline
export function markAt(head: usize, next: usize, slot: u32, changes: u64): void {
  if (changes == EVERYTHING && load<u32>(head, COMPLETE)) return markAll(head, next, slot);
  const last = load<u32>(head, LAST_GROUP);
  const any = <u32>changes & 0xff;
  const n = <u32>(changes >> 8) & 0xff;
  const s = <u32>(changes >> 16) & 0xff;
  store<u8>(state + slot, CHANGED);
  // Itself first: whoever is marked is not freed when there is no room for a neighbour.
  const own = next + slot;
  store<u8>(own, load<u8>(own) | <u8>(any | (s << 1) | (n >> 1)));
  if ((changes & (SIDES | (<u64>0x10000 << last))) == 0) return;
  const w = <u32>(changes >> 24) & 0xff;
  const e = <u32>(changes >> 32) & 0xff;
  touch(next, slot, head, 3, w | ((w & s) << 1) | ((w & n) >> 1));
  touch(next, slot, head, 4, e | ((e & s) << 1) | ((e & n) >> 1));
  if (n & 1) {
    const bit: u32 = load<u32>(head, FLAGS) & FIRST_Y ? 1 << ((lastHeight - 1) >> 3) : 0x80;
    touch(next, slot, head, 1, bit);
    touch(next, slot, head, 0, w & 1 ? bit : 0);
    touch(next, slot, head, 2, e & 1 ? bit : 0);
  }
  if ((s >> last) & 1) {
    touch(next, slot, head, 6, 1);
    touch(next, slot, head, 5, (w >> last) & 1);
    touch(next, slot, head, 7, (e >> last) & 1);
  }
}

/** The same where all of a block changed, and nothing need be made: for lively worlds, where marking is most of the rest. */
// @ts-ignore: decorator
@inline
function markAll(head: usize, next: usize, slot: u32): void {
  store<u8>(state + slot, CHANGED);
  store<u8>(next + slot, 0xff);
  store<u8>(next + load<u32>(head, 12), 0xff);
  store<u8>(next + load<u32>(head, 16), 0xff);
  const above: u32 = load<u32>(head, FLAGS) & FIRST_Y ? 1 << ((lastHeight - 1) >> 3) : 0x80;
  for (let d: usize = 0; d < 3; d++) add(next + load<u32>(head + (d << 2)), above);
  for (let d: usize = 5; d < 8; d++) add(next + load<u32>(head + (d << 2)), 1);
  // What is outside the grid is not computed.
  store<u8>(next + OUTSIDE, 0);
}

// @ts-ignore: decorator
@inline
function add(at: usize, mask: u32): void {
  store<u8>(at, load<u8>(at) | <u8>mask);
}

/** Nothing is marked by a mask of 0: that costs less than to ask. */
// @ts-ignore: decorator
@inline
function touch(next: usize, slot: u32, head: usize, d: u32, mask: u32): void {
  let to = load<u32>(head + (<usize>d << 2));
  if (to <= OUTSIDE) {
    if (to == OUTSIDE || mask == 0) return;
    to = neighbourFor(slot, d);
    if (to == NONE) return;
  }
  store<u8>(next + to, load<u8>(next + to) | <u8>mask);
}
