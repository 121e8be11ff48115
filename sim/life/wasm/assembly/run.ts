// Generations one after another: to be called for each of them costs more than to compute it, where little goes on.

import { step } from './step';
import { twice } from './twice';
import { FULL } from './world';

/**
 * Computes up to `most` generations after the one in buffer `parity`, into the other, into this, and so on. Returns how many
 * the world went on; if a block found no memory, FULL is set.
 *
 * @param wide Two in one go, and no more.
 */
export function run(parity: u32, most: u32, wide: bool): u32 {
  if (wide && most > 1) return twice(parity);
  for (let done: u32 = 0; done < most; done++) {
    step(parity);
    if (load<u32>(FULL)) return done;
    parity ^= 1;
  }
  return most;
}
