/**
 * Where the value of a cell lies: row by row, with a margin of cells all around, so that a step finds neighbours without
 * asking where the edges are. Rows are whole vectors (or chunks of them) long.
 */
import { GridError } from '../errors.js';
import { Layout } from '../life/layout.js';

/** A step looks at each cell: more than these would stand still, and take a GiB. */
export const MAX_CELLS = 2 ** 26;

export class FieldLayout {
  /** The grid in tiles. */
  readonly tiles: Layout;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Bytes from the start of a layer to its cell 0, 0. */
  readonly first: number;
  /** Bytes of a layer. */
  readonly bytes: number;

  /**
   * @param reach Cells to each side that a step looks at.
   * @param unit Cells computed at once: 4 or 16, and no fewer than `reach`.
   * @throws GridError where there are too many cells.
   */
  constructor(
    readonly width: number,
    readonly height: number,
    readonly reach: number,
    unit: 4 | 16,
  ) {
    if (width * height > MAX_CELLS)
      throw new GridError(
        `A field of ${width}x${height} has more than 67108864 cells (8192x8192): every step computes each of them. Use a smaller grid.`,
      );
    this.tiles = new Layout(width, height);
    this.stride = (Math.ceil(width / unit) * unit + 2 * unit) * 4;
    this.first = reach * this.stride + unit * 4;
    // Where tiles are made, sixteen cells are read at once: the last may lie behind the last row.
    this.bytes = (height + 2 * reach) * this.stride + 64;
  }

  /** Index of a cell in a layer, seen as floats. */
  index(x: number, y: number): number {
    return (this.first + y * this.stride) / 4 + x;
  }
}
