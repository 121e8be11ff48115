/** A rule as JavaScript: blocks piece by piece, the twin of the kernels in WebAssembly. */
import type { BlockKernel, Kernel } from '../life/js/kernel.js';
import { INDEX, RowPrinter, type Shape } from './js-rows.js';
import { operations, type Program } from './program.js';

/**
 * Functions of the rule for blocks, or undefined where a page's policy forbids making functions of text (`script-src`
 * without 'unsafe-eval').
 *
 * @param planeStride Words from a plane of a block to its next plane.
 */
export function compileKernel(program: Program, planeStride: number): Kernel | undefined {
  let compiled = kernels.get(program);
  if (compiled?.planeStride === planeStride) return compiled.kernel;
  const kernel = compile(program, planeStride);
  compiled = { kernel, planeStride };
  kernels.set(program, compiled);
  return kernel;
}

/** What was made of programs, so that worlds of one rule share what the machine has learnt of it. */
const kernels = new WeakMap<Program, { kernel: Kernel | undefined; planeStride: number }>();
/** A page's policy does not change; asking it again would only fill its reports. */
let forbidden = false;

function compile(program: Program, planeStride: number): Kernel | undefined {
  if (forbidden) return undefined;
  const make = (shape: Shape): BlockKernel =>
    new Function('src', 'dst', 'at', 'marked', printBlock(program, planeStride, shape)) as BlockKernel;
  try {
    return joinKernels({ pair: make('pair'), blind: make('blind'), single: make('single'), cut: make('cut') });
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    forbidden = true;
    return undefined;
  }
}

/** Pieces of the first column of each pair. */
const FIRST = 0x00ff00ff;

export function joinKernels({ pair, blind, single, cut }: Readonly<Record<Shape, BlockKernel>>): Kernel {
  const whole: BlockKernel = (src, dst, at, marked) => {
    const both = marked & (marked >>> 8) & FIRST;
    const pairs = both | (both << 8);
    if (pairs !== 0) pair(src, dst, at, pairs);
    if (marked !== pairs) single(src, dst, at, marked & ~pairs);
  };
  return { whole, blind, cut };
}

const TOLD = ['any', 'northern', 'southern', 'western', 'eastern'];

/** Longer programs than this are not written out for 8 rows: what is too long is never made fast. */
const SHORT = 90;

/** The body of a `BlockKernel`; what it is told and tells stands in sim/life/js/kernel.ts. */
export function printBlock(program: Program, planeStride: number, shape: Shape): string {
  return shape === 'blind' ? printAll(program, planeStride) : printPieces(program, planeStride, shape);
}

/** Sets the pointers to rows of cells: of the columns, and of those to the left and right. */
const point = (p: string, pl: string, pr: string): string =>
  `p = ${p} & ${INDEX}; pl = ${pl} & ${INDEX}; pr = ${pr} & ${INDEX};`;

/**
 * A run of marked pieces below each other is walked down without summing a row twice. A kernel for pairs must be given
 * pairs.
 */
