/** Draws tiles without a GPU: keeps a raster of what is in view, and puts it on the canvas with one scaled copy. */

import { type TileGrid, tilesFor } from '../../transport/state/tile.js';
import type { Palette, Rgba } from './colors.js';
import { cellOf, type Frame, gridFade, NUDGE, pixelOf, type TileRect } from './frame.js';
import { type Painter, readStates, type Scene } from './painter.js';
import { levelFor, rasterBoxes, rasterCells, rasterStates } from './raster.js';
import { RasterWindow } from './raster-window.js';

/** Above this many tiles, one copy of the rectangle around them costs less than a copy of each. */
const ONE_BY_ONE = 64;
const NOTHING: TileRect = { x0: 0, y0: 0, x1: 0, y1: 0 };
const css = ([r, g, b, a]: Rgba, fade = 1): string => `rgb(${r} ${g} ${b} / ${(a / 255) * fade})`;

export class Canvas2DPainter implements Painter {
  readonly kind = 'canvas2d';
  readonly #sheet: CanvasRenderingContext2D;
  #window: RasterWindow | null = null;
  #grid: TileGrid | null = null;
  #scene: Scene | null = null;
  /** Tiles taken since the last copy to the sheet: x, y, x, y ... */
  #taken: number[] = [];
  /** The whole window has to be copied. */
  #all = true;

  /** Throws where the browser gives no second canvas (out of memory). */
  constructor(readonly context: CanvasRenderingContext2D) {
    const sheet = context.canvas.ownerDocument.createElement('canvas').getContext('2d');
    if (!sheet)
      throw new Error('the browser gave no Canvas 2D for the raster: too many or too large canvases are open');
    this.#sheet = sheet;
  }

  begin(scene: Scene): void {
    const { grid, visible, frame, palette, shares } = scene;
    this.#scene = scene;
    const level = levelFor(frame.scale);
    const pixels = 64 * frame.scale;
    // Always a tile more than is in view or in the world: beyond the edge there are dead cells to blend with.
    const columns = Math.min(Math.ceil(frame.width / pixels), tilesFor(grid.width)) + 1;
    const rows = Math.min(Math.ceil(frame.height / pixels), tilesFor(grid.height)) + 1;
    const old = grid === this.#grid ? this.#window : null;
    this.#grid = grid;
    const recolored = old && (old.shares !== shares || old.palette !== palette);
    if (old && !recolored && old.level === level && old.columns === columns && old.rows === rows) {
      if (old.x === visible.x0 && old.y === visible.y0) return;
      const before = old.rect;
      old.moveTo(visible.x0, visible.y0);
      old.fillBeyond(scene.stale.tilesX, scene.stale.tilesY);
      this.#all = true;
      this.#uncover(scene, old, before);
      return;
    }
    const next = new RasterWindow(level, columns, rows, palette, shares);
    next.moveTo(visible.x0, visible.y0);
    if (old && !recolored) next.resemble(old);
    next.fillBeyond(scene.stale.tilesX, scene.stale.tilesY);
    this.#uncover(scene, next, old && !recolored && old.level === level ? old.rect : NOTHING);
    this.#window = next;
    this.#all = true;
  }

