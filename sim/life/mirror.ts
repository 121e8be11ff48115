/** What is seen of a world that is computed elsewhere, on a GPU or by other workers: all cells, tile by tile, as they last came back. */
import { MemoryError } from '../errors.js';
import { copyTile } from './brush.js';
import type { TileView } from './engine.js';
import { type Layout, PLANE_WORDS } from './layout.js';

/** May differ from what was told. */
const UNTOLD = 1;
/** Was written here, and not there. */
const WRITTEN = 2;

/** Tiles that follow each other. */
export interface Run {
  first: number;
  count: number;
}

export class Mirror {
  readonly tiles: number;
  /** Words of a tile: its planes after each other. */
  readonly span: number;
  readonly words: Uint32Array<ArrayBuffer>;
  /** The cells when `changed` was last asked. */
  readonly #told: Uint32Array;
  readonly #state: Uint8Array;

  /** @throws MemoryError */
  constructor(
    readonly layout: Layout,
    readonly planes: number,
  ) {
    this.tiles = layout.tilesX * layout.tilesY;
    this.span = planes * PLANE_WORDS;
    try {
      this.words = new Uint32Array(this.tiles * this.span);
      this.#told = new Uint32Array(this.tiles * this.span);
      this.#state = new Uint8Array(this.tiles);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const mib = Math.ceil((this.tiles * this.span * 8) / 2 ** 20);
      const { width, height } = layout;
      throw new MemoryError(
        `A grid of ${width}x${height} needs ${mib} MiB, which this machine does not give: use a smaller one.`,
      );
    }
  }

  view(key: number, plane: number): TileView {
    return { words: this.words, offset: key * this.span + plane * PLANE_WORDS, stride: 2 };
  }

  /** A tile was written here. */
  touched(key: number): void {
    this.#state[key] = UNTOLD | WRITTEN;
  }

  clear(): void {
    this.words.fill(0);
    this.#state.fill(UNTOLD);
  }

  /** All that is not empty counts as written. */
  rewrite(): void {
    const { words, span } = this;
    for (let key = 0; key < this.tiles; key++) {
      const end = (key + 1) * span;
      let at = key * span;
      while (at < end && words[at] === 0) at++;
      if (at < end) this.#state[key] |= WRITTEN;
      else this.#state[key] &= ~WRITTEN;
    }
  }

  /** Takes over what was read back: records of a key and a tile's words. */
  take(records: Uint32Array): void {
    const { span, words } = this;
    for (let at = 0; at < records.length; at += span + 1) {
      const key = records[at];
      words.set(records.subarray(at + 1, at + 1 + span), key * span);
      this.#state[key] |= UNTOLD;
    }
  }

  /** What was written since it was last asked, ascending. */
  *written(): Generator<Run> {
    const state = this.#state;
    for (let key = 0; key < state.length; key++) {
      if (!(state[key] & WRITTEN)) continue;
      const first = key;
      for (; key < state.length && state[key] & WRITTEN; key++) state[key] &= ~WRITTEN;
      yield { first, count: key - first };
    }
  }

  /** Keys of the tiles that differ from what they were at the last call. */
  changed(): Uint32Array {
    const { span, words } = this;
    const told = this.#told;
    const keys: number[] = [];
    for (let key = 0; key < this.tiles; key++) {
      if (!(this.#state[key] & UNTOLD)) continue;
      this.#state[key] &= ~UNTOLD;
      const end = (key + 1) * span;
      let at = key * span;
      while (at < end && words[at] === told[at]) at++;
      if (at === end) continue;
      told.set(words.subarray(at, end), at);
      keys.push(key);
    }
    return Uint32Array.from(keys);
  }

  /** Cells that are not 0. */
  population(): number {
    const { words, span } = this;
    let count = 0;
    for (let tile = 0; tile < words.length; tile += span)
      for (let i = 0; i < PLANE_WORDS; i++) {
        let any = words[tile + i];
        for (let plane = PLANE_WORDS; plane < span; plane += PLANE_WORDS) any |= words[tile + i + plane];
        if (any !== 0) count += ones(any);
      }
    return count;
  }

  /** The same cells with so many planes a cell; what is not there any more is dropped. */
  withPlanes(planes: number): Mirror {
    const other = new Mirror(this.layout, planes);
    const both = Math.min(planes, this.planes);
    for (let key = 0; key < this.tiles; key++) {
      for (let plane = 0; plane < both; plane++) {
        copyTile(this.view(key, plane), other.view(key, plane));
        const at = key * this.span + plane * PLANE_WORDS;
        other.#told.set(this.#told.subarray(at, at + PLANE_WORDS), key * other.span + plane * PLANE_WORDS);
      }
      other.#state[key] = this.#state[key];
    }
    return other;
  }
}

/** Bits set in a word. */
function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
