/**
 * Bit-packed tiles to pixels. At level L a pixel is a box of 2^L x 2^L cells: level 0 is one cell, level 6 a whole tile.
 * Boxes are counted many at a time, in fields of a 32-bit word (SWAR), and shaded through a palette of one color a count.
 */

import type { TileView } from '../../transport/state/tile.js';
import { blend, type Palette, type Rgba } from './colors.js';

export const TOP_LEVEL = 6;

/** The level for a scale in device pixels a cell: the smallest whose pixels are not larger than the screen's. */
export const levelFor = (scale: number): number =>
  scale >= 1 ? 0 : Math.min(TOP_LEVEL, Math.floor(Math.log2(1 / scale) + 1e-9));

/** A color as a word of `ImageData` (little-endian, as all browsers are). */
export const pixelOf = ([r, g, b, a]: Rgba): number => ((a << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** Colors for 0 to 4^level live cells in a box; the root of the share, as in the shader, so that sparse cells show. */
export function shades(level: number, dead: Rgba, alive: Rgba): Uint32Array {
  const most = 4 ** level;
  return Uint32Array.from({ length: most + 1 }, (_, count) => pixelOf(blend(alive, dead, Math.sqrt(count / most))));
}

/** Colors for shares from 0 to 1 of cells of many states. */
export function shareColors({ ramp }: Palette, root: boolean): Uint32Array {
  const last = ramp.length - 1;
  const pixels = ramp.map(pixelOf);
  return Uint32Array.from(
    { length: 4097 },
    (_, i) => pixels[Math.round(last * (root ? Math.sqrt(i / 4096) : i / 4096))]!,
  );
}

/** For each byte, the eight pixels of its bits. */
export function byteTable(shade: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: 2048 }, (_, i) => shade[((i >> 3) >> (i & 7)) & 1]!);
}

/** Writes level 0 of a tile: 64x64 pixels from `at` on, in rows of `width`. */
export function rasterCells(tile: TileView, table: Uint32Array, out: Uint32Array, at: number, width: number): void {
  const { words, offset, stride } = tile;
  const dead = table[0]!;
  for (let y = 0; y < 64; y++) {
    for (let w = 0; w < 2; w++) {
      let word = words[offset + y * stride + w]!;
      let o = at + y * width + w * 32;
      if (word === 0) {
        out.fill(dead, o, o + 32);
        continue;
      }
      for (let b = 0; b < 4; b++, word >>>= 8, o += 8) {
        const t = (word & 255) << 3;
        out[o] = table[t]!;
        out[o + 1] = table[t + 1]!;
        out[o + 2] = table[t + 2]!;
        out[o + 3] = table[t + 3]!;
        out[o + 4] = table[t + 4]!;
        out[o + 5] = table[t + 5]!;
        out[o + 6] = table[t + 6]!;
        out[o + 7] = table[t + 7]!;
      }
    }
  }
}

/** Live cells of each pair of neighbours, in fields of two bits; of each four, in fields of four. */
const pairs = (v: number): number => (v & 0x55555555) + ((v >>> 1) & 0x55555555);
const fours = (v: number): number => (v & 0x33333333) + ((v >>> 2) & 0x33333333);

/** Level 1: boxes of 2x2. Two pair counts make up to 4, too much for two bits: even and odd pairs apart. */
function raster2(tile: TileView, shade: Uint32Array, out: Uint32Array, at: number, width: number): void {
  const { words, offset, stride } = tile;
  for (let y = 0; y < 32; y++) {
    for (let w = 0; w < 2; w++) {
      const i = offset + 2 * y * stride + w;
      const a = pairs(words[i]!);
      const b = pairs(words[i + stride]!);
      let o = at + y * width + w * 16;
      if ((a | b) === 0) {
        out.fill(shade[0]!, o, o + 16);
        continue;
      }
      let even = (a & 0x33333333) + (b & 0x33333333);
      let odd = ((a >>> 2) & 0x33333333) + ((b >>> 2) & 0x33333333);
      for (let k = 0; k < 8; k++, even >>>= 4, odd >>>= 4, o += 2) {
        out[o] = shade[even & 15]!;
        out[o + 1] = shade[odd & 15]!;
      }
    }
  }
}

/** Level 2: boxes of 4x4, up to 16: even and odd fours apart, in bytes. */
function raster4(tile: TileView, shade: Uint32Array, out: Uint32Array, at: number, width: number): void {
  const { words, offset, stride } = tile;
  for (let y = 0; y < 16; y++) {
    for (let w = 0; w < 2; w++) {
      let even = 0;
      let odd = 0;
      for (let r = 0, i = offset + 4 * y * stride + w; r < 4; r++, i += stride) {
        const f = fours(pairs(words[i]!));
        even += f & 0x0f0f0f0f;
        odd += (f >>> 4) & 0x0f0f0f0f;
      }
      let o = at + y * width + w * 8;
      for (let k = 0; k < 4; k++, even >>>= 8, odd >>>= 8, o += 2) {
        out[o] = shade[even & 255]!;
        out[o + 1] = shade[odd & 255]!;
      }
    }
  }
}

const eights = new Uint16Array(64);

/** Levels 3 to 6: boxes of 8x8 counted first, then added up. */
function rasterWide(
  level: number,
  tile: TileView,
  shade: Uint32Array,
  out: Uint32Array,
  at: number,
  width: number,
): void {
  const { words, offset, stride } = tile;
  for (let y = 0; y < 8; y++) {
    for (let w = 0; w < 2; w++) {
      let sum = 0;
      for (let r = 0, i = offset + 8 * y * stride + w; r < 8; r++, i += stride) {
        const f = fours(pairs(words[i]!));
        sum += (f & 0x0f0f0f0f) + ((f >>> 4) & 0x0f0f0f0f);
      }
      for (let k = 0; k < 4; k++, sum >>>= 8) eights[y * 8 + w * 4 + k] = sum & 255;
    }
  }
  const boxes = 1 << (level - 3);
  const side = 64 >> level;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0;
      for (let j = 0; j < boxes; j++) {
        for (let i = 0; i < boxes; i++) sum += eights[(y * boxes + j) * 8 + x * boxes + i]!;
      }
      out[at + y * width + x] = shade[sum]!;
    }
  }
}

/** Writes a tile of cells of many states, at any level: a pixel has the mean share of its cells. */
export function rasterStates(
  level: number,
  states: Uint8Array,
  share: Float64Array,
  ramp: Uint32Array,
  out: Uint32Array,
  at: number,
  width: number,
): void {
  const side = 64 >> level;
  const box = 1 << level;
  const steps = (ramp.length - 1) / (box * box);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      let sum = 0;
      for (let j = 0; j < box; j++)
        for (let i = 0, k = (y * box + j) * 64 + x * box; i < box; i++, k++) sum += share[states[k]!]!;
      out[at + y * width + x] = ramp[Math.round(sum * steps)]!;
    }
}

/** Writes a tile at a level from 1 on: `64 >> level` pixels square. */
export function rasterBoxes(
  level: number,
  tile: TileView,
  shade: Uint32Array,
  out: Uint32Array,
  at: number,
  width: number,
): void {
  if (level === 1) raster2(tile, shade, out, at, width);
  else if (level === 2) raster4(tile, shade, out, at, width);
  else rasterWide(level, tile, shade, out, at, width);
}
