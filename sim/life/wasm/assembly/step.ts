// One generation: which blocks, from where to where, and what to compute next time.
//
// Generation n lies in one buffer, n-1 in the other, and n+1 is written over n-1. A block is computed only when it is
// marked. A block whose next state equals what lies in the buffer already (generation n-1) does not mark anything, so
// whatever rests or blinks with period 2 is computed no more, and is right in both buffers.

import { atSeam, computeAt } from './compute';
import { markAt } from './mark';
import { FLAGS, headAt, marksA, marksB, results, SLOTS } from './world';

/** Computes the generation after the one in buffer `parity` into the other. A block that found no memory sets FULL. */
export function step(parity: u32): void {
  const slots = load<u32>(SLOTS);
  for (let slot: u32 = 0; slot < slots; slot += 8) stepEight(parity, slot, parity ? marksB : marksA);
}

/**
 * Of eight slots those that are marked.
 *
 * @param now Their marks.
 * @param computed Other threads have, and kept what changed; but for the blocks at a seam, for whose copies there is one
 * place only. A constant, so that nobody else asks.
 */
// @ts-ignore: decorator
@inline
export function stepEight(parity: u32, slot0: u32, now: usize, computed: bool = false): void {
  const next = parity ? marksA : marksB;
  let eight = load<u64>(now + slot0);
  if (eight == 0) return;
  const heads = headAt(slot0);
  do {
    const i = <u32>ctz(eight) >> 3;
    const marked = <u32>(eight >> (i << 3)) & 0xff;
    eight &= ~(<u64>0xff << (i << 3));
    stepOne(parity, now, next, heads + (i << 7), slot0 + i, marked, computed);
  } while (eight != 0);
}

/** A slot that is marked, with its head: in the list `now`, for the list `next`. */
// @ts-ignore: decorator
@inline
export function stepOne(
  parity: u32, now: usize, next: usize, head: usize, slot: u32, marked: u32, computed: bool = false,
): void {
  // Not before its turn: a block that is marked is not freed.
  store<u8>(now + slot, 0);
  const changes = computed && !atSeam(load<u32>(head, FLAGS))
    ? load<u64>(results + (<usize>slot << 3))
    : computeAt(head, parity, slot, marked);
  if (changes != 0) markAt(head, next, slot, changes);
}
