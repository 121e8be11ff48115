/** The kernel's tree as a tree of its own. */
import { CellTree } from '../../pattern/cell-tree.js';
import { Ids } from './ids.js';
import type { HashKernel } from './kernel.js';

/** A tree of the cells of a node. @throws MemoryError */
export function harvest(kernel: HashKernel, id: number, level: number): CellTree {
  const tree = new CellTree();
  const known = new Ids();
  const { words } = kernel;
  const visit = (id: number, level: number): number => {
    if (id === kernel.wasm.empty(level)) return 0;
    let node = known.get(id);
    if (node !== 0) return node;
    if (level === 3) node = tree.leaf(words[id * 8], words[id * 8 + 1]);
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
