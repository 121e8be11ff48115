/**
 * S8: the sparse code of one bit-plane of a tile. Only 8x8 blocks that hold a set bit are named, and in them only rows
 * that do. Self-delimiting, 1..585 bytes:
 *
 *     u8 bandMask              bit b: rows 8b..8b+7 hold a set bit
 *     per set b, ascending:
 *       u8 colMask             bit c: the block at columns 8c..8c+7 is not empty
 *       per set c, ascending:
 *         u8 rowMask           bit r: row 8b+r of the block is not empty
 *         u8 per set r         bit i: column 8c+i
 */

import { WireError } from './errors.js';

/** Longest code of a plane: 1 + 8 bands + 64 blocks + 512 rows. */
export const S8_MAX = 585;

/** Encodes 64 rows of two words at `offset`, `stride` words apart, into `out` at `at`. Returns where the code ends. */
export function encodeS8(words: Uint32Array, offset: number, stride: number, out: Uint8Array, at: number): number {
  const bandAt = at++;
  let bandMask = 0;
  for (let band = 0; band < 8; band++) {
    const base = offset + band * 8 * stride;
    let low = 0;
    let high = 0;
    for (let r = 0, i = base; r < 8; r++, i += stride) {
      low |= words[i]!;
      high |= words[i + 1]!;
    }
    if ((low | high) === 0) continue;
    bandMask |= 1 << band;
    const colAt = at++;
    let colMask = 0;
    for (let col = 0; col < 8; col++) {
      const shift = (col & 3) << 3;
      if ((((col < 4 ? low : high) >>> shift) & 255) === 0) continue;
      colMask |= 1 << col;
      const rowAt = at++;
      let rowMask = 0;
      for (let r = 0, i = base + (col >> 2); r < 8; r++, i += stride) {
        const byte = (words[i]! >>> shift) & 255;
        if (byte === 0) continue;
        rowMask |= 1 << r;
        out[at++] = byte;
      }
      out[rowAt] = rowMask;
    }
    out[colAt] = colMask;
  }
  out[bandAt] = bandMask;
  return at;
}

/**
 * Decodes a code at `at` of `bytes` by XOR into 64 packed rows of two words at `offset`; returns where the code ends.
 * To set rather than to change, clear the words first. With `words` null it only checks.
 * @throws WireError where the bytes end before the code does.
 */
export function decodeS8(bytes: Uint8Array, at: number, words: Uint32Array | null, offset: number): number {
  // A byte past the end reads as undefined; masks are taken as they come and the end is checked once.
  const bandMask = bytes[at++]!;
  for (let band = 0; band < 8; band++) {
    if ((bandMask & (1 << band)) === 0) continue;
    const colMask = bytes[at++]!;
    for (let col = 0; col < 8; col++) {
      if ((colMask & (1 << col)) === 0) continue;
      const rowMask = bytes[at++]!;
      const shift = (col & 3) << 3;
      let i = offset + band * 16 + (col >> 2);
      for (let mask = rowMask; mask !== 0; mask >>>= 1, i += 2) {
        if ((mask & 1) === 0) continue;
        const byte = bytes[at++]!;
        if (words !== null) words[i] = words[i]! ^ (byte << shift);
      }
    }
  }
  if (at > bytes.length) throw new WireError(`a tile is cut off at byte ${bytes.length}`);
  return at;
}
