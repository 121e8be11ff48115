// On a torus whose width is no multiple of 128, column 0 follows column `lastWidth - 1` of the last block. The blocks at
// the seam are computed from copies: to the left of block 0 stands a column that ends with the last cells of the rows,
// and the last block has the first cells of the rows after its own. (On a bounded grid those are what is outside.)

import { FIRST_X, LAST_X, lastWidth, planes, SEAM_LEFT, SEAM_LEFT_ENDS, SEAM_OWN, SEAM_OWN_ENDS, torus } from './world';

export function copySeams(
  flags: u32, c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, rows: u32,
): void {
  for (let plane: u32 = 0; plane < planes; plane++) {
    const p = <usize>plane << 10;
    if (flags & FIRST_X && torus) {
      lastCell(SEAM_LEFT_ENDS + p, nl + p);
      for (let y: usize = 0; y < rows; y++) lastCell(SEAM_LEFT + p + (y << 4), l + p + (y << 4));
      lastCell(SEAM_LEFT_ENDS + p + 16, sl + p);
    }
    if (flags & LAST_X) {
      withFirst(SEAM_OWN_ENDS + p, n + p, nr + p);
      for (let y: usize = 0; y < rows; y++) withFirst(SEAM_OWN + p + (y << 4), c + p + (y << 4), r + p + (y << 4));
      withFirst(SEAM_OWN_ENDS + p + 16, s + p, sr + p);
    }
  }
}

/** A row that ends with the last cell in the grid of another. */
// @ts-ignore: decorator
@inline
function lastCell(to: usize, row: usize): void {
  const at = ((lastWidth - 1) >> 6) << 3;
  store<u64>(to, 0);
  store<u64>(to + 8, (load<u64>(row + at) >> ((lastWidth - 1) & 63)) << 63);
}

/** A row, and after its cells in the grid the first cell of another. */
// @ts-ignore: decorator
@inline
function withFirst(to: usize, own: usize, first: usize): void {
  const at = (lastWidth >> 6) << 3;
  v128.store(to, v128.load(own));
  const bit = load<u64>(first) & 1;
  store<u64>(to + at, load<u64>(to + at) | (bit << (lastWidth & 63)));
}
