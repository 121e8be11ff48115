/**
 * A torus whose sides are no powers of two, when something lives at its edge: the tiles about it are filled with what
 * lies at the other edge, which is good for as many generations as a tile is wide.
 */
import type { Layout } from '../layout.js';
import { HOLD } from './kernel.js';
import type { Leaper } from './leaper.js';
import { TileCache } from './tiles.js';

/** `around` (the grid in the middle of a tree twice as wide and high) with a ring of tiles about the grid. */
export function ringOf({ kernel, layout, level, root }: Leaper, around: number): number {
  const { tilesX, tilesY, width, height } = layout;
  const cells = new Cells(layout, new TileCache(kernel, layout, level), root);
  const middle = 2 ** (level - 7);
  let tree = around;
  for (let y = -1; y <= tilesY; y++)
    for (let x = -1; x <= tilesX; x++) {
      const inside = x >= 0 && y >= 0 && (x + 1) * 64 <= width && (y + 1) * 64 <= height;
      if (inside) continue;
      const rows = cells.tile(x * 64, y * 64);
      if (!rows) continue;
      kernel.wasm.hold(HOLD.work, tree);
      kernel.wasm.prepare(256);
      tree = kernel.putTile(tree, level + 1, middle + x, middle + y, rows);
    }
  return tree;
}

/** Cells of a torus at any coordinates. */
class Cells {
  readonly #rows = new Map<number, Uint32Array>();

  constructor(
    private readonly layout: Layout,
    private readonly tiles: TileCache,
    private readonly root: number,
  ) {}

  /** The tile that begins at (x, y); undefined when nothing lives in it. */
  tile(x: number, y: number): Uint32Array | undefined {
    const { width, height } = this.layout;
    const rows = new Uint32Array(128);
    let any = 0;
    const left = ((x % width) + width) % width;
    for (let i = 0; i < 64; i++) {
      const v = (((y + i) % height) + height) % height;
      for (let at = 0, u = left; at < 64; ) {
        // As many bits as lie in one word, here and there.
        const n = Math.min(32 - (u & 31), width - u, 32 - (at & 31));
        const bits = (this.#word(u, v) >>> (u & 31)) & (n === 32 ? -1 : (1 << n) - 1);
        rows[i * 2 + (at >> 5)] |= bits << (at & 31);
        any |= bits;
        at += n;
        u = u + n === width ? 0 : u + n;
      }
    }
    return any === 0 ? undefined : rows;
  }

  #word(x: number, y: number): number {
    const key = (y >> 6) * this.layout.tilesX + (x >> 6);
    let rows = this.#rows.get(key);
    if (!rows) {
      if (this.#rows.size >= 4096) this.#rows.clear();
      rows = this.tiles.words(this.root, key);
      this.#rows.set(key, rows);
    }
    return rows[(y & 63) * 2 + ((x & 63) >> 5)];
  }
}
