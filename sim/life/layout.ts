/** Words of 32 cells in one plane of a tile. */
export const PLANE_WORDS = 128;

/**
 * How a grid is cut: into tiles of 64x64 cells, and blocks of 128x64, two tiles side by side. Cells outside the grid, in
 * the last tile of a row or column, are always 0.
 */
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
  }
}
