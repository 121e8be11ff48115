/** A fingerprint of cells that does not depend on how they are stored. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { BLOCK_WORDS, type Layout } from './layout.js';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * SHA-256 in hex of the cells in `rect`: row by row, one bit a cell, bit 0 first, each row padded with zeros to a byte.
 *
 * @throws RangeError when `rect` is not inside the grid.
 */
export function digestCells(cells: Uint32Array, layout: Layout, rect?: Rect): string {
  const { x, y, width, height } = rect ?? { x: 0, y: 0, width: layout.width, height: layout.height };
  const whole = [x, y, width, height].every(Number.isInteger);
  if (!whole || x < 0 || y < 0 || width < 1 || height < 1 || x + width > layout.width || y + height > layout.height)
    throw new RangeError(
      `The rectangle ${width}x${height} at ${x}, ${y} is not inside the grid of ${layout.width}x${layout.height}.`,
    );
  const hash = sha256.create();
  const row = new Uint8Array(Math.ceil(width / 8));
  const shift = x & 31;
  const words = Math.ceil(width / 32);
  for (let v = y; v < y + height; v++) {
    const start = (v >> 6) * layout.blocksX * BLOCK_WORDS + (v & 63) * 4;
    const word = (index: number) =>
      index * 32 < layout.width ? cells[start + (index >> 2) * BLOCK_WORDS + (index & 3)] : 0;
    for (let i = 0; i < words; i++) {
      const index = (x >> 5) + i;
      let bits = shift === 0 ? word(index) : (word(index) >>> shift) | (word(index + 1) << (32 - shift));
      const left = width - i * 32;
      if (left < 32) bits &= (1 << left) - 1;
      row[i * 4] = bits;
      row[i * 4 + 1] = bits >>> 8;
      row[i * 4 + 2] = bits >>> 16;
      row[i * 4 + 3] = bits >>> 24;
    }
    hash.update(row);
  }
  return bytesToHex(hash.digest());
}
