/** What every engine behind a world is: it computes generations, and lets its cells be read and written by tiles. */

import type { CellTree } from '../pattern/cell-tree.js';
import type { Rule } from '../rule/rule.js';
import type { Layout } from './layout.js';

/**
 * One plane of one tile of 64x64 cells, where it lies in memory: row r is `words[offset + r * stride]` and the word after
 * it, bit 0 leftmost. Good until the next call that changes the world or opens another tile.
 */
export interface TileView {
  words: Uint32Array;
  offset: number;
  stride: number;
}

export type EngineKind = 'wasm' | 'js' | 'gpu' | 'bands' | 'hash' | 'large';

/**
 * Edits, soups, patterns, digests and versions are no engine's business: `Life` makes them of `tile`, `open` and
 * `touched`. A tile's key is `tileY * tilesX + tileX`. Keys and planes are the caller's to check.
 */
export interface Engine {
  readonly kind: EngineKind;
  readonly layout: Layout;
  /**
   * Bit-planes a cell, 1..8: together the number of its state in binary, plane 0 its lowest bit. As many as the rule
   * needs; `configure` may change it.
   */
  readonly planes: number;
  /**
   * Sets rule and edges; the cells stay (planes that come anew are 0). Called once before anything else.
   *
   * @throws RuleError where this engine cannot compute such a rule; then nothing has changed.
   */
  configure(rule: Rule, torus: boolean): void;
  /**
   * Computes this many generations.
   *
   * @throws MemoryError where there is no room for what comes next. The world is whole then, `error.done` generations on.
   */
  step(generations: number): void;
  /**
   * Of an engine that computes elsewhere: generations asked for that are not to be seen yet. Until there are none, all
   * that is shown is the world before them, and whatever would change it throws UnsettledError. Others have no such count.
   */
  readonly owed?: number;
  /**
   * Computes and shows all generations that were asked for before this call. Rejects with EngineLostError where it
   * cannot go on; what it showed last can still be read.
   */
  settled?(): Promise<void>;
  /** A tile to read. Cells outside the grid are 0. */
  tile(key: number, plane: number): TileView;
  /** A tile to write. `touched` must follow; cells outside the grid must stay 0. @throws MemoryError */
  open(key: number, plane: number): TileView;
  /** A tile was written. */
  touched(key: number): void;
  /**
   * Makes the world hold the cells of a tree, and nothing else. The tree's corner goes to (x, y), inside the grid or
   * not; its living cells are inside. Piece by piece: gives the share that is done, 0..1. Only where an engine is better at
   * that than at tiles.
   *
   * @throws MemoryError; the world is as it was then.
   */
  plant?(tree: CellTree, x: number, y: number): Iterable<number>;
  /** The cells as a tree, where the engine has one: its middle is the middle of the grid. */
  harvest?(): CellTree | undefined;
  /** Keys of the tiles in which something may live, ascending; where an engine has none, all. */
  living?(): Uint32Array;
  /** Makes all cells 0. */
  clear(): void;
  /** Cells whose state is not 0. */
  population(): number;
  /** Keys of the tiles that differ from what they were at the last call (at first: from nothing), ascending, exact. */
  changed(): Uint32Array;
  /** What is to be said of how it computes now, beside why it was chosen. */
  readonly note?: string;
  /** Gives back what is not freed by itself. */
  dispose?(): void;
}

/** An engine, and why that one. */
export interface Chosen {
  engine: Engine;
  reason: string;
}
