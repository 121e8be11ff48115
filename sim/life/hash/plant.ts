/** Patterns that are trees, into the kernel's tree, piece by piece: parts that are alike are looked at once. */
import type { CellTree } from '../../pattern/cell-tree.js';
import { Ids } from './ids.js';
import type { HashKernel } from './kernel.js';

/** Squares made in one go: a few milliseconds. */
const PIECE = 2 ** 12;
/** Squares of up to this level are cut out in one go: a thousand leaves at most. */
const AT_ONCE = 8;
/** Share of the work that it is to copy the squares; the rest is to cut them anew. */
const COPIED = 0.4;

/**
 * The node of `level` that holds the cells of `tree`, its corner at (x, y), as far as they lie in it. The corner may lie
 * outside. Gives the share that is done, 0..1. Nothing may collect garbage meanwhile.
 *
 * @throws MemoryError
 */
export function* plant(
  kernel: HashKernel,
  tree: CellTree,
  level: number,
  x: number,
  y: number,
): Generator<number, number> {
  const { wasm } = kernel;
  const side = 2 ** level;
  // Where the node lies among the squares of its size that the tree consists of: it meets four of them.
  const left = Math.floor(-x / side) * side;
  const top = Math.floor(-y / side) * side;
  const copier = new Copier(kernel, tree, level);
  for (const share of copier.all()) yield COPIED * share;
  const square = (dx: number, dy: number): number => copier.at(left + dx * side, top + dy * side);
  const four = wasm.join(level + 1, square(0, 0), square(1, 0), square(0, 1), square(1, 1));
  const shifter = new Shifter(kernel, level);
  const shifting = shifter.slowly(four, level, -x - left, -y - top);
  for (;;) {
    const { done, value } = shifting.next();
    if (done) return value;
    yield COPIED + (1 - COPIED) * shifter.share;
  }
}

/** Nodes of a tree as nodes of the kernel. */
class Copier {
  readonly #ids = new Ids();

  constructor(
    private readonly kernel: HashKernel,
    private readonly tree: CellTree,
    /** Larger ones are looked through, not copied. */
    private readonly level: number,
  ) {}

  /** Copies them in the order in which they name each other. */
  *all(): Generator<number, void> {
    const { tree } = this;
    for (let id = 1; id < tree.count; id++) {
      const level = tree.level(id);
      if (level >= 3 && level <= this.level) this.#ids.set(id, this.#made(id, level));
      if (id % PIECE === 0) yield id / tree.count;
    }
  }

  /** The square of this level with this corner, a multiple of its side. */
  at(x: number, y: number): number {
    const { tree } = this;
    const { wasm } = this.kernel;
    let at = tree.level(tree.root);
    if (x < 0 || y < 0 || x >= 2 ** at || y >= 2 ** at) return wasm.empty(this.level);
    let node = tree.root;
    for (; at > this.level && node !== 0; at--) {
      const half = 2 ** (at - 1);
      node = tree.part(node, (x % (2 * half) >= half ? 1 : 0) + (y % (2 * half) >= half ? 2 : 0));
    }
    if (node === 0) return wasm.empty(this.level);
    let id = this.#ids.get(node) || this.#made(node, at);
    for (at = Math.max(at, 3); at < this.level; at++) {
      const e = wasm.empty(at);
      id = wasm.join(at + 1, id, e, e, e);
    }
    return id;
  }

  #made(node: number, level: number): number {
    const { tree } = this;
    const { wasm } = this.kernel;
    if (level <= 3) {
      const [low, high] = leafBits(tree, node);
      return wasm.leafOf(low, high);
    }
    const part = (which: number): number => {
      const quarter = tree.part(node, which);
      return quarter === 0 ? wasm.empty(level - 1) : this.#ids.get(quarter);
    };
    const id = wasm.join(level, part(0), part(1), part(2), part(3));
    // It counts its own, and knows of its parts: later, all at once, that would take long.
    wasm.population(id);
    return id;
  }
}

