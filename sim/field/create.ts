/** Makes fields. What they are made of is loaded when the first is wanted. */
import type { GrayScott, GrayScottOptions } from './gray-scott.js';
import type { Lenia, LeniaOptions } from './lenia.js';

/**
 * Makes an empty Gray-Scott world: `seed(n)` or `paint` puts something into it.
 *
 * @throws GridError, RuleError, RangeError, MemoryError (as rejections), each naming what is wrong.
 */
export async function createGrayScott(options: GrayScottOptions): Promise<GrayScott> {
  return (await import('./gray-scott.js')).makeGrayScott(options);
}

/** Makes an empty Lenia world: `load('orbium')`, `seed(n)` or `paint` puts something into it. @throws as `createGrayScott` */
export async function createLenia(options: LeniaOptions): Promise<Lenia> {
  return (await import('./lenia.js')).makeLenia(options);
}
