/** A world of cells: what to look at and what to do with it. Engines compute; this keeps version and edits. */
import { EngineLostError, MemoryError, PatternError, RuleError, UnsettledError } from '../errors.js';
import type { CellTree } from '../pattern/cell-tree.js';
import type { Pattern } from '../pattern/pattern.js';
import { exhaust } from '../pattern/pieces.js';
import { highestState, placePattern } from '../pattern/place.js';
import { parseRule, withoutNeighborhood } from '../rule/parse.js';
import type { Neighborhood, Rule } from '../rule/rule.js';
import { canRun } from './able.js';
import { Brush, copyTiles, livingTiles, reduceStates, stateAt } from './brush.js';
import { digestCells, type Rect } from './digest.js';
import type { Engine, EngineKind, TileView } from './engine.js';
import { checkWrap, type Wrap } from './grid.js';
import { putPattern } from './put.js';
import { restoreTiles, type Snapshot, takeTiles } from './snapshot.js';
import { checkSoup, fillSoup } from './soup.js';

export interface SoupOptions {
  /** Share of living cells, 0..1. */
  density: number;
  /** A whole number; its lowest 32 bits count. */
  seed: number;
}

/** Makes the engine that takes over where there is to be another rule, or the one at work is `lost`. */
type Instead = (rule: Rule, lost: boolean) => Promise<{ engine: Engine; reason: string }>;

/**
 * A world. `createLife` makes one. Every change of content has a version of its own: `step(n)` adds n, an edit adds 1.
 * Only as long as nobody has looked (`changedTiles`, `digest`) do `load`, `soup` and `clear` leave version 0 as it is.
 */
