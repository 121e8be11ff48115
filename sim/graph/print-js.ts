/** A rule as JavaScript: columns of 32 cells, the twin of the kernels in WebAssembly. */
import type { ColumnKernel } from '../life/js/kernel.js';
import type { Program, Value } from './program.js';

/**
 * A function of the rule for one column of words, or undefined where a page's policy forbids making functions of text
 * (`script-src` without 'unsafe-eval').
 *
 * @param planeStride Words from a plane of a block to its next plane.
 */
export function compileColumn(program: Program, planeStride: number): ColumnKernel | undefined {
  let compiled = kernels.get(program);
  if (compiled?.planeStride === planeStride) return compiled.kernel;
  const kernel = compile(program, planeStride);
  compiled = { kernel, planeStride };
  kernels.set(program, compiled);
  return kernel;
}

/** What was made of programs, so that worlds of one rule share what the machine has learnt of it. */
const kernels = new WeakMap<Program, { kernel: ColumnKernel | undefined; planeStride: number }>();
/** A page's policy does not change; asking it again would only fill its reports. */
let forbidden = false;

function compile(program: Program, planeStride: number): ColumnKernel | undefined {
  if (forbidden) return undefined;
  const make = (edge: boolean): ColumnKernel =>
    new Function('src', 'dst', 'column', printColumn(program, planeStride, edge)) as ColumnKernel;
  try {
    const inner = make(false);
    const outer = make(true);
    return (src, dst, column) => (column.leftBit === 31 && column.lastBit === 31 ? inner : outer)(src, dst, column);
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    forbidden = true;
    return undefined;
  }
}

/**
 * The body of a `ColumnKernel`. What it computes and returns is told in sim/life/js/kernel.ts.
 *
 * @param edge Whether the column may have its own `leftBit` and `lastBit`; else both are 31.
 */
export function printColumn(program: Program, planeStride: number, edge: boolean): string {
  const printer = new ColumnPrinter(program, planeStride, edge);
  const lastBit = edge ? 'lastBit' : '31';
  return `'use strict';
const { c, l, r, rows, leftBit, lastBit } = column;
const keep = lastBit === 31 ? -1 : (1 << (lastBit + 1)) - 1;
let p = column.n, pl = column.nl, pr = column.nr, to = c, y = 0, all = 0, first = 0, diff = 0, next = 0;
let ${printer.declarations()};
{ ${printer.row(0)} }
p = c; pl = l; pr = r;
{ ${printer.row(1)} }
for (; y + 3 < rows; y += 3) {
  { ${printer.row(2, 4)} ${printer.cells(0)} if (y === 0) first = diff; }
  { ${printer.row(3, 8)} ${printer.cells(4)} }
  { ${printer.row(4, 12)} ${printer.cells(8)} }
  p = p + 12 | 0; pl = pl + 12 | 0; pr = pr + 12 | 0; to = to + 12 | 0;
}
for (; y < rows; y++) {
  if (y === rows - 1) { p = column.s; pl = column.sl; pr = column.sr; }
  else { p += 4; pl += 4; pr += 4; }
  ${printer.row(2)} ${printer.cells(0)}
  if (y === 0) first = diff;
  to += 4;
  ${printer.turn()}
}
if (all === 0) return 0;
return 1 | (first !== 0 ? 2 : 0) | (diff !== 0 ? 4 : 0) | ((all & 1) << 3) | (((all >>> ${lastBit}) & 1) << 4);`;
}

const SIGNS = { and: '&', or: '|', xor: '^' };

class ColumnPrinter {
  /** Names of values that are wanted more than once; of kept ones there are three, used in turn. */
  readonly #names = new Map<Value, string>();
  readonly #kept = new Set<Value>();
  /** The row being printed: lines so far, and which values they compute. */
  #lines: string[] = [];
  #done = new Set<Value>();
  #row = 0;
  #offset = 0;

  constructor(
    private readonly program: Program,
    private readonly planeStride: number,
    private readonly edge: boolean,
  ) {
    for (const { value } of program.kept) this.#kept.add(value);
  }

