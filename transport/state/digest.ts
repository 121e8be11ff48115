/** The digest by which anyone checks that a stream is exact. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Rect } from '../wire/messages.js';
import type { TileGrid } from './tile.js';

export interface Digest {
  /** The version of which this is the digest. */
  version: number;
  /** SHA-256, hexadecimal. */
  hash: string;
}

/**
 * The rectangle, or that of the whole grid.
 * @throws RangeError for one that is empty or not inside the grid.
 */
export function checkRect(grid: Pick<TileGrid, 'width' | 'height'>, rect?: Rect): Rect {
  const { x, y, width, height } = rect ?? { x: 0, y: 0, width: grid.width, height: grid.height };
  const inside = [x, y, width, height].every(Number.isInteger) && x >= 0 && y >= 0 && width >= 1 && height >= 1;
  if (!inside || x + width > grid.width || y + height > grid.height) {
    throw new RangeError(
      `the rectangle ${width}x${height} at ${x},${y} is not inside the ${grid.width}x${grid.height} grid`,
    );
  }
  return { x, y, width, height };
}

/**
 * SHA-256 of the grid, or of a rectangle of it: row-major, one bit a cell, bit 0 of a byte first, each row padded to a
 * byte; with several planes, all of plane 0, then plane 1, and so on.
 * @throws RangeError for a rectangle that is empty or not inside the grid.
 */
export function digest(grid: TileGrid, rect?: Rect): Digest {
  const { x, y, width, height } = checkRect(grid, rect);
  const tilesX = Math.ceil(grid.width / 64);
  const firstWord = x >> 5;
  const words = ((x + width - 1) >> 5) - firstWord + 1;
  const shift = x & 31;
  const raw = new Uint32Array(words + 1);
  const rowBytes = (width + 7) >> 3;
  const row = new Uint8Array(rowBytes);
  const hash = sha256.create();
  for (let plane = 0; plane < grid.planes; plane++) {
    for (let cy = y; cy < y + height; cy++) {
      for (let w = 0; w < words; w++) {
        const word = firstWord + w;
        const view = grid.tile((cy >> 6) * tilesX + (word >> 1), plane);
        raw[w] = view.words[view.offset + (cy & 63) * view.stride + (word & 1)]!;
      }
      for (let b = 0; b < rowBytes; b++) {
        const bit = shift + b * 8;
        const low = raw[bit >> 5]! >>> (bit & 31);
        // The byte may straddle two words; a shift by 32 would be a shift by 0.
        const high = (bit & 31) > 24 ? raw[(bit >> 5) + 1]! << (32 - (bit & 31)) : 0;
        row[b] = low | high;
      }
      if ((width & 7) !== 0) row[rowBytes - 1]! &= (1 << (width & 7)) - 1;
      hash.update(row);
    }
  }
  return { version: grid.version, hash: bytesToHex(hash.digest()) };
}
