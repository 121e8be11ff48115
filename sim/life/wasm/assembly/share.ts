// A generation by several threads: see sim/life/wasm/threads. All of them compute, each some blocks; one marks, in the
// order in which it would have done all by itself, so that memory is the same too, down to the numbers of slots.

import { atSeam, computeAt } from './compute';
import { stepEight } from './step';
import { FLAGS, headAt, marksA, marksB, results, SLOTS } from './world';

/** Groups of rows that are marked. */
export function work(parity: u32): u32 {
  const now = parity ? marksB : marksA;
  const slots = load<u32>(SLOTS);
  let groups: u64 = 0;
  for (let slot0: u32 = 0; slot0 < slots; slot0 += 8) groups += popcnt(load<u64>(now + slot0));
  return <u32>groups;
}

/** Computes the marked blocks among these slots (both multiples of 8), and keeps what they changed. */
export function computeSlots(parity: u32, from: u32, to: u32): void {
  const now = parity ? marksB : marksA;
  const end = min(to, load<u32>(SLOTS));
  for (let slot0 = from; slot0 < end; slot0 += 8) {
    let eight = load<u64>(now + slot0);
    if (eight == 0) continue;
    const heads = headAt(slot0);
    do {
      const i = <u32>ctz(eight) >> 3;
      const marked = <u32>(eight >> (i << 3)) & 0xff;
      eight &= ~(<u64>0xff << (i << 3));
      const head = heads + (i << 7);
      const slot = slot0 + i;
      if (!atSeam(load<u32>(head, FLAGS))) store<u64>(results + (<usize>slot << 3), computeAt(head, parity, slot, marked));
    } while (eight != 0);
  }
}

/** Marks by what was kept; and computes the blocks at a seam. */
export function finish(parity: u32): void {
  const slots = load<u32>(SLOTS);
  for (let slot: u32 = 0; slot < slots; slot += 8) stepEight(parity, slot, parity ? marksB : marksA, true);
}
