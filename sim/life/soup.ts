/** Random fillings that are the same on every engine. */
import { BLOCK_WORDS, type Layout } from './layout.js';

/**
 * Fills all cells of a grid. Cell number i (`i = y * width + x`, row by row) is alive when
 * `mix(mix(seed) + (i + 1) * 0x9e3779b9) < density * 2^32`, all modulo 2^32: the splitmix32 generator, whose n-th number
 * can be had without those before it, so that any engine can make any part of the same soup.
 * `mix` is the finaliser of MurmurHash3 (Austin Appleby, public domain).
 *
 * @param density Share of living cells, 0..1.
 * @param seed Any whole number; its lowest 32 bits count.
 */
export function fillSoup(cells: Uint32Array, layout: Layout, density: number, seed: number): void {
  const { width, height, blocksX } = layout;
  const limit = Math.round(density * 2 ** 32);
  const low = limit | 0;
  const all = limit >= 2 ** 32 ? 1 : 0;
  let state = mix(seed | 0);
  for (let y = 0; y < height; y++) {
    const row = (y >> 6) * blocksX * BLOCK_WORDS + (y & 63) * 4;
    for (let x0 = 0; x0 < width; x0 += 32) {
      const end = Math.min(32, width - x0);
      let word = 0;
      for (let bit = 0; bit < end; bit++) {
        state = (state + 0x9e3779b9) | 0;
        const h = mix(state);
        // The borrow of h - limit is `h < limit`, without a branch that no processor could foretell.
        word |= (all | (((~h & low) | ((~h | low) & (h - low))) >>> 31)) << bit;
      }
      cells[row + (x0 >> 7) * BLOCK_WORDS + ((x0 & 127) >> 5)] = word;
    }
  }
}

/** Stirs 32 bits. */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
