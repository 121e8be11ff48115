/** A world of Life-like cells: what to look at and what to do with it. Engines compute; this keeps version and edits. */
import { PatternError } from '../errors.js';
import type { Pattern } from '../pattern/pattern.js';
import { placePattern } from '../pattern/place.js';
import type { BlockEngine } from './blocks.js';
import { digestCells, type Rect } from './digest.js';
import { checkWrap, type Wrap } from './grid.js';
import { BLOCK_WORDS } from './layout.js';
import { type Neighborhood, parseRule, type Rule } from './rule.js';
import { fillSoup } from './soup.js';

export interface SoupOptions {
  /** Share of living cells, 0..1. */
  density: number;
  /** A whole number; its lowest 32 bits count. */
  seed: number;
}

/**
 * A world. `createLife` makes one. Every change of content has a version of its own: `step(n)` adds n, an edit adds 1.
 * Only as long as nobody has looked (`changedTiles`, `digest`) do `load`, `soup` and `clear` leave version 0 as it is.
 */
export class Life {
  /** Bit-planes a cell. */
  readonly planes = 1;
  #engine: BlockEngine;
  #rule: Rule;
  #wrap: Wrap;
  #version = 0;
  #generation = 0;
  /** Somebody has looked at it as it is: from now on each change of content has a version of its own. */
  #seen = false;

  constructor(
    engine: BlockEngine,
    /** Why this engine is at work. */
    readonly engineReason: string,
    rule: Rule,
    wrap: Wrap,
  ) {
    this.#engine = engine;
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
  get engine(): 'wasm' | 'js' {
    return this.#engine.kind;
  }
  /** Canonical rule, e.g. "B3/S23"; von Neumann "B2/S013V". */
  get rule(): string {
    return this.#rule.text;
  }
  get neighborhood(): Neighborhood {
    return this.#rule.neighborhood;
  }
  get wrap(): Wrap {
    return this.#wrap;
  }
  /** Grows with every change of content. */
  get version(): number {
    return this.#version;
  }
  /** Steps since the last `load`, `soup` or `clear`. */
  get generation(): number {
    return this.#generation;
  }

  /** Computes `n` generations. @throws RangeError unless `n` is a whole number, 0 or more. */
  step(n = 1): void {
    if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`step(${n}): use a whole number of generations.`);
    for (let i = 0; i < n; i++) this.#engine.step();
    this.#version += n;
    this.#generation += n;
  }

  /**
   * Makes the world hold this pattern and nothing else. Rule and edges stay: `setRule(pattern.rule)` takes the pattern's.
   *
   * @param x Where the pattern's left column goes. Default: where the file says, else in the middle of the grid.
   * @param y Where its top row goes.
   * @throws PatternError when it does not fit; it says which grid would hold it. On a torus cells go over the edge.
   */
  load(pattern: Pattern, x?: number, y?: number): void {
    const at = placePattern(pattern, this, x, y);
    this.#engine.clear();
    this.#put(pattern, at.x, at.y);
    this.#prepared();
  }

  /** Adds the living cells of a pattern to what is there; else like `load`, but an edit. @throws PatternError */
  paste(pattern: Pattern, x?: number, y?: number): void {
    const at = placePattern(pattern, this, x, y);
    this.#put(pattern, at.x, at.y);
    this.#version++;
  }

  /** Kills all cells. */
  clear(): void {
    this.#engine.clear();
    this.#prepared();
  }

  /** Fills the world at random: the same `density` and `seed` give the same cells on every engine. @throws RangeError */
  soup({ density, seed }: SoupOptions): void {
    if (!(density >= 0 && density <= 1)) throw new RangeError(`Density ${density} is out of range: use 0 to 1.`);
    if (!Number.isSafeInteger(seed)) throw new RangeError(`Seed ${seed} is no whole number.`);
    this.#engine.clear();
    const { cells, layout } = this.#engine;
    if (density > 0) {
      fillSoup(cells, layout, density, seed);
      for (let by = 0; by < layout.blocksY; by++)
        for (let bx = 0; bx < layout.blocksX; bx++) this.#engine.force(bx, by);
    }
    this.#prepared();
  }

  /** Sets one cell. On a torus any whole numbers name a cell. @throws RangeError outside a bounded grid. */
  set(x: number, y: number, alive: boolean): void {
    this.draw([x, y], alive);
  }

