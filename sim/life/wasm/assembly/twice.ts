// Two generations in one go, for worlds that are larger than caches: the second is computed of a block as soon as the first
// is known of all around it, while that is still near. It is written over the generation before the first, which all
// around have read by then.

import { work } from './share';
import { step, stepEight, stepOne } from './step';
import { FIRST_WAITS, FULL, headAt, LAST_AROUND, marksA, marksB, marksFirst, NEXT_WAITS, NONE, SLAB, SLOTS } from './world';

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
  // A list of their own: by marks for the third generation blocks may be made whose turn for the first would be yet to come.
  const now = parity ? marksB : marksA;
  memory.copy(marksFirst, now, slots);
  memory.fill(now, 0, slots);
  // In turns of some length: memory is read ahead of who reads it in order.
  for (let slab: u32 = 0; slab < slots; slab += SLAB) {
    const end = min(slab + SLAB, slots);
    for (let slot = slab; slot < end; slot += 8) stepEight(parity, slot, marksFirst);
    if (!load<u32>(FULL)) for (let slot = slab; slot < end; slot++) stepBehind(parity ^ 1, slot);
  }
  // What waited for a slot that comes later than its own row, as the first row on a torus; what was made, or passed over.
  if (!load<u32>(FULL)) step(parity ^ 1);
  return load<u32>(FULL) ? 1 : 2;
}

/** Blocks that waited for this slot only. */
// @ts-ignore: decorator
@inline
function stepBehind(parity: u32, slot: u32): void {
  const now = parity ? marksB : marksA;
  const next = parity ? marksA : marksB;
  let waits = load<u32>(headAt(slot), FIRST_WAITS);
  while (waits != NONE) {
    const head = headAt(waits);
    const marked = load<u8>(now + waits);
    const following = load<u32>(head, NEXT_WAITS);
    // Blocks may have been made beside it since, and then it is in another's list, where this goes on; some are passed over.
    if (marked != 0 && load<u32>(head, LAST_AROUND) == slot) stepOne(parity, now, next, head, waits, marked);
    waits = following;
  }
}
