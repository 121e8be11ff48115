/**
 * What must be computed though nothing told so: after cells were written, or the rule was changed. Twin of
 * wasm/assembly/wake.ts, where it says why.
 */
import { EAST, FLAGS, NONE, NOWHERE, OUTSIDE } from '../blocks/memory.js';
import type { JsMemory } from './memory.js';
import { blockFor, LAST_X, LAST_Y, neighbourFor } from './pool.js';

export function wake(m: JsMemory, slot: number): void {
  markAll(m, slot);
  let edges = -1;
  for (let d = 0; d < 8; d++) {
    let other = m.words[m.headAt(slot) + d];
    if (other === OUTSIDE) continue;
    if (other === NONE) {
      if (edges < 0) edges = edgesOf(m, slot);
      if (!((edges >> d) & 1)) continue;
      other = neighbourFor(m, slot, d);
      if (other === NONE) continue;
    }
    markAll(m, other);
  }
}

/** All of a block, for two generations. */
function markAll({ words, marks }: JsMemory, slot: number): void {
  for (const list of marks) words[list / 4 + slot] = 0xffffffff;
}

/** Bit d: cells stand at the edge towards neighbour d, in either generation. */
function edgesOf(m: JsMemory, slot: number): number {
  const { words, layout } = m;
  const flags = words[m.headAt(slot) + FLAGS];
  const rows = flags & LAST_Y ? layout.lastHeight : 64;
  const top = [0, 0, 0, 0];
  const bottom = [0, 0, 0, 0];
  const all = [0, 0, 0, 0];
  for (let plane = 0; plane < m.planes; plane++)
    for (const buffer of [0, 1]) {
      const at = m.planeAt(slot, buffer, plane);
      for (let k = 0; k < 4; k++) {
        top[k] |= words[at + k];
        bottom[k] |= words[at + (rows - 1) * 4 + k];
        for (let y = 0; y < rows; y++) all[k] |= words[at + y * 4 + k];
      }
    }
  const east = flags & LAST_X ? words.subarray(EAST / 4, EAST / 4 + 4) : [0, 0, 0, 2 ** 31];
  const any = (row: number[]) => (row.some((word) => word !== 0) ? 1 : 0);
  const first = (row: number[]) => row[0] & 1;
  const last = (row: number[]) => (row.some((word, k) => (word & east[k]) !== 0) ? 1 : 0);
  const found = [first(top), any(top), last(top), first(all), last(all), first(bottom), any(bottom), last(bottom)];
  return found.reduce((edges, bit, d) => edges | (bit << d), 0);
}

/** All blocks there are. */
export function wakeAll(m: JsMemory): void {
  const { slots } = m;
  for (let slot = OUTSIDE + 1; slot < slots; slot++) if (m.placeOf(slot) !== NOWHERE) wake(m, slot);
}

/** All blocks along the edges of the grid: where outside is not as the sky within. */
export function wakeBorder(m: JsMemory): void {
  const { blocksX, blocksY } = m.layout;
  const at = (bx: number, by: number): void => {
    const slot = blockFor(m, bx, by);
    if (slot !== NONE) m.mark(slot);
  };
  for (let bx = 0; bx < blocksX; bx++) {
    at(bx, 0);
    at(bx, blocksY - 1);
  }
  for (let by = 0; by < blocksY; by++) {
    at(0, by);
    at(blocksX - 1, by);
  }
}
