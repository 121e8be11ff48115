/** One generation, block by block. Twin of wasm/assembly/step.ts, but that marks are bits of pieces of 32x8 cells. */
import { CHANGED, FLAGS, NONE, OUTSIDE } from '../blocks/memory.js';
import * as K from './kernel.js';
import type { JsMemory } from './memory.js';
import { FIRST_X, FIRST_Y, LAST_X, LAST_Y, neighbourFor } from './pool.js';
import { ones } from './sky.js';

/** The first group of rows of each column, all but the first, all but the last. */
const TOP = 0x01010101;
const NOT_TOP = 0xfefefefe | 0;
const NOT_BOTTOM = 0x7f7f7f7f;

/** What a block that changed everywhere reaches of those around it, from north-west to south-east. */
const AROUND = [1 << 31, 0x80808080 | 0, 0x80, 0xff << 24, 0xff, 1 << 24, TOP, 1];

/** Where so many of 32 pieces are marked, the others may as well be computed. */
const FULL = 28;
/** In one of so many generations, such blocks are compared with generation n-1: most of them are not going to rest soon. */
const LOOK = 16;

/**
 * Computes generations with a kernel. A class, since functions made for each world would be others than those the machine
 * has made fast for the last one.
 */
export class Stepper {
  readonly #memory: JsMemory;
  readonly #kernel: K.Kernel;
  readonly #lastHeight: number;
  readonly #seamBit: number;
  readonly #seamWord: number;
  readonly #lastGroup: number;
  /** By edges: pieces that are in the grid. */
  readonly #valid: Int32Array;
  /** By edges: whether it takes the kernel for seams. */
  readonly #seams: number;
  readonly #poolWords: number;
  readonly #slabWords: number;
  readonly #blockWords: number;
  readonly #at = new Int32Array(K.TOLD);
  #generation = 0;

  constructor(m: JsMemory, kernel: K.Kernel) {
    const { lastWidth, lastHeight } = m.layout;
    const seamWord = (lastWidth - 1) >> 5;
    const lastGroup = (lastHeight - 1) >> 3;
    const inGrid = (flags: number): number =>
      (flags & LAST_X && seamWord < 3 ? (1 << (8 * (seamWord + 1))) - 1 : -1) &
      (flags & LAST_Y ? Math.imul((2 << lastGroup) - 1, TOP) : -1);
    this.#memory = m;
    this.#kernel = kernel;
    this.#lastHeight = lastHeight;
    this.#seamBit = (lastWidth - 1) & 31;
    this.#seamWord = seamWord;
    this.#lastGroup = lastGroup;
    this.#valid = Int32Array.from({ length: 16 }, (_, flags) => inGrid(flags));
    this.#seams = (lastWidth < 128 ? LAST_X | (m.torus ? FIRST_X : 0) : 0) | (lastHeight < 64 ? LAST_Y : 0);
    this.#poolWords = m.pool / 4;
    this.#slabWords = m.slabBytes / 4;
    this.#blockWords = m.blockBytes / 4;
  }

  #blockAt(slot: number): number {
    return (this.#poolWords + (slot >>> 6) * this.#slabWords + (slot & 63) * this.#blockWords) | 0;
  }

  #place(words: Int32Array, head: number, flags: number, slot: number): void {
    const at = this.#at;
    const above = (flags & FIRST_Y ? this.#lastHeight - 1 : 63) * 4;
    at[K.OWN] = this.#blockAt(slot);
    at[K.WEST] = this.#blockAt(words[head + 3]);
    at[K.EAST] = this.#blockAt(words[head + 4]);
    at[K.ABOVE] = this.#blockAt(words[head + 1]) + above;
    at[K.ABOVE_WEST] = this.#blockAt(words[head]) + above;
    at[K.ABOVE_EAST] = this.#blockAt(words[head + 2]) + above;
    at[K.BELOW] = this.#blockAt(words[head + 6]);
    at[K.BELOW_WEST] = this.#blockAt(words[head + 5]);
    at[K.BELOW_EAST] = this.#blockAt(words[head + 7]);
    at[K.ROWS] = flags & LAST_Y ? this.#lastHeight : 64;
    at[K.LAST_WORD] = flags & LAST_X ? this.#seamWord : 3;
    at[K.LAST_BIT] = flags & LAST_X ? this.#seamBit : 31;
    // The word left of the first one, in the block to the west: its last one in the grid.
    const seam = (flags & FIRST_X) !== 0 && this.#memory.torus;
    at[K.LEFT_WORD] = seam ? this.#seamWord : 3;
    at[K.LEFT_BIT] = seam ? this.#seamBit : 31;
  }

