/** A pattern: living cells as runs, so that a breeder of 100,000 cells is one small array. */
import type { Wrap } from '../life/grid.js';
import type { CellTree } from './cell-tree.js';
import type { RunList } from './run-list.js';

export interface Pattern {
  /** Cells across and down: what the file states, or more where its cells reach further. */
  readonly width: number;
  readonly height: number;
  /** Runs of living cells, three numbers each: x and y of the first cell, from the top-left corner, and the length. */
  readonly runs: Int32Array;
  /** The state of each run's cells, 1..255; where there are none, all are 1. */
  readonly states?: Uint8Array;
  /** Where the file wants the top-left corner, counted from the middle of the grid; undefined where it does not say. */
  readonly x?: number;
  readonly y?: number;
  /** Canonical rule, e.g. "B3/S23", where the file states one. */
  readonly rule?: string;
  /** Edges and size, where the file's rule states them ("B3/S23:T100,80"). A side of 0 is not bounded. */
  readonly wrap?: Wrap;
  readonly grid?: { readonly width: number; readonly height: number };
  readonly name?: string;
  /** Generations that led here, where the file says. */
  readonly generation?: number;
  /** The same cells as a tree, where the file has one: its living part begins at (0, 0). `runs` are made when read. */
  readonly tree?: CellTree;
  /** The same runs in less memory, where they were read from a file. `runs` and `states` are made when read. */
  readonly list?: RunList;
  /** Comment lines, without their marks. */
  readonly comments: readonly string[];
}

/** Living cells of a pattern (a cell named twice counts twice). */
export function patternCells(pattern: Pattern): number {
  if (pattern.tree) return pattern.tree.population();
  if (pattern.list) return pattern.list.cells();
  let count = 0;
  for (let i = 2; i < pattern.runs.length; i += 3) count += pattern.runs[i];
  return count;
}

/** A pattern of these runs: its arrays are made only where somebody wants them. */
export function listPattern(list: RunList, facts: Omit<Pattern, 'runs' | 'states' | 'tree' | 'list'>): Pattern {
  let arrays: Pick<Pattern, 'runs' | 'states'> | undefined;
  const made = () => (arrays ??= { runs: list.runs(), states: list.states() });
  const pattern = { ...facts };
  Object.defineProperty(pattern, 'list', { value: list });
  Object.defineProperty(pattern, 'runs', { enumerable: true, get: () => made().runs });
  if (list.maxState > 1) Object.defineProperty(pattern, 'states', { enumerable: true, get: () => made().states });
  return pattern as Pattern;
}
