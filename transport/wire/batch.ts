/**
 * A batch of tile records: many tiles in one payload, because one large message is far cheaper than many small ones.
 *
 *     per tile: varint gap << 2 | mode        gap = key - previous key - 1, the previous key starts at -1
 *       0 DELTA     S8 of each plane, XOR against the receiver's tile
 *       1 RAW       512 bytes a plane, absolute
 *       2 ABSOLUTE  S8 of each plane, against zero
 *
 * A record is cut where the next begins; the batch ends with the payload. The sender takes the shortest mode.
 */

import { Reader, type Writer } from './bytes.js';
import { WireError } from './errors.js';
import { decodeS8, encodeS8, S8_MAX } from './s8.js';

export const MODE = { DELTA: 0, RAW: 1, ABSOLUTE: 2 } as const;
const RAW_BYTES = 512;
const PLANE_WORDS = 128;

/** One plane as `encodeS8` takes it. */
export interface Plane {
  words: Uint32Array;
  offset: number;
  stride: number;
}

const deltaScratch = new Uint8Array(S8_MAX * 8);
const absoluteScratch = new Uint8Array(S8_MAX * 8);

/** Writes batches: tiles in ascending order of key. */
export class BatchWriter {
  #previous = -1;
  tiles = 0;

  constructor(readonly out: Writer) {}

  /**
   * Adds a tile. `planes` is its content; `deltas`, where given, the XOR against what the receiver has.
   * Both are lists of equal length, one entry a plane.
   */
  add(key: number, planes: readonly Plane[], deltas?: readonly Plane[]): void {
    let best = encodePlanes(planes, absoluteScratch);
    let bytes = absoluteScratch;
    let mode: number = MODE.ABSOLUTE;
    if (deltas !== undefined) {
      const length = encodePlanes(deltas, deltaScratch);
      // On a tie the absolute form wins: it mends, a delta cannot.
      if (length < best) {
        best = length;
        bytes = deltaScratch;
        mode = MODE.DELTA;
      }
    }
    const raw = best >= RAW_BYTES * planes.length;
    this.out.varint((key - this.#previous - 1) * 4 + (raw ? MODE.RAW : mode));
    if (raw) this.#putRaw(planes);
    else this.out.put(bytes.subarray(0, best));
    this.#previous = key;
    this.tiles++;
  }

  /** Adds a record of another batch as it is; only the way to it is told anew. */
  copy(batch: Uint8Array, { key, mode, at, end }: TileRecord): void {
    this.out.varint((key - this.#previous - 1) * 4 + mode).put(batch.subarray(at, end));
    this.#previous = key;
    this.tiles++;
  }

  #putRaw(planes: readonly Plane[]): void {
    for (const { words, offset, stride } of planes) {
      for (let row = 0, i = offset; row < 64; row++, i += stride) this.out.u32(words[i]!).u32(words[i + 1]!);
    }
  }
}

function encodePlanes(planes: readonly Plane[], out: Uint8Array): number {
  let at = 0;
  for (const { words, offset, stride } of planes) at = encodeS8(words, offset, stride, out, at);
  return at;
}

/** One record of a batch that was checked. */
export interface TileRecord {
  key: number;
  mode: number;
  /** Where its content begins in the batch, and where it ends. */
  at: number;
  end: number;
}

/**
 * Checks a whole batch before a single cell is touched, so that a bad one leaves the replica as it was.
 * @param deltas may it hold DELTA records? Only where the frame says which version they are against.
 * @throws WireError for a key outside the grid, a mode that is unknown or out of place, or bytes that end early.
 */
export function readBatch(batch: Uint8Array, tiles: number, planes: number, deltas = true): TileRecord[] {
  const reader = new Reader(batch);
  const records: TileRecord[] = [];
  let key = -1;
  while (reader.left > 0) {
    const tag = reader.varint();
    const mode = tag % 4;
    key += Math.floor(tag / 4) + 1;
    if (key >= tiles) throw new WireError(`tile ${key} is outside the grid of ${tiles} tiles`);
    const at = reader.at;
    if (mode === MODE.RAW) reader.skip(RAW_BYTES * planes);
    else if (mode === MODE.DELTA && !deltas) throw new WireError(`tile ${key} is a delta in a frame without a base`);
    else if (mode === MODE.DELTA || mode === MODE.ABSOLUTE) {
      let end = at;
      for (let plane = 0; plane < planes; plane++) end = decodeS8(batch, end, null, 0);
      reader.skip(end - at);
    } else throw new WireError(`tile ${key} has mode ${mode}, which is not known`);
    records.push({ key, mode, at, end: reader.at });
  }
  return records;
}

/** Does this record only say that a tile without content has none? */
export function isEmpty(batch: Uint8Array, { mode, at }: TileRecord, planes: number): boolean {
  if (mode === MODE.RAW) return false;
  for (let plane = 0; plane < planes; plane++) if (batch[at + plane] !== 0) return false;
  return true;
}

/** Writes one checked record into `words` at `offset`: packed rows, plane after plane. */
export function applyRecord(
  batch: Uint8Array,
  record: TileRecord,
  words: Uint32Array,
  offset: number,
  planes: number,
): void {
  let at = record.at;
  if (record.mode === MODE.RAW) {
    for (let i = offset; i < offset + PLANE_WORDS * planes; i++, at += 4) {
      words[i] = batch[at]! | (batch[at + 1]! << 8) | (batch[at + 2]! << 16) | (batch[at + 3]! << 24);
    }
    return;
  }
  if (record.mode === MODE.ABSOLUTE) words.fill(0, offset, offset + PLANE_WORDS * planes);
  for (let plane = 0; plane < planes; plane++) at = decodeS8(batch, at, words, offset + plane * PLANE_WORDS);
}
