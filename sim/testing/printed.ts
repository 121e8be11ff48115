/** What sim/life/js/printed.ts holds. */
import type { Shape } from '../graph/js-rows.js';
import { printBlock } from '../graph/print-js.js';
import { programOf } from '../graph/program.js';
import { parseRule } from '../rule/parse.js';

const SHAPES: readonly Shape[] = ['pair', 'blind', 'single', 'cut'];

export function printModule(): string {
  const program = programOf(parseRule('B3/S23'));
  const functions = SHAPES.map(
    (shape) => `  ${shape}(src, dst, at, marked) {\n${printBlock(program, 0, shape)}\n  },\n`,
  );
  return `// Printed by scripts/print-kernels.ts: do not edit.
// biome-ignore-all format: it is as it was printed
// biome-ignore-all lint: it is as it was printed
// @ts-nocheck: some of what is printed is not used
import type { Shape } from '../../graph/js-rows.js';
import type { BlockKernel } from './kernel.js';

/** B3/S23 on the Moore neighbourhood. */
export const LIFE: Readonly<Record<Shape, BlockKernel>> = {
${functions.join('')}};
`;
}
