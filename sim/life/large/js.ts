/** Larger than Life in plain TypeScript: runs everywhere, and is what the WebAssembly kernel is tested against. */
import { spans } from '../../rule/larger.js';
import type { LargerRule } from '../../rule/rule.js';
import type { Layout } from '../layout.js';
import { type LargeKernel, markAround, TILE } from './engine.js';
import { ALIVE, addWords, becomeRow, collectRow, collectSides, MARGIN, STRIDE, takeWords } from './js-rows.js';

/** @throws RangeError when the memory cannot be had. */
export function createJsKernel(layout: Layout): LargeKernel {
  return new JsKernel(layout);
}

class JsKernel implements LargeKernel {
  readonly cells: readonly [Uint8Array, Uint8Array];
  readonly marks: readonly [Uint8Array, Uint8Array];
  readonly dirty: Uint8Array;
  readonly planes = new Uint32Array(8 * 128);
  readonly #snapshot: Uint8Array;
  #rule!: LargerRule;
  #torus = true;
  /** For rows -range..range from the middle one, how far the neighbourhood reaches to either side. */
  #reach: number[] = [];
  /** What a cell becomes: 512 entries a state, one for each number of living cells, itself among them. */
  #next = new Uint8Array(0);
  /** For each row around a tile, how many live from its left end up to each cell. */
  readonly #before = Array.from({ length: 84 }, () => new Uint16Array(85));
  /** How many live around each cell of a tile, itself among them. */
  readonly #counts = new Uint16Array(TILE);
  /** The cells of a tile that live and those around it, and their sums of columns: at most 21, so a byte each. */
  readonly #regionWords = new Int32Array((STRIDE * 84) / 4);
  readonly #region = new Uint8Array(this.#regionWords.buffer);
  readonly #sumWords = new Int32Array(STRIDE / 4);
  readonly #sums = new Uint8Array(this.#sumWords.buffer);
  /** Of the cells to the left and right of a tile, where in a row of tiles each lies; -1 outside. */
  readonly #sides = new Int32Array(20);
  readonly #views: readonly [Int32Array, Int32Array];

  constructor(private readonly layout: Layout) {
    const tiles = layout.tilesX * layout.tilesY;
    const buffer = () => new Uint8Array(tiles * TILE);
    this.cells = [buffer(), buffer()];
    this.#views = [new Int32Array(this.cells[0].buffer), new Int32Array(this.cells[1].buffer)];
    this.#snapshot = buffer();
    this.marks = [new Uint8Array(tiles), new Uint8Array(tiles)];
    this.dirty = new Uint8Array(tiles);
  }

  setRule(rule: LargerRule, torus: boolean): void {
    const { range, neighborhood, middle, birth, survival, states } = rule;
    this.#rule = rule;
    this.#torus = torus;
    const half = spans(range, neighborhood);
    this.#reach = [...half.slice(1).reverse(), ...half];
    this.#next = new Uint8Array(states * 512);
    for (let state = 1; state < states; state++) this.#next.fill((state + 1) % states, state * 512, (state + 1) * 512);
    // A living cell is counted always, so one that does not count itself is one more than its rule says.
    const own = middle ? 0 : 1;
    this.#next.fill(1, birth[0], birth[1] + 1);
    this.#next.fill(1, 512 + survival[0] + own, 512 + survival[1] + own + 1);
  }

  step(parity: number): void {
    const now = this.marks[parity];
    for (let key = now.indexOf(1); key >= 0; key = now.indexOf(1, key + 1)) {
      now[key] = 0;
      if (!this.#stepTile(this.cells[parity], this.cells[parity ^ 1], key)) continue;
      this.dirty[key] = 1;
      markAround(this.marks[parity ^ 1], this.layout, this.#rule.range, this.#torus, key);
    }
  }

  #stepTile(from: Uint8Array, to: Uint8Array, key: number): boolean {
    const { tilesX, width, height } = this.layout;
    const { range } = this.#rule;
    const y0 = Math.floor(key / tilesX) * 64;
    const x0 = (key % tilesX) * 64;
    const columns = Math.min(64, width - x0);
    const rows = Math.min(64, height - y0);
    if (this.#rule.neighborhood === 'moore') {
      this.#collect(from, x0, y0, columns, rows);
      return this.#slide(from, to, key * TILE, columns, rows);
    }
    for (let i = 0; i < rows + 2 * range; i++)
      this.#sumRow(this.#before[i], from, x0 - range, y0 + i - range, columns + 2 * range);
    this.#gather(columns, rows);
    let changed = 0;
    const counts = this.#counts;
    const becomes = this.#next;
    const at = key * TILE;
    for (let y = 0; y < rows; y++)
      for (let i = y * 64; i < y * 64 + columns; i++) {
        const state = from[at + i];
        const next = becomes[state * 512 + counts[i]];
        changed |= next ^ state;
        to[at + i] = next;
      }
    return changed !== 0;
  }

  /** Any shape: row by row of the neighbourhood. */
  #gather(columns: number, rows: number): void {
    const { range } = this.#rule;
    const counts = this.#counts.fill(0);
    for (let y = 0; y < rows; y++)
      for (let d = 0; d <= 2 * range; d++) {
        const row = this.#before[y + d];
        const half = this.#reach[d];
        for (let x = 0, low = range - half, high = range + half + 1; x < columns; x++)
          counts[y * 64 + x] += row[x + high] - row[x + low];
      }
  }

