/** Writes a pattern's cells into an engine, piece by piece. */
import type { CellTree } from '../pattern/cell-tree.js';
import type { Pattern } from '../pattern/pattern.js';
import type { VisitRun } from '../pattern/run-list.js';
import { Brush } from './brush.js';
import type { Engine } from './engine.js';

/** Runs of a piece: a few milliseconds. */
const PIECE = 2 ** 15;

/** The pattern's corner goes to (x, y), and cells go over the edges of the grid. Gives the share that is done, 0..1. @throws MemoryError */
export function* putPattern(engine: Engine, pattern: Pattern, x: number, y: number): Generator<number, void> {
  const { width, height } = engine.layout;
  const brush = new Brush(engine);
  const put: VisitRun = (atX, atY, length, state) => {
    let [u, v] = [x + atX, y + atY];
    if (u >= 0 && v >= 0 && u + length <= width && v < height) return brush.fill(u, v, length, state);
    v = ((v % height) + height) % height;
    u = ((u % width) + width) % width;
    for (let left = length; left > 0; ) {
      const n = Math.min(left, width - u);
      brush.fill(u, v, n, state);
      left -= n;
      u = 0;
    }
  };
  if (pattern.tree) yield* putTree(pattern.tree, put);
  else if (pattern.list) yield* pattern.list.visit(put);
  else {
    const { runs, states } = pattern;
    for (let i = 0; i < runs.length; i += 3) {
      if (i % (3 * PIECE) === 0) yield i / runs.length;
      put(runs[i], runs[i + 1], runs[i + 2], states ? states[i / 3] : 1);
    }
  }
  brush.done();
}

/** Not by way of its runs: there may be more of them than memory holds. */
function* putTree(tree: CellTree, put: VisitRun): Generator<number, void> {
  const corner = tree.box();
  if (!corner) return;
  const cells = tree.population();
  let done = 0;
  let runs = 0;
  yield 0;
  for (const { id, x, y } of tree.leaves()) {
    tree.eachRun(id, (dx, dy, length, state) => {
      put(x + dx - corner.x, y + dy - corner.y, length, state);
      done += length;
      runs++;
    });
    if (runs < PIECE) continue;
    runs = 0;
    yield done / cells;
  }
}
