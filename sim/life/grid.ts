/** Sizes of grids. */
import { GridError, quote } from '../errors.js';

/** Most cells along one side. */
export const MAX_SIDE = 65536;

export type Wrap = 'torus' | 'bounded';

/**
 * Reads "4096x2048" (width x height; `×`, `*` or `,` will do as well) or one number for a square.
 *
 * @throws GridError when it is no such text, or a side lies outside 1..65536.
 */
export function parseGrid(text: string): { width: number; height: number } {
  const match = /^\s*(\d{1,15})\s*(?:[x×*,]\s*(\d{1,15})\s*)?$/i.exec(String(text));
  if (!match)
    throw new GridError(`Grid ${quote(String(text))} is no size: write width x height in cells, such as "1024x768".`);
  return checkGrid(Number(match[1]), Number(match[2] ?? match[1]));
}

/** The same limits for numbers. @throws GridError */
export function checkGrid(width: number, height: number): { width: number; height: number } {
  for (const [name, side] of [
    ['width', width],
    ['height', height],
  ] as const)
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE)
      throw new GridError(`Grid ${name} ${side} is out of range: use a whole number from 1 to ${MAX_SIDE}.`);
  return { width, height };
}

/** @throws GridError when it is neither "torus" nor "bounded". */
export function checkWrap(wrap: string): Wrap {
  if (wrap !== 'torus' && wrap !== 'bounded')
    throw new GridError(`Wrap ${quote(String(wrap))} is unknown: use "torus" or "bounded".`);
  return wrap;
}