  /** Brings a tile and what is around it together: a byte a cell, 1 where its state is 1, else 0. */
  #collect(cells: Uint8Array, x0: number, y0: number, columns: number, rows: number): void {
    const { tilesX, width, height } = this.layout;
    const { range } = this.#rule;
    const words = this.#views[cells === this.cells[0] ? 0 : 1];
    const sides = this.#sides;
    for (let i = 0; i < 2 * range; i++) {
      let x = x0 + (i < range ? i - range : columns + i - range);
      if (x < 0 || x >= width) x = this.#torus ? ((x % width) + width) % width : -1;
      sides[i] = x < 0 ? -1 : (x >> 6) * TILE + (x & 63);
    }
    const middle = (x0 >> 6) * TILE;
    for (let i = 0; i < rows + 2 * range; i++) {
      let y = y0 + i - range;
      const at = i * STRIDE;
      if (y < 0 || y >= height) {
        if (!this.#torus) {
          this.#region.fill(0, at, at + STRIDE);
          continue;
        }
        y = ((y % height) + height) % height;
      }
      const row = (y >> 6) * tilesX * TILE + (y & 63) * 64;
      collectRow(words, (row + middle) >> 2, this.#regionWords, (at + MARGIN) >> 2);
      collectSides(cells, row, sides, range, this.#region, at + MARGIN - range, columns);
    }
  }

  /** Squares: first down the columns, four of them in a word: from row to row one comes in and one goes out; then along. */
  #slide(from: Uint8Array, to: Uint8Array, at: number, columns: number, rows: number): boolean {
    const { range } = this.#rule;
    const sums = this.#sumWords.fill(0);
    const region = this.#regionWords;
    for (let i = 0; i < 2 * range; i++) addWords(sums, region, (i * STRIDE) >> 2);
    let changed = 0;
    for (let y = 0; y < rows; y++) {
      addWords(sums, region, ((y + 2 * range) * STRIDE) >> 2);
      changed |= becomeRow(from, to, at + y * 64, columns, this.#sums, range, this.#next);
      takeWords(sums, region, (y * STRIDE) >> 2);
    }
    return changed !== 0;
  }

  /** Counts what lives in a row, from (x0, y) on: `sums[i]` are those of the first i cells. */
  #sumRow(sums: Uint16Array, cells: Uint8Array, x0: number, y: number, length: number): void {
    const { tilesX, width, height } = this.layout;
    const outside = y < 0 || y >= height;
    if (outside && !this.#torus) {
      sums.fill(0);
      return;
    }
    const v = outside ? ((y % height) + height) % height : y;
    const row = (v >> 6) * tilesX * TILE + (v & 63) * 64;
    let sum = 0;
    let i = 0;
    // Most rows lie inside the grid, piece by piece in tiles side by side.
    if (x0 >= 0 && x0 + length <= width)
      while (i < length) {
        const x = x0 + i;
        const piece = Math.min(length - i, 64 - (x & 63));
        const at = row + (x >> 6) * TILE + (x & 63) - i;
        for (const end = i + piece; i < end; ) {
          sum += ALIVE[cells[at + i]];
          sums[++i] = sum;
        }
      }
    for (; i < length; i++) {
      let x = x0 + i;
      if (x < 0 || x >= width) x = this.#torus ? ((x % width) + width) % width : -1;
      if (x >= 0 && cells[row + (x >> 6) * TILE + (x & 63)] === 1) sum++;
      sums[i + 1] = sum;
    }
  }

  pack(parity: number, key: number, planes: number): void {
    const cells = this.cells[parity];
    const at = key * TILE;
    this.planes.fill(0, 0, planes * 128);
    for (let i = 0; i < TILE; i++) {
      const state = cells[at + i];
      if (state === 0) continue;
      for (let plane = 0; plane < planes; plane++)
        if ((state >> plane) & 1) this.planes[plane * 128 + (i >> 5)] |= 1 << (i & 31);
    }
  }

  unpack(parity: number, key: number, planes: number): void {
    const cells = this.cells[parity];
    const at = key * TILE;
    for (let i = 0; i < TILE; i++) {
      let state = 0;
      for (let plane = 0; plane < planes; plane++)
        state |= ((this.planes[plane * 128 + (i >> 5)] >>> (i & 31)) & 1) << plane;
      cells[at + i] = state;
    }
  }

  diff(parity: number, key: number): boolean {
    const cells = this.cells[parity];
    const end = (key + 1) * TILE;
    let differs = false;
    for (let i = key * TILE; i < end; i++) {
      if (cells[i] !== this.#snapshot[i]) differs = true;
      this.#snapshot[i] = cells[i];
    }
    return differs;
  }

  population(parity: number): number {
    let count = 0;
    for (const state of this.cells[parity]) if (state !== 0) count++;
    return count;
  }
}
