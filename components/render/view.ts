/** What is drawn when: takes up changed tiles under a budget, those in view first, the nearest to the centre before all. */

import { TILE, type TileGrid, tilesFor } from '../../transport/state/tile.js';
import { Camera } from './camera.js';
import { DEFAULT_COLORS, type Palette, paletteOf, type ViewColors } from './colors.js';
import { type Frame, isEmpty, type TileRect, tilesIn } from './frame.js';
import { Meter } from './meter.js';
import type { Scene } from './painter.js';
import { type Shares, sharesOf } from './shares.js';
import { type RendererChoice, Surface } from './surface.js';
import { TileBits } from './tile-bits.js';

export interface ViewOptions {
  /** `auto`: WebGL2 where a GPU draws it, else Canvas 2D. Naming one takes it, software or not. Default `auto`. */
  renderer?: RendererChoice;
  /** Milliseconds of a frame to spend on tiles and drawing. At least one tile is taken up, always. Default 6. */
  frameBudget?: number;
  /** Tiles taken up in a frame, at most. Default: no such limit. */
  tileBudget?: number;
  /** Frames a second, at most. Default: as many as the screen shows. */
  maxFps?: number;
  colors?: ViewColors;
  /** Where it looks; by default a camera of its own. */
  camera?: Camera;
}

export interface ViewStats {
  renderer: 'webgl2' | 'canvas2d';
  /** Why that renderer. */
  why: string;
  /** Tiles taken up in the last frame. */
  drawn: number;
  /** Visible tiles whose newest content is not on screen yet, or has not come at all. */
  pending: number;
  /** Milliseconds the last frame took of its budget. */
  budgetUsed: number;
  /** Frames drawn in the last second: 0 while nothing changes. */
  fps: number;
  /** Tiles in view. */
  visible: number;
}

export class View {
  readonly camera: Camera;
  /** Called with every frame that was drawn, in the same turn. */
  onframe: ((frame: Frame) => void) | null = null;
  frameBudget: number;
  tileBudget: number;
  maxFps: number;

  readonly #surface: Surface;
  readonly #meter = new Meter();
  #colors: Required<ViewColors>;
  #palette: Palette;
  #grid: TileGrid | null = null;
  #scope: TileRect | null = null;
  #amounts = false;
  #shares: Shares = sharesOf(1, false);
  #stale = new TileBits(0, 0);
  /** Tiles of which nothing was known when they were taken up last. */
  #unknown = new TileBits(0, 0);
  #paused = false;
  #request = 0;
  #due = 0;
  #drawMs = 0;
  #drawn = 0;
  #pending = 0;
  #lacking = 0;
  #budgetUsed = 0;
  #disposed = false;

  /** Appends a canvas (`part="canvas"`) to the container, whose style sheet gives it its size in the page. */
  constructor(container: Element | ShadowRoot, options: ViewOptions = {}) {
    this.camera = options.camera ?? new Camera();
    this.frameBudget = options.frameBudget ?? 6;
    this.tileBudget = options.tileBudget ?? Number.POSITIVE_INFINITY;
    this.maxFps = options.maxFps ?? Number.POSITIVE_INFINITY;
    this.#colors = { ...DEFAULT_COLORS, ...options.colors };
    this.#palette = paletteOf(this.#colors);
    this.#surface = new Surface(container, options.renderer ?? 'auto', () => this.#retakeAll());
    this.camera.onchange = () => this.invalidate();
  }

  /** The canvas drawn on now. It is another one after WebGL2 was lost or came back. */
  get canvas(): HTMLCanvasElement {
    return this.#surface.canvas;
  }

  /** The world shown. A new object is a new world: all of it is taken up again. The camera stays, or fits again. */
  get grid(): TileGrid | null {
    return this.#grid;
  }
  set grid(grid: TileGrid | null) {
    if (grid === this.#grid) return;
    this.#grid = grid;
    this.#share();
    this.#stale = grid ? new TileBits(tilesFor(grid.width), tilesFor(grid.height)) : new TileBits(0, 0);
    this.#stale.addAll();
    this.#unknown = new TileBits(this.#stale.tilesX, this.#stale.tilesY);
    this.camera.world = grid ?? { width: 0, height: 0 };
    this.invalidate();
  }

  /**
   * What states above 1 mean, in worlds that have them: steps of dying, so that 1 is brightest (the default), or
   * amounts, so that the highest is.
   */
  get amounts(): boolean {
    return this.#amounts;
  }
  set amounts(amounts: boolean) {
    if (amounts === this.#amounts) return;
    this.#amounts = amounts;
    this.#share();
    this.#retakeAll();
  }

  /** The tiles that may ever come; null: all. A fit shows these, and no other is missed. */
  get scope(): TileRect | null {
    return this.#scope;
  }
  set scope(scope: TileRect | null) {
    this.#scope = scope;
    this.camera.subject = scope && {
      x: scope.x0 * TILE,
      y: scope.y0 * TILE,
      width: (scope.x1 - scope.x0) * TILE,
      height: (scope.y1 - scope.y0) * TILE,
    };
  }

  /** CSS colors; what is missing or no color falls back to a default (see `parseColor` to tell). */
  get colors(): Required<ViewColors> {
    return this.#colors;
  }
  set colors(colors: ViewColors) {
    this.#colors = { ...DEFAULT_COLORS, ...colors };
    this.#palette = paletteOf(this.#colors);
    this.invalidate();
  }

  /** While paused, no tile is read and nothing is drawn; what happened meanwhile shows when it ends. */
  get paused(): boolean {
    return this.#paused;
  }
  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) this.invalidate();
  }