  declarations(): string {
    const names = [...this.#kept].flatMap((value) => [0, 1, 2].map((row) => `${this.#name(value, row)} = 0`));
    return ['unused = 0', ...names].join(', ');
  }

  /** Computes what is kept of the row at `p`. @param row Counts from the row above the first. */
  row(row: number, offset = 0): string {
    this.#offset = offset;
    this.#lines = [];
    this.#done.clear();
    this.#row = row;
    for (const { value, age } of this.program.kept) if (row > 0 || age === 2) this.#value(value);
    return this.#lines.join(' ');
  }

  /** The next states of the row above the newest. @param offset Words from `to`. */
  cells(offset: number): string {
    this.#lines = [];
    for (const [plane, value] of this.program.next.entries()) {
      const at = index('to', offset + plane * this.planeStride);
      const text = this.#value(value);
      this.#lines.push(`next = ${text}${this.edge ? ' & keep' : ''};`);
      this.#lines.push(`diff ${plane === 0 ? '=' : '|='} next ^ dst[${at}];`, `dst[${at}] = next;`);
    }
    this.#lines.push('all |= diff;');
    return this.#lines.join(' ');
  }

  /** Every kept row is a row older. */
  turn(): string {
    const older = [...this.#kept].map((value) => [0, 1, 2].map((row) => this.#name(value, row)));
    return older.map(([above, own, below]) => `${above} = ${own}; ${own} = ${below};`).join(' ');
  }

  #name(value: Value, row = this.#row): string {
    let name = this.#names.get(value);
    if (name === undefined) {
      name = `v${this.#names.size}`;
      this.#names.set(value, name);
    }
    return this.#kept.has(value) ? `${name}_${row % 3}` : name;
  }

  /** The text of a value; lines that must stand before it are written. */
  #value(value: Value): string {
    if (value.op === 'kept') return this.#name(value.a!, this.#row + 3 - value.index);
    if (value.op === 'zero') return '0';
    const kept = this.#kept.has(value);
    if (value.uses <= 1 && value.op !== 'own' && !kept) return this.#compute(value);
    const name = this.#name(value);
    if (!this.#done.has(value)) {
      const text = this.#compute(value);
      this.#lines.push(`${kept ? '' : 'const '}${name} = ${text};`);
      this.#done.add(value);
    }
    return name;
  }

  #compute(value: Value): string {
    const { living } = this.program;
    if (value.op === 'own') return this.#load('p', value.index);
    if (value.op === 'left') {
      const left = this.#elsewhere(living, 'pl');
      return `((${this.#value(living)} << 1) | ${this.edge ? `((${left} >>> leftBit) & 1)` : `(${left} >>> 31)`})`;
    }
    if (value.op === 'right') {
      const right = this.#elsewhere(living, 'pr');
      return `((${this.#value(living)} >>> 1) | ${this.edge ? `((${right} & 1) << lastBit)` : `(${right} << 31)`})`;
    }
    return joined(value, (operand) => this.#value(operand));
  }

  /** A function of the own planes, of the same row in the column to the left or right. */
  #elsewhere(value: Value, pointer: string): string {
    if (value.op === 'own') return this.#load(pointer, value.index);
    return joined(value, (operand) => this.#elsewhere(operand, pointer));
  }

  #load(pointer: string, plane: number): string {
    return `src[${index(pointer, this.#offset + plane * this.planeStride)}]`;
  }
}

/** `| 0` says that it cannot overflow. */
const index = (pointer: string, offset: number): string => (offset === 0 ? pointer : `${pointer} + ${offset} | 0`);

/** The text of an operation, in JavaScript or WGSL. */
export function joined({ op, a, b }: Value, text: (operand: Value) => string): string {
  const first = text(a!);
  if (op === 'not') return `(~${first})`;
  const second = text(b!);
  return op === 'andn' ? `(${first} & ~${second})` : `(${first} ${SIGNS[op as 'and']} ${second})`;
}
