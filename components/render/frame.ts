/** What one frame shows, and the one rule both painters follow from device pixels to cells. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Tiles `x0 <= x < x1`, `y0 <= y < y1`. */
export interface TileRect {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** A picture to draw, in device pixels. */
export interface Frame extends Size {
  /** Device pixels a cell. */
  readonly scale: number;
  /** CSS pixels a cell. */
  readonly cssScale: number;
  /** Where the corner of cell 0, 0 lies: whole pixels, often outside of the view. */
  readonly originX: number;
  readonly originY: number;
}

export const isEmpty = (r: TileRect): boolean => r.x1 <= r.x0 || r.y1 <= r.y0;
export const sameRect = (a: TileRect, b: TileRect): boolean =>
  a.x0 === b.x0 && a.y0 === b.y0 && a.x1 === b.x1 && a.y1 === b.y1;
export const tilesIn = (r: TileRect): number => (isEmpty(r) ? 0 : (r.x1 - r.x0) * (r.y1 - r.y0));

/**
 * At 1.5 pixels a cell every third pixel has its middle on a border of cells, where rounding would choose at random. All
 * who draw look this far to the right of and below the middle.
 */
export const NUDGE = 1 / 256;

/** Where in a pixel its (first) cell is read off: near the middle from 1:1 on, at the corner below. */
export const probe = (scale: number): number => (scale >= 1 ? 0.5 + NUDGE : 0);

/**
 * The (first) cell a pixel shows. From 1:1 on, the cell under the middle of the pixel; below, the first of a box that
 * reaches to the first cell of the next pixel, so that every cell counts in exactly one pixel.
 */
export const cellOf = (pixel: number, origin: number, scale: number): number =>
  Math.floor((pixel - origin + probe(scale)) / scale);

/** The first pixel that shows this cell or a later one. */
export const pixelOf = (cell: number, origin: number, scale: number): number =>
  origin + Math.ceil(cell * scale - probe(scale) - 1e-9);

/** How strongly grid lines show, 0 to 1: they fade in from 8 to 16 CSS pixels a cell. */
export const gridFade = (cssScale: number): number => Math.min(Math.max((cssScale - 8) / 8, 0), 1);
