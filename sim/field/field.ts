/** A world of values instead of cells that live or not. What it is made of is its kind's; this keeps versions and tiles. */
import { digestCells, type Rect } from '../life/digest.js';
import type { TileView } from '../life/engine.js';
import { checkWrap, type Wrap } from '../life/grid.js';
import type { FieldKernel, MakeKernel } from './kernel.js';
import type { FieldLayout } from './layout.js';
import type { FieldOptions } from './options.js';

/** What a kind of field needs. */
export interface FieldNeeds {
  layout: FieldLayout;
  /** Layers of values that a step reads; as many again are written. */
  layers: number;
  /** Bytes for itself. */
  scratch: number;
  /** The value that is shown as the highest level. */
  full: number;
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * A field. Each cell has values from 0 to 1; one of them is shown, in `2 ** planes` levels. The same options, seeds and
 * edits give the same bits on every engine and machine. Versions count as those of `Life` do.
 */
export abstract class Field {
  /** Bit-planes of what is shown, 1..8: plane 0 is the lowest bit of the level. */
  readonly planes: number;
  /** Fields have none; for those who show one. */
  readonly neighborhood = 'moore';
  protected readonly kernel: FieldKernel;
  protected readonly layout: FieldLayout;
  /** All memory, as floats. */
  protected readonly floats: Float32Array;
  /** Where the kind's own memory is. */
  protected readonly scratch: number;
  readonly #layers: number[][];
  readonly #words: Uint32Array;
  readonly #now: number;
  readonly #told: number;
  readonly #keys: number;
  readonly #scale: number;
  #parity = 0;
  #wrap: Wrap;
  #version = 0;
  #generation = 0;
  #seen = false;
  /** The tiles are those of what was before. */
  #stale = true;

  /** @internal */
  constructor(
    options: FieldOptions,
    { make, reason }: { make: MakeKernel; reason: string },
    { layout, layers, scratch, full }: FieldNeeds,
  ) {
    const planes = options.planes ?? 6;
    if (!Number.isInteger(planes) || planes < 1 || planes > 8)
      throw new RangeError(`A field of ${planes} planes cannot be had: use a whole number from 1 to 8.`);
    this.planes = planes;
    this.layout = layout;
    this.#wrap = checkWrap(options.wrap ?? 'torus');
    this.engineReason = reason;
    const layer = align(layout.bytes);
    const tiles = layout.tiles.tilesX * layout.tiles.tilesY;
    const tileBytes = tiles * planes * 512;
    this.kernel = make(layout, layer * layers * 2 + tileBytes * 2 + align(tiles * 4) + align(scratch));
    let at = this.kernel.heap;
    const take = (bytes: number): number => {
      at += bytes;
      return at - bytes;
    };
    this.#layers = [0, 1].map(() => Array.from({ length: layers }, () => take(layer)));
    this.#now = take(tileBytes);
    this.#told = take(tileBytes);
    this.#keys = take(align(tiles * 4));
    this.scratch = take(align(scratch));
    this.floats = new Float32Array(this.kernel.buffer);
    this.#words = new Uint32Array(this.kernel.buffer);
    this.#scale = Math.fround((2 ** planes - 1) / full);
  }

  /** Cells across. */
  get width(): number {
    return this.layout.width;
  }
  /** Cells down. */
  get height(): number {
    return this.layout.height;
  }
  /** Levels that are shown: 0 is nothing. */
  get states(): number {
    return 2 ** this.planes;
  }
  get engine(): 'wasm' | 'js' {
    return this.kernel.kind;
  }
  /** Why this engine is at work. */
  readonly engineReason: string;
  get wrap(): Wrap {
    return this.#wrap;
  }
  /** Grows with every change of content. */
  get version(): number {
    return this.#version;
  }
  /** Steps since it was seeded, loaded or cleared. */
  get generation(): number {
    return this.#generation;
  }

  /** Its numbers as text, which `setRule` reads. */
  abstract get rule(): string;
  /** Other numbers from the next step on: a preset's name, "name=value" pairs, or both. @throws RuleError */
  abstract setRule(rule: string): void;
  /** The same, as `Life` has it. */
  async changeRule(rule: string): Promise<void> {
    this.setRule(rule);
  }

  /** Begins anew with what this seed says; `density` 0..1: how much of it. Default 0.3. @throws RangeError */
  abstract seed(seed: number, density?: number): void;
  /** Computes what follows `from` into `to`: a layer's address for each. */
  protected abstract advance(from: readonly number[], to: readonly number[], torus: boolean): void;
  /** Makes one cell (by its index in a layer) what a brush of this value leaves. */
  protected abstract dab(index: number, value: number): void;
  /** Which layer is shown. */
  protected abstract readonly shown: number;
  /** Radius of the brush of `draw`, cells. */
  protected abstract readonly brush: number;

  /** Computes `n` steps. @throws RangeError unless `n` is a whole number, 0 or more. */
  step(n = 1): void {
    if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`step(${n}): use a whole number of generations.`);
    for (let i = 0; i < n; i++) {
      this.advance(this.#layers[this.#parity], this.#layers[1 - this.#parity], this.#wrap === 'torus');
      this.#parity = 1 - this.#parity;
      this.#version++;
      this.#generation++;
      this.#stale = true;
    }
  }

  /** Other edges from the next step on. @throws GridError */
  setWrap(wrap: Wrap): void {
    this.#wrap = checkWrap(wrap);
  }

  /** Empties the field. */
  clear(): void {
    this.begin(() => {});
  }

