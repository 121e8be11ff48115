/**
 * The kernel in TypeScript, the twin of assembly/: the same operations on 32-bit floats in the same order, so that both
 * give the same bits. It is the oracle of the other in tests, and takes its place where WebAssembly cannot be used.
 */
import { MemoryError } from '../errors.js';
import type { Edge, FieldKernel, MakeKernel } from './kernel.js';
import type { FieldLayout } from './layout.js';

const f = Math.fround;
const SMALLEST = f(1e-12);
const within = (v: number): number => (v > SMALLEST ? Math.min(v, 1) : 0);

export const makeJsKernel: MakeKernel = (layout, bytes) => new JsKernel(layout, bytes);

class JsKernel implements FieldKernel {
  readonly kind = 'js';
  readonly buffer: ArrayBuffer;
  readonly heap = 0;
  readonly #floats: Float32Array;
  readonly #words: Uint32Array;
  /** Floats from one row to the next, and to cell 0, 0. */
  readonly #stride: number;
  readonly #first: number;

  constructor(
    readonly layout: FieldLayout,
    bytes: number,
  ) {
    try {
      this.buffer = new ArrayBuffer(Math.ceil(bytes / 4) * 4);
    } catch {
      throw new MemoryError(
        `A field of ${layout.width}x${layout.height} needs ${Math.ceil(bytes / 2 ** 20)} MiB, which this machine does not give: use a smaller one.`,
      );
    }
    this.#floats = new Float32Array(this.buffer);
    this.#words = new Uint32Array(this.buffer);
    this.#stride = layout.stride / 4;
    this.#first = layout.first / 4;
  }

  halo(at: number, edge: Edge): void {
    const { width, height, reach } = this.layout;
    const cells = this.#floats;
    const stride = this.#stride;
    const origin = at / 4 + this.#first;
    const source = (i: number, size: number): number =>
      edge === 0 ? ((i % size) + size) % size : Math.min(Math.max(i, 0), size - 1);
    for (let y = 0; y < height; y++) {
      const row = origin + y * stride;
      for (let i = 1; i <= reach; i++) {
        cells[row - i] = edge === 2 ? 0 : cells[row + source(-i, width)];
        cells[row + width + i - 1] = edge === 2 ? 0 : cells[row + source(width + i - 1, width)];
      }
    }
    const top = origin - reach;
    const whole = width + 2 * reach;
    for (let i = 1; i <= reach; i++)
      for (const y of [-i, height + i - 1]) {
        const row = top + y * stride;
        const from = top + source(y, height) * stride;
        if (edge === 2) cells.fill(0, row, row + whole);
        else cells.copyWithin(row, from, from + whole);
      }
  }

