/**
 * Cells as a tree of squares, each of four squares of half its side: parts that are alike are one node, so that patterns
 * of millions of cells are small. Nodes only name nodes before them; node 0 is empty, of any size.
 */
import { MemoryError } from '../errors.js';
import { exhaust } from './pieces.js';
import type { VisitRun } from './run-list.js';
import { type TreeBox, TreeMeasure } from './tree-measure.js';

/** Sides are up to 2^48: coordinates stay exact. */
export const MAX_LEVEL = 48;
/** `kinds`: a leaf of 8x8 cells of state 1, as bits. Other nodes have their level there, 1 to 48. */
const LEAF = 0;

/** Memory is taken for so many nodes at a time (a power of two), so that nothing is ever copied. */
const PAGE_BITS = 16;
const PAGE = 2 ** PAGE_BITS;
const MASK = PAGE - 1;

export class CellTree {
  #count = 0;
  readonly #kinds: Uint8Array[] = [];
  readonly #parts: Uint32Array[] = [];
  readonly #measure = new TreeMeasure(this);
  /** Highest state of any cell. */
  maxState = 0;

  constructor() {
    this.#add(LEAF, 0, 0, 0, 0);
  }

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
    const id = this.#count;
    if ((id & MASK) === 0) this.#grow();
    this.#count++;
    this.#kinds[id >>> PAGE_BITS][id & MASK] = kind;
    const parts = this.#parts[id >>> PAGE_BITS];
    const at = (id & MASK) * 4;
    parts[at] = a;
    parts[at + 1] = b;
    parts[at + 2] = c;
    parts[at + 3] = d;
    return id;
  }

  #grow(): void {
    this.#orFull(() => {
      const parts = new Uint32Array(PAGE * 4);
      this.#kinds.push(new Uint8Array(PAGE));
      this.#parts.push(parts);
    });
  }

  #orFull<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new MemoryError(
        `The pattern consists of ${this.#count} squares or more, for which this machine has no memory: use a smaller one.`,
      );
    }
  }

  /** The side of a node is 2^level; 0 for the empty one, which fits anywhere. */
  level(id: number): number {
    return id === 0 ? 0 : this.#kinds[id >>> PAGE_BITS][id & MASK] || 3;
  }

  isLeaf(id: number): boolean {
    return id !== 0 && this.#kinds[id >>> PAGE_BITS][id & MASK] === LEAF;
  }

  /** A quarter: 0 NW, 1 NE, 2 SW, 3 SE; of a leaf: 0 `low`, 1 `high`. */
  part(id: number, which: number): number {
    return this.#parts[id >>> PAGE_BITS][(id & MASK) * 4 + which];
  }

  /**
   * Counts what lives in the nodes added so far, and finds where, piece by piece; gives the share that is done. What was
   * not asked for here `box`, `tiles` and `population` do, all at once. @throws MemoryError
   */
  *measure(): Generator<number, void> {
    const going = this.#measure.go();
    for (;;) {
      const { done, value } = this.#orFull(() => going.next());
      if (done) return;
      yield value;
    }
  }

  get #measured(): TreeMeasure {
    exhaust(this.measure());
    return this.#measure;
  }

  /** The living cells of a node, counted from its corner; undefined when there are none. */
  box(id = this.root): TreeBox | undefined {
    return this.#measured.box(id);
  }

  /** Squares of 64x64 cells in which something lives; at most 2^32 - 1 are counted. */
  tiles(): number {
    return this.#measured.tiles(this.root);
  }

  /** How many cells live in the whole tree. */
  population(): number {
    return this.#measured.population(this.root);
  }

  /** The leaves of a node (nodes of level 1, where there are states) in which something lives, and their corners. */
  *leaves(id = this.root, x = 0, y = 0): Generator<{ id: number; x: number; y: number }, void> {
    const measured = this.#measured;
    const stack = [{ id, x, y }];
    for (let at = stack.pop(); at; at = stack.pop()) {
      if (measured.population(at.id) === 0) continue;
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
