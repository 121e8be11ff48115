/**
 * Where a cell lies in memory.
 *
 * A block is 128x64 cells: 64 rows of 16 bytes, two 64x64 tiles side by side, 1024 bytes in one piece. Blocks follow
 * each other row by row. Cells outside the grid, in the last block of a row or column, are always 0.
 */

export const BLOCK_WORDS = 256;
export const BLOCK_BYTES = 1024;

export class Layout {
  readonly blocksX: number;
  readonly blocksY: number;
  readonly blocks: number;
  readonly tilesX: number;
  readonly tilesY: number;
  /** Cells across that belong to the grid in the last block column, 1..128. */
  readonly lastWidth: number;
  /** Rows that belong to the grid in the last block row, 1..64. */
  readonly lastHeight: number;
  /** Bytes from one row of block flags to the next: a multiple of 8, so that eight at rest are skipped by one look. */
  readonly flagStride: number;
  readonly flagBytes: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.blocksX = Math.ceil(width / 128);
    this.blocksY = Math.ceil(height / 64);
    this.blocks = this.blocksX * this.blocksY;
    this.tilesX = Math.ceil(width / 64);
    this.tilesY = this.blocksY;
    this.lastWidth = width - (this.blocksX - 1) * 128;
    this.lastHeight = height - (this.blocksY - 1) * 64;
    this.flagStride = (this.blocksX + 7) & ~7;
    this.flagBytes = this.flagStride * this.blocksY;
  }

  /** Index of the 32-bit word that holds the cell (bit `x & 31`), from the start of a buffer. */
  word(x: number, y: number): number {
    return ((y >> 6) * this.blocksX + (x >> 7)) * BLOCK_WORDS + (y & 63) * 4 + ((x & 127) >> 5);
  }

  /** Index of the first word of a tile; its rows are 4 words apart. */
  tileWord(key: number): number {
    const tileY = Math.floor(key / this.tilesX);
    const tileX = key - tileY * this.tilesX;
    return (tileY * this.blocksX + (tileX >> 1)) * BLOCK_WORDS + (tileX & 1) * 2;
  }
}
