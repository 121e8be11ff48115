/** Where a view looks: world cells to device pixels. Pure arithmetic, no DOM. */

import { TILE, tilesFor } from '../../transport/state/tile.js';
import { cellOf, type Frame, isEmpty, type Size, type TileRect } from './frame.js';

/** `contain`: all of the world. `cover`: no edge of it in view. `none`: one cell a pixel. */
export type Fit = 'contain' | 'cover' | 'none';

/** Smallest and largest scale that zooming reaches, in CSS pixels a cell. Only `contain` on a huge world goes below. */
export const MIN_SCALE = 1 / 16;
export const MAX_SCALE = 64;

/** A part of the world, in cells. */
export interface Subject extends Size {
  readonly x: number;
  readonly y: number;
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

export class Camera {
  /** Called after every change, in the same turn. */
  onchange: (() => void) | null = null;

  #x = 0;
  #y = 0;
  #scale = 1;
  #world: Size = { width: 0, height: 0 };
  #cssWidth = 0;
  #cssHeight = 0;
  #dpr = 1;
  #fitted: Fit | null = null;
  #subject: Subject | null = null;

  /** The point of the world at the centre of the view, in cells. Clamped to the world, so it cannot be lost from view. */
  get x(): number {
    return this.#x;
  }
  set x(value: number) {
    this.#move(value, this.#y, this.#scale);
  }
  get y(): number {
    return this.#y;
  }
  set y(value: number) {
    this.#move(this.#x, value, this.#scale);
  }

  /** CSS pixels a cell: 1/16 to 64, or less where a huge world needs less to be seen whole. */
  get scale(): number {
    return this.#scale;
  }
  set scale(value: number) {
    this.#move(this.#x, this.#y, value);
  }

  /** The last `fit`, until the camera is moved by other means. A resize repeats it. */
  get fitted(): Fit | null {
    return this.#fitted;
  }

  /** Size of the view in CSS pixels, and device pixels in one of them. */
  get cssWidth(): number {
    return this.#cssWidth;
  }
  get cssHeight(): number {
    return this.#cssHeight;
  }
  get dpr(): number {
    return this.#dpr;
  }

  /** Size of the world in cells; the centre is clamped to it. */
  get world(): Size {
    return this.#world;
  }
  set world(size: Size) {
    this.#world = { width: size.width, height: size.height };
    this.#settle();
  }

  /** What a fit shows, as far as it is in the world; null, or a part without cells: all of the world. */
  get subject(): Subject | null {
    return this.#subject;
  }
  set subject(subject: Subject | null) {
    const before = this.#subject;
    const [a, b] = [before, subject].map((s) => s && [s.x, s.y, s.width, s.height].join());
    if (a === b) return;
    this.#subject = subject;
    this.#settle();
  }

  /** Tells the size of the view. A fitted camera fits again, any other keeps its centre. */
  resize(cssWidth: number, cssHeight: number, dpr = 1): void {
    this.#cssWidth = Math.max(0, cssWidth) || 0;
    this.#cssHeight = Math.max(0, cssHeight) || 0;
    this.#dpr = dpr > 0 && Number.isFinite(dpr) ? dpr : 1;
    this.#settle();
  }

  /** Moves the picture by so many CSS pixels: to the right and down for positive numbers, as a drag does. */
  panBy(dxCss: number, dyCss: number): void {
    this.#move(this.#x - dxCss / this.#scale, this.#y - dyCss / this.#scale, this.#scale);
  }

  /** Zooms in (`factor` > 1) or out; the cell under the point stays there, unless the edge of the world forbids. */
  zoomAt(factor: number, cssX: number, cssY: number): void {
    if (!(factor > 0)) return;
    const scale = this.#allowed(this.#scale * factor);
    const dx = cssX - this.#cssWidth / 2;
    const dy = cssY - this.#cssHeight / 2;
    const change = 1 / this.#scale - 1 / scale;
    this.#move(this.#x + dx * change, this.#y + dy * change, scale);
  }

  /**
   * Shows the middle of the world at the scale of the mode. From four device pixels a cell on, the scale is a whole
   * number of them (rounded down for `contain`, up for `cover`), so that all cells are equally large; `none` is the
   * nearest whole number of device pixels to one CSS pixel. `contain` goes below 1/16 where the world needs it.
   */
  fit(mode: Fit = 'contain'): void {
    this.#fitted = mode;
    this.#refit(mode);
    this.onchange?.();
  }

