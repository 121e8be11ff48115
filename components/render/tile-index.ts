/** A texture of one texel a tile of the world: where in the atlas it is, and how many of its cells live; 0: it is not known. */

import { HELD, SLOT_BITS } from './shaders.js';
import { wordTexture } from './tile-atlas.js';

export class TileIndex {
  readonly texture: WebGLTexture;
  readonly #entries: Uint32Array;
  /** The rectangle of entries that changed since the last `flush`. */
  #x0 = 0;
  #y0 = 0;
  #x1: number;
  #y1: number;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    readonly tilesX: number,
    readonly tilesY: number,
  ) {
    this.texture = wordTexture(gl, tilesX, tilesY);
    this.#entries = new Uint32Array(tilesX * tilesY);
    this.#x1 = tilesX;
    this.#y1 = tilesY;
  }

  slot(key: number): number {
    return this.#entries[key]! & ((1 << SLOT_BITS) - 1);
  }

  live(key: number): number {
    return (this.#entries[key]! & ~HELD) >>> SLOT_BITS;
  }

  set(x: number, y: number, slot: number, live: number): void {
    this.#put(x, y, ((live << SLOT_BITS) | slot | HELD) >>> 0);
  }

  /** Nothing is known of this tile. */
  forget(x: number, y: number): void {
    this.#put(x, y, 0);
  }

  #put(x: number, y: number, entry: number): void {
    const key = y * this.tilesX + x;
    if (this.#entries[key] === entry) return;
    this.#entries[key] = entry;
    this.#x0 = Math.min(this.#x0, x);
    this.#y0 = Math.min(this.#y0, y);
    this.#x1 = Math.max(this.#x1, x + 1);
    this.#y1 = Math.max(this.#y1, y + 1);
  }

  /** Brings the texture up to date, and leaves it bound. */
  flush(): void {
    const gl = this.gl;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    const width = this.#x1 - this.#x0;
    const height = this.#y1 - this.#y0;
    if (width > 0 && height > 0) {
      gl.pixelStorei(gl.UNPACK_ROW_LENGTH, this.tilesX);
      const offset = this.#y0 * this.tilesX + this.#x0;
      const type = gl.UNSIGNED_INT;
      gl.texSubImage2D(
        gl.TEXTURE_2D,
        0,
        this.#x0,
        this.#y0,
        width,
        height,
        gl.RED_INTEGER,
        type,
        this.#entries,
        offset,
      );
      gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0);
    }
    this.#x0 = this.tilesX;
    this.#y0 = this.tilesY;
    this.#x1 = this.#y1 = 0;
  }

  dispose(): void {
    this.gl.deleteTexture(this.texture);
  }
}
