// One generation: which blocks, from where to where, and what to compute next time.
//
// Generation n lies in one buffer, n-1 in the other, and n+1 is written over n-1. A block is computed only when it is
// marked. A block whose next state equals what lies in the buffer already (generation n-1) does not mark anything, so
// whatever rests or blinks with period 2 is computed no more, and is right in both buffers.

import { rows as wholeRows, rowsCut as cutRows } from './kernel';
import { neighbourFor } from './pool';
import { copySeams } from './seam';
import {
  blockAt, bufferBytes, CHANGED, FIRST_X, FIRST_Y, FLAGS, headAt, LAST_X, LAST_Y, lastHeight, lastWidth, litOutside,
  marksA, marksB, NONE, OUTSIDE, SEAM_LEFT, SEAM_LEFT_ENDS, SEAM_OWN, SEAM_OWN_ENDS, SLOTS, state, torus,
} from './world';

/** Computes the generation after the one in buffer `parity` into the other. A block that found no memory sets FULL. */
export function step(parity: u32): void {
  const now = parity ? marksB : marksA;
  const slots = load<u32>(SLOTS);
  for (let slot0: u32 = 0; slot0 < slots; slot0 += 8) {
    let eight = load<u64>(now + slot0);
    while (eight != 0) {
      const i = <u32>ctz(eight) >> 3;
      // Not before its turn: a block that is marked is not freed.
      store<u8>(now + slot0 + i, 0);
      stepBlock(parity, slot0 + i, <u32>(eight >> (i << 3)) & 0xff);
      eight &= ~(<u64>0xff << (i << 3));
    }
  }
}

function stepBlock(parity: u32, slot: u32, marked: u32): void {
  const head = headAt(slot);
  const flags = load<u32>(head, FLAGS);
  const from: usize = parity ? bufferBytes : 0;
  const rows: u32 = flags & LAST_Y ? lastHeight : 64;
  const last: usize = flags & FIRST_Y ? <usize>(lastHeight - 1) << 4 : 1008;
  const block = blockAt(slot);
  // First rows of this block and its neighbours to the left and right; then the rows above and below.
  let c = block + from;
  let l = blockAt(load<u32>(head, 12)) + from;
  let r = blockAt(load<u32>(head, 16)) + from;
  let n = blockAt(load<u32>(head, 4)) + from + last;
  let nl = blockAt(load<u32>(head)) + from + last;
  let nr = blockAt(load<u32>(head, 8)) + from + last;
  let s = blockAt(load<u32>(head, 24)) + from;
  let sl = blockAt(load<u32>(head, 20)) + from;
  let sr = blockAt(load<u32>(head, 28)) + from;
  const cut = (flags & LAST_X) != 0 && lastWidth < 128;
  if (lastWidth < 128 && flags & (FIRST_X | LAST_X) && (torus || litOutside)) {
    copySeams(flags, c, l, r, n, nl, nr, s, sl, sr, rows);
    if (flags & FIRST_X && torus) {
      l = SEAM_LEFT;
      nl = SEAM_LEFT_ENDS;
      sl = SEAM_LEFT_ENDS + 16;
    }
    if (flags & LAST_X) {
      c = SEAM_OWN;
      n = SEAM_OWN_ENDS;
      s = SEAM_OWN_ENDS + 16;
      r = nr = sr = blockAt(NONE);
    }
  }
  const to = block + (bufferBytes - from);
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
    const count = inner ? length << 3 : rows - (g << 3);
    const na = g > 0 ? c + y - 16 : n;
    const nb = g > 0 ? l + y - 16 : nl;
    const nc = g > 0 ? r + y - 16 : nr;
    const sa = inner ? c + end : s;
    const sb = inner ? l + end : sl;
    const sc = inner ? r + end : sr;
    const bits = cut
      ? cutRows(c + y, l + y, r + y, na, nb, nc, sa, sb, sc, to + y, count)
      : wholeRows(c + y, l + y, r + y, na, nb, nc, sa, sb, sc, to + y, count);
    result |= bits << g;
  }
  if (result == 0) return;
  store<u8>(state + slot, CHANGED);
  mark(parity ? marksA : marksB, slot, head, flags, result);
}

/** Marks what the changes of a block can reach. Corners are marked whenever row and column changed, seldom in vain. */
function mark(next: usize, slot: u32, head: usize, flags: u32, result: u64): void {
  const any = <u32>(result & 0xff);
  const n = <u32>((result >> 8) & 0xff);
  const s = <u32>((result >> 16) & 0xff);
  const w = <u32>((result >> 24) & 0xff);
  const e = <u32>((result >> 32) & 0xff);
  // Itself first: whoever is marked is not freed when there is no room for a neighbour.
  const own = next + slot;
  store<u8>(own, load<u8>(own) | <u8>(any | (s << 1) | (n >> 1)));
  if (w) touch(next, slot, head, 3, w | ((w & s) << 1) | ((w & n) >> 1));
  if (e) touch(next, slot, head, 4, e | ((e & s) << 1) | ((e & n) >> 1));
  if (n & 1) {
    const bit: u32 = flags & FIRST_Y ? 1 << ((lastHeight - 1) >> 3) : 0x80;
    touch(next, slot, head, 1, bit);
    if (w & 1) touch(next, slot, head, 0, bit);
    if (e & 1) touch(next, slot, head, 2, bit);
  }
  const bottom: u32 = flags & LAST_Y ? 1 << ((lastHeight - 1) >> 3) : 0x80;
  if (s & bottom) {
    touch(next, slot, head, 6, 1);
    if (w & bottom) touch(next, slot, head, 5, 1);
    if (e & bottom) touch(next, slot, head, 7, 1);
  }
}

// @ts-ignore: decorator
@inline
function touch(next: usize, slot: u32, head: usize, d: u32, mask: u32): void {
  let to = load<u32>(head + (<usize>d << 2));
  if (to <= OUTSIDE) {
    if (to == OUTSIDE) return;
    to = neighbourFor(slot, d);
    if (to == NONE) return;
  }
  store<u8>(next + to, load<u8>(next + to) | <u8>mask);
}
