/** A step of Lenia in TypeScript, the twin of assembly/lenia.ts: the same operations on 32-bit floats in the same order. */
import type { FieldLayout } from './layout.js';

const f = Math.fround;
/** Cells of a row that are looked at together: no fewer than a cell sees. */
const CHUNK = 16;

export interface LeniaStep {
  /** Of each tap, which of the summed rows' cells it takes, at right and left; of the first ones, `singles`, one only. */
  right: Int32Array;
  left: Int32Array;
  weights: Float64Array;
  singles: number;
  radius: number;
  mu: number;
  narrow: number;
  dt: number;
  /** Nothing comes of nothing: what is 0, with 0 all around, stays so. */
  quiet: boolean;
}

export class JsLenia {
  readonly #stride: number;
  /** From the start of a row, margin and all, to its cell 0: a whole number of chunks. */
  readonly #margin: number;
  /** Sums of rows: 32-bit floats, kept as they are computed with. */
  #lines = new Float64Array(0);
  /** A byte for each chunk of each row in sight: whether anything in it is not 0. */
  #full = new Uint8Array(0);
  /** Of each chunk, how many of the rows in sight of the present one have something there. */
  #near = new Int32Array(0);

  constructor(
    private readonly layout: FieldLayout,
    private readonly cells: Float32Array,
  ) {
    this.#stride = layout.stride / 4;
    this.#margin = (layout.first / 4) % this.#stride;
  }

  /** @param from Where the layer begins among the floats. */
  step(from: number, to: number, step: LeniaStep): void {
    const { width, height, first } = this.layout;
    const { cells } = this;
    const { radius, quiet } = step;
    const stride = this.#stride;
    const margin = this.#margin;
    const chunks = Math.ceil(stride / CHUNK);
    if (this.#lines.length < (radius + 1) * stride) this.#lines = new Float64Array((radius + 1) * stride);
    const top = from + first / 4 - margin - radius * stride;
    this.#look(top, height + 2 * radius, chunks);
    this.#near = new Int32Array(chunks + 1);
    const near = this.#near;
    for (let y = 0; y < height; y++) {
      this.#move(y, radius, chunks);
      const row = top + (y + radius) * stride;
      const out = to + first / 4 + y * stride;
      let summed = false;
      for (let x = 0; x < width; x += CHUNK) {
        const chunk = (margin + x) / CHUNK;
        const end = Math.min(x + CHUNK, width);
        if (quiet && (near[chunk - 1] | near[chunk] | near[chunk + 1]) === 0) {
          cells.fill(0, out + x, out + end);
          continue;
        }
        if (!summed) for (let dy = 0; dy <= radius; dy++) this.#addRows(row, dy);
        summed = true;
        this.#grow(x + margin, end + margin, row, out - margin, step);
      }
    }
  }

  /** Finds out where there is anything. */
  #look(top: number, rows: number, chunks: number): void {
    const { cells } = this;
    if (this.#full.length < rows * chunks) this.#full = new Uint8Array(rows * chunks);
    const full = this.#full;
    const stride = this.#stride;
    for (let y = 0; y < rows; y++)
      for (let chunk = 0; chunk < chunks; chunk++) {
        let at = top + y * stride + chunk * CHUNK;
        const end = Math.min(at + CHUNK, top + (y + 1) * stride);
        while (at < end && cells[at] === 0) at++;
        full[y * chunks + chunk] = at < end ? 1 : 0;
      }
  }

  /** To row y: one comes into sight, and one goes. */
  #move(y: number, radius: number, chunks: number): void {
    const full = this.#full;
    const near = this.#near;
    for (let i = y === 0 ? 0 : y + 2 * radius; i <= y + 2 * radius; i++)
      for (let chunk = 0; chunk < chunks; chunk++) near[chunk] += full[i * chunks + chunk];
    if (y > 0) for (let chunk = 0; chunk < chunks; chunk++) near[chunk] -= full[(y - 1) * chunks + chunk];
  }

  /** Adds the rows `dy` above and below, margins and all. */
  #addRows(row: number, dy: number): void {
    const { cells } = this;
    const lines = this.#lines;
    const stride = this.#stride;
    const above = row - dy * stride;
    const below = row + dy * stride;
    const line = dy * stride;
    if (dy === 0) for (let x = 0; x < stride; x++) lines[x] = cells[row + x];
    else for (let x = 0; x < stride; x++) lines[line + x] = f(cells[above + x] + cells[below + x]);
  }

  #grow(begin: number, end: number, row: number, out: number, step: LeniaStep): void {
    const { cells } = this;
    const { mu, narrow, dt } = step;
    for (let x = begin; x < end; x += 4) {
      sumFour(this.#lines, x, step);
      const many = Math.min(4, end - x);
      for (let i = 0; i < many; i++) {
        const off = f(sums[i] - mu);
        const near = Math.max(f(1 - f(f(off * off) * narrow)), 0);
        const square = f(near * near);
        const growth = f(f(square * square) * 2 - 1);
        cells[out + x + i] = Math.min(Math.max(f(cells[row + x + i] + f(growth * dt)), 0), 1);
      }
    }
  }
}

/** What `sumFour` found. */
const sums = new Float64Array(4);

/** Weighs what four cells side by side see. All at once: none of the sums waits for another. */
function sumFour(lines: Float64Array, x: number, { right, left, weights, singles }: LeniaStep): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i < singles; i++) {
    const p = (x + right[i]) | 0;
    const weight = weights[i];
    a = f(a + f(lines[p] * weight));
    b = f(b + f(lines[(p + 1) | 0] * weight));
    c = f(c + f(lines[(p + 2) | 0] * weight));
    d = f(d + f(lines[(p + 3) | 0] * weight));
  }
  for (; i < weights.length; i++) {
    const p = (x + right[i]) | 0;
    const q = (x + left[i]) | 0;
    const weight = weights[i];
    a = f(a + f(f(lines[p] + lines[q]) * weight));
    b = f(b + f(f(lines[(p + 1) | 0] + lines[(q + 1) | 0]) * weight));
    c = f(c + f(f(lines[(p + 2) | 0] + lines[(q + 2) | 0]) * weight));
    d = f(d + f(f(lines[(p + 3) | 0] + lines[(q + 3) | 0]) * weight));
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
}
