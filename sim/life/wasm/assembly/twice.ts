// Two generations in one go, for worlds that are larger than caches: the second is computed of a block as soon as the first
// is known of all around it, while that is still near. It is written over the generation before the first, which all
// around have read by then; and as it marks for the third only these, no mark is taken for one of the first.

import { work } from './share';
import { step, stepEight, stepOne } from './step';
import { COMPLETE, FULL, headAt, marksA, marksB, SLAB, SLOTS } from './world';

/** Groups of rows a block, on average, from which on it pays to look for what waits. */
const LIVELY: u32 = 2;

/**
 * Computes the two generations after the one in buffer `parity`, into the other and then into this; or one, where too
 * little goes on for that. Returns how many the world went on: if a block found no memory, FULL is set, and it is one less.
 * For to compute takes none, only to mark: so the first of two can always be finished, when there may be too little left
 * of the generation before it.
 */
export function twice(parity: u32): u32 {
  const slots = load<u32>(SLOTS);
  if (work(parity) < slots * LIVELY) {
    step(parity);
    return load<u32>(FULL) ? 0 : 1;
  }
  // In turns of some length: memory is read ahead of who reads it in order.
  for (let slab: u32 = 0; slab < slots; slab += SLAB) {
    const end = min(slab + SLAB, slots);
    for (let slot = slab; slot < end; slot += 8) stepEight(parity, slot);
    for (let slot = slab; slot < end; slot++) stepBehind(parity ^ 1, slot);
  }
  // What had a neighbour behind it, as the first row on a torus; what had too few; and what was made meanwhile.
  if (!load<u32>(FULL)) step(parity ^ 1);
  return load<u32>(FULL) ? 1 : 2;
}

/** Blocks that waited for this slot only: where slots are in the order of rows, they are in the row above. */
// @ts-ignore: decorator
@inline
function stepBehind(parity: u32, slot: u32): void {
  const now = parity ? marksB : marksA;
  const next = parity ? marksA : marksB;
  for (let d: usize = 0; d < 3; d++) {
    const above = load<u32>(headAt(slot) + (d << 2));
    const head = headAt(above);
    if (load<u32>(head, COMPLETE) != slot) continue;
    const marked = load<u8>(now + above);
    if (marked != 0) stepOne(parity, now, next, head, above, marked);
  }
}