  react(
    u: number,
    v: number,
    toU: number,
    toV: number,
    keepU: number,
    keepV: number,
    spreadU: number,
    spreadV: number,
    feed: number,
    dt: number,
  ): void {
    const { width, height } = this.layout;
    for (let y = 0; y < height; y++) {
      const at = this.#first + y * this.#stride;
      this.#reactRow(u / 4 + at, v / 4 + at, toU / 4 + at, toV / 4 + at, width, [
        keepU,
        keepV,
        spreadU,
        spreadV,
        feed,
        dt,
      ]);
    }
  }

  #reactRow(u: number, v: number, toU: number, toV: number, width: number, numbers: number[]): void {
    const cells = this.#floats;
    const stride = this.#stride;
    const [keepU, keepV, spreadU, spreadV, feed, dt] = numbers;
    // Columns roll: above and below (a), the cell itself (c), and both together (s), the cell four times.
    let aU = f(cells[u - stride] + cells[u + stride]);
    let cU = cells[u];
    let beforeU = f(f(cells[u - 1 - stride] + cells[u - 1 + stride]) + f(cells[u - 1] * 4));
    let sU = f(aU + f(cU * 4));
    let aV = f(cells[v - stride] + cells[v + stride]);
    let cV = cells[v];
    let beforeV = f(f(cells[v - 1 - stride] + cells[v - 1 + stride]) + f(cells[v - 1] * 4));
    let sV = f(aV + f(cV * 4));
    for (let x = 0; x < width; x++) {
      const nextAU = f(cells[u + x + 1 - stride] + cells[u + x + 1 + stride]);
      const nextU = cells[u + x + 1];
      const nextSU = f(nextAU + f(nextU * 4));
      const nextAV = f(cells[v + x + 1 - stride] + cells[v + x + 1 + stride]);
      const nextV = cells[v + x + 1];
      const nextSV = f(nextAV + f(nextV * 4));
      const inU = f(f(beforeU + nextSU) + f(aU * 4));
      const inV = f(f(beforeV + nextSV) + f(aV * 4));
      const turned = f(f(cU * f(cV * cV)) * dt);
      const stayU = f(f(cU * keepU) + f(inU * spreadU));
      const stayV = f(f(cV * keepV) + f(inV * spreadV));
      cells[toU + x] = within(f(f(stayU + feed) - turned));
      cells[toV + x] = within(f(stayV + turned));
      beforeU = sU;
      sU = nextSU;
      aU = nextAU;
      cU = nextU;
      beforeV = sV;
      sV = nextSV;
      aV = nextAV;
      cV = nextV;
    }
  }

  convolve(
    from: number,
    to: number,
    scratch: number,
    taps: number,
    singles: number,
    pairs: number,
    radius: number,
    mu: number,
    narrow: number,
    dt: number,
  ): void {
    const { width, height } = this.layout;
    const cells = this.#floats;
    const stride = this.#stride;
    const left = this.#first % stride;
    // Read once: right cell, left cell, weight; a cell alone is the right one.
    const count = singles + pairs;
    const at = Int32Array.from({ length: count }, (_, i) => this.#words[taps / 4 + i * 3] >> 2);
    const back = Int32Array.from({ length: count }, (_, i) => this.#words[taps / 4 + i * 3 + 1] >> 2);
    const weights = Float32Array.from({ length: count }, (_, i) => cells[taps / 4 + i * 3 + 2]);
    for (let y = 0; y < height; y++) {
      const row = from / 4 + this.#first + y * stride;
      for (let dy = 0; dy <= radius; dy++) {
        const [above, below] = [row - left - dy * stride, row - left + dy * stride];
        const line = scratch / 4 + dy * stride;
        for (let x = 0; x < stride; x++)
          cells[line + x] = dy === 0 ? cells[above + x] : f(cells[above + x] + cells[below + x]);
      }
      const lines = scratch / 4 + left;
      const out = to / 4 + this.#first + y * stride;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let i = 0; i < singles; i++) sum = f(sum + f(cells[lines + x + at[i]] * weights[i]));
        for (let i = singles; i < count; i++) {
          const right = lines + x + at[i];
          sum = f(sum + f(f(cells[right] + cells[right - back[i]]) * weights[i]));
        }
        const off = f(sum - mu);
        const near = Math.max(f(1 - f(f(off * off) * narrow)), 0);
        const square = f(near * near);
        const growth = f(f(f(square * square) * 2) - 1);
        cells[out + x] = Math.min(Math.max(f(cells[row + x] + f(growth * dt)), 0), 1);
      }
    }
  }

  quantise(from: number, to: number, planes: number, scale: number): void {
    const { width, height, tiles } = this.layout;
    const cells = this.#floats;
    const words = this.#words;
    const most = 2 ** planes - 1;
    words.fill(0, to / 4, to / 4 + tiles.tilesX * tiles.tilesY * planes * 128);
    for (let y = 0; y < height; y++) {
      const row = from / 4 + this.#first + y * this.#stride;
      const tileRow = (y >> 6) * tiles.tilesX;
      for (let x = 0; x < width; x++) {
        const level = Math.min(f(f(cells[row + x] * scale) + 0.5), most) | 0;
        const at = to / 4 + (tileRow + (x >> 6)) * planes * 128 + (y & 63) * 2 + ((x >> 5) & 1);
        for (let plane = 0; plane < planes; plane++) words[at + plane * 128] |= ((level >> plane) & 1) << (x & 31);
      }
    }
  }

  diff(now: number, told: number, tiles: number, tileBytes: number, keys: number): number {
    const words = this.#words;
    const size = tileBytes / 4;
    let found = 0;
    for (let key = 0; key < tiles; key++) {
      const a = now / 4 + key * size;
      const b = told / 4 + key * size;
      let i = 0;
      while (i < size && words[a + i] === words[b + i]) i++;
      if (i === size) continue;
      words.copyWithin(b, a, a + size);
      words[keys / 4 + found++] = key;
    }
    return found;
  }
}
