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

/** More keys than this are put in order by a map of all tiles. */
const FEW = 4096;

/** Keys of the tiles of the grid in which two trees differ, ascending. Parts that are the same node are not looked into. */
export function differing(kernel: HashKernel, layout: Layout, level: number, a: number, b: number): Uint32Array {
  const { tilesX, tilesY } = layout;
  const { words } = kernel;
  let keys = new Uint32Array(256);
  let count = 0;
  const visit = (a: number, b: number, level: number, x: number, y: number): void => {
    if (level === 6) {
      if (count === keys.length) {
        const more = new Uint32Array(count * 2);
        more.set(keys);
        keys = more;
      }
      keys[count++] = y * tilesX + x;
      return;
    }
    const half = 1 << (level - 7);
    for (let i = 0; i < 4; i++) {
      const u = words[a * 8 + i];
      const v = words[b * 8 + i];
      const left = x + (i & 1 ? half : 0);
      const top = y + (i & 2 ? half : 0);
      if (u !== v && left < tilesX && top < tilesY) visit(u, v, level - 1, left, top);
    }
  };
  if (a !== b) visit(a, b, level, 0, 0);
  const found = keys.subarray(0, count);
  if (count <= FEW) return found.slice().sort();
  const marks = new Uint8Array(tilesX * tilesY);
  for (const key of found) marks[key] = 1;
  count = 0;
  for (let key = 0; key < marks.length; key++) if (marks[key] !== 0) found[count++] = key;
  return found.slice();
}
