// One generation: which blocks, from where to where, and what to compute next time.
//
// Generation n lies in one buffer, n-1 in the other, and n+1 is written over n-1. A block is computed only when it is
// marked. A block whose next state equals what lies in the buffer already (generation n-1) does not mark anything, so
// whatever rests or blinks with period 2 is computed no more, and is right in both buffers.

import { compute } from './compute';
import { mark } from './mark';
import { marksA, marksB, SLOTS } from './world';

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
      const changes = compute(parity, slot0 + i, <u32>(eight >> (i << 3)) & 0xff);
      if (changes != 0) mark(parity, slot0 + i, changes);
      eight &= ~(<u64>0xff << (i << 3));
    }
  }
}
