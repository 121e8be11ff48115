/** Rows of a tile of Larger than Life, in plain TypeScript: cells that live, four of them in a word, and sums of them. */

/** 1 for state 1, which alone counts; a look-up, because a branch would be guessed wrong half of the time. */
export const ALIVE = new Uint8Array(256).fill(1, 1, 2);

/** Bytes from one row around a tile to the next; where in it the tile's own cells begin. */
export const STRIDE = 88;
export const MARGIN = 12;

/** 64 cells: 1 where the state is 1. */
export function collectRow(cells: Int32Array, at: number, region: Int32Array, to: number): void {
  for (let i = 0; i < 16; i++) {
    const other = cells[at + i] ^ 0x01010101;
    // The highest bit of each byte that is not 0.
    const set = ((other & 0x7f7f7f7f) + 0x7f7f7f7f) | other;
    region[to + i] = (~set >>> 7) & 0x01010101;
  }
}

/** `range` cells to both sides of a tile. */
export function collectSides(
  cells: Uint8Array,
  row: number,
  sides: Int32Array,
  range: number,
  region: Uint8Array,
  to: number,
  columns: number,
): void {
  for (let i = 0; i < range; i++) {
    const left = sides[i];
    const right = sides[range + i];
    region[to + i] = left < 0 ? 0 : ALIVE[cells[row + left]];
    region[to + range + columns + i] = right < 0 ? 0 : ALIVE[cells[row + right]];
  }
}

export function addWords(sums: Int32Array, region: Int32Array, at: number): void {
  for (let i = 0; i < STRIDE / 4; i++) sums[i] += region[at + i];
}

export function takeWords(sums: Int32Array, region: Int32Array, at: number): void {
  for (let i = 0; i < STRIDE / 4; i++) sums[i] -= region[at + i];
}

/** Writes what becomes of a row of a tile; not 0 if anything has changed. */
export function becomeRow(
  from: Uint8Array,
  to: Uint8Array,
  at: number,
  columns: number,
  sums: Uint8Array,
  range: number,
  next: Uint8Array,
): number {
  const high = MARGIN + range;
  const low = MARGIN - range;
  let sum = 0;
  for (let x = low; x < high; x++) sum += sums[x];
  let changed = 0;
  for (let x = 0; x < columns; x++) {
    sum += sums[(high + x) | 0];
    const state = from[(at + x) | 0];
    const becomes = next[((state << 9) + sum) | 0];
    changed |= becomes ^ state;
    to[(at + x) | 0] = becomes;
    sum -= sums[(low + x) | 0];
  }
  return changed;
}