  /** The cell drawn at a point of the view. It may lie outside of the world. */
  cellAt(cssX: number, cssY: number): { x: number; y: number } {
    const { originX, originY, scale } = this.frame();
    const px = Math.floor(cssX * this.#dpr);
    const py = Math.floor(cssY * this.#dpr);
    return { x: cellOf(px, originX, scale), y: cellOf(py, originY, scale) };
  }

  /** The tiles of a grid that are in view, if only by a pixel. */
  visibleTiles(grid: Size): TileRect {
    const f = this.frame();
    const low = (origin: number): number => Math.max(0, Math.floor(-origin / f.scale / TILE));
    const high = (origin: number, pixels: number, cells: number): number =>
      Math.min(tilesFor(cells), Math.ceil((pixels - origin) / f.scale / TILE));
    const rect = {
      x0: low(f.originX),
      y0: low(f.originY),
      x1: high(f.originX, f.width, grid.width),
      y1: high(f.originY, f.height, grid.height),
    };
    return f.width === 0 || f.height === 0 || isEmpty(rect) ? { x0: 0, y0: 0, x1: 0, y1: 0 } : rect;
  }

  /**
   * What is drawn now. The corner of the world lies on a whole device pixel, always: at whole-number scales every cell
   * is then crisp, and below 1:1 the same cells share a pixel wherever the view is dragged, so nothing shimmers.
   */
  frame(): Frame {
    const width = Math.round(this.#cssWidth * this.#dpr);
    const height = Math.round(this.#cssHeight * this.#dpr);
    const exact = this.#scale * this.#dpr;
    const scale = Math.abs(exact - Math.round(exact)) < 1e-6 ? Math.round(exact) : exact;
    return {
      width,
      height,
      scale,
      cssScale: this.#scale,
      originX: Math.round(width / 2 - this.#x * scale),
      originY: Math.round(height / 2 - this.#y * scale),
    };
  }

  #containScale({ width, height }: Size = this.#world): number {
    return width > 0 && height > 0 ? Math.min(this.#cssWidth / width, this.#cssHeight / height) : MIN_SCALE;
  }

  #allowed(scale: number): number {
    const contain = this.#containScale();
    return clamp(scale, contain > 0 ? Math.min(MIN_SCALE, contain) : MIN_SCALE, MAX_SCALE);
  }

  #move(x: number, y: number, scale: number): void {
    if (!Number.isFinite(x + y + scale) || scale <= 0) return;
    this.#fitted = null;
    this.#place(x, y, scale);
    this.onchange?.();
  }

  #settle(): void {
    if (this.#fitted) this.#refit(this.#fitted);
    else this.#place(this.#x, this.#y, this.#scale);
    this.onchange?.();
  }

  /** What a fit shows. */
  get #shown(): Subject {
    const { width, height } = this.#world;
    const { x, y, ...size } = this.#subject ?? { x: 0, y: 0, width: 0, height: 0 };
    const [right, bottom] = [Math.min(x + size.width, width), Math.min(y + size.height, height)];
    if (right > x && bottom > y) return { x, y, width: right - x, height: bottom - y };
    return { x: 0, y: 0, width, height };
  }

  #refit(mode: Fit): void {
    const shown = this.#shown;
    const { x, y, width, height } = shown;
    if (!(width > 0 && height > 0 && this.#cssWidth > 0 && this.#cssHeight > 0)) return;
    this.#place(x + width / 2, y + height / 2, this.#fitScale(mode, shown));
  }

  #fitScale(mode: Fit, { width, height }: Size): number {
    if (mode === 'none') return Math.max(1, Math.round(this.#dpr)) / this.#dpr;
    const cover = mode === 'cover';
    const exact = cover
      ? Math.max(this.#cssWidth / width, this.#cssHeight / height)
      : this.#containScale({ width, height });
    const device = exact * this.#dpr;
    if (device < 4) return exact;
    return (cover ? Math.ceil(device - 1e-9) : Math.floor(device + 1e-9)) / this.#dpr;
  }

  #place(x: number, y: number, scale: number): void {
    this.#scale = this.#allowed(scale);
    const { width, height } = this.#world;
    this.#x = width > 0 ? clamp(x, 0, width) : x;
    this.#y = height > 0 ? clamp(y, 0, height) : y;
  }
}
