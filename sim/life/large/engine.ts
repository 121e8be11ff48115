/**
 * Larger than Life: worlds of a byte a cell. Neighbourhoods of up to 441 cells have no cheap sums of bit-planes, but
 * sliding sums of bytes, so this engine keeps bytes and makes planes of a tile when one is asked for.
 *
 * A tile is computed when one of the tiles in its reach has changed in the last generation; else the generation before,
 * which lies in the other buffer, is right. Memory: three bytes a cell.
 */
import { RuleError } from '../../errors.js';
import type { LargerRule, Rule } from '../../rule/rule.js';
import type { Engine, TileView } from '../engine.js';
import type { Layout } from '../layout.js';
import { PackedTiles } from './packed.js';

/** Bytes of a tile. */
export const TILE = 4096;

/** What computes: in WebAssembly, or in TypeScript. Buffers are chosen by `parity`. */
export interface LargeKernel {
  readonly cells: readonly [Uint8Array, Uint8Array];
  /** A byte a tile: to be computed in the coming generation, and in the one after. */
  readonly marks: readonly [Uint8Array, Uint8Array];
  /** A byte a tile: may differ from the snapshot. */
  readonly dirty: Uint8Array;
  /** Planes of one tile, 128 words each. */
  readonly planes: Uint32Array;
  setRule(rule: LargerRule, torus: boolean): void;
  /** Computes the marked tiles into the other buffer. */
  step(parity: number): void;
  pack(parity: number, key: number, planes: number): void;
  unpack(parity: number, key: number, planes: number): void;
  /** Does a tile differ from the snapshot? Afterwards it does not. */
  diff(parity: number, key: number): boolean;
  population(parity: number): number;
}

export class LargeEngine implements Engine {
  readonly kind = 'large';
  #kernel: LargeKernel;
  #rule!: LargerRule;
  #torus = true;
  #parity = 0;
  readonly #packed = new PackedTiles();

  constructor(
    readonly layout: Layout,
    kernel: LargeKernel,
  ) {
    this.#kernel = kernel;
  }

  get planes(): number {
    return this.#rule.planes;
  }

  configure(rule: Rule, torus: boolean): void {
    if (rule.kind !== 'larger')
      throw new RuleError(`This engine runs rules of Larger than Life only, not ${rule.text}: make another world.`);
    this.#rule = rule;
    this.#torus = torus;
    this.#kernel.setRule(rule, torus);
    this.#kernel.marks[this.#parity].fill(1);
    this.#packed.reset(rule.planes * 128);
  }

  step(generations: number): void {
    for (let i = 0; i < generations; i++) {
      this.#kernel.step(this.#parity);
      this.#parity ^= 1;
    }
    this.#packed.forget();
  }

  tile(key: number, plane: number): TileView {
    let words = this.#packed.get(key);
    if (!words) {
      this.#kernel.pack(this.#parity, key, this.planes);
      words = this.#packed.add(key, this.#kernel.planes);
    }
    return { words, offset: plane * 128, stride: 2 };
  }

  open(key: number, plane: number): TileView {
    return this.tile(key, plane);
  }

  touched(key: number): void {
    const words = this.#packed.get(key);
    if (words) this.#kernel.planes.set(words);
    else this.#kernel.pack(this.#parity, key, this.planes);
    this.#kernel.unpack(this.#parity, key, this.planes);
    this.#kernel.dirty[key] = 1;
    const { layout } = this;
    markAround(this.#kernel.marks[this.#parity], layout, this.#rule.range, this.#torus, key);
  }

  clear(): void {
    const { cells, marks, dirty } = this.#kernel;
    for (const buffer of cells) buffer.fill(0);
    for (const list of marks) list.fill(0);
    // Where cells are born of nothing, all has to be computed.
    if (this.#rule.birth[0] === 0) marks[this.#parity].fill(1);
    dirty.fill(1);
    this.#packed.forget();
  }

  population(): number {
    return this.#kernel.population(this.#parity);
  }

  changed(): Uint32Array {
    const { dirty } = this.#kernel;
    const keys: number[] = [];
    for (let key = dirty.indexOf(1); key >= 0; key = dirty.indexOf(1, key + 1)) {
      dirty[key] = 0;
      if (this.#kernel.diff(this.#parity, key)) keys.push(key);
    }
    return Uint32Array.from(keys);
  }
}

/** Marks all tiles within reach of one; two tiles away where on a torus a narrow one lies between. */
export function markAround(
  marks: Uint8Array,
  { tilesX, tilesY, width, height }: Layout,
  range: number,
  torus: boolean,
  key: number,
): void {
  const ty = Math.floor(key / tilesX);
  const tx = key - ty * tilesX;
  const dx = torus && width - (tilesX - 1) * 64 < range ? 2 : 1;
  const dy = torus && height - (tilesY - 1) * 64 < range ? 2 : 1;
  for (let j = ty - dy; j <= ty + dy; j++) {
    if (!torus && (j < 0 || j >= tilesY)) continue;
    const row = ((j + 2 * tilesY) % tilesY) * tilesX;
    for (let i = tx - dx; i <= tx + dx; i++)
      if (torus || (i >= 0 && i < tilesX)) marks[row + ((i + 2 * tilesX) % tilesX)] = 1;
  }
}
