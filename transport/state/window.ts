/**
 * Rectangles of tiles. Where one is null, all tiles are meant; one without width or height has none. Those that come from
 * others may reach beyond the grid, those made here do not.
 */

import type { Rect, TileWindow } from '../wire/messages.js';
import { TILE } from './tile.js';

/** As much of a grid as windows need to know. */
export interface WindowShape {
  /** Cells across, and down. */
  readonly width: number;
  readonly height: number;
  /** Tiles across, and down. */
  readonly tilesX: number;
  readonly tilesY: number;
}

const NONE: TileWindow = { x: 0, y: 0, width: 0, height: 0 };

/** Of tiles, on either side: what a message can say. */
const MOST = 65536;

/**
 * A window as it can be asked for.
 * @throws RangeError for one that is none
 */
export function checkWindow(window: TileWindow | null): TileWindow | null {
  if (window === null) return null;
  const { x, y, width, height } = window;
  const integers = [x, y, width, height].every(Number.isInteger);
  if (!integers || x < 0 || y < 0 || x >= MOST || y >= MOST || width < 1 || height < 1) {
    throw new RangeError(
      `a window counts whole tiles from 0,0 on, and has at least one; not ${width}x${height} at ${x},${y}`,
    );
  }
  return { x, y, width: Math.min(width, MOST - x), height: Math.min(height, MOST - y) };
}

/** The tiles between two corners; the second is not among them any more. */
function between(x: number, y: number, right: number, bottom: number): TileWindow {
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : NONE;
}

/** The part of a window that lies in the grid; null where that is all of it. */
export function clip(window: TileWindow | null | undefined, { tilesX, tilesY }: WindowShape): TileWindow | null {
  if (!window) return null;
  const { x, y, width, height } = window;
  const clipped = between(x, y, Math.min(x + width, tilesX), Math.min(y + height, tilesY));
  return clipped.width === tilesX && clipped.height === tilesY ? null : clipped;
}

/** What two windows have in common. */
export function common(a: TileWindow | null, b: TileWindow | null): TileWindow | null {
  if (a === null || b === null) return a ?? b;
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  return between(x, y, Math.min(a.x + a.width, b.x + b.width), Math.min(a.y + a.height, b.y + b.height));
}

/** The smallest window around two. */
export function around(a: TileWindow | null, b: TileWindow | null): TileWindow | null {
  if (a === null || b === null) return null;
  if (isNone(a) || isNone(b)) return isNone(a) ? b : a;
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return between(x, y, Math.max(a.x + a.width, b.x + b.width), Math.max(a.y + a.height, b.y + b.height));
}

/** Is all of `inner` within `outer`? Both in the grid. */
export function covers(outer: TileWindow | null, inner: TileWindow | null): boolean {
  if (outer === null || (inner !== null && isNone(inner))) return true;
  if (inner === null) return false;
  return sameWindow(common(outer, inner), inner);
}

export function sameWindow(a: TileWindow | null, b: TileWindow | null): boolean {
  if (a === null || b === null) return a === b;
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

export const isNone = ({ width, height }: TileWindow): boolean => width === 0 || height === 0;

/** Is the tile with this key inside? */
export function inWindow(window: TileWindow | null, key: number, tilesX: number): boolean {
  if (window === null) return true;
  const x = key % tilesX;
  const y = (key - x) / tilesX;
  return x >= window.x && y >= window.y && x - window.x < window.width && y - window.y < window.height;
}

/** The tiles that have a cell in this rectangle. */
export function tilesOf({ x, y, width, height }: Rect): TileWindow {
  const up = (cells: number) => Math.ceil(cells / TILE);
  return between(Math.floor(x / TILE), Math.floor(y / TILE), up(x + width), up(y + height));
}

/** The tiles whose cells are all in this rectangle, as far as they are in the grid; null where all are. */
export function tilesWithin(rect: Rect | undefined, shape: WindowShape): TileWindow | null {
  if (rect === undefined) return null;
  const up = (cells: number) => Math.ceil(cells / TILE);
  // The last tile of a row may be wider than the rest of the grid; cells outside are nobody's secret.
  const last = (end: number, cells: number, tiles: number) => (end >= cells ? tiles : Math.floor(end / TILE));
  const right = last(rect.x + rect.width, shape.width, shape.tilesX);
  const bottom = last(rect.y + rect.height, shape.height, shape.tilesY);
  return clip(between(up(rect.x), up(rect.y), right, bottom), shape);
}
