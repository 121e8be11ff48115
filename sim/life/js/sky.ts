/** Cells are stored as they differ from the sky. Twin of wasm/assembly/sky.ts, where it says why. */
import { CHANGED, FLAGS, KEEP, NOWHERE, OUTSIDE } from '../blocks/memory.js';
import type { JsMemory } from './memory.js';
import { LAST_X, LAST_Y } from './pool.js';

/** Word k of a row of a block: which of its cells are in the grid. */
function keepOf(m: JsMemory, flags: number, k: number): number {
  return flags & LAST_X ? m.words[KEEP / 4 + k] : -1;
}

function rowsOf(m: JsMemory, flags: number): number {
  return flags & LAST_Y ? m.layout.lastHeight : 64;
}

/** Changes all cells of buffers `first` to `last` (2 is the snapshot) by XOR with a state. */
export function flip(m: JsMemory, first: number, last: number, by: number): void {
  const { words } = m;
  for (let slot = OUTSIDE + 1; slot < m.slots; slot++) {
    if (m.placeOf(slot) === NOWHERE) continue;
    const flags = words[m.headAt(slot) + FLAGS];
    const rows = rowsOf(m, flags);
    for (let buffer = first; buffer <= last; buffer++)
      for (let plane = 0; plane < m.planes; plane++) {
        if (!((by >> plane) & 1)) continue;
        const at = m.planeAt(slot, buffer, plane);
        for (let i = 0; i < rows * 4; i++) words[at + i] ^= keepOf(m, flags, i & 3);
      }
    m.setState(slot, CHANGED);
  }
}

/** Cells of blocks that are 0 where the sky is not. */
export function dead(m: JsMemory, parity: number, sky: number): number {
  const { words } = m;
  let count = 0;
  for (let slot = OUTSIDE + 1; slot < m.slots; slot++) {
    if (m.bytes[m.state + slot] === 0) continue;
    const flags = words[m.headAt(slot) + FLAGS];
    const at = m.planeAt(slot, parity, 0);
    for (let i = 0; i < rowsOf(m, flags) * 4; i++) {
      let same = keepOf(m, flags, i & 3);
      for (let plane = 0; plane < m.planes; plane++) {
        const word = words[at + plane * 256 + i];
        same &= (sky >> plane) & 1 ? word : ~word;
      }
      count += ones(same);
    }
  }
  return count;
}

/** Bits set in a word. */
export function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