export class Life {
  #engine: Engine;
  #reason: string;
  #rule: Rule;
  #wrap: Wrap;
  #version = 0;
  #generation = 0;
  #edits = 0;
  /** Somebody has looked at it as it is: from now on each change of content has a version of its own. */
  #seen = false;
  /** Tiles that had changed, and had not been asked for, when another engine took over. */
  #pending: Uint32Array | undefined;
  readonly #instead: Instead | undefined;
  #settling: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(engine: Engine, reason: string, rule: Rule, wrap: Wrap, instead?: Instead) {
    this.#engine = engine;
    this.#instead = instead;
    this.#reason = reason;
    this.#rule = rule;
    this.#wrap = wrap;
    engine.configure(rule, wrap === 'torus');
    engine.clear();
  }

  /** Cells across, 1..65536. */
  get width(): number {
    return this.#engine.layout.width;
  }
  /** Cells down, 1..65536. */
  get height(): number {
    return this.#engine.layout.height;
  }
  /** Bit-planes a cell, 1..8: the number of its state in binary, plane 0 the lowest bit. A rule may change it. */
  get planes(): number {
    return this.#engine.planes;
  }
  /** States a cell can have under this rule: 2, or more. State 0 is dead, 1 alive; what others mean is the rule's. */
  get states(): number {
    return this.#rule.states;
  }
  get engine(): EngineKind {
    return this.#engine.kind;
  }
  /** Why this engine is at work, and by how many threads, where there could be more than one. */
  get engineReason(): string {
    return [this.#reason, this.#engine.note].filter(Boolean).join('; ');
  }
  /** Canonical rule, e.g. "B3/S23"; von Neumann "B2/S013V". */
  get rule(): string {
    return this.#rule.text;
  }
  get neighborhood(): Rule['neighborhood'] {
    return this.#rule.neighborhood;
  }
  get wrap(): Wrap {
    return this.#wrap;
  }
  /** Grows with every change of content. */
  get version(): number {
    return this.#version - this.owed;
  }
  /** Counts changes of cells that were no steps. */
  get edits(): number {
    return this.#edits;
  }
  /** Steps since the last `load`, `soup` or `clear`. */
  get generation(): number {
    return this.#generation - this.owed;
  }
  /**
   * Generations asked for that are not to be seen yet: of an engine that computes elsewhere ("gpu"), until `settled`. Up to
   * then all that is shown, version included, is the world before them, and it cannot be changed (UnsettledError).
   */
  get owed(): number {
    return this.#engine.owed ?? 0;
  }

  /**
   * Computes and shows all that was asked for so far; at once for engines that compute where they are called. Where an
   * engine is lost, another goes on from what was shown last; `engineReason` says so.
   */
  settled(): Promise<void> {
    if (this.owed === 0) return Promise.resolve();
    const settling = this.#settling.then(() => this.#settle());
    this.#settling = settling.catch(() => {});
    return settling;
  }

  async #settle(): Promise<void> {
    const engine = this.#engine;
    try {
      await engine.settled?.();
    } catch (error) {
      if (!(error instanceof EngineLostError && this.#instead)) throw error;
      const { engine: other } = await this.#instead(this.#rule, true);
      if (this.#disposed) return other.dispose?.();
      const { owed } = this;
      this.#replace(other, error.message);
      // It may come less far: what is counted is what it has done.
      this.#version -= owed;
      this.#generation -= owed;
      this.step(owed);
    }
  }

  /** Gives back at once what is not freed by itself, such as a GPU; the world is of no use any more. */
  dispose(): void {
    this.#disposed = true;
    this.#engine.dispose?.();
  }

  /**
   * Computes `n` generations.
   *
   * @throws RangeError unless `n` is a whole number, 0 or more. MemoryError where the next generation finds no room: the
   * world is as it was before that one, and `error.done` generations on.
   */
  step(n = 1): void {
    if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`step(${n}): use a whole number of generations.`);
    let done = 0;
    try {
      this.#engine.step(n);
      done = n;
    } catch (error) {
      if (error instanceof MemoryError) done = error.done;
      throw error;
    } finally {
      this.#version += done;
      this.#generation += done;
    }
  }

  /**
   * Lets another engine, made for the same grid, go on with this world. Cells, versions and rule stay.
   *
   * @param holds The engine has come to the same cells under the same rule by itself, and nothing is copied.
   * @throws RuleError where it cannot compute the rule, MemoryError where it has no room; the old engine stays then.
   * UnsettledError before all is `settled`.
   */
  adopt(engine: Engine, reason: string, { holds = false } = {}): void {
    this.#rest();
    this.#replace(engine, reason, this.#rule, holds);
  }

  #replace(engine: Engine, reason: string, rule = this.#rule, holds = false): void {
    engine.configure(rule, this.#wrap === 'torus');
    if (!holds) {
      engine.clear();
      copyTiles(this.#engine, engine);
    }
    // What differs is counted from what was last asked for, of which only the old engine knows.
    this.#pending = this.changedTiles();
    engine.changed();
    this.#engine.dispose?.();
    this.#engine = engine;
    this.#reason = reason;
    this.#rule = rule;
  }

  /**
   * Makes the world hold this pattern and nothing else. Rule and edges stay: `setRule(pattern.rule)` takes the pattern's.
   *
   * @param x Where the pattern's left column goes. Default: where the file says, else in the middle of the grid.
   * @param y Where its top row goes.
   * @throws PatternError when it does not fit; it says which grid would hold it. On a torus cells go over the edge.
   * MemoryError when there is no room for its cells; then the world is empty.
   */
  load(pattern: Pattern, x?: number, y?: number): void {
    exhaust(this.loadSlowly(pattern, x, y));
  }

  /**
   * As `load`, piece by piece, for patterns of millions of cells: each `next()` works for a few milliseconds and gives the
   * share that is done, 0..1. Until the last one, nothing else may be asked of this world. Ended before, by `return()`, it
   * is empty.
   */
  *loadSlowly(pattern: Pattern, x?: number, y?: number): Generator<number, void> {
    const at = this.#place(pattern, x, y);
    yield* this.#filling(() => this.#planting(pattern, at.x, at.y) ?? putPattern(this.#engine, pattern, at.x, at.y));
  }

  /**
   * Adds the living cells of a pattern to what is there; else like `load`, but an edit.
   *
   * @throws PatternError, and MemoryError when there is no room for all its cells; then some are there.
   */
  paste(pattern: Pattern, x?: number, y?: number): void {
    const at = this.#place(pattern, x, y);
    this.#rest();
    this.#edited();
    exhaust(putPattern(this.#engine, pattern, at.x, at.y));
  }

  /** All cells, with their version and generation: `restore` takes them up, in this world or in another of its size. */
  snapshot(): Snapshot {
    const { version, generation } = this;
    return { version, generation, ...takeTiles(this.#engine) };
  }

  /** Keys of the tiles in which something may live, ascending. All others are empty. */
  livingTiles(): Uint32Array {
    return livingTiles(this.#engine);
  }

  /**
   * Makes the world hold what another of its size held under the same rule: cells, version and generation.
   *
   * @throws RangeError for another number of planes; MemoryError; UnsettledError before all is `settled`.
   */
  restore(snapshot: Snapshot): void {
    this.#rest();
    if (snapshot.planes !== this.planes)
      throw new RangeError(`The snapshot has ${snapshot.planes} planes, and rule ${this.rule} ${this.planes}.`);
    this.#engine.clear();
    restoreTiles(this.#engine, snapshot);
    // It may have been taken under a rule of more states, in as many planes.
    if (this.states < 2 ** this.planes) reduceStates(this.#engine, this.states - 1);
    this.#edits++;
    this.#version = snapshot.version;
    this.#generation = snapshot.generation;
  }

  /** Kills all cells. @throws UnsettledError before all is `settled`. */
  clear(): void {
    this.#rest();
    this.#engine.clear();
    this.#prepared();
  }

  /**
   * Fills the world at random with cells of state 1: the same `density` and `seed` give the same cells on every engine.
   *
   * @throws RangeError, and MemoryError when there is no room for all of it; then the world is empty.
   */
  soup({ density, seed }: SoupOptions): void {
    checkSoup(density, seed);
    exhaust(
      this.#filling(() => {
        fillSoup(this.#engine, density, seed);
        return [];
      }),
    );
  }

  /**
   * Sets one cell: dead, alive (state 1), or the state with this number. On a torus any whole numbers name a cell.
   *
   * @throws RangeError outside a bounded grid, or for a state that the rule does not have.
   */
  set(x: number, y: number, state: boolean | number): void {
    this.draw([x, y], state);
  }

  /** Is this cell in any state but 0? @throws RangeError outside a bounded grid. */
  get(x: number, y: number): boolean {
    return this.state(x, y) !== 0;
  }

  /** The number of the state of this cell. @throws RangeError outside a bounded grid. */
  state(x: number, y: number): number {
    const [u, v] = this.#cell(x, y);
    return stateAt(this.#engine, u, v);
  }

  /** Sets cells, given as x, y, x, y ...: one edit. @throws RangeError as `set`, before anything is changed. */
  draw(cells: ArrayLike<number>, state: boolean | number): void {
    if (cells.length % 2 !== 0) throw new RangeError('draw: cells are pairs, x and y; one number is left over.');
    const number = Number(state);
    if (!Number.isInteger(number) || number < 0 || number >= this.states)
      throw new RangeError(`There is no state ${state} in rule ${this.rule}: use 0 to ${this.states - 1}.`);
    for (let i = 0; i < cells.length; i += 2) this.#cell(cells[i], cells[i + 1]);
    this.#rest();
    this.#edited();
    const brush = new Brush(this.#engine);
    for (let i = 0; i < cells.length; i += 2) {
      const [x, y] = this.#cell(cells[i], cells[i + 1]);
      brush.fill(x, y, 1, number);
    }
    brush.done();
  }

  /**
   * Another rule from the next generation on. `setRule(life.rule, neighborhood)` keeps births and survivals. Cells in
   * states that the new rule does not have get its last one (an edit, where there are any).
   *
   * @throws RuleError where it cannot be read, or not be computed by this engine.
   */
  setRule(rule: string, neighborhood?: Neighborhood): void {
    this.#rest();
    const parsed = this.#read(rule, neighborhood);
    const torus = this.#wrap === 'torus';
    // Which cannot run it says so, before a cell is touched.
    if (!canRun(this.engine, parsed)) this.#engine.configure(parsed, torus);
    this.#fit(parsed);
    this.#engine.configure(parsed, torus);
    this.#rule = parsed;
  }

  /**
   * As `setRule`, for rules of any family: where this engine cannot compute one, another takes over; the one that was asked
   * for, where that can.
   *
   * @throws (as rejections) RuleError, and MemoryError where there is no room for the other engine; the world is as it was then.
   */
  async changeRule(rule: string, neighborhood?: Neighborhood): Promise<void> {
    const parsed = this.#read(rule, neighborhood);
    this.#rest();
    if (!this.#instead) return this.setRule(rule, neighborhood);
    let lost = false;
    try {
      if (canRun(this.engine, parsed)) return this.setRule(rule, neighborhood);
    } catch (error) {
      // One that runs such rules has no room for this one.
      if (!(error instanceof RuleError)) throw error;
      lost = true;
    }
    const { engine, reason } = await this.#instead(parsed, lost);
    try {
      // It may have been stepped meanwhile.
      await this.settled();
      this.#rest();
      this.#fit(parsed);
      this.#replace(engine, reason, parsed);
    } catch (error) {
      engine.dispose?.();
      throw error;
    }
  }

  #read(rule: string, neighborhood?: Neighborhood): Rule {
    const bare = neighborhood && rule === this.rule ? withoutNeighborhood(rule) : rule;
    return parseRule(bare, neighborhood);
  }

  /** Gives cells in states that this rule does not have its last one: an edit, where there are any. */
  #fit({ states }: Rule): void {
    if (states < this.states && reduceStates(this.#engine, states - 1)) this.#edited();
  }

  /** Other edges from the next generation on. @throws GridError */
  setWrap(wrap: Wrap): void {
    this.#rest();
    this.#engine.configure(this.#rule, checkWrap(wrap) === 'torus');
    this.#wrap = wrap;
  }

  /** Cells whose state is not 0. Costs a look at every block that is not empty. */
  population(): number {
    return this.#engine.population();
  }

  /**
   * One plane of a 64x64 tile (key = `tileY * ceil(width / 64) + tileX`) in the engine's memory: row r is
   * `words[offset + r * stride]` and the word after it, bit 0 leftmost. Good until the next call that changes the world.
   *
   * @throws RangeError
   */
  tile(key: number, plane = 0): TileView {
    const { layout, planes } = this.#engine;
    if (!Number.isInteger(key) || key < 0 || key >= layout.tilesX * layout.tilesY)
      throw new RangeError(
        `Tile ${key} does not exist: this grid has tiles 0 to ${layout.tilesX * layout.tilesY - 1}.`,
      );
    if (!Number.isInteger(plane) || plane < 0 || plane >= planes)
      throw new RangeError(`Plane ${plane} does not exist: this world has planes 0 to ${planes - 1}.`);
    return this.#engine.tile(key, plane);
  }

  /** All cells as a tree, where the engine has one: `formatMacrocell` writes it. */
  harvest(): CellTree | undefined {
    return this.#engine.harvest?.();
  }

  /**
   * Keys of the tiles whose content differs from what it was at the last call, ascending; at the first call, of those
   * that are not empty. Exact: what changed and changed back is not named (but for once after `adopt`).
   */
  changedTiles(): Uint32Array {
    this.#seen = true;
    const keys = this.#engine.changed();
    const pending = this.#pending;
    if (!pending) return keys;
    this.#pending = undefined;
    return Uint32Array.from(new Set([...pending, ...keys])).sort();
  }

  /**
   * SHA-256 in hex of the grid, or of `rect` in it: row by row, one bit a cell, bit 0 first, rows padded to a byte; of
   * several planes one after the other. Rejects with a RangeError when `rect` is not inside the grid.
   */
  async digest(rect?: Rect): Promise<{ version: number; hash: string }> {
    this.#seen = true;
    return { version: this.version, hash: digestCells(this.#engine, rect) };
  }

  /** What changes the world changes the newest generation of it. */
  #rest(): void {
    if (this.owed > 0) throw new UnsettledError();
  }

  *#filling(put: () => Iterable<number>): Generator<number, void> {
    this.#rest();
    this.#engine.clear();
    let done = false;
    try {
      yield* put();
      done = true;
    } finally {
      if (!done) this.#engine.clear();
      this.#prepared();
    }
  }

  #edited(): void {
    this.#edits++;
    this.#version++;
  }

  #prepared(): void {
    this.#edits++;
    if (this.#version > 0 || this.#seen) this.#version++;
    this.#generation = 0;
  }

  /** The cell meant by any coordinates. */
  #cell(x: number, y: number): [number, number] {
    const { width, height } = this;
    if (Number.isSafeInteger(x) && Number.isSafeInteger(y)) {
      if (x >= 0 && y >= 0 && x < width && y < height) return [x, y];
      if (this.#wrap === 'torus') return [((x % width) + width) % width, ((y % height) + height) % height];
    }
    throw new RangeError(`There is no cell ${x}, ${y} in this grid of ${width}x${height}.`);
  }

  /** Where a pattern goes, once it is sure that it can. */
  #place(pattern: Pattern, x?: number, y?: number): { x: number; y: number } {
    const most = highestState(pattern);
    if (most >= this.states)
      throw new PatternError(
        `The pattern has cells of state ${most}, and rule ${this.rule} has states 0 to ${this.states - 1}: set the pattern's rule first${pattern.rule ? ` (${pattern.rule})` : ''}.`,
      );
    return placePattern(pattern, this, x, y);
  }

  /** Of a pattern that is a tree and lies inside the grid: takes it as it is, where the engine can. */
  #planting({ tree, width, height }: Pattern, x: number, y: number): Iterable<number> | undefined {
    const box = tree?.box();
    if (!tree || !box || x < 0 || y < 0 || x + width > this.width || y + height > this.height) return undefined;
    return this.#engine.plant?.(tree, x - box.x, y - box.y);
  }
}
