/** Draws tiles with WebGL2: packed tiles go to the GPU as they are, and one draw call unpacks what is in view. */

import { type TileGrid, type TileView, tilesFor } from '../../transport/state/tile.js';
import type { Palette, Rgba } from './colors.js';
import { type Frame, gridFade, probe, sameRect, type TileRect, tilesIn } from './frame.js';
import { type Painter, population, readTile, type Scene } from './painter.js';
import { buildProgram } from './shaders.js';
import type { Shares } from './shares.js';
import { TileAtlas } from './tile-atlas.js';
import { TileIndex } from './tile-index.js';

/** Below a pixel a tile, the number of its live cells is all that shows: no tile needs a slot. */
const isCoarse = (frame: Frame): boolean => frame.scale <= 1 / 64;
const NOTHING: TileRect = { x0: 0, y0: 0, x1: 0, y1: 0 };
/** As the canvas wants it: each channel times alpha. */
const unit = ([r, g, b, a]: Rgba, fade = 1): [number, number, number, number] => {
  const alpha = (a / 255) * fade;
  return [(r / 255) * alpha, (g / 255) * alpha, (b / 255) * alpha, alpha];
};

export class WebGL2Painter implements Painter {
  readonly kind = 'webgl2';
  readonly #program: WebGLProgram;
  readonly #at: Record<string, WebGLUniformLocation | null> = {};
  #atlas: TileAtlas;
  #index: TileIndex | null = null;
  #grid: TileGrid | null = null;
  #scene: Scene | null = null;
  /** The colors of many states, and the texture that has them. */
  #colors: Palette | null = null;
  readonly #ramp: WebGLTexture;
  #visible = NOTHING;
  #coarse = false;
  /** Tiles with live cells and no slot: they are drawn as an even shade until they get one. */
  #shaded = 0;

