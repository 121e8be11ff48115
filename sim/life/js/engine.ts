/** The engine in plain TypeScript: runs everywhere, and is what the WebAssembly engine is tested against. */
import { MemoryError } from '../../errors.js';
import type { Rule } from '../../rule/rule.js';
import { ALL, BlockEngine, CHANGED, USED } from '../blocks.js';
import { BLOCK_WORDS, type Layout } from '../layout.js';
import { ANY, type Column, type ColumnKernel, EAST, NORTH, SOUTH, WEST } from './kernel.js';
import { columnKernel } from './rules.js';

/** @throws MemoryError when the memory cannot be had. */
export function createJsEngine(layout: Layout): JsEngine {
  const words = layout.blocks * BLOCK_WORDS;
  try {
    const buffer = () => new Uint32Array(words + BLOCK_WORDS);
    const flagBytes = () => new Uint8Array(layout.flagBytes);
    return new JsEngine(layout, {
      buffers: [buffer(), buffer()],
      snapshot: new Uint32Array(words),
      marks: [flagBytes(), flagBytes()],
      state: flagBytes(),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const mib = Math.ceil((words * 12) / 2 ** 20);
    throw new MemoryError(
      `A grid of ${layout.width}x${layout.height} needs ${mib} MiB, which this machine does not give: use a smaller one.`,
    );
  }
}

export class JsEngine extends BlockEngine {
  readonly kind = 'js';
  #kernel!: ColumnKernel;
  readonly #column: Column = {
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
  readonly #signed = this.buffers.map((words) => new Int32Array(words.buffer, words.byteOffset, words.length));

  override configure(rule: Rule, torus: boolean): void {
    super.configure(rule, torus);
    this.#kernel = columnKernel(this.rule);
  }

  protected override next(): void {
    const { blocksX, blocksY, flagStride } = this.layout;
    const now = this.marks[this.parity];
    const next = this.marks[this.parity ^ 1];
    const quads = new Int32Array(now.buffer, now.byteOffset, now.length >> 2);
    for (let by = 0; by < blocksY; by++) {
      const row = by * flagStride;
      for (let x0 = 0; x0 < blocksX; x0 += 4) {
        if (quads[(row + x0) >> 2] === 0) continue;
        for (let bx = x0; bx < x0 + 4; bx++) {
          if (now[row + bx] === 0) continue;
          now[row + bx] = 0;
          const changed = this.#stepBlock(bx, by);
          if (changed === 0) continue;
          this.state[row + bx] = CHANGED;
          next[row + bx] = ALL;
          if (changed !== ANY) this.#markAround(next, bx, by, changed);
        }
      }
    }
    this.parity ^= 1;
  }

  #stepBlock(bx: number, by: number): number {
    const { blocksX, blocksY, width, lastWidth, lastHeight, blocks } = this.layout;
    const { torus } = this;
    const column = this.#column;
    const src = this.#signed[this.parity];
    const dst = this.#signed[this.parity ^ 1];
    const zero = blocks * BLOCK_WORDS;
    const base = (by * blocksX + bx) * BLOCK_WORDS;
    const rows = by === blocksY - 1 ? lastHeight : 64;
    // From a word in the first row of this row of blocks to the words above it and below the last row.
    let up = -(blocksX * BLOCK_WORDS) + 63 * 4;
    if (by === 0) up = torus ? (blocksY - 1) * blocksX * BLOCK_WORDS + (lastHeight - 1) * 4 : 0;
    let down = blocksX * BLOCK_WORDS;
    if (by === blocksY - 1) down = torus ? -by * blocksX * BLOCK_WORDS : 0;
    const hasUp = by > 0 || torus;
    const hasDown = by < blocksY - 1 || torus;
    const lastBlock = bx === blocksX - 1;
    const lastWord = lastBlock ? (lastWidth - 1) >> 5 : 3;
    const seamBit = (width - 1) & 31;
    column.rows = rows;
    let changed = 0;
    for (let k = 0; k <= lastWord; k++) {
      const c = base + k;
      let l = c - 1;
      let r = c + 1;
      column.leftBit = 31;
      column.lastBit = 31;
      if (k === 0) {
        l = base - BLOCK_WORDS + 3;
        if (bx === 0) {
          l = torus ? base + (blocksX - 1) * BLOCK_WORDS + ((lastWidth - 1) >> 5) : zero;
          column.leftBit = seamBit;
        }
      }
      if (k === lastWord) {
        r = base + BLOCK_WORDS;
        if (lastBlock) {
          r = torus ? base - bx * BLOCK_WORDS : zero;
          column.lastBit = seamBit;
        }
      }
      column.c = c;
      column.l = l;
      column.r = r;
      column.n = hasUp ? c + up : zero;
      column.nl = hasUp && l !== zero ? l + up : zero;
      column.nr = hasUp && r !== zero ? r + up : zero;
      column.s = hasDown ? c + down : zero;
      column.sl = hasDown && l !== zero ? l + down : zero;
      column.sr = hasDown && r !== zero ? r + down : zero;
      let bits = this.#kernel(src, dst, column);
      if (k > 0) bits &= ~WEST;
      if (k < lastWord) bits &= ~EAST;
      changed |= bits;
    }
    return changed;
  }

  #markAround(next: Uint8Array, bx: number, by: number, changed: number): void {
    const { blocksX, blocksY, flagStride } = this.layout;
    const { torus } = this;
    const x1 = bx > 0 ? bx - 1 : torus ? blocksX - 1 : -1;
    const x2 = bx < blocksX - 1 ? bx + 1 : torus ? 0 : -1;
    const west = (changed & WEST) !== 0 && x1 >= 0;
    const east = (changed & EAST) !== 0 && x2 >= 0;
    markRow(next, by * flagStride, bx, west ? x1 : bx, east ? x2 : bx);
    if (changed & NORTH && (by > 0 || torus))
      markRow(next, (by > 0 ? by - 1 : blocksY - 1) * flagStride, bx, west ? x1 : bx, east ? x2 : bx);
    if (changed & SOUTH && (by < blocksY - 1 || torus))
      markRow(next, (by < blocksY - 1 ? by + 1 : 0) * flagStride, bx, west ? x1 : bx, east ? x2 : bx);
  }

  override population(): number {
    const { blocksX } = this.layout;
    const cells = this.#signed[this.parity];
    let count = 0;
    this.eachUsed((bx, by) => {
      const at = (by * blocksX + bx) * BLOCK_WORDS;
      for (let i = at; i < at + BLOCK_WORDS; i++) if (cells[i] !== 0) count += ones(cells[i]);
    });
    return count;
  }

  override changed(): Uint32Array {
    const { state, snapshot } = this;
    const { blocksX, tilesX } = this.layout;
    const { cells } = this;
    const other = this.buffers[this.parity ^ 1];
    const keys: number[] = [];
    this.eachUsed((bx, by, flag) => {
      if (state[flag] !== CHANGED) return;
      const at = (by * blocksX + bx) * BLOCK_WORDS;
      let left = 0;
      let right = 0;
      for (let i = at; i < at + BLOCK_WORDS; i += 4) {
        left |= (cells[i] ^ snapshot[i]) | (cells[i + 1] ^ snapshot[i + 1]);
        right |= (cells[i + 2] ^ snapshot[i + 2]) | (cells[i + 3] ^ snapshot[i + 3]);
      }
      if ((left | right) !== 0) {
        for (let i = at; i < at + BLOCK_WORDS; i++) snapshot[i] = cells[i];
        const key = by * tilesX + bx * 2;
        if (left !== 0) keys.push(key);
        if (right !== 0) keys.push(key + 1);
        return;
      }
      let content = 0;
      for (let i = at; i < at + BLOCK_WORDS; i++) {
        if (other[i] !== snapshot[i]) return;
        content |= snapshot[i];
      }
      state[flag] = content === 0 ? 0 : USED;
    });
    return Uint32Array.from(keys);
  }
}

function markRow(next: Uint8Array, row: number, bx: number, west: number, east: number): void {
  next[row + bx] = ALL;
  next[row + west] = ALL;
  next[row + east] = ALL;
}

/** Bits set in a word. */
function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