/** The cells of a node of level 1 to 3, as a leaf. */
function leafBits(tree: CellTree, node: number): [number, number] {
  if (tree.isLeaf(node)) return [tree.part(node, 0), tree.part(node, 1)];
  const rows: [number, number] = [0, 0];
  for (const { id, x, y } of tree.leaves(node))
    for (let i = 0; i < 4; i++)
      if (tree.part(id, i) !== 0) rows[y >> 2] |= 1 << (((y & 3) + (i >> 1)) * 8 + x + (i & 1));
  return rows;
}

/** Parts of nodes that begin anywhere. */
class Shifter {
  readonly #known = new Ids();
  /** Of the whole, done. */
  share = 0;
  /** Squares made since the last piece. */
  #made = 0;

  constructor(
    private readonly kernel: HashKernel,
    /** Of the whole. */
    private readonly level: number,
  ) {}

  /** As `window`, piece by piece. */
  *slowly(id: number, level: number, dx: number, dy: number): Generator<void, number> {
    const known = level <= AT_ONCE ? this.#window(id, level, dx, dy) : this.#simple(id, level, dx, dy);
    if (known !== 0) {
      this.share += 4 ** (level - this.level);
      if (this.#made >= PIECE) {
        this.#made = 0;
        yield;
      }
      return known;
    }
    const four = this.#quarters(id, level, dx, dy);
    const [half, parts] = [2 ** (level - 1), [0, 0, 0, 0]];
    for (let i = 0; i < 4; i++) parts[i] = yield* this.slowly(four[i], level - 1, dx % half, dy % half);
    return this.#join(id, level, parts);
  }

  /** The node of `level` that begins at (dx, dy), less than its side, in a node of twice the side. */
  #window(id: number, level: number, dx: number, dy: number): number {
    const known = this.#simple(id, level, dx, dy);
    if (known !== 0) return known;
    const half = 2 ** (level - 1);
    const parts = this.#quarters(id, level, dx, dy).map((part) => this.#window(part, level - 1, dx % half, dy % half));
    return this.#join(id, level, parts);
  }

  /** What is known, or had at once; else 0. */
  #simple(id: number, level: number, dx: number, dy: number): number {
    const { kernel } = this;
    const { wasm } = kernel;
    if (dx === 0 && dy === 0) return kernel.child(id, 0);
    if (id === wasm.empty(level + 1)) return wasm.empty(level);
    const known = this.#known.get(id);
    if (known !== 0 || level > 3) return known;
    const leaf = wasm.between(
      kernel.child(id, 0),
      kernel.child(id, 1),
      kernel.child(id, 2),
      kernel.child(id, 3),
      dx,
      dy,
    );
    this.#note(id, leaf);
    return leaf;
  }

  /** Four squares of which the quarters are windows: all begin as far from their corners. */
  #quarters(id: number, level: number, dx: number, dy: number): number[] {
    const { kernel } = this;
    const half = 2 ** (level - 1);
    // Of the sixteen squares of half the side, the one in which the window begins.
    const bx = Math.floor(dx / half);
    const by = Math.floor(dy / half);
    const square = (x: number, y: number): number =>
      kernel.child(kernel.child(id, (x >> 1) + 2 * (y >> 1)), (x & 1) + 2 * (y & 1));
    const quarter = (x: number, y: number): number =>
      kernel.wasm.join(level, square(x, y), square(x + 1, y), square(x, y + 1), square(x + 1, y + 1));
    return [quarter(bx, by), quarter(bx + 1, by), quarter(bx, by + 1), quarter(bx + 1, by + 1)];
  }

  #join(id: number, level: number, [nw, ne, sw, se]: number[]): number {
    const { wasm } = this.kernel;
    const found = wasm.join(level, nw, ne, sw, se);
    wasm.population(found);
    this.#note(id, found);
    return found;
  }

  #note(id: number, found: number): void {
    this.#made++;
    this.#known.set(id, found);
  }
}
