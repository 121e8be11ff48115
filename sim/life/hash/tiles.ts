/** Tiles as others see them, out of the tree. */
import type { Layout } from '../layout.js';
import type { HashKernel } from './kernel.js';

const CACHED = 2048;
const NOTHING = new Uint32Array(128);

/** Contents by node: tiles that are alike are one. */
export class TileCache {
  readonly #byNode = new Map<number, Uint32Array>();
  #collections = 0;

  constructor(
    private readonly kernel: HashKernel,
    private readonly layout: Layout,
    private readonly level: number,
  ) {}

  /** 64 rows of two words. What lies outside the grid is 0. */
  words(root: number, key: number): Uint32Array {
    const { kernel, layout } = this;
    const y = Math.floor(key / layout.tilesX);
    const x = key - y * layout.tilesX;
    let id = root;
    const { words } = kernel;
    for (let bit = this.level - 7; bit >= 0; bit--) id = words[id * 8 + ((x >> bit) & 1) + 2 * ((y >> bit) & 1)];
    if (id === kernel.wasm.empty(6)) return NOTHING;
    const runs = kernel.wasm.collections();
    if (runs !== this.#collections || this.#byNode.size >= CACHED) this.#byNode.clear();
    this.#collections = runs;
    let rows = this.#byNode.get(id);
    if (!rows) {
      rows = cut(kernel.readTile(id), layout);
      this.#byNode.set(id, rows);
    }
    return rows;
  }
}

/** A grid narrower than a tile has copies of itself in it. */
function cut(rows: Uint32Array, { width, height }: Layout): Uint32Array {
  if (width < 64)
    for (let i = 0; i < 128; i += 2) {
      if (width <= 32) rows[i + 1] = 0;
      else rows[i + 1] &= 2 ** (width - 32) - 1;
      if (width < 32) rows[i] &= 2 ** width - 1;
    }
  if (height < 64) rows.fill(0, height * 2);
  return rows;
}

/** Keys of the tiles of the grid in which two trees differ. Parts that are the same node are not looked into. */
export function differing(kernel: HashKernel, layout: Layout, level: number, a: number, b: number): number[] {
  const keys: number[] = [];
  const { words } = kernel;
  const { tilesX, tilesY } = layout;
  const visit = (a: number, b: number, level: number, x: number, y: number): void => {
    if (a === b || x >= tilesX || y >= tilesY) return;
    if (level === 6) {
      keys.push(y * tilesX + x);
      return;
    }
    const half = 1 << (level - 7);
    for (let i = 0; i < 4; i++)
      visit(words[a * 8 + i], words[b * 8 + i], level - 1, x + (i & 1 ? half : 0), y + (i & 2 ? half : 0));
  };
  visit(a, b, level, 0, 0);
  return keys;
}
