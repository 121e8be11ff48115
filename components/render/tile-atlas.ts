/** A texture of slots, each the packed words of one tile: 2x64 texels of 32 bits a plane, planes beside each other. */

import type { TileView } from '../../transport/state/tile.js';
import { ATLAS_WIDTH } from './shaders.js';

/** Words of the largest atlas: 32 MiB of video memory, 16384x16384 cells of one plane without an empty tile. */
const MOST_WORDS = 65536 * 128;
const NONE = 0xffffffff;

/** Makes an integer texture of 32 bits a texel, bound to `TEXTURE_2D`. */
export function wordTexture(gl: WebGL2RenderingContext, width: number, height: number): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R32UI, width, height);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  return texture;
}

export class TileAtlas {
  /** The most slots this atlas can grow to; slot 0 is never given out. */
  readonly limit: number;
  readonly #perRow: number;
  texture: WebGLTexture;
  /** Rows of slots now. The atlas doubles when full, so a small world costs 256 KiB. */
  #rows = 1;
  #owner: Uint32Array;
  #free: number[] = [];
  #next = 1;
  #hand = 1;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    readonly planes = 1,
  ) {
    this.#perRow = Math.floor(ATLAS_WIDTH / 2 / planes);
    this.#owner = new Uint32Array(this.#perRow).fill(NONE);
    const rows = Math.floor((gl.getParameter(gl.MAX_TEXTURE_SIZE) as number) / 64);
    this.limit = Math.min(Math.floor(MOST_WORDS / 128 / planes / this.#perRow), rows) * this.#perRow;
    this.texture = wordTexture(gl, ATLAS_WIDTH, 64);
  }

  get capacity(): number {
    return this.#rows * this.#perRow;
  }

  /**
   * A slot for a tile, or 0 where there is none. When the atlas is as large as it may be, a clock hand goes round the
   * slots and takes that of the next tile not `inView` (`null`: nobody is to lose one): `evicted` is told.
   */
  claim(key: number, inView: ((key: number) => boolean) | null, evicted: (key: number) => void): number {
    let slot = this.#free.pop() ?? 0;
    if (slot === 0 && this.#next === this.capacity && this.capacity < this.limit) this.#grow();
    if (slot === 0 && this.#next < this.capacity) slot = this.#next++;
    for (let tries = this.capacity; inView && slot === 0 && tries > 0; tries--) {
      this.#hand = this.#hand + 1 < this.capacity ? this.#hand + 1 : 1;
      const owner = this.#owner[this.#hand]!;
      if (owner === NONE || inView(owner)) continue;
      evicted(owner);
      slot = this.#hand;
    }
    if (slot !== 0) this.#owner[slot] = key;
    return slot;
  }

  release(slot: number): void {
    this.#owner[slot] = NONE;
    this.#free.push(slot);
  }

  /** Forgets all tiles; the memory stays. */
  clear(): void {
    this.#owner.fill(NONE);
    this.#free = [];
    this.#next = 1;
  }

  /** Copies a plane of a tile into its slot from where it lies, whatever its stride. */
  write(slot: number, { words, offset, stride }: TileView, plane = 0): void {
    const gl = this.gl;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, stride);
    const x = ((slot % this.#perRow) * this.planes + plane) * 2;
    const y = Math.floor(slot / this.#perRow) * 64;
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, 2, 64, gl.RED_INTEGER, gl.UNSIGNED_INT, words, offset);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0);
  }

  dispose(): void {
    this.gl.deleteTexture(this.texture);
  }

  #grow(): void {
    const gl = this.gl;
    const height = this.#rows * 64;
    this.#rows = Math.min(this.#rows * 2, this.limit / this.#perRow);
    const larger = wordTexture(gl, ATLAS_WIDTH, this.#rows * 64);
    const target = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
    gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 0, 0, ATLAS_WIDTH, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.deleteFramebuffer(target);
    gl.deleteTexture(this.texture);
    this.texture = larger;
    const owner = new Uint32Array(this.capacity).fill(NONE);
    owner.set(this.#owner);
    this.#owner = owner;
  }
}