  /** Throws where the context is lost or the shader is refused. */
  constructor(readonly gl: WebGL2RenderingContext) {
    this.#program = buildProgram(gl);
    this.#atlas = new TileAtlas(gl);
    gl.useProgram(this.#program);
    const count = gl.getProgramParameter(this.#program, gl.ACTIVE_UNIFORMS) as number;
    for (let i = 0; i < count; i++) {
      const name = gl.getActiveUniform(this.#program, i)!.name;
      this.#at[name] = gl.getUniformLocation(this.#program, name);
    }
    gl.uniform1i(this.#at.atlas!, 0);
    gl.uniform1i(this.#at.tiles!, 1);
    gl.uniform1i(this.#at.ramp!, 2);
    gl.activeTexture(gl.TEXTURE2);
    this.#ramp = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
  }

  begin(scene: Scene): void {
    const { grid, visible, frame } = scene;
    this.#scene = scene;
    if (grid !== this.#grid) this.#open(grid);
    const coarse = isCoarse(frame);
    const moved = coarse !== this.#coarse || !sameRect(visible, this.#visible);
    this.#visible = visible;
    this.#coarse = coarse;
    if (moved && this.#shaded > 0 && !coarse && tilesIn(visible) < this.#atlas.limit) this.#missing(scene);
  }

  take(x: number, y: number, known: boolean): void {
    const { grid, stale, shares } = this.#scene!;
    const index = this.#index!;
    const key = y * index.tilesX + x;
    const held = index.slot(key);
    if (!known) {
      if (held !== 0) this.#atlas.release(held);
      else if (index.live(key) > 0) this.#shaded--;
      return index.forget(x, y);
    }
    const joined = readTile(grid, key);
    const live = lifeOf(grid, key, population(joined), shares);
    let slot = held;
    if (live === 0) {
      if (held !== 0) this.#atlas.release(held);
      slot = 0;
    } else {
      if (slot === 0 && !this.#coarse) slot = this.#claim(key, stale);
      if (slot !== 0) this.#write(slot, key, joined);
    }
    this.#shaded += Number(slot === 0 && live > 0) - Number(held === 0 && index.live(key) > 0);
    index.set(x, y, slot, live);
  }

  #write(slot: number, key: number, joined: TileView): void {
    const { grid } = this.#scene!;
    if (grid.planes === 1) this.#atlas.write(slot, joined);
    else for (let plane = 0; plane < grid.planes; plane++) this.#atlas.write(slot, grid.tile(key, plane), plane);
  }

  draw(frame: Frame, palette: Palette, scene: Scene | null): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, frame.width, frame.height);
    if (!scene || !this.#index) {
      gl.clearColor(...unit(palette.outside));
      gl.clear(gl.COLOR_BUFFER_BIT);
      return;
    }
    if (scene.grid.planes > 1) this.#color(palette);
    gl.activeTexture(gl.TEXTURE1);
    this.#index.flush();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#atlas.texture);
    this.#uniforms(frame, palette, scene);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  read(): ImageData {
    const { gl } = this;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    const bottomUp = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bottomUp);
    // Read as the canvas holds it, each channel times alpha.
    for (let i = 3; i < bottomUp.length; i += 4) {
      const a = bottomUp[i]!;
      if (a > 0 && a < 255) for (let c = i - 3; c < i; c++) bottomUp[c] = Math.round((bottomUp[c]! * 255) / a);
    }
    const image = new ImageData(width, height);
    const row = width * 4;
    for (let y = 0; y < height; y++) image.data.set(bottomUp.subarray(y * row, (y + 1) * row), (height - 1 - y) * row);
    return image;
  }

  dispose(): void {
    this.#atlas.dispose();
    this.#index?.dispose();
    this.gl.deleteTexture(this.#ramp);
    this.gl.deleteProgram(this.#program);
    this.#index = this.#grid = this.#scene = null;
  }

  #open(grid: TileGrid): void {
    this.#index?.dispose();
    if (grid.planes === this.#atlas.planes) this.#atlas.clear();
    else {
      this.#atlas.dispose();
      this.#atlas = new TileAtlas(this.gl, grid.planes);
    }
    this.#index = new TileIndex(this.gl, tilesFor(grid.width), tilesFor(grid.height));
    this.#grid = grid;
    this.#visible = NOTHING;
    this.#shaded = 0;
  }

  #claim(key: number, stale: Scene['stale']): number {
    const index = this.#index!;
    const { x0, y0, x1, y1 } = this.#visible;
    // With more tiles in view than slots there may be nobody to evict: a search through all would find nobody each time.
    const crowded = tilesIn(this.#visible) >= this.#atlas.limit;
    const inView = (k: number): boolean => {
      const x = k % index.tilesX;
      const y = (k - x) / index.tilesX;
      return x >= x0 && x < x1 && y >= y0 && y < y1;
    };
    return this.#atlas.claim(key, crowded ? null : inView, (k) => {
      const x = k % index.tilesX;
      const y = (k - x) / index.tilesX;
      index.set(x, y, 0, index.live(k));
      stale.add(x, y);
      this.#shaded++;
    });
  }

  /** Marks the visible tiles that could have a slot now. */
  #missing({ stale, visible }: Scene): void {
    const index = this.#index!;
    for (let y = visible.y0; y < visible.y1; y++) {
      for (let x = visible.x0; x < visible.x1; x++) {
        const key = y * index.tilesX + x;
        if (index.slot(key) === 0 && index.live(key) > 0) stale.add(x, y);
      }
    }
  }

  /** Takes up the colors of many states. */
  #color(palette: Palette): void {
    if (palette === this.#colors) return;
    this.#colors = palette;
    const { gl } = this;
    const { ramp } = palette;
    const bytes = Uint8Array.from(ramp.flat());
    gl.activeTexture(gl.TEXTURE2);
    gl.bindTexture(gl.TEXTURE_2D, this.#ramp);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, ramp.length, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  }

  #uniforms(frame: Frame, palette: Palette, { grid, shares }: Scene): void {
    const { gl } = this;
    const at = this.#at;
    const cells = 1 / frame.scale;
    // The shader's floats hold 24 bits: it counts from the first cell in view, never from the corner of the world.
    const x = (probe(frame.scale) - frame.originX) * cells;
    const y = (probe(frame.scale) - frame.originY) * cells;
    gl.uniform1i(at.planes!, grid.planes);
    gl.uniform3f(at.shares!, shares.some, shares.each, Number(shares.root));
    gl.uniform2i(at.world!, grid.width, grid.height);
    gl.uniform2i(at.firstCell!, Math.floor(x), Math.floor(y));
    gl.uniform2f(at.firstPart!, x - Math.floor(x), y - Math.floor(y));
    gl.uniform1f(at.cells!, cells);
    gl.uniform1f(at.viewHeight!, frame.height);
    gl.uniform4f(at.alive!, ...unit(palette.alive));
    gl.uniform4f(at.dead!, ...unit(palette.dead));
    gl.uniform4f(at.outside!, ...unit(palette.outside));
    gl.uniform4f(at.unknown!, ...unit(palette.unknown));
    gl.uniform4f(at.gridLine!, ...unit(palette.grid, gridFade(frame.cssScale)));
  }
}

/** Shares of all cells of a tile, as a number of living cells: 0 for none, and at least 1 for any. */
function lifeOf(grid: TileGrid, key: number, any: number, { planes, some, each }: Shares): number {
  if (planes === 1 || any === 0) return any;
  let sum = 0;
  for (let plane = 0; plane < planes; plane++) sum += population(grid.tile(key, plane)) * 2 ** plane;
  return Math.max(1, Math.round(some * any + each * sum));
}