  /** Is this cell alive? @throws RangeError outside a bounded grid. */
  get(x: number, y: number): boolean {
    const [u, v] = this.#cell(x, y);
    return ((this.#engine.cells[this.#engine.layout.word(u, v)] >>> (u & 31)) & 1) === 1;
  }

  /** Sets cells, given as x, y, x, y ...: one edit. @throws RangeError, before anything is changed. */
  draw(cells: ArrayLike<number>, alive: boolean): void {
    if (cells.length % 2 !== 0) throw new RangeError('draw: cells are pairs, x and y; one number is left over.');
    for (let i = 0; i < cells.length; i += 2) this.#cell(cells[i], cells[i + 1]);
    const { layout, cells: words } = this.#engine;
    for (let i = 0; i < cells.length; i += 2) {
      const [x, y] = this.#cell(cells[i], cells[i + 1]);
      const at = layout.word(x, y);
      const bit = 1 << (x & 31);
      words[at] = alive ? words[at] | bit : words[at] & ~bit;
      this.#engine.force(x >> 7, y >> 6);
    }
    this.#version++;
  }

  /**
   * Another rule from the next generation on. `setRule(life.rule, neighborhood)` keeps births and survivals.
   *
   * @throws RuleError
   */
  setRule(rule: string, neighborhood?: Neighborhood): void {
    const bare = neighborhood && rule === this.rule ? rule.replace('V', '') : rule;
    this.#rule = parseRule(bare, neighborhood);
    this.#engine.configure(this.#rule, this.#wrap === 'torus');
  }

  /** Other edges from the next generation on. @throws GridError */
  setWrap(wrap: Wrap): void {
    this.#wrap = checkWrap(wrap);
    this.#engine.configure(this.#rule, wrap === 'torus');
  }

  /** Living cells. Costs a look at every block that is not empty. */
  population(): number {
    return this.#engine.population();
  }

  /**
   * A 64x64 tile (key = `tileY * ceil(width / 64) + tileX`) in the engine's memory: row r is `words[offset + r * stride]`
   * and the word after it, bit 0 leftmost. Good until the next call that changes the world. @throws RangeError
   */
  tile(key: number): { words: Uint32Array; offset: number; stride: number } {
    const { layout, cells } = this.#engine;
    if (!Number.isInteger(key) || key < 0 || key >= layout.tilesX * layout.tilesY)
      throw new RangeError(
        `Tile ${key} does not exist: this grid has tiles 0 to ${layout.tilesX * layout.tilesY - 1}.`,
      );
    return { words: cells, offset: layout.tileWord(key), stride: 4 };
  }

  /**
   * Keys of the tiles whose content differs from what it was at the last call, ascending; at the first call, of those
   * that are not empty. Exact: what changed and changed back is not named.
   */
  changedTiles(): Uint32Array {
    this.#seen = true;
    return this.#engine.diff();
  }

  /**
   * SHA-256 in hex of the grid, or of `rect` in it: row by row, one bit a cell, bit 0 first, rows padded to a byte.
   * Rejects with a RangeError when `rect` is not inside the grid.
   */
  async digest(rect?: Rect): Promise<{ version: number; hash: string }> {
    const { cells, layout } = this.#engine;
    this.#seen = true;
    return { version: this.#version, hash: digestCells(cells, layout, rect) };
  }

  #prepared(): void {
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

  #put(pattern: Pattern, x0: number, y0: number): void {
    const { width, height } = this;
    const { layout, cells } = this.#engine;
    const { runs } = pattern;
    let forced = -1;
    for (let i = 0; i < runs.length; i += 3) {
      const y = (((y0 + runs[i + 1]) % height) + height) % height;
      let x = (((x0 + runs[i]) % width) + width) % width;
      for (let left = runs[i + 2]; left > 0; ) {
        const length = Math.min(left, 32 - (x & 31), width - x);
        const mask = length === 32 ? -1 : ((1 << length) - 1) << (x & 31);
        const at = layout.word(x, y);
        if (at >= layout.blocks * BLOCK_WORDS) throw new PatternError('The pattern leaves the grid.');
        cells[at] |= mask;
        const block = (y >> 6) * layout.blocksX + (x >> 7);
        if (block !== forced) this.#engine.force(x >> 7, y >> 6);
        forced = block;
        left -= length;
        x = (x + length) % width;
      }
    }
  }
}
