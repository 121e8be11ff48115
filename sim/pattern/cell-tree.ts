/**
 * Cells as a tree of squares, each of four squares of half its side: parts that are alike are one node, so that patterns
 * of millions of cells are small. Nodes only name nodes before them; node 0 is empty, of any size.
 */
import type { VisitRun } from './run-list.js';

export interface TreeBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Sides are up to 2^48: coordinates stay exact. */
export const MAX_LEVEL = 48;
/** `kinds`: a leaf of 8x8 cells of state 1, as bits. Other nodes have their level there, 1 to 48. */
const LEAF = 0;

export class CellTree {
  #count = 1;
  #kinds = new Uint8Array(64);
  #parts = new Uint32Array(256);
  /** Highest state of any cell. */
  maxState = 0;
  #boxes: Float64Array | undefined;

  /** Nodes, the empty one counted. The last is the root. */
  get count(): number {
    return this.#count;
  }
  get root(): number {
    return this.#count - 1;
  }

  /** Adds a leaf: rows 0 to 3 in `low`, a byte each, bit 0 leftmost; rows 4 to 7 in `high`. */
  leaf(low: number, high: number): number {
    if ((low | high) !== 0) this.maxState = Math.max(this.maxState, 1);
    return this.#add(LEAF, low, high, 0, 0);
  }

  /** Adds a node of four; at level 1 these are the states of its cells. The caller sees to it that levels are right. */
  node(level: number, nw: number, ne: number, sw: number, se: number): number {
    if (level === 1) this.maxState = Math.max(this.maxState, nw, ne, sw, se);
    return this.#add(level, nw, ne, sw, se);
  }

  #add(kind: number, a: number, b: number, c: number, d: number): number {
    const id = this.#count++;
    if (id === this.#kinds.length) {
      const kinds = new Uint8Array(id * 2);
      const parts = new Uint32Array(id * 8);
      kinds.set(this.#kinds);
      parts.set(this.#parts);
      this.#kinds = kinds;
      this.#parts = parts;
    }
    this.#kinds[id] = kind;
    this.#parts[id * 4] = a;
    this.#parts[id * 4 + 1] = b;
    this.#parts[id * 4 + 2] = c;
    this.#parts[id * 4 + 3] = d;
    this.#boxes = undefined;
    return id;
  }

  /** The side of a node is 2^level; 0 for the empty one, which fits anywhere. */
  level(id: number): number {
    return id === 0 ? 0 : this.#kinds[id] || 3;
  }

  isLeaf(id: number): boolean {
    return id !== 0 && this.#kinds[id] === LEAF;
  }

  /** A quarter: 0 NW, 1 NE, 2 SW, 3 SE; of a leaf: 0 `low`, 1 `high`. */
  part(id: number, which: number): number {
    return this.#parts[id * 4 + which];
  }

  /** The living cells of a node, counted from its corner; undefined when there are none. */
  box(id = this.root): TreeBox | undefined {
    const boxes = (this.#boxes ??= this.#bound());
    const at = id * 4;
    if (id === 0 || boxes[at] > boxes[at + 2]) return undefined;
    return { x: boxes[at], y: boxes[at + 1], width: boxes[at + 2] - boxes[at], height: boxes[at + 3] - boxes[at + 1] };
  }

  /** First column and row, and those after the last, of all nodes. */
  #bound(): Float64Array {
    const boxes = new Float64Array(this.#count * 4);
    for (let id = 0; id < this.#count; id++) {
      const level = this.level(id);
      let [x1, y1, x2, y2] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
      if (this.isLeaf(id)) {
        const [low, high] = [this.part(id, 0), this.part(id, 1)];
        const both = low | high;
        if (both !== 0) {
          const columns = (both | (both >>> 8) | (both >>> 16) | (both >>> 24)) & 255;
          x1 = first(columns);
          x2 = 32 - Math.clz32(columns);
          y1 = low !== 0 ? first(low) >> 3 : 4 + (first(high) >> 3);
          y2 = high !== 0 ? 8 - (Math.clz32(high) >> 3) : 4 - (Math.clz32(low) >> 3);
        }
      } else
        for (let i = 0; i < (id === 0 ? 0 : 4); i++) {
          const x = i & 1 ? 2 ** (level - 1) : 0;
          const y = i & 2 ? 2 ** (level - 1) : 0;
          const part = this.part(id, i);
          const from = part * 4;
          if (level === 1 ? part === 0 : boxes[from] >= boxes[from + 2]) continue;
          x1 = Math.min(x1, level === 1 ? x : x + boxes[from]);
          y1 = Math.min(y1, level === 1 ? y : y + boxes[from + 1]);
          x2 = Math.max(x2, x + (level === 1 ? 1 : boxes[from + 2]));
          y2 = Math.max(y2, y + (level === 1 ? 1 : boxes[from + 3]));
        }
      boxes[id * 4] = x1;
      boxes[id * 4 + 1] = y1;
      boxes[id * 4 + 2] = x2;
      boxes[id * 4 + 3] = y2;
    }
    return boxes;
  }

  /** Squares of 64x64 cells in which something lives. */
  tiles(): number {
    const counts = new Float64Array(this.#count);
    for (let id = 1; id < this.#count; id++) {
      const level = this.level(id);
      const parts = [0, 1, 2, 3].map((i) =>
        level === 1 || this.isLeaf(id) ? this.part(id, i) : counts[this.part(id, i)],
      );
      const sum = parts.reduce((a, b) => a + b);
      counts[id] = level <= 6 ? Math.min(sum, 1) : sum;
    }
    return counts[this.root];
  }

  /** How many cells live in the whole tree. */
  population(): number {
    const counts = new Float64Array(this.#count);
    for (let id = 1; id < this.#count; id++)
      if (this.isLeaf(id)) counts[id] = bits(this.part(id, 0)) + bits(this.part(id, 1));
      else
        for (let i = 0; i < 4; i++)
          counts[id] += this.level(id) === 1 ? Math.min(this.part(id, i), 1) : counts[this.part(id, i)];
    return counts[this.root];
  }

  /** The leaves of a node (nodes of level 1, where there are states) in which something lives, and their corners. */
  *leaves(id = this.root, x = 0, y = 0): Generator<{ id: number; x: number; y: number }, void> {
    const stack = [{ id, x, y }];
    for (let at = stack.pop(); at; at = stack.pop()) {
      if (!this.box(at.id)) continue;
      const level = this.level(at.id);
      if (level === 1 || this.isLeaf(at.id)) {
        yield at;
        continue;
      }
      const half = 2 ** (level - 1);
      for (let i = 3; i >= 0; i--)
        stack.push({ id: this.part(at.id, i), x: at.x + (i & 1 ? half : 0), y: at.y + (i & 2 ? half : 0) });
    }
  }

  /** Calls `visit` with the runs of living cells of a leaf, or of a node of level 1, counted from its corner. */
  eachRun(id: number, visit: VisitRun): void {
    if (!this.isLeaf(id)) {
      for (let i = 0; i < 4; i++) if (this.part(id, i) !== 0) visit(i & 1, i >> 1, 1, this.part(id, i));
      return;
    }
    for (let row = 0; row < 8; row++) {
      let left = (this.part(id, row >> 2) >>> ((row & 3) * 8)) & 255;
      while (left !== 0) {
        const from = 31 - Math.clz32(left & -left);
        const length = 31 - Math.clz32(~(left >>> from) & -~(left >>> from));
        visit(from, row, length, 1);
        left &= ~(((1 << length) - 1) << from);
      }
    }
  }
}

/** The lowest bit that is set. */
const first = (word: number): number => 31 - Math.clz32(word & -word);

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