  /**
   * Gives all cells within `radius` cells of x, y a value, 0 (nothing) to 1: an edit. On a torus it goes over the edge.
   *
   * @throws RangeError for numbers that are none, or out of these bounds.
   */
  paint(x: number, y: number, radius: number, value: number): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) throw new RangeError(`paint: there is no cell ${x}, ${y}.`);
    if (!(radius >= 0 && radius <= 4096))
      throw new RangeError(`paint: radius ${radius} is out of range: use 0 to 4096.`);
    if (!(value >= 0 && value <= 1)) throw new RangeError(`paint: value ${value} is out of range: use 0 to 1.`);
    this.#disc(Math.round(x), Math.round(y), radius, value);
    this.#edited();
  }

  /** What a pen leaves at these cells, given as x, y, x, y ...: one edit. @throws RangeError */
  draw(cells: ArrayLike<number>, alive: boolean | number): void {
    if (cells.length % 2 !== 0) throw new RangeError('draw: cells are pairs, x and y; one number is left over.');
    for (let i = 0; i < cells.length; i++)
      if (!Number.isSafeInteger(cells[i])) throw new RangeError(`draw: ${cells[i]} is no whole number.`);
    for (let i = 0; i < cells.length; i += 2) this.#disc(cells[i], cells[i + 1], this.brush, alive ? 1 : 0);
    this.#edited();
  }

  /** The value shown of a cell, before it is made a level. @throws RangeError outside the grid. */
  value(x: number, y: number): number {
    if (!Number.isInteger(x) || !Number.isInteger(y) || x < 0 || y < 0 || x >= this.width || y >= this.height)
      throw new RangeError(`There is no cell ${x}, ${y} in this grid of ${this.width}x${this.height}.`);
    return this.floats[this.layer(this.shown) + this.layout.index(x, y)];
  }

  /** Cells whose level is not 0. Costs a look at every tile. */
  population(): number {
    this.#refresh();
    const words = this.#words;
    const { tilesX, tilesY } = this.layout.tiles;
    let sum = 0;
    for (let tile = 0; tile < tilesX * tilesY; tile++) {
      const at = this.#now / 4 + tile * this.planes * 128;
      for (let i = 0; i < 128; i++) {
        let v = 0;
        for (let plane = 0; plane < this.planes; plane++) v |= words[at + plane * 128 + i];
        v -= (v >>> 1) & 0x55555555;
        v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
        sum += Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
      }
    }
    return sum;
  }

  /** One plane of a 64x64 tile, as `Life.tile` gives it. @throws RangeError */
  tile(key: number, plane = 0): TileView {
    const { tilesX, tilesY } = this.layout.tiles;
    if (!Number.isInteger(key) || key < 0 || key >= tilesX * tilesY)
      throw new RangeError(`Tile ${key} does not exist: this grid has tiles 0 to ${tilesX * tilesY - 1}.`);
    if (!Number.isInteger(plane) || plane < 0 || plane >= this.planes)
      throw new RangeError(`Plane ${plane} does not exist: this world has planes 0 to ${this.planes - 1}.`);
    this.#refresh();
    return { words: this.#words, offset: this.#now / 4 + (key * this.planes + plane) * 128, stride: 2 };
  }

  /** Keys of the tiles whose levels differ from what they were at the last call (at first: from nothing), ascending. */
  changedTiles(): Uint32Array {
    this.#seen = true;
    this.#refresh();
    const { tilesX, tilesY } = this.layout.tiles;
    const found = this.kernel.diff(this.#now, this.#told, tilesX * tilesY, this.planes * 512, this.#keys);
    return this.#words.slice(this.#keys / 4, this.#keys / 4 + found);
  }

  /** SHA-256 in hex of the levels, or of those in `rect`, plane by plane, as `Life.digest` has it. Rejects as that does. */
  async digest(rect?: Rect): Promise<{ version: number; hash: string }> {
    this.#seen = true;
    const { planes } = this;
    const hash = digestCells({ layout: this.layout.tiles, planes, tile: (key, plane) => this.tile(key, plane) }, rect);
    return { version: this.#version, hash };
  }

  /** Where a layer as it is now begins among the floats. */
  protected layer(which: number): number {
    return this.#layers[this.#parity][which] / 4;
  }

  /** Empties the field, and lets `fill` put something into it. */
  protected begin(fill: () => void): void {
    const { width, height, layout } = this;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) this.dab(layout.index(x, y), 0);
    fill();
    if (this.#version > 0 || this.#seen) this.#version++;
    this.#generation = 0;
    this.#stale = true;
  }

  /** The index of a cell by any whole coordinates; -1 where there is none. */
  protected indexOf(x: number, y: number): number {
    const { width, height } = this;
    if (x >= 0 && y >= 0 && x < width && y < height) return this.layout.index(x, y);
    if (this.#wrap === 'bounded') return -1;
    return this.layout.index(((x % width) + width) % width, ((y % height) + height) % height);
  }

  #disc(x: number, y: number, radius: number, value: number): void {
    const r = Math.floor(radius);
    for (let dy = -r; dy <= r; dy++)
      for (let dx = -r; dx <= r; dx++) {
        if (dx * dx + dy * dy > radius * radius) continue;
        const index = this.indexOf(x + dx, y + dy);
        if (index >= 0) this.dab(index, value);
      }
  }

  #edited(): void {
    this.#version++;
    this.#stale = true;
  }

  #refresh(): void {
    if (!this.#stale) return;
    this.kernel.quantise(this.#layers[this.#parity][this.shown], this.#now, this.planes, this.#scale);
    this.#stale = false;
  }
}
