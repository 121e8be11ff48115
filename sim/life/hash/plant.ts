/** Patterns that are trees, into a tree and out of it: parts that are alike are looked at once. */
import { CellTree } from '../../pattern/cell-tree.js';
import type { HashKernel } from './kernel.js';

/**
 * The node of `level` that holds the cells of `tree`, its corner at (x, y), as far as they lie in it. The corner may lie
 * outside.
 */
export function plant(kernel: HashKernel, tree: CellTree, level: number, x: number, y: number): number {
  const { wasm } = kernel;
  const side = 2 ** level;
  // Where the node lies among the squares of its size that the tree consists of: it meets four of them.
  const left = Math.floor(-x / side) * side;
  const top = Math.floor(-y / side) * side;
  const copier = new Copier(kernel, tree);
  const square = (dx: number, dy: number): number => copier.at(level, left + dx * side, top + dy * side);
  const four = wasm.join(level + 1, square(0, 0), square(1, 0), square(0, 1), square(1, 1));
  return new Shifter(kernel).window(four, level, -x - left, -y - top);
}

/** Nodes of a tree as nodes of the kernel. */
class Copier {
  readonly #ids: Uint32Array;

  constructor(
    private readonly kernel: HashKernel,
    private readonly tree: CellTree,
  ) {
    this.#ids = new Uint32Array(tree.count);
  }

  /** The square of `level` with this corner, a multiple of its side. */
  at(level: number, x: number, y: number): number {
    const { tree } = this;
    const { wasm } = this.kernel;
    let at = tree.level(tree.root);
    if (x < 0 || y < 0 || x >= 2 ** at || y >= 2 ** at) return wasm.empty(level);
    let node = tree.root;
    for (; at > level && node !== 0; at--) {
      const half = 2 ** (at - 1);
      node = tree.part(node, (x % (2 * half) >= half ? 1 : 0) + (y % (2 * half) >= half ? 2 : 0));
    }
    if (node === 0) return wasm.empty(level);
    let id = this.#copy(node);
    for (at = Math.max(at, 3); at < level; at++) {
      const e = wasm.empty(at);
      id = wasm.join(at + 1, id, e, e, e);
    }
    return id;
  }

  #copy(node: number): number {
    const { tree } = this;
    const { wasm } = this.kernel;
    if (this.#ids[node] !== 0) return this.#ids[node];
    const level = tree.level(node);
    let id: number;
    if (level <= 3) {
      const [low, high] = leafBits(tree, node);
      id = wasm.leafOf(low, high);
    } else {
      const part = (which: number): number => {
        const quarter = tree.part(node, which);
        return quarter === 0 ? wasm.empty(level - 1) : this.#copy(quarter);
      };
      id = wasm.join(level, part(0), part(1), part(2), part(3));
    }
    this.#ids[node] = id;
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
  readonly #known = new Map<number, number>();

  constructor(private readonly kernel: HashKernel) {}

  /** The node of `level` that begins at (dx, dy), less than its side, in a node of twice the side. */
  window(id: number, level: number, dx: number, dy: number): number {
    const { kernel } = this;
    const { wasm } = kernel;
    if (dx === 0 && dy === 0) return kernel.child(id, 0);
    if (id === wasm.empty(level + 1)) return wasm.empty(level);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    let found: number;
    if (level === 3)
      found = wasm.between(kernel.child(id, 0), kernel.child(id, 1), kernel.child(id, 2), kernel.child(id, 3), dx, dy);
    else {
      const half = 2 ** (level - 1);
      // Of the sixteen squares of half the side, the one in which this part begins; all four go on as far from there.
      const bx = Math.floor(dx / half);
      const by = Math.floor(dy / half);
      const square = (x: number, y: number): number =>
        kernel.child(kernel.child(id, (x >> 1) + 2 * (y >> 1)), (x & 1) + 2 * (y & 1));
      const quarter = (x: number, y: number): number =>
        this.window(
          wasm.join(level, square(x, y), square(x + 1, y), square(x, y + 1), square(x + 1, y + 1)),
          level - 1,
          dx - bx * half,
          dy - by * half,
        );
      const [nw, ne] = [quarter(bx, by), quarter(bx + 1, by)];
      found = wasm.join(level, nw, ne, quarter(bx, by + 1), quarter(bx + 1, by + 1));
    }
    this.#known.set(id, found);
    return found;
  }
}

/** A tree of the cells of a node. */
export function harvest(kernel: HashKernel, id: number, level: number): CellTree {
  const tree = new CellTree();
  const known = new Map<number, number>();
  const { words } = kernel;
  const visit = (id: number, level: number): number => {
    let node = known.get(id);
    if (node !== undefined) return node;
    if (id === kernel.wasm.empty(level)) node = 0;
    else if (level === 3) node = tree.leaf(words[id * 8], words[id * 8 + 1]);
    else {
      const [nw, ne] = [visit(words[id * 8], level - 1), visit(words[id * 8 + 1], level - 1)];
      node = tree.node(level, nw, ne, visit(words[id * 8 + 2], level - 1), visit(words[id * 8 + 3], level - 1));
    }
    known.set(id, node);
    return node;
  };
  if (visit(id, level) === 0) tree.node(level, 0, 0, 0, 0);
  return tree;
}
