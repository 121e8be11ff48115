/**
 * A rule without generated code, for pages that forbid it: each operation of the program goes over all rows of a column
 * before the next one begins, so that finding out which operation it is costs next to nothing.
 */
import type { ColumnKernel } from '../life/js/kernel.js';
import type { Program, Value } from './program.js';

/** Rows of something, from the row above the block (`from` 0) or later on. */
interface Rows {
  words: Int32Array;
  from: number;
}

interface Step {
  op: Value['op'];
  to: Int32Array;
  a: Rows;
  b: Rows;
  /** Rows beyond those of the block: 2 where rows above and below are wanted too. */
  more: number;
}

/** @param planeStride Words from a plane of a block to its next plane. */
export function interpretColumn(program: Program, planeStride: number): ColumnKernel {
  const { steps, own, west, east, next } = new Plan(program);
  return (src, dst, column, changes) => {
    const { c, l, r, n, nl, nr, s, sl, sr, rows, leftBit, lastBit } = column;
    const keep = lastBit === 31 ? -1 : (1 << (lastBit + 1)) - 1;
    for (const [plane, words] of own) gather(words, src, n, c, s, rows, plane * planeStride);
    for (const [plane, words] of west) gather(words, src, nl, l, sl, rows, plane * planeStride);
    for (const [plane, words] of east) gather(words, src, nr, r, sr, rows, plane * planeStride);
    for (const step of steps) run(step, rows + step.more, leftBit, lastBit);
    changes.fill(0, 0, rows);
    for (const [plane, { words, from }] of next.entries()) {
      let at = c + plane * planeStride;
      for (let y = 0; y < rows; y++, at += 4) {
        const state = words[y + from] & keep;
        const diff = state ^ dst[at];
        dst[at] = state;
        changes[y] |= diff;
      }
    }
  };
}

/** Lays out a program: arrays for its values, and the order of its operations. */
class Plan {
  readonly steps: Step[] = [];
  /** Planes to read, by number: of the own column, of those to its sides. */
  readonly own = new Map<number, Int32Array>();
  readonly west = new Map<number, Int32Array>();
  readonly east = new Map<number, Int32Array>();
  readonly next: Rows[];
  /** More rows are computed for what belongs to a row than for next states. */
  readonly #rowValues = new Set<Value>();

  constructor(private readonly program: Program) {
    const known = new Map<Value, Rows>();
    for (const { value } of program.kept) this.#mark(value);
    this.next = program.next.map((value) => this.#rows(value, this.own, known));
  }

  #mark(value: Value): void {
    this.#rowValues.add(value);
    if (value.a) this.#mark(value.a);
    if (value.b) this.#mark(value.b);
  }

  #rows(value: Value, planes: Map<number, Int32Array>, known: Map<Value, Rows>): Rows {
    let rows = known.get(value);
    if (!rows) {
      rows = this.#place(value, planes, known);
      known.set(value, rows);
    }
    return rows;
  }

  #place(value: Value, planes: Map<number, Int32Array>, known: Map<Value, Rows>): Rows {
    const { op, index } = value;
    // What is computed of a row alone stands at that row; the newest row is two below the first.
    const words = new Int32Array(66);
    if (op === 'zero') return { words, from: 0 };
    if (op === 'own') {
      planes.set(index, words);
      return { words, from: 2 };
    }
    if (op === 'kept') return { words: this.#rows(value.a!, planes, known).words, from: 2 - index };
    const { living } = this.program;
    let a: Rows;
    let b: Rows;
    if (op === 'left' || op === 'right') {
      a = this.#rows(living, this.own, known);
      b = this.#rows(living, op === 'left' ? this.west : this.east, new Map());
    } else {
      a = this.#rows(value.a!, planes, known);
      b = value.b ? this.#rows(value.b, planes, known) : a;
    }
    const whole = this.#rowValues.has(value) || planes !== this.own || value === living;
    return this.#append(op, words, a, b, whole);
  }

  #append(op: Value['op'], words: Int32Array, a: Rows, b: Rows, whole: boolean): Rows {
    if (whole) {
      this.steps.push({ op, to: words, a: { words: a.words, from: 0 }, b: { words: b.words, from: 0 }, more: 2 });
      return { words, from: 2 };
    }
    this.steps.push({ op, to: words, a, b, more: 0 });
    return { words, from: 0 };
  }
}

function gather(
  words: Int32Array,
  src: Int32Array,
  n: number,
  c: number,
  s: number,
  rows: number,
  plane: number,
): void {
  words[0] = src[n + plane];
  for (let y = 1, at = c + plane; y <= rows; y++, at += 4) words[y] = src[at];
  words[rows + 1] = src[s + plane];
}

function run({ op, to, a, b }: Step, rows: number, leftBit: number, lastBit: number): void {
  const x = a.words;
  const z = b.words;
  let i = a.from;
  let j = b.from;
  if (op === 'and') for (let y = 0; y < rows; y++) to[y] = x[i++] & z[j++];
  else if (op === 'or') for (let y = 0; y < rows; y++) to[y] = x[i++] | z[j++];
  else if (op === 'xor') for (let y = 0; y < rows; y++) to[y] = x[i++] ^ z[j++];
  else if (op === 'andn') for (let y = 0; y < rows; y++) to[y] = x[i++] & ~z[j++];
  else if (op === 'not') for (let y = 0; y < rows; y++) to[y] = ~x[i++];
  else if (op === 'left') for (let y = 0; y < rows; y++) to[y] = (x[i++] << 1) | ((z[j++] >>> leftBit) & 1);
  else if (op === 'right') for (let y = 0; y < rows; y++) to[y] = (x[i++] >>> 1) | ((z[j++] & 1) << lastBit);
}
