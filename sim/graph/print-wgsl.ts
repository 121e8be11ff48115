/** A rule as WGSL: columns of 32 cells, the twin of the kernels in WebAssembly. */
import { joined } from './js-rows.js';
import type { Program, Value } from './program.js';

/** Pieces of a function that walks down a column; `step-shader.ts` of the GPU engine puts them together. */
export interface WgslColumn {
  /** Declares what is kept of rows. */
  declarations: string;
  /** Computes what is wanted of the first row above the column, at `p`, `pl`, `pr`. */
  above: string;
  /** The same of the column's first row. */
  first: string;
  /** With the row below at `p`, `pl`, `pr`: computes the states of the row before, as `next0`, `next1` ... */
  next: string;
  /** Every kept row is a row older. */
  turn: string;
}

/** Where what is kept of a row stands: the row above, the cells' own, the one below. */
const ROWS = ['above', 'own', 'below'] as const;
type Row = (typeof ROWS)[number];

/**
 * Words are read from `source`: the own column's at `p`, the columns' to the left and right at `pl` and `pr`. Of these
 * bit `leftBit` and bit 0 are the neighbours of bit 0 and bit `lastBit`.
 *
 * @param planeStride Words from a plane to the next.
 */
export function printWgslColumn(program: Program, planeStride: number): WgslColumn {
  return new WgslPrinter(program, planeStride).print();
}

class WgslPrinter {
  readonly #names = new Map<Value, string>();
  readonly #kept: Set<Value>;
  #row: Row = 'above';
  #lines: string[] = [];
  #done = new Set<Value>();

  constructor(
    private readonly program: Program,
    private readonly planeStride: number,
  ) {
    this.#kept = new Set(program.kept.map(({ value }) => value));
  }

  print(): WgslColumn {
    const above = this.#begin('above');
    const first = this.#begin('own');
    this.#begin('below');
    for (const [plane, value] of this.program.next.entries())
      this.#lines.push(`let next${plane} = ${this.#value(value)};`);
    return {
      declarations: [...this.#kept].flatMap((v) => ROWS.map((row) => `var ${this.#name(v, row)} = 0u;`)).join('\n'),
      above: above.join('\n'),
      first: first.join('\n'),
      next: this.#lines.join('\n'),
      turn: [...this.#kept]
        .map((v) => {
          const [oldest, own, newest] = ROWS.map((row) => this.#name(v, row));
          return `${oldest} = ${own}; ${own} = ${newest};`;
        })
        .join('\n'),
    };
  }

  /** Computes what is kept of a row. Of the row above, what is wanted of the cells' own row only is not. */
  #begin(row: Row): string[] {
    this.#row = row;
    this.#lines = [];
    this.#done = new Set();
    for (const { value, age } of this.program.kept) if (row !== 'above' || age === 2) this.#value(value);
    return this.#lines;
  }

  #name(value: Value, row: Row = this.#row): string {
    let name = this.#names.get(value);
    if (name === undefined) {
      name = `v${this.#names.size}`;
      this.#names.set(value, name);
    }
    return this.#kept.has(value) ? `${name}${row}` : name;
  }

  /** The text of a value; lines that must stand before it are written. */
  #value(value: Value): string {
    if (value.op === 'kept') return this.#name(value.a!, value.index === 1 ? 'own' : 'above');
    if (value.op === 'zero') return '0u';
    const kept = this.#kept.has(value);
    if (value.uses <= 1 && value.op !== 'own' && !kept) return this.#compute(value);
    const name = this.#name(value);
    if (!this.#done.has(value)) {
      const text = this.#compute(value);
      this.#lines.push(`${kept ? '' : 'let '}${name} = ${text};`);
      this.#done.add(value);
    }
    return name;
  }

  #compute(value: Value): string {
    const { living } = this.program;
    if (value.op === 'own') return this.#load('p', value.index);
    if (value.op === 'left')
      return `((${this.#value(living)} << 1u) | ((${this.#elsewhere(living, 'pl')} >> leftBit) & 1u))`;
    if (value.op === 'right')
      return `((${this.#value(living)} >> 1u) | ((${this.#elsewhere(living, 'pr')} & 1u) << lastBit))`;
    return joined(value, (operand) => this.#value(operand));
  }

  /** A function of the own planes, of the same row in the column to the left or right. */
  #elsewhere(value: Value, pointer: string): string {
    if (value.op === 'own') return this.#load(pointer, value.index);
    if (value.op === 'zero') return '0u';
    return joined(value, (operand) => this.#elsewhere(operand, pointer));
  }

  #load(pointer: string, plane: number): string {
    return plane === 0 ? `source[${pointer}]` : `source[${pointer} + ${plane * this.planeStride}u]`;
  }
}
