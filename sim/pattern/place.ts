/** Finds the place of a pattern in a grid. */
import { PatternError } from '../errors.js';
import type { Wrap } from '../life/grid.js';
import type { Pattern } from './pattern.js';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The highest state of any cell of a pattern; 1 for one of none. */
export function highestState(pattern: Pattern): number {
  const known = pattern.tree ?? pattern.list;
  return known ? Math.max(1, known.maxState) : (pattern.states?.reduce((a, b) => Math.max(a, b), 0) ?? 1);
}

/** The box of the living cells. */
function livingBox(pattern: Pattern): Box | undefined {
  const { tree, list, width, height } = pattern;
  if (tree) return width > 0 ? { x: 0, y: 0, width, height } : undefined;
  if (list) return list.box;
  const { runs } = pattern;
  if (runs.length === 0) return undefined;
  let x1 = Number.POSITIVE_INFINITY;
  let y1 = Number.POSITIVE_INFINITY;
  let x2 = 0;
  let y2 = 0;
  for (let i = 0; i < runs.length; i += 3) {
    x1 = Math.min(x1, runs[i]);
    y1 = Math.min(y1, runs[i + 1]);
    x2 = Math.max(x2, runs[i] + runs[i + 2]);
    y2 = Math.max(y2, runs[i + 1] + 1);
  }
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}

/**
 * Where the top-left corner of `pattern` goes in a grid. With `x` and `y`: there. Without: where the file says, counted
 * from the middle of the grid, if its cells are inside then; else in the middle.
 *
 * @throws PatternError when living cells would fall outside a bounded grid, or overlap themselves on a torus.
 */
export function placePattern(
  pattern: Pattern,
  grid: { width: number; height: number; wrap: Wrap },
  x?: number,
  y?: number,
): { x: number; y: number } {
  const { width, height, wrap } = grid;
  for (const [name, value] of [
    ['x', x],
    ['y', y],
  ] as const)
    if (value !== undefined && !Number.isSafeInteger(value))
      throw new PatternError(`The pattern cannot be put at ${name} = ${value}: use a whole number.`);
  const box = livingBox(pattern);
  const middle = {
    x: Math.floor((width - pattern.width) / 2),
    y: Math.floor((height - pattern.height) / 2),
  };
  if (!box) return { x: x ?? middle.x, y: y ?? middle.y };
  if (box.width > width || box.height > height)
    throw new PatternError(
      `The pattern's cells are ${box.width}x${box.height}, the grid is ${width}x${height}: use a grid of at least ${Math.max(width, box.width)}x${Math.max(height, box.height)}.`,
    );
  const fits = (at: { x: number; y: number }) =>
    at.x + box.x >= 0 && at.y + box.y >= 0 && at.x + box.x + box.width <= width && at.y + box.y + box.height <= height;
  if (x === undefined && y === undefined) {
    if (pattern.x !== undefined && pattern.y !== undefined) {
      const stated = { x: (width >> 1) + pattern.x, y: (height >> 1) + pattern.y };
      if (fits(stated)) return stated;
    }
    if (fits(middle)) return middle;
    // The stated size is mostly empty and bigger than the grid: centre what lives.
    return { x: Math.floor((width - box.width) / 2) - box.x, y: Math.floor((height - box.height) / 2) - box.y };
  }
  const at = { x: x ?? middle.x, y: y ?? middle.y };
  if (wrap === 'bounded' && !fits(at)) {
    const need = { width: at.x + box.x + box.width, height: at.y + box.y + box.height };
    const before = at.x + box.x < 0 || at.y + box.y < 0;
    throw new PatternError(
      `At ${at.x}, ${at.y} the pattern leaves the bounded grid of ${width}x${height}: ${
        before
          ? `use x of at least ${-box.x} and y of at least ${-box.y}`
          : `use a grid of at least ${Math.max(width, need.width)}x${Math.max(height, need.height)}`
      }, or wrap "torus".`,
    );
  }
  return at;
}
