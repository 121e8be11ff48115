/** Random fillings that are the same on every engine. */
import { copyTile } from './brush.js';
import type { Engine } from './engine.js';

/**
 * Fills an empty world with cells of state 1. Cell number i (`i = y * width + x`, row by row) is alive when
 * `mix(mix(seed) + (i + 1) * 0x9e3779b9) < density * 2^32`, all modulo 2^32: the splitmix32 generator, whose n-th number
 * can be had without those before it, so that any engine can make any part of the same soup.
 * `mix` is the finaliser of MurmurHash3 (Austin Appleby, public domain).
 *
 * @param density Share of living cells, 0..1.
 * @param seed Any whole number; its lowest 32 bits count.
 */
export function fillSoup(engine: Engine, density: number, seed: number): void {
  const { width, height, tilesX, tilesY } = engine.layout;
  const limit = Math.round(density * 2 ** 32);
  if (limit === 0) return;
  const low = limit | 0;
  const all = limit >= 2 ** 32 ? 1 : 0;
  const start = mix(seed | 0);
  const tile = { words: new Uint32Array(128), offset: 0, stride: 2 };
  for (let key = 0; key < tilesX * tilesY; key++) {
    const tileY = Math.floor(key / tilesX);
    const x = (key - tileY * tilesX) * 64;
    const rows = Math.min(64, height - tileY * 64);
    let living = 0;
    for (let row = 0; row < rows; row++) {
      const cell = Math.imul(tileY * 64 + row, width) + x;
      for (let half = 0; half < 2; half++) {
        const end = Math.min(32, width - x - half * 32);
        let state = (start + Math.imul(cell + half * 32, 0x9e3779b9)) | 0;
        let word = 0;
        for (let bit = 0; bit < end; bit++) {
          state = (state + 0x9e3779b9) | 0;
          const h = mix(state);
          // The borrow of h - limit is `h < limit`, without a branch that no processor could foretell.
          word |= (all | (((~h & low) | ((~h | low) & (h - low))) >>> 31)) << bit;
        }
        tile.words[row * 2 + half] = word;
        living |= word;
      }
    }
    if (living === 0) continue;
    tile.words.fill(0, rows * 2);
    copyTile(tile, engine.open(key, 0));
    engine.touched(key);
  }
}

/** Can a world be filled so? @throws RangeError unless `density` is 0 to 1 and `seed` a whole number. */
export function checkSoup(density: number, seed: number): void {
  if (!(density >= 0 && density <= 1)) throw new RangeError(`Density ${density} is out of range: use 0 to 1.`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`Seed ${seed} is no whole number.`);
}

/** Numbers from 0 to less than 1, one after the other, by the generator of `fillSoup`. */
export function randomFrom(seed: number): () => number {
  let state = mix(seed | 0);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) / 2 ** 32;
  };
}

/** Stirs 32 bits. */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
