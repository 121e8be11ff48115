/**
 * HashLife: worlds that repeat themselves, in space or time, by leaps. Its trees are squares of 2^level cells, of which
 * the grid is the upper left part; on a torus whose sides are powers of two the rest holds copies of it, else nothing.
 */
import { MemoryError, RuleError } from '../../errors.js';
import type { CellTree } from '../../pattern/cell-tree.js';
import type { Rule, TotalisticRule } from '../../rule/rule.js';
import type { Engine, TileView } from '../engine.js';
import type { Layout } from '../layout.js';
import { harvest } from './harvest.js';
import { createKernel, type HashKernel, HOLD, type KernelOptions, type PlacedTile } from './kernel.js';
import { leap, reach, roomFor } from './leap.js';
import { plant } from './plant.js';
import { differing, TileCache } from './tiles.js';

/** Rejects with a RangeError for a wrong limit; anything else means that there is no WebAssembly here. */
export async function createHashEngine(layout: Layout, options: KernelOptions = {}): Promise<HashEngine> {
  return new HashEngine(layout, await createKernel(options));
}

/** Nodes that room is made for in one go. */
const ROOM = 2 ** 16;
/** Tiles that are written before they go into the tree. */
const BATCH = 256;

/** @throws RuleError where HashLife does not run this rule. */
export function hashable(rule: Rule): TotalisticRule {
  if (rule.kind === 'totalistic') return rule;
  throw new RuleError(`HashLife runs rules of two states that count neighbours only, not ${rule.text}.`);
}

const isPower = (n: number): boolean => (n & (n - 1)) === 0;

export class HashEngine implements Engine {
  readonly kind = 'hash';
  readonly planes = 1;
  /** Sides of the trees are 2^level: the grid, and at least two tiles. */
  readonly level: number;
  rule!: TotalisticRule;
  torus = true;
  /** A torus that fits its tree, or several times into it: any leap is exact. */
  ring: boolean;
  /** Generations that the last `step` computed; fewer than asked for where it was broken off. */
  done = 0;
  /** The tree, without what was written since it was made (`flush`). */
  #root: number;
  #seen: number;
  readonly #written = new Map<number, Uint32Array>();
  readonly #touched = new Set<number>();
  readonly #tiles: TileCache;

  constructor(
    readonly layout: Layout,
    readonly kernel: HashKernel,
  ) {
    this.level = Math.max(7, Math.ceil(Math.log2(Math.max(layout.width, layout.height))));
    this.ring = this.#isRing;
    this.#tiles = new TileCache(kernel, layout, this.level);
    this.#root = this.#seen = kernel.wasm.empty(this.level);
  }

