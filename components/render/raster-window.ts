/** A picture, at one level of detail, of a rectangle of tiles that moves over the world and keeps what stays in view. */

import type { Palette } from './colors.js';
import type { TileRect } from './frame.js';
import { byteTable, pixelOf, shades, shareColors } from './raster.js';
import { type Shares, shareTable } from './shares.js';

export class RasterWindow {
  /** Pixels of a side of a tile. */
  readonly side: number;
  readonly width: number;
  readonly height: number;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
  readonly shade: Uint32Array;
  /** For level 0 only. */
  readonly table: Uint32Array | null;
  /** Of cells of many states: the share of each, and the colors of shares from 0 to 1. */
  readonly states: { readonly share: Float64Array; readonly ramp: Uint32Array } | null;
  /** Of what no tile was taken for. */
  readonly blank: number;
  /** The tile at the top left. */
  x = 0;
  y = 0;

  constructor(
    readonly level: number,
    readonly columns: number,
    readonly rows: number,
    readonly palette: Palette,
    readonly shares: Shares,
  ) {
    this.side = 64 >> level;
    this.width = columns * this.side;
    this.height = rows * this.side;
    this.image = new ImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.shade = shades(level, palette.dead, palette.alive);
    this.table = level === 0 ? byteTable(this.shade) : null;
    const { planes, root } = shares;
    this.states = planes > 1 ? { share: shareTable(shares), ramp: shareColors(palette, root) } : null;
    this.blank = pixelOf(palette.unknown);
    this.pixels.fill(this.blank);
  }

  /** The tiles it covers, which may reach beyond the world to the right and below. */
  get rect(): TileRect {
    return { x0: this.x, y0: this.y, x1: this.x + this.columns, y1: this.y + this.rows };
  }

  /** Moves to another corner; what is covered before and after keeps its pixels. */
  moveTo(x: number, y: number): void {
    const dx = (x - this.x) * this.side;
    const dy = (y - this.y) * this.side;
    this.x = x;
    this.y = y;
    if (dx === 0 && dy === 0) return;
    const { width, height, pixels } = this;
    const empty = this.blank;
    if (Math.abs(dx) >= width || Math.abs(dy) >= height) {
      pixels.fill(empty);
      return;
    }
    const first = dy > 0 ? 0 : height - 1;
    const step = dy > 0 ? 1 : -1;
    for (let row = first; row >= 0 && row < height; row += step) {
      const at = row * width;
      const from = (row + dy) * width;
      if (row + dy < 0 || row + dy >= height) {
        pixels.fill(empty, at, at + width);
        continue;
      }
      pixels.copyWithin(at + Math.max(0, -dx), from + Math.max(0, dx), from + width - Math.max(0, -dx));
      if (dx > 0) pixels.fill(empty, at + width - dx, at + width);
      else if (dx < 0) pixels.fill(empty, at, at - dx);
    }
  }

  /** Fills one tile. */
  fillTile(x: number, y: number, pixel: number): void {
    const at = (y - this.y) * this.side * this.width + (x - this.x) * this.side;
    for (let row = 0; row < this.side; row++) {
      this.pixels.fill(pixel, at + row * this.width, at + row * this.width + this.side);
    }
  }

  /** Beyond the edge of the world all is dead. */
  fillBeyond(tilesX: number, tilesY: number): void {
    const { x0, y0, x1, y1 } = this.rect;
    for (let y = y0; y < y1; y++) {
      for (let x = y < tilesY ? Math.max(x0, tilesX) : x0; x < x1; x++) this.fillTile(x, y, this.shade[0]!);
    }
  }

  /** Fills this window from one of another size or level, as well as that goes: a first look until tiles are taken. */
  resemble(other: RasterWindow): void {
    const zoom = 2 ** (this.level - other.level);
    const left = this.x * this.side * zoom - other.x * other.side;
    const top = this.y * this.side * zoom - other.y * other.side;
    const columns = Int32Array.from({ length: this.width }, (_, i) => Math.floor(left + i * zoom));
    for (let row = 0; row < this.height; row++) {
      const y = Math.floor(top + row * zoom);
      if (y < 0 || y >= other.height) continue;
      for (let i = 0; i < this.width; i++) {
        const x = columns[i]!;
        if (x >= 0 && x < other.width) this.pixels[row * this.width + i] = other.pixels[y * other.width + x]!;
      }
    }
  }
}
