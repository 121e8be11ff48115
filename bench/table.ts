/** What every measurement gives, and how it is printed. */

import { fileURLToPath } from 'node:url';

/** A cell of a table: a number or a text, already as it is to be read. */
export type Cell = string | number;

/** A finished measurement. */
export interface Report {
  /** The numbers, unrounded, under names that tell their units. */
  data: unknown;
  /** The same for people. */
  text: string;
}

/** Columns as wide as they must be; the first `left` of them flush left, the rest flush right. */
export function table(title: string, head: readonly string[], rows: readonly (readonly Cell[])[], left = 1): string {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const line = (cells: string[]) =>
    cells.map((cell, i) => (i < left ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  const [first, ...rest] = lines.map(line);
  return [title, '', first!, '-'.repeat(first!.length), ...rest].map((text) => text.trimEnd()).join('\n');
}

/** The value below which the share `p` (0..1) of the values lies, by nearest rank; NaN of none. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Bytes with thousands set apart. */
export const bytes = (n: number): string => Math.round(n).toLocaleString('en-US');

/** Runs a measurement that was started by itself or by `scripts/bench.js`, which is sent the numbers. */
export async function main(url: string, measure: () => Promise<Report>): Promise<void> {
  if (process.argv[1] !== fileURLToPath(url)) return;
  const { data, text } = await measure();
  console.log(text);
  process.send?.(data);
  process.disconnect?.();
}