  take(x: number, y: number, known: boolean): void {
    const { grid } = this.#scene!;
    const w = this.#window!;
    if (known) {
      const key = y * tilesFor(grid.width) + x;
      const at = (y - w.y) * w.side * w.width + (x - w.x) * w.side;
      const { level, states, table, shade, pixels } = w;
      if (states) rasterStates(level, readStates(grid, key), states.share, states.ramp, pixels, at, w.width);
      else if (table) rasterCells(grid.tile(key, 0), table, pixels, at, w.width);
      else rasterBoxes(level, grid.tile(key, 0), shade, pixels, at, w.width);
    } else {
      w.fillTile(x, y, w.blank);
    }
    if (!this.#all) this.#taken.push(x - w.x, y - w.y);
  }

  draw(frame: Frame, palette: Palette, scene: Scene | null): void {
    const { context } = this;
    const w = this.#window;
    if (!palette.opaque) context.clearRect(0, 0, frame.width, frame.height);
    if (!scene || !w) {
      context.fillStyle = css(palette.outside);
      context.fillRect(0, 0, frame.width, frame.height);
      return;
    }
    this.#copy(w);
    const { scale, originX, originY } = frame;
    const box = 2 ** w.level;
    // Only what is in view, in whole raster pixels: a huge rectangle scaled 64 times would lose precision.
    const x0 = Math.max(0, Math.floor(-originX / scale / box) - w.x * w.side);
    const y0 = Math.max(0, Math.floor(-originY / scale / box) - w.y * w.side);
    const x1 = Math.min(w.width, Math.ceil((frame.width - originX) / scale / box) - w.x * w.side);
    const y1 = Math.min(w.height, Math.ceil((frame.height - originY) / scale / box) - w.y * w.side);
    const zoom = box * scale;
    const nudge = scale > 1 && !Number.isInteger(scale) ? NUDGE : 0;
    const left = originX + (w.x * w.side + x0) * zoom - nudge;
    const top = originY + (w.y * w.side + y0) * zoom - nudge;
    context.imageSmoothingEnabled = scale < 1 && Math.abs(zoom - 1) > 1e-9;
    if (x1 > x0 && y1 > y0) {
      const source = this.#sheet.canvas;
      context.drawImage(source, x0, y0, x1 - x0, y1 - y0, left, top, (x1 - x0) * zoom, (y1 - y0) * zoom);
    }
    this.#lines(frame, palette, scene.grid);
    this.#surround(frame, palette, scene.grid);
  }

  read(): ImageData {
    const { width, height } = this.context.canvas;
    return this.context.getImageData(0, 0, width, height);
  }

  dispose(): void {
    this.#sheet.canvas.width = this.#sheet.canvas.height = 0;
    this.#window = this.#grid = this.#scene = null;
  }

  /** Marks the tiles that the window covers and did not before, in view already or about to be. */
  #uncover({ stale }: Scene, { rect }: RasterWindow, before: TileRect): void {
    const x1 = Math.min(rect.x1, stale.tilesX);
    const y1 = Math.min(rect.y1, stale.tilesY);
    for (let y0 = rect.y0; y0 < y1; y0++) {
      const row = { x0: rect.x0, x1, y0, y1: y0 + 1 };
      if (y0 < before.y0 || y0 >= before.y1) {
        stale.addRect(row);
        continue;
      }
      stale.addRect({ ...row, x1: Math.min(x1, before.x0) });
      stale.addRect({ ...row, x0: Math.max(rect.x0, before.x1) });
    }
  }

  /** Copies what was taken from the window to the sheet. */
  #copy(w: RasterWindow): void {
    const sheet = this.#sheet;
    const taken = this.#taken;
    if (this.#all) {
      if (sheet.canvas.width !== w.width || sheet.canvas.height !== w.height) {
        sheet.canvas.width = w.width;
        sheet.canvas.height = w.height;
      }
      sheet.putImageData(w.image, 0, 0);
    } else if (taken.length > ONE_BY_ONE * 2) {
      let [x0, y0, x1, y1] = [w.columns, w.rows, 0, 0];
      for (let i = 0; i < taken.length; i += 2) {
        x0 = Math.min(x0, taken[i]!);
        y0 = Math.min(y0, taken[i + 1]!);
        x1 = Math.max(x1, taken[i]! + 1);
        y1 = Math.max(y1, taken[i + 1]! + 1);
      }
      sheet.putImageData(w.image, 0, 0, x0 * w.side, y0 * w.side, (x1 - x0) * w.side, (y1 - y0) * w.side);
    } else {
      for (let i = 0; i < taken.length; i += 2) {
        sheet.putImageData(w.image, 0, 0, taken[i]! * w.side, taken[i + 1]! * w.side, w.side, w.side);
      }
    }
    this.#all = false;
    taken.length = 0;
  }

  /** Grid lines: the first pixel of each cell. One path, so that crossings are not tinted twice. */
  #lines({ width, height, scale, cssScale, originX, originY }: Frame, palette: Palette, grid: TileGrid): void {
    const fade = gridFade(cssScale);
    if (fade === 0 || palette.grid[3] === 0) return;
    const { context } = this;
    const first = (origin: number): number => Math.max(0, cellOf(0, origin, scale));
    const last = (origin: number, pixels: number, cells: number): number =>
      Math.min(cells - 1, cellOf(pixels - 1, origin, scale));
    context.beginPath();
    for (let x = first(originX); x <= last(originX, width, grid.width); x++) {
      context.rect(pixelOf(x, originX, scale), 0, 1, height);
    }
    for (let y = first(originY); y <= last(originY, height, grid.height); y++) {
      context.rect(0, pixelOf(y, originY, scale), width, 1);
    }
    context.fillStyle = css(palette.grid, fade);
    context.fill();
  }

  /** What lies outside of the world, instead of whatever was drawn there. */
  #surround({ width, height, scale, originX, originY }: Frame, palette: Palette, grid: TileGrid): void {
    const { context } = this;
    const right = pixelOf(grid.width, originX, scale);
    const bottom = pixelOf(grid.height, originY, scale);
    const top = Math.max(0, originY);
    const fill = (x: number, y: number, w: number, h: number): void => {
      if (w <= 0 || h <= 0) return;
      if (palette.outside[3] < 255) context.clearRect(x, y, w, h);
      context.fillRect(x, y, w, h);
    };
    context.fillStyle = css(palette.outside);
    // No part twice: what is translucent would be laid over itself.
    fill(0, 0, width, top);
    fill(0, bottom, width, height - bottom);
    fill(0, top, originX, bottom - top);
    fill(right, top, width - right, bottom - top);
  }
}
