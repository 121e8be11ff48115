/** What all fields are asked for, and which kernel they get. */
import { RuleError } from '../errors.js';
import { checkGrid, type Wrap } from '../life/grid.js';
import { makeJsKernel } from './js-kernel.js';
import type { MakeKernel } from './kernel.js';
import { type Numbers, numbersOf, parseNumbers, type Ranges } from './parameters.js';

export interface FieldOptions {
  /** Cells across and down; 2^26 together at most. */
  width: number;
  height: number;
  /** Default "torus". What is beyond the edges of a bounded field, its kind says. */
  wrap?: Wrap;
  /** Bit-planes of what is shown and streamed, 1..8: 2^planes levels. Default 6. */
  planes?: number;
  /** Default "auto": WebAssembly, else its twin in TypeScript; "gpu" stands for the best there is. */
  engine?: 'auto' | 'gpu' | 'wasm' | 'js';
}

/** The best kernel, and why that. */
export async function chooseKernel(engine: FieldOptions['engine']): Promise<{ make: MakeKernel; reason: string }> {
  if (engine === 'js') return { make: makeJsKernel, reason: 'asked for' };
  const gpu = engine === 'gpu' ? 'there is no GPU engine for fields; ' : '';
  try {
    const { loadWasmKernel } = await import('./wasm-kernel.js');
    return {
      make: await loadWasmKernel(),
      reason: `${gpu}${engine === 'wasm' ? 'asked for' : 'WebAssembly is the fastest here'}`,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { make: makeJsKernel, reason: `${gpu}WebAssembly cannot be used here: ${why}` };
  }
}

/** Size and engine, checked. @throws GridError, RangeError */
export function checkField({ width, height, engine = 'auto' }: FieldOptions): { width: number; height: number } {
  if (!['auto', 'gpu', 'wasm', 'js'].includes(engine))
    throw new RangeError(`Engine "${engine}" is unknown for a field: use "auto", "wasm" or "js".`);
  return checkGrid(width, height);
}

/** The numbers that are asked for: by `rule` or one by one, not both. @throws RuleError */
export function askedNumbers<Name extends string>(
  options: Partial<Numbers<Name>> & { rule?: string },
  ranges: Ranges<Name>,
  presets: Readonly<Record<string, Partial<Numbers<Name>>>>,
): Numbers<Name> {
  const { rule } = options;
  if (rule === undefined) return numbersOf(ranges, options);
  const name = (Object.keys(ranges) as Name[]).find((one) => options[one] !== undefined);
  if (name !== undefined)
    throw new RuleError(`Both a rule and ${name} are given: write the number into the rule, or leave the rule out.`);
  return parseNumbers(rule, ranges, presets);
}