  get stats(): ViewStats {
    return {
      renderer: this.#surface.painter.kind,
      why: this.#surface.why,
      drawn: this.#drawn,
      pending: this.#pending + this.#lacking,
      budgetUsed: this.#budgetUsed,
      fps: this.#meter.rate(performance.now()),
      visible: this.#grid ? tilesIn(this.camera.visibleTiles(this.#grid)) : 0,
    };
  }

  /** Tells which tiles changed. Costs a bit a tile, however often; tiles out of view wait until they are seen. */
  changed(keys: Iterable<number>): void {
    if (!this.#grid) return;
    const { tilesX, tilesY } = this.#stale;
    const rect = this.camera.visibleTiles(this.#grid);
    let seen = false;
    for (const key of keys) {
      const x = key % tilesX;
      const y = (key - x) / tilesX;
      if (!(x >= 0 && y >= 0 && y < tilesY)) continue;
      this.#stale.add(x, y);
      seen ||= x >= rect.x0 && x < rect.x1 && y >= rect.y0 && y < rect.y1;
    }
    if (seen) this.invalidate();
  }

  /** Tells the size of the canvas in CSS pixels, and device pixels in one of them. */
  resize(cssWidth: number, cssHeight: number, dpr = 1): void {
    this.camera.resize(cssWidth, cssHeight, dpr);
  }

  /** Asks for a frame. Any number of calls before it make one. */
  invalidate(): void {
    if (this.#request !== 0 || this.#paused || this.#disposed) return;
    this.#request = requestAnimationFrame((now) => this.#tick(now));
  }

  /** Draws all that is visible now, whatever the budget, and returns the picture: for posters and tests. */
  capture(): ImageData {
    this.#frame(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    return this.#surface.painter.read();
  }

  /** Draws now, within the budget: for who is told by others when. */
  render(): void {
    if (this.#paused || this.#disposed) return;
    this.#frame(this.frameBudget, this.tileBudget);
    if (this.#pending > 0) this.invalidate();
  }

  /** Removes the canvas and frees what it held. The view is of no use any more. */
  dispose(): void {
    this.#disposed = true;
    cancelAnimationFrame(this.#request);
    this.camera.onchange = this.onframe = null;
    this.#grid = null;
    this.#surface.dispose();
  }

  #share(): void {
    this.#shares = sharesOf(this.#grid?.planes ?? 1, this.#amounts);
  }

  #retakeAll(): void {
    this.#stale.addAll();
    this.invalidate();
  }

  #tick(now: number): void {
    this.#request = 0;
    if (this.#paused || this.#disposed) return;
    const interval = this.maxFps > 0 ? 1000 / this.maxFps : 0;
    // Screen times jitter: without the slack, 30 a second on a 60 Hz screen would often be 20.
    if (now < this.#due - 2) {
      this.invalidate();
      return;
    }
    this.#due = Math.max(this.#due + interval, now);
    this.#meter.mark(now);
    this.render();
  }

  #frame(milliseconds: number, tiles: number): void {
    const frame = this.camera.frame();
    if (frame.width === 0 || frame.height === 0) return;
    const start = performance.now();
    const { canvas, painter } = this.#surface;
    if (canvas.width !== frame.width) canvas.width = frame.width;
    if (canvas.height !== frame.height) canvas.height = frame.height;
    const grid = this.#grid;
    const scene = grid && {
      grid,
      stale: this.#stale,
      frame,
      visible: this.camera.visibleTiles(grid),
      palette: this.#palette,
      shares: this.#shares,
    };
    this.#drawn = 0;
    this.#pending = this.#lacking = 0;
    // Drawing has to fit into the budget too: it will take about as long as it did last time.
    if (scene) this.#takeUp(scene, start + milliseconds - this.#drawMs, tiles);
    const taken = performance.now();
    painter.draw(frame, this.#palette, scene);
    const end = performance.now();
    this.#drawMs = end - taken;
    this.#budgetUsed = end - start;
    this.onframe?.(frame);
  }

  /** Of these, the tiles that may come. */
  #meant(tiles: TileRect): TileRect {
    const scope = this.#scope;
    if (scope === null) return tiles;
    const [x0, y0] = [Math.max(tiles.x0, scope.x0), Math.max(tiles.y0, scope.y0)];
    return { x0, y0, x1: Math.min(tiles.x1, scope.x1), y1: Math.min(tiles.y1, scope.y1) };
  }

  #takeUp(scene: Scene, deadline: number, tiles: number): void {
    const { painter } = this.#surface;
    const { visible, stale, grid } = scene;
    painter.begin(scene);
    if (isEmpty(visible)) return;
    let left = stale.count(visible);
    const most = Math.max(1, tiles);
    const { frame } = scene;
    const x = Math.floor((frame.width / 2 - frame.originX) / frame.scale / TILE);
    const y = Math.floor((frame.height / 2 - frame.originY) / frame.scale / TILE);
    if (left > 0) {
      stale.outward(visible, x, y, (tx, ty) => {
        // Cleared before it is read: should the grid throw, the same tile is not tried again in every frame.
        stale.delete(tx, ty);
        const known = grid.knows?.(ty * stale.tilesX + tx) ?? true;
        painter.take(tx, ty, known);
        if (known) this.#unknown.delete(tx, ty);
        else this.#unknown.add(tx, ty);
        left--;
        this.#drawn++;
        return left > 0 && this.#drawn < most && ((this.#drawn & 7) !== 0 || performance.now() < deadline);
      });
    }
    this.#pending = left;
    this.#lacking = this.#unknown.count(this.#meant(visible));
  }
}