function printPieces(program: Program, planeStride: number, shape: Shape): string {
  const cut = shape === 'cut';
  const columns = shape === 'pair' ? [0, 1] : [0];
  const rows = cut || operations(program) > SHORT ? 1 : 8;
  const printer = new RowPrinter(program, planeStride, shape, columns.length);
  const [lastWord, leftWord, lastGroup] = cut ? ['at[10]', 'at[12]', 'at[9] - 1 >> 3'] : ['3', '3', '7'];
  const last = cut ? 'lastWord' : 4 - columns.length;
  // The row above or below the block.
  const outside = (base: number): string =>
    point(
      `at[${base}] + k`,
      `(k === 0 ? at[${base + 1}] + ${leftWord} : p - 1)`,
      `(k === ${last} ? at[${base + 2}] : p + ${columns.length})`,
    );
  const each = (text: (column: number) => string): string => columns.map(text).join(' ');
  const body = [printer.enter()];
  for (let row = 1; row <= rows; row++) {
    const below = rows === 8 ? 'g === 7' : 'y === height - 1 && g === lastGroup';
    if (row === rows) {
      const step = (p: string): string => `${p} + ${4 * rows}`;
      body.push(`if (${below}) { ${outside(6)} } else { ${point(step('p'), step('pl'), step('pr'))} }`);
    }
    body.push(printer.row(row + 1, row === rows ? 0 : 4 * row), printer.cells(row, 4 * (row - 1)));
    const first = each((j) => `first${j} = diff${j};`);
    if (row === 1) body.push(rows === 8 ? first : `if (y === 0) { ${first} }`);
  }
  body.push(printer.leave(rows), `to = to + ${4 * rows} & ${INDEX};`);
  const height = cut ? 'g === lastGroup ? at[9] - (g << 3) | 0 : 8' : '8';
  const tell = (j: number): string => `if (all${j} !== 0) {
        const piece = bit << ${8 * j};
        any |= piece;
        if (first${j} !== 0) northern |= piece;
        if (diff${j} !== 0) southern |= piece;
        if ((all${j} & 1) !== 0) western |= piece;
        if (${cut ? `(all${j} >>> lastBit & 1) !== 0` : `all${j} < 0`}) eastern |= piece;
      }`;
  return `'use strict';
const own = at[0], lastWord = ${lastWord}, lastGroup = ${lastGroup};
let ${TOLD.map((told) => `${told} = 0`).join()};
let p = 0, pl = 0, pr = 0, ${printer.declarations()};
for (let k = 0; k <= lastWord; k = k + ${columns.length} | 0) {
  let left = marked >>> (k << 3) & 255;
  const west = k === 0 ? at[1] + ${leftWord} | 0 : own + k - 1 | 0;
  const east = k === ${last} ? at[2] : own + k + ${columns.length} | 0;
  ${cut ? 'const leftBit = k === 0 ? at[13] : 31, lastBit = k === lastWord ? at[11] : 31;' : ''}
  ${cut ? 'const keep = lastBit === 31 ? -1 : (1 << lastBit + 1) - 1;' : ''}
  while (left !== 0) {
    let g = 31 - Math.clz32(left & -left), bit = 1 << (k << 3) + g, to = own + k + (g << 5) & ${INDEX};
    if (g === 0) { ${outside(3)} } else { ${point('to - 4', 'west + (g << 5) - 4', 'east + (g << 5) - 4')} }
    { ${printer.row(0, 0)} ${printer.begin(0)} }
    ${point('to', 'west + (g << 5)', 'east + (g << 5)')}
    { ${printer.row(1, 0)} ${printer.begin(1)} }
    for (;;) {
      let ${columns.map((j) => `all${j} = 0, first${j} = 0, diff${j} = 0`).join()};
      ${rows === 8 ? '{' : `for (let y = 0, height = ${height}; y < height; y = y + 1 | 0) {`}
      ${body.join('\n')}
      }
      ${each(tell)}
      g = g + 1 | 0;
      if ((left >>> g & 1) === 0) break;
      bit <<= 1;
    }
    left = left >>> g << g;
  }
}
${TOLD.map((told, i) => `at[${14 + i}] |= ${told};`).join(' ')}`;
}

/** Four columns at once read a word and a half for each they compute. */
function printAll(program: Program, planeStride: number): string {
  const rows = operations(program) > SHORT ? 1 : 4;
  const printer = new RowPrinter(program, planeStride, 'blind', 4);
  const body = [printer.enter()];
  for (let row = 1; row < rows; row++) body.push(printer.both(row, 4 * row, 4 * (row - 1)));
  const step = (p: string): string => `${p} + ${4 * rows}`;
  return `'use strict';
let p = 0, pl = 0, pr = 0, to = at[0] & ${INDEX}, ${printer.declarations()};
${point('at[3]', 'at[4] + 3', 'at[5]')}
{ ${printer.row(0, 0)} ${printer.begin(0)} }
${point('to', 'at[1] + 3', 'at[2]')}
{ ${printer.row(1, 0)} ${printer.begin(1)} }
for (let y = ${rows}; y <= 64; y = y + ${rows} | 0) {
  ${body.join('\n')}
  if (y === 64) { ${point('at[6]', 'at[7] + 3', 'at[8]')} } else { ${point(step('p'), step('pl'), step('pr'))} }
  ${printer.both(rows, 0, 4 * (rows - 1))}
  ${printer.leave(rows)} to = to + ${4 * rows} & ${INDEX};
}
${TOLD.map((_, i) => `at[${14 + i}] |= marked;`).join(' ')}`;
}
