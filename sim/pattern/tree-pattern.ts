/** A pattern that is a tree; its runs are made only where somebody wants them. */
import { PatternError } from '../errors.js';
import type { CellTree } from './cell-tree.js';
import type { Pattern } from './pattern.js';

/** Most cells that are listed one by one: 200 MB of runs at worst. */
const MOST_CELLS = 2 ** 24;

type Facts = Pick<Pattern, 'rule' | 'wrap' | 'grid' | 'name' | 'comments' | 'generation'>;

/** The living part of a tree, whose middle belongs in the middle of the grid. */
export function treePattern(tree: CellTree, facts: Facts): Pattern {
  const box = tree.box();
  let lists: { runs: Int32Array; states?: Uint8Array } | undefined;
  const half = 2 ** (tree.level(tree.root) - 1);
  const pattern = {
    ...facts,
    width: box?.width ?? 0,
    height: box?.height ?? 0,
    ...(box && { x: box.x - half, y: box.y - half }),
    tree,
  };
  const listed = () => (lists ??= list(tree));
  Object.defineProperty(pattern, 'runs', { enumerable: true, get: () => listed().runs });
  if (tree.maxState > 1) Object.defineProperty(pattern, 'states', { enumerable: true, get: () => listed().states });
  return pattern as unknown as Pattern;
}

function list(tree: CellTree): { runs: Int32Array; states?: Uint8Array } {
  const cells = tree.population();
  if (cells > MOST_CELLS)
    throw new PatternError(
      `The pattern has ${cells} living cells, too many to list (at most ${MOST_CELLS}): load it into a world, which needs no list.`,
    );
  const corner = tree.box() ?? { x: 0, y: 0 };
  const runs: number[] | Int32Array = new Int32Array(cells * 3);
  const states = tree.maxState > 1 ? new Uint8Array(cells) : undefined;
  let count = 0;
  const add = (x: number, y: number, length: number, state: number): void => {
    runs[count * 3] = x - corner.x;
    runs[count * 3 + 1] = y - corner.y;
    runs[count * 3 + 2] = length;
    if (states) states[count] = state;
    count++;
  };
  for (const { id, x, y } of tree.leaves())
    tree.eachRun(id, (dx, dy, length, state) => add(x + dx, y + dy, length, state));
  return { runs: runs.slice(0, count * 3), ...(states && { states: states.slice(0, count) }) };
}
