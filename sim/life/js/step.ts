/** One generation, column by column. Twin of wasm/assembly/step.ts, but that a block is computed as a whole. */
import { CHANGED, FLAGS, NONE, OUTSIDE } from '../blocks/memory.js';
import { ANY, type Column, type ColumnKernel, EAST, NORTH, SOUTH, WEST } from './kernel.js';
import type { JsMemory } from './memory.js';
import { FIRST_X, FIRST_Y, LAST_X, LAST_Y, neighbourFor } from './pool.js';

const ALL = 0xff;

/** Computes the generation after the one in buffer `parity` into the other, with this kernel. */
export function stepper(m: JsMemory, kernel: ColumnKernel): (parity: number) => void {
  const column: Column = {
    c: 0,
    l: 0,
    r: 0,
    n: 0,
    nl: 0,
    nr: 0,
    s: 0,
    sl: 0,
    sr: 0,
    rows: 64,
    leftBit: 31,
    lastBit: 31,
  };
  const { lastWidth, lastHeight, width } = m.layout;
  const seamBit = (width - 1) & 31;
  const seamWord = (lastWidth - 1) >> 5;

  const [poolWords, slabWords, blockWords] = [m.pool / 4, m.slabBytes / 4, m.blockBytes / 4];
  const blockAt = (slot: number): number => (poolWords + (slot >>> 6) * slabWords + (slot & 63) * blockWords) | 0;

  /** All four columns of words of a block; returns what changed. */
  function stepBlock(src: Int32Array, dst: Int32Array, head: number, slot: number): number {
    const { words, torus } = m;
    const flags = words[head + FLAGS];
    const up = (flags & FIRST_Y ? lastHeight - 1 : 63) * 4;
    const own = blockAt(slot);
    const west = blockAt(words[head + 3]);
    const east = blockAt(words[head + 4]);
    const north = blockAt(words[head + 1]) + up;
    const northWest = blockAt(words[head]) + up;
    const northEast = blockAt(words[head + 2]) + up;
    const south = blockAt(words[head + 6]);
    const southWest = blockAt(words[head + 5]);
    const southEast = blockAt(words[head + 7]);
    const lastWord = flags & LAST_X ? seamWord : 3;
    // The word left of the first one, in the block to the west: its last one in the grid.
    const seam = (flags & FIRST_X) !== 0 && torus;
    const before = seam ? seamWord : 3;
    column.rows = flags & LAST_Y ? lastHeight : 64;
    let changed = 0;
    for (let k = 0; k <= lastWord; k++) {
      const first = k === 0;
      const last = k === lastWord;
      column.c = own + k;
      column.n = north + k;
      column.s = south + k;
      column.l = first ? west + before : own + k - 1;
      column.nl = first ? northWest + before : north + k - 1;
      column.sl = first ? southWest + before : south + k - 1;
      column.r = last ? east : own + k + 1;
      column.nr = last ? northEast : north + k + 1;
      column.sr = last ? southEast : south + k + 1;
      column.leftBit = first && seam ? seamBit : 31;
      column.lastBit = last && flags & LAST_X ? seamBit : 31;
      let bits = kernel(src, dst, column);
      if (!first) bits &= ~WEST;
      if (!last) bits &= ~EAST;
      changed |= bits;
    }
    return changed;
  }

  function touch(next: number, slot: number, d: number): void {
    let to = m.words[m.headAt(slot) + d];
    if (to === OUTSIDE) return;
    if (to === NONE) to = neighbourFor(m, slot, d);
    if (to !== NONE) m.bytes[next + to] = ALL;
  }

  return (parity) => {
    const now = m.marks[parity];
    const next = m.marks[parity ^ 1];
    const { slots } = m;
    // Memory may move only when a block is made.
    let { bytes } = m;
    for (let slot = 0; slot < slots; slot++) {
      if (bytes[now + slot] === 0) continue;
      bytes[now + slot] = 0;
      const changed = stepBlock(m.cells[parity], m.cells[parity ^ 1], m.headAt(slot), slot);
      if (changed === 0) continue;
      m.setState(slot, CHANGED);
      // Itself first: whoever is marked is not freed when there is no room for a neighbour.
      bytes[next + slot] = ALL;
      if (changed === ANY) continue;
      const n = (changed & NORTH) !== 0;
      const s = (changed & SOUTH) !== 0;
      const w = (changed & WEST) !== 0;
      const e = (changed & EAST) !== 0;
      if (n && w) touch(next, slot, 0);
      if (n) touch(next, slot, 1);
      if (n && e) touch(next, slot, 2);
      if (w) touch(next, slot, 3);
      if (e) touch(next, slot, 4);
      if (s && w) touch(next, slot, 5);
      if (s) touch(next, slot, 6);
      if (s && e) touch(next, slot, 7);
      ({ bytes } = m);
    }
  };
}
