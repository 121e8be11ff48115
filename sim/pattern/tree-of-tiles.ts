/** A world's tiles as a tree: squares that are alike become one node. */
import { CellTree } from './cell-tree.js';

interface Grid {
  readonly width: number;
  readonly height: number;
}

export interface TileWords {
  words: Uint32Array;
  offset: number;
  stride: number;
}

/** The middle of the tree is the middle of the grid, as macrocell files have it. */
export function treeOfTiles(grid: Grid, planes: number, tile: (key: number, plane: number) => TileWords): CellTree {
  const level = Math.max(3, Math.ceil(Math.log2(Math.max(grid.width, grid.height))));
  const half = 2 ** (level - 1);
  const builder = new Builder(grid, planes, tile);
  const root = builder.node(level, (grid.width >> 1) - half, (grid.height >> 1) - half);
  if (root === 0) builder.tree.node(level, 0, 0, 0, 0);
  return builder.tree;
}

class Builder {
  readonly tree = new CellTree();
  readonly #known = new Map<string, number>();
  readonly #tilesX: number;
  readonly #tilesY: number;
  /** Tiles in which something lives. */
  readonly #alive: Uint8Array;

  constructor(
    private readonly grid: Grid,
    private readonly planes: number,
    private readonly tile: (key: number, plane: number) => TileWords,
  ) {
    this.#tilesX = Math.ceil(grid.width / 64);
    this.#tilesY = Math.ceil(grid.height / 64);
    this.#alive = new Uint8Array(this.#tilesX * this.#tilesY);
    for (let key = 0; key < this.#alive.length; key++)
      for (let plane = 0; plane < planes; plane++) {
        const { words, offset, stride } = tile(key, plane);
        for (let r = 0, at = offset; r < 64; r++, at += stride)
          if ((words[at] | words[at + 1]) !== 0) this.#alive[key] = 1;
      }
  }

  /** The square of `level` that begins at cell (x, y) of the grid, or outside. */
  node(level: number, x: number, y: number): number {
    const { width, height } = this.grid;
    const side = 2 ** level;
    if (x >= width || y >= height || x + side <= 0 || y + side <= 0) return 0;
    if (level <= 6 && !this.#anything(x, y, side)) return 0;
    if (level === 3 && this.planes === 1) {
      const rows = [0, 0];
      for (let row = 0; row < 8; row++) rows[row >> 2] |= this.#bits(x, y + row, 8, 0) << ((row & 3) * 8);
      return this.#once(3, rows[0], rows[1], 0, 0);
    }
    if (level === 1)
      return this.#once(1, this.#state(x, y), this.#state(x + 1, y), this.#state(x, y + 1), this.#state(x + 1, y + 1));
    const half = side / 2;
    const nw = this.node(level - 1, x, y);
    const ne = this.node(level - 1, x + half, y);
    const sw = this.node(level - 1, x, y + half);
    return this.#once(level, nw, ne, sw, this.node(level - 1, x + half, y + half));
  }

  #once(level: number, a: number, b: number, c: number, d: number): number {
    if ((a | b | c | d) === 0) return 0;
    const key = `${level} ${a} ${b} ${c} ${d}`;
    let id = this.#known.get(key);
    if (id === undefined) {
      id = level === 3 && this.planes === 1 ? this.tree.leaf(a, b) : this.tree.node(level, a, b, c, d);
      this.#known.set(key, id);
    }
    return id;
  }

  #anything(x: number, y: number, side: number): boolean {
    const lastX = Math.min(this.#tilesX - 1, (x + side - 1) >> 6);
    const lastY = Math.min(this.#tilesY - 1, (y + side - 1) >> 6);
    for (let v = Math.max(0, y >> 6); v <= lastY; v++)
      for (let u = Math.max(0, x >> 6); u <= lastX; u++) if (this.#alive[v * this.#tilesX + u] !== 0) return true;
    return false;
  }

  #state(x: number, y: number): number {
    let state = 0;
    for (let plane = 0; plane < this.planes; plane++) state |= this.#bits(x, y, 1, plane) << plane;
    return state;
  }

  /** Up to 8 cells of a row. */
  #bits(x: number, y: number, length: number, plane: number): number {
    const { width, height } = this.grid;
    if (y < 0 || y >= height) return 0;
    let bits = 0;
    for (let i = 0; i < length; ) {
      const u = x + i;
      if (u < 0) {
        i -= u;
        continue;
      }
      if (u >= width) break;
      const { words, offset, stride } = this.tile((y >> 6) * this.#tilesX + (u >> 6), plane);
      const n = Math.min(length - i, 32 - (u & 31));
      bits |= ((words[offset + (y & 63) * stride + ((u >> 5) & 1)] >>> (u & 31)) & ((1 << n) - 1)) << i;
      i += n;
    }
    return bits;
  }
}
