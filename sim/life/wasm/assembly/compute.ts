// The next generation of a block. It reads the present generation of the block and of those around it, and writes only
// the other buffer of its own, and a word of its own head (BLIND): blocks of one generation can be computed in any order,
// and at the same time. Except at a seam: there it reads from copies, for which there is one place only.

import { blind, rows as wholeRows, rowsCut as cutRows, some, whole } from './kernel';
import { copySeams } from './seam';
import {
  BLIND, blockAt, bufferBytes, COMPLETE, FIRST_X, FIRST_Y, FLAGS, headAt, LAST_GROUP, LAST_X, LAST_Y, lastHeight,
  lastWidth, litOutside, NONE, PLAIN, SEAM_LEFT, SEAM_LEFT_ENDS, SEAM_OWN, SEAM_OWN_ENDS, torus, WHERE,
} from './world';

/** Whether a block with these flags is computed from copies. */
// @ts-ignore: decorator
@inline
export function atSeam(flags: u32): bool {
  return lastWidth < 128 && (flags & (FIRST_X | LAST_X)) != 0 && (torus || litOutside);
}

/**
 * In a lively world nearly everything changes, and to ask what does is a sixth of the work. So where every group did, at
 * its first and last row too, and in the blocks to the sides, it is taken for granted for some generations. That marks too
 * much, never too little; and nothing is made because of it, since there are blocks on all sides. Those to the sides are
 * looked at only in the first of these generations: later they may be about to be asked, which means nothing.
 */
const UNASKED: u32 = 6;
const ROWS: u64 = 0xff_ff_ff;
export const EVERYTHING: u64 = 0xff_ffff_ffff;

/** Whether all of the blocks to the sides will be computed anyway, most likely. */
// @ts-ignore: decorator
@inline
function isBetweenDense(head: usize): bool {
  return load<u32>(headAt(load<u32>(head, 12)), BLIND) != 0 && load<u32>(headAt(load<u32>(head, 16)), BLIND) != 0;
}

/**
 * Computes the groups of 8 rows that are marked (bit g: rows 8g..8g+7). Returns masks of groups, 8 bits each, of what
 * differs from generation n-1: anything, in the first row, in the last row, in the first column, in the last column.
 */
export function compute(parity: u32, slot: u32, marked: u32): u64 {
  return computeAt(headAt(slot), parity, slot, marked);
}

/** The same, by the address of its head. */
// @ts-ignore: decorator
@inline
export function computeAt(head: usize, parity: u32, slot: u32, marked: u32): u64 {
  if (!load<u32>(head, PLAIN)) return computeEdge(parity, slot, marked);
  const from: usize = parity ? bufferBytes : 0;
  const last = load<u32>(head, LAST_GROUP);
  const groups = marked & (0xff >> (7 - last));
  // A mark below the last row of the grid means nothing.
  if (groups == 0) return 0;
  if (groups != 0xff) return some(head + WHERE, from, bufferBytes - from, groups);
  const unasked = load<u32>(head, BLIND);
  if (unasked != 0 && load<u32>(head, COMPLETE) && (unasked < UNASKED || isBetweenDense(head))) {
    store<u32>(head, unasked - 1, BLIND);
    blind(head + WHERE, from, bufferBytes - from);
    return EVERYTHING;
  }
  const changes = whole(head + WHERE, from, bufferBytes - from);
  store<u32>(head, (changes & ROWS) == ROWS ? UNASKED : 0, BLIND);
  return changes;
}

/** The same at edges where the grid ends within a block, or a group. */
function computeEdge(parity: u32, slot: u32, marked: u32): u64 {
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
  if (atSeam(flags)) {
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
  return result;
}
