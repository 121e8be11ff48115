/** Payloads of the grid frames: `GridMeta`, `GridReset`, `GridTiles`. */

import { Reader, Writer } from './bytes.js';
import { WireError } from './errors.js';

export const MAX_CELLS = 65536;
export const MAX_PLANES = 8;

/** `u32 epoch | varint width | varint height | u8 planes`. */
export interface GridMeta {
  epoch: number;
  width: number;
  height: number;
  planes: number;
}

export function encodeGridMeta(meta: GridMeta): Uint8Array {
  return new Writer(16).u32(meta.epoch).varint(meta.width).varint(meta.height).u8(meta.planes).take();
}

export function decodeGridMeta(payload: Uint8Array): GridMeta {
  const reader = new Reader(payload);
  const meta = { epoch: reader.u32(), width: reader.varint(), height: reader.varint(), planes: reader.u8() };
  reader.end();
  for (const cells of [meta.width, meta.height]) {
    if (cells < 1 || cells > MAX_CELLS) throw new WireError(`a grid side of ${cells} cells is not in 1..${MAX_CELLS}`);
  }
  if (meta.planes < 1 || meta.planes > MAX_PLANES)
    throw new WireError(`${meta.planes} planes are not in 1..${MAX_PLANES}`);
  return meta;
}

/** `varint version`: the grid is empty at this version. */
export const encodeGridReset = (version: number): Uint8Array => new Writer(8).varint(version).take();

export function decodeGridReset(payload: Uint8Array): number {
  const reader = new Reader(payload);
  const version = reader.varint();
  reader.end();
  return version;
}

/** `u8 bits | varint version | [varint base] | batch`; bits: 1 = whole afterwards, 2 = a base follows. */
export interface GridTiles {
  version: number;
  /** The version DELTA records are against; without it there are none. */
  base?: number;
  /** With this frame, the replica equals the source at `version`. */
  whole: boolean;
  batch: Uint8Array;
}

export const WHOLE = 1;
export const HAS_BASE = 2;

/** Writes the start of a payload; the batch follows in the same writer. */
export function beginGridTiles(out: Writer, version: number, base?: number): void {
  out.u8(base === undefined ? 0 : HAS_BASE).varint(version);
  if (base !== undefined) out.varint(base);
}

export function decodeGridTiles(payload: Uint8Array): GridTiles {
  const reader = new Reader(payload);
  const bits = reader.u8();
  if (bits > 3) throw new WireError(`tile bits 0x${bits.toString(16)} are not known`);
  const version = reader.varint();
  const tiles: GridTiles = { version, whole: (bits & WHOLE) !== 0, batch: payload };
  if ((bits & HAS_BASE) !== 0) {
    tiles.base = reader.varint();
    if (tiles.base > version) throw new WireError(`the base ${tiles.base} is newer than the version ${version}`);
  }
  tiles.batch = reader.rest();
  return tiles;
}