  get #isRing(): boolean {
    return this.torus && isPower(this.layout.width) && isPower(this.layout.height);
  }

  /** Present tree. */
  get root(): number {
    this.flush();
    return this.#root;
  }

  configure(rule: Rule, torus: boolean): void {
    const own = hashable(rule);
    this.flush();
    this.kernel.setRule(own);
    this.rule = own;
    if (torus === this.torus) return;
    this.torus = torus;
    this.ring = this.#isRing;
    if (this.ring) {
      // Copies anew, of all that lives in tiles that are not filled by the grid.
      const { width, height } = this.layout;
      if (width < 64 || height < 64) for (const key of this.#keys()) this.touched(this.#open(key));
      this.#settle(this.#root);
      this.flush();
    } else this.#settle(this.#root);
  }

  /** All tiles that are not empty. */
  #keys(): Uint32Array {
    return differing(this.kernel, this.layout, this.level, this.kernel.wasm.empty(this.level), this.#root);
  }

  /** Makes `root` the present tree, with copies where there must be any and nothing where there must be nothing. */
  #settle(root: number): void {
    const { wasm } = this.kernel;
    const { width, height } = this.layout;
    this.#hold(root);
    wasm.prepare(roomFor(this.layout));
    if (this.ring) {
      root = wasm.repeat(root, this.level, Math.max(6, Math.log2(width)), false);
      root = wasm.repeat(root, this.level, Math.max(6, Math.log2(height)), true);
    } else root = wasm.crop(root, this.level, width, height);
    this.#hold(root);
  }

  #hold(root: number): void {
    this.#root = root;
    this.kernel.wasm.hold(HOLD.root, root);
  }

  /** Can the next `n` generations be had by leaps? Else `step` is exact too, but slow. */
  canStep(n: number): boolean {
    return this.ring || n <= reach(this);
  }

  /** @throws MemoryError when the limit is reached; the world is as it was after the last leap. */
  step(generations: number): void {
    this.done = 0;
    this.flush();
    try {
      if (this.ring) this.#turn(generations);
      while (this.done < generations) {
        const { root, done } = leap(this, generations - this.done);
        this.#hold(root);
        this.done += done;
      }
    } catch (error) {
      throw error instanceof MemoryError ? new MemoryError(error.message, this.done) : error;
    }
  }

  /** Little is done here: where all is known, a leap takes a few microseconds. */
  #turn(generations: number): void {
    const { level } = this;
    const { wasm } = this.kernel;
    while (this.done < generations) {
      const k = Math.min(level - 1, 31 - Math.clz32(Math.min(generations - this.done, 2 ** 30)));
      this.#root = wasm.turn(this.#root, level, k);
      this.done += 2 ** k;
    }
  }

  tile(key: number, _plane = 0): TileView {
    return { words: this.#written.get(key) ?? this.#tiles.words(this.#root, key), offset: 0, stride: 2 };
  }

  open(key: number, _plane = 0): TileView {
    this.#open(key);
    return this.tile(key);
  }

  #open(key: number): number {
    if (!this.#written.has(key)) {
      // A soup is written tile by tile: what is done with goes into the tree now and then.
      if (this.#touched.size >= BATCH) this.flush();
      this.#written.set(key, this.#tiles.words(this.#root, key).slice());
    }
    return key;
  }

  touched(key: number): void {
    this.#touched.add(key);
  }

  /** Puts what was written into the tree. */
  flush(): void {
    if (this.#touched.size === 0) return this.#written.clear();
    const { kernel, level, layout } = this;
    const tiles: PlacedTile[] = [];
    for (const key of this.#touched) {
      const rows = this.#written.get(key);
      const y = Math.floor(key / layout.tilesX);
      if (rows) tiles.push({ x: key - y * layout.tilesX, y, rows: this.#filled(rows) });
    }
    // 64 leaves, 21 squares and the way up.
    kernel.wasm.prepare(tiles.length * 96 + 1024);
    const root = kernel.putTiles(this.#root, level, tiles);
    this.#touched.clear();
    this.#written.clear();
    this.#settle(root);
  }

  /** A tile of a ring narrower than a tile: filled with copies. */
  #filled(rows: Uint32Array): Uint32Array {
    const { width, height } = this.layout;
    if (!this.ring || (width >= 64 && height >= 64)) return rows;
    const all = rows.slice();
    for (let w = width; w < 32; w *= 2) for (let i = 0; i < 128; i += 2) all[i] |= all[i] << w;
    if (width < 64) for (let i = 0; i < 128; i += 2) if (width <= 32) all[i + 1] = all[i];
    for (let h = height; h < 64; h *= 2) all.copyWithin(h * 2, 0, h * 2);
    return all;
  }

  living(): Uint32Array {
    this.flush();
    return this.#keys();
  }

  clear(): void {
    this.#touched.clear();
    this.#written.clear();
    this.#hold(this.kernel.wasm.empty(this.level));
  }

  *plant(tree: CellTree, x: number, y: number): Generator<number, void> {
    this.flush();
    // Where squares do not stay whole, those in between are new.
    yield* this.#reserve(tree.count * (x % 64 === 0 && y % 64 === 0 ? 1 : 3));
    this.#settle(yield* plant(this.kernel, tree, this.level, x, y));
  }

  /** Room for so many squares, if there is any: to let the table grow when it is full would take long. */
  *#reserve(squares: number): Generator<number, void> {
    for (let nodes = ROOM; ; nodes *= 2) {
      try {
        this.kernel.wasm.prepare(Math.min(nodes, squares));
      } catch (error) {
        if (!(error instanceof MemoryError) || nodes === ROOM) throw error;
        return;
      }
      if (nodes >= squares) return;
      yield 0;
    }
  }

  harvest(): CellTree | undefined {
    const side = 2 ** this.level;
    const { width, height } = this.layout;
    return width === side && height === side ? harvest(this.kernel, this.root, this.level) : undefined;
  }

  population(): number {
    const all = this.kernel.wasm.population(this.root);
    const copies = this.ring ? 4 ** this.level / (this.layout.width * this.layout.height) : 1;
    return all / copies;
  }

  changed(): Uint32Array {
    const keys = differing(this.kernel, this.layout, this.level, this.#seen, this.root);
    this.#seen = this.#root;
    this.kernel.wasm.hold(HOLD.seen, this.#seen);
    return keys;
  }
}