  #touch(next: number, head: number, slot: number, d: number, pieces: number): void {
    const m = this.#memory;
    let to = m.cells[0][head + d];
    if (to === OUTSIDE) return;
    if (to === NONE) to = neighbourFor(m, slot, d);
    // Memory may have moved.
    if (to !== NONE) m.cells[0][next + to] |= pieces;
  }

  /** Marks what the changes of a block can reach. Corners are marked whenever row and column changed, seldom in vain. */
  #mark(next: number, head: number, flags: number, slot: number): void {
    const m = this.#memory;
    const at = this.#at;
    const any = at[K.ANY];
    const n = at[K.NORTHERN];
    const s = at[K.SOUTHERN];
    let w = at[K.WESTERN];
    let e = at[K.EASTERN];
    const lastColumn = 8 * at[K.LAST_WORD];
    const bottom = (at[K.ROWS] - 1) >> 3;
    const leftColumn = 8 * at[K.LEFT_WORD];
    const top = n & TOP;
    const topWest = top & w;
    const topEast = top & e;
    const foot = (s >>> bottom) & TOP;
    const footWest = foot & (w >>> bottom);
    const footEast = foot & (e >>> bottom);
    w |= (((w & s) << 1) & NOT_TOP) | (((w & n) >>> 1) & NOT_BOTTOM);
    e |= (((e & s) << 1) & NOT_TOP) | (((e & n) >>> 1) & NOT_BOTTOM);
    // Itself first: whoever is marked is not freed when there is no room for a neighbour.
    m.cells[0][next + slot] |= any | ((n >>> 1) & NOT_BOTTOM) | ((s << 1) & NOT_TOP) | (w >>> 8) | (e << 8);
    const west = w & 0xff;
    const east = (e >>> lastColumn) & 0xff;
    if (west !== 0) this.#touch(next, head, slot, 3, west << leftColumn);
    if (east !== 0) this.#touch(next, head, slot, 4, east);
    if (top !== 0) {
      const group = flags & FIRST_Y ? this.#lastGroup : 7;
      this.#touch(next, head, slot, 1, (top | (topWest >>> 8) | (topEast << 8)) << group);
      if ((topWest & 1) !== 0) this.#touch(next, head, slot, 0, 1 << (leftColumn + group));
      if (((topEast >>> lastColumn) & 1) !== 0) this.#touch(next, head, slot, 2, 1 << group);
    }
    if (foot !== 0) {
      this.#touch(next, head, slot, 6, foot | (footWest >>> 8) | (footEast << 8));
      if ((footWest & 1) !== 0) this.#touch(next, head, slot, 5, 1 << leftColumn);
      if (((footEast >>> lastColumn) & 1) !== 0) this.#touch(next, head, slot, 7, 1);
    }
  }

  /** The same for a block that changed everywhere, as in a lively world most do. Not for those at seams. */
  #markAround(next: number, head: number, flags: number, slot: number): void {
    const m = this.#memory;
    let words = m.cells[0];
    words[next + slot] = -1;
    // The lowest row of pieces in the blocks above.
    const up = flags & FIRST_Y ? 7 - this.#lastGroup : 0;
    for (let d = 0; d < 8; d++) {
      const to = words[head + d];
      const pieces = d < 3 ? AROUND[d] >>> up : AROUND[d];
      if (to > OUTSIDE) words[next + to] |= pieces;
      else if (to === NONE) {
        this.#touch(next, head, slot, d, pieces);
        words = m.cells[0];
      }
    }
  }

  /** Computes the generation after the one in buffer `parity` into the other. */
  step(parity: number): void {
    const m = this.#memory;
    const at = this.#at;
    const { whole, blind, cut } = this.#kernel;
    const now = m.marks[parity] / 4;
    const next = m.marks[parity ^ 1] / 4;
    const { slots } = m;
    const look = (this.#generation++ & (LOOK - 1)) === 0;
    for (let slot = OUTSIDE + 1; slot < slots; slot++) {
      // Memory may move when a block is made.
      const words = m.cells[0];
      let marked = words[now + slot];
      if (marked === 0) continue;
      words[now + slot] = 0;
      const head = m.headAt(slot);
      const flags = words[head + FLAGS];
      marked &= this.#valid[flags];
      if (marked === 0) continue;
      this.#place(words, head, flags, slot);
      const src = m.cells[parity];
      const dst = m.cells[parity ^ 1];
      const seam = (flags & this.#seams) !== 0;
      const full = blind !== undefined && !seam && (marked === -1 || ones(marked) >= FULL);
      if (full && !look) {
        blind(src, dst, at, -1);
        m.setState(slot, CHANGED);
        this.#markAround(next, head, flags, slot);
        continue;
      }
      at[K.ANY] = at[K.NORTHERN] = at[K.SOUTHERN] = at[K.WESTERN] = at[K.EASTERN] = 0;
      (seam ? cut : whole)(src, dst, at, full ? -1 : marked);
      if (at[K.ANY] === 0) continue;
      m.setState(slot, CHANGED);
      this.#mark(next, head, flags, slot);
    }
  }
}
