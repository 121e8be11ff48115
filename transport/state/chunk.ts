/** Packs tiles into `GridTiles` payloads of a size that never holds up a link for long. */

import { BatchWriter, type Plane } from '../wire/batch.js';
import { Writer } from '../wire/bytes.js';
import { beginGridTiles, WHOLE } from '../wire/grid.js';
import type { Grid } from './grid.js';

/** Bytes after which a payload is closed and the next begun. */
export const CHUNK_BYTES = 60 * 1024;

/** A finished payload, and what a fan-out must know of it without reading it again. */
export interface Chunk {
  payload: Uint8Array;
  /** The tiles in it: a part of the payload. */
  batch: Uint8Array;
  keys: number[];
  version: number;
  /** Receivers at this version (or already at `version`, from an earlier chunk) may take it as it is. */
  base: number | undefined;
  whole: boolean;
}

export class ChunkBuilder {
  readonly #out = new Writer(4096);
  readonly #batch: BatchWriter;
  readonly #keys: number[] = [];
  readonly #batchAt: number;

  constructor(
    readonly version: number,
    readonly base?: number,
    /** Bytes after which it is full. */
    readonly most = CHUNK_BYTES,
  ) {
    beginGridTiles(this.#out, version, base);
    this.#batchAt = this.#out.length;
    this.#batch = new BatchWriter(this.#out);
  }

  get tiles(): number {
    return this.#keys.length;
  }

  get full(): boolean {
    return this.#out.length >= this.most;
  }

  /** Adds a tile as the grid holds it: absolute, or by `deltas`, what changed in each plane, where that is shorter. */
  addFrom(grid: Grid, key: number, deltas?: readonly Plane[]): void {
    const planes: Plane[] = [];
    for (let plane = 0; plane < grid.planes; plane++) planes.push({ ...grid.tile(key, plane) });
    this.#batch.add(key, planes, deltas);
    this.#keys.push(key);
  }

  end(whole: boolean): Chunk {
    const payload = this.#out.take();
    if (whole) payload[0]! |= WHOLE;
    const batch = payload.subarray(this.#batchAt);
    return { payload, batch, keys: this.#keys, version: this.version, base: this.base, whole };
  }
}
