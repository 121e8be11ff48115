/**
 * What every engine on the CPU has in common: two buffers of blocks, and for each block what must be computed.
 *
 * Generation n lies in one buffer, n-1 in the other, and n+1 is written over n-1. A block is computed only when it is
 * marked. A block whose next state equals what lies in the buffer already (generation n-1) does not mark anything, so
 * whatever rests or blinks with period 2 is computed no more, and is right in both buffers.
 *
 * `state` of a block: 0 = empty in both buffers and in the snapshot; USED = both buffers equal the snapshot; CHANGED =
 * may differ from the snapshot, now or in another generation (a sleeping blinker is right to stay CHANGED).
 */
import type { Rule, TotalisticRule } from '../rule/rule.js';
import type { Engine, TileView } from './engine.js';
import { BLOCK_WORDS, type Layout } from './layout.js';
import { runnable } from './runnable.js';

export const USED = 1;
export const CHANGED = 3;
/** Marks all rows of a block. An engine may mark groups of 8 rows each, bit g for rows 8g..8g+7. */
export const ALL = 0xff;

/** Memory of an engine: each buffer holds all blocks and then a block of zeros. */
export interface BlockMemory {
  buffers: readonly [Uint32Array, Uint32Array];
  snapshot: Uint32Array;
  /** Blocks to compute in the coming generation and the one after; which is which depends on `parity`. */
  marks: readonly [Uint8Array, Uint8Array];
  state: Uint8Array;
}

export abstract class BlockEngine implements Engine {
  abstract readonly kind: 'wasm' | 'js';
  readonly planes = 1;
  readonly marks: BlockMemory['marks'];
  readonly state: Uint8Array;
  protected readonly buffers: BlockMemory['buffers'];
  protected readonly snapshot: Uint32Array;
  /** Which buffer holds the present generation. */
  protected parity = 0;
  protected rule!: TotalisticRule;
  protected torus = true;

  constructor(
    readonly layout: Layout,
    memory: BlockMemory,
  ) {
    this.buffers = memory.buffers;
    this.snapshot = memory.snapshot;
    this.marks = memory.marks;
    this.state = memory.state;
  }

  /** The present generation. */
  protected get cells(): Uint32Array {
    return this.buffers[this.parity];
  }

  /** Computes one generation. */
  protected abstract next(): void;
  abstract population(): number;
  /** Keys of the tiles that differ from the snapshot, ascending; makes the snapshot equal to the cells. */
  abstract changed(): Uint32Array;

  step(generations: number): void {
    for (let i = 0; i < generations; i++) this.next();
  }

  tile(key: number): TileView {
    return { words: this.cells, offset: this.layout.tileWord(key), stride: 4 };
  }

  open(key: number): TileView {
    return this.tile(key);
  }

  touched(key: number): void {
    const { tilesX } = this.layout;
    const tileY = Math.floor(key / tilesX);
    this.force((key - tileY * tilesX) >> 1, tileY);
  }

  /** Sets rule and edges; what lies in the grid is computed afresh. */
  configure(rule: Rule, torus: boolean): void {
    this.rule = runnable(rule);
    this.torus = torus;
    this.forceUsed();
  }

  /**
   * After cells of a block were written: computes it and its neighbours in the next TWO generations. After one, the
   * comparison with generation n-1 would be with a state that the written cells did not come from.
   */
  protected force(bx: number, by: number): void {
    const { blocksX, blocksY, flagStride } = this.layout;
    this.state[by * flagStride + bx] = CHANGED;
    for (let dy = -1; dy <= 1; dy++) {
      let y = by + dy;
      if (y < 0 || y >= blocksY) {
        if (!this.torus) continue;
        y = (y + blocksY) % blocksY;
      }
      for (let dx = -1; dx <= 1; dx++) {
        let x = bx + dx;
        if (x < 0 || x >= blocksX) {
          if (!this.torus) continue;
          x = (x + blocksX) % blocksX;
        }
        this.marks[0][y * flagStride + x] = ALL;
        this.marks[1][y * flagStride + x] = ALL;
      }
    }
  }

  /** All blocks, for two generations. */
  protected forceAll(): void {
    const { blocksX, blocksY, flagStride } = this.layout;
    for (let y = 0; y < blocksY; y++)
      for (const marks of this.marks) marks.fill(ALL, y * flagStride, y * flagStride + blocksX);
  }

  /** All blocks that may hold anything, and their neighbours; all blocks where the rule gives birth to cells of nothing. */
  protected forceUsed(): void {
    if (this.rule.birth & 1) this.forceAll();
    this.eachUsed((bx, by) => this.force(bx, by));
  }

  /** Kills every cell. */
  clear(): void {
    const { blocksX } = this.layout;
    this.eachUsed((bx, by, flag) => {
      const at = (by * blocksX + bx) * BLOCK_WORDS;
      for (const buffer of this.buffers) buffer.fill(0, at, at + BLOCK_WORDS);
      this.state[flag] = CHANGED;
    });
    for (const marks of this.marks) marks.fill(0);
    if (this.rule.birth & 1) this.forceAll();
  }

  /** Calls `visit` for all blocks that are not surely empty. */
  protected eachUsed(visit: (bx: number, by: number, flag: number) => void): void {
    const { state } = this;
    const { blocksX, blocksY, flagStride } = this.layout;
    const quads = new Int32Array(state.buffer, state.byteOffset, state.length >> 2);
    for (let by = 0; by < blocksY; by++)
      for (let x0 = 0; x0 < blocksX; x0 += 4) {
        const flag = by * flagStride + x0;
        if (quads[flag >> 2] === 0) continue;
        for (let i = 0; i < 4; i++) if (state[flag + i] !== 0) visit(x0 + i, by, flag + i);
      }
  }
}
