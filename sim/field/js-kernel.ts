/**
 * The kernel in TypeScript, the twin of assembly/: the same operations on 32-bit floats in the same order, so that both
 * give the same bits. It is the oracle of the other in tests, and takes its place where WebAssembly cannot be used.
 */
import { MemoryError } from '../errors.js';
import { JsLenia } from './js-lenia.js';
import type { Edge, FieldKernel, MakeKernel } from './kernel.js';
import type { FieldLayout } from './layout.js';

const f = Math.fround;
/**
 * What is stored in an array of 32-bit floats is rounded by that. The largest number that is rounded to no more than 1e-12
 * as such a float (half way to the next one, which is rounded to even) tells the same before as that does after.
 */
const SMALLEST = (() => {
  const words = new Int32Array([0, 0]);
  const floats = new Float32Array(words.buffer);
  floats.fill(1e-12);
  words[1]++;
  const middle = (floats[0] + floats[1]) / 2;
  return f(middle) === floats[0] ? middle : middle * (1 - 2 ** -53);
})();

/** Sums of columns. */
const A_U = 0;
const A_V = 1;
const S_U = 2;
const S_V = 3;
const BEFORE_U = 4;
const BEFORE_V = 5;

export const makeJsKernel: MakeKernel = (layout, bytes) => new JsKernel(layout, bytes);

class JsKernel implements FieldKernel {
  readonly kind = 'js';
  readonly buffer: ArrayBuffer;
  readonly heap = 0;
  readonly #floats: Float32Array;
  readonly #words: Uint32Array;
  readonly #lenia: JsLenia;
  readonly #roll = new Float64Array(6);
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
    this.#lenia = new JsLenia(layout, this.#floats);
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
    // What is read of such an array is known to be a float, whatever whole numbers there were before.
    const numbers = Float64Array.of(keepU, keepV, spreadU, spreadV, feed, dt);
    for (let y = 0; y < height; y++) {
      const at = this.#first + y * this.#stride;
      this.#reactRow(u / 4 + at, v / 4 + at, toU / 4 + at, toV / 4 + at, width, numbers);
    }
  }

  #reactRow(u: number, v: number, toU: number, toV: number, width: number, numbers: Float64Array): void {
    const cells = this.#floats;
    const stride = this.#stride;
    // Columns roll: above and below (a), the cell itself, four times (which is exact), and both together (s). They are kept
    // in an array: where a loop is made fast while it runs, variables that roll along would be boxed.
    const roll = this.#roll;
    roll[A_U] = f(cells[u - stride] + cells[u + stride]);
    roll[BEFORE_U] = f(f(cells[u - 1 - stride] + cells[u - 1 + stride]) + cells[u - 1] * 4);
    roll[S_U] = f(roll[A_U] + cells[u] * 4);
    roll[A_V] = f(cells[v - stride] + cells[v + stride]);
    roll[BEFORE_V] = f(f(cells[v - 1 - stride] + cells[v - 1 + stride]) + cells[v - 1] * 4);
    roll[S_V] = f(roll[A_V] + cells[v] * 4);
    const keepU = numbers[0];
    const keepV = numbers[1];
    const spreadU = numbers[2];
    const spreadV = numbers[3];
    const feed = numbers[4];
    const dt = numbers[5];
    // Times 1 is exact too.
    const whole = dt === 1;
    // `| 0` says that it cannot overflow.
    const aboveU = (u + 1 - stride) | 0;
    const aboveV = (v + 1 - stride) | 0;
    const belowU = (u + 1 + stride) | 0;
    const belowV = (v + 1 + stride) | 0;
    for (let x = 0; x < width; x++) {
      const cU = cells[(u + x) | 0];
      const cV = cells[(v + x) | 0];
      const nextAU = f(cells[(aboveU + x) | 0] + cells[(belowU + x) | 0]);
      const nextSU = f(nextAU + cells[(u + x + 1) | 0] * 4);
      const nextAV = f(cells[(aboveV + x) | 0] + cells[(belowV + x) | 0]);
      const nextSV = f(nextAV + cells[(v + x + 1) | 0] * 4);
      const inU = f(f(roll[BEFORE_U] + nextSU) + roll[A_U] * 4);
      const inV = f(f(roll[BEFORE_V] + nextSV) + roll[A_V] * 4);
      roll[BEFORE_U] = roll[S_U];
      roll[BEFORE_V] = roll[S_V];
      roll[S_U] = nextSU;
      roll[S_V] = nextSV;
      roll[A_U] = nextAU;
      roll[A_V] = nextAV;
      const made = f(cU * f(cV * cV));
      const turned = whole ? made : f(made * dt);
      const nextU = f(f(f(cU * keepU) + f(inU * spreadU)) + feed) - turned;
      const nextV = f(f(cV * keepV) + f(inV * spreadV)) + turned;
      cells[(toU + x) | 0] = nextU >= 1 ? 1 : nextU > SMALLEST ? nextU : 0;
      cells[(toV + x) | 0] = nextV >= 1 ? 1 : nextV > SMALLEST ? nextV : 0;
    }
  }

  convolve(
    from: number,
    to: number,
    _scratch: number,
    taps: number,
    singles: number,
    pairs: number,
    radius: number,
    mu: number,
    narrow: number,
    dt: number,
    quiet: boolean,
  ): void {
    const words = this.#words;
    const cells = this.#floats;
    const entries = Array.from({ length: singles + pairs }, (_, i) => taps / 4 + i * 3);
    this.#lenia.step(from / 4, to / 4, {
      ...{ singles, radius, mu, narrow, dt, quiet },
      right: Int32Array.from(entries, (at) => words[at] >> 2),
      left: Int32Array.from(entries, (at) => (words[at] >> 2) - (words[at + 1] >> 2)),
      weights: Float64Array.from(entries, (at) => cells[at + 2]),
    });
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
