/**
 * How much of the living color cells have, by their state. State 0 has none. Of states that are steps of dying (Generations),
 * 1 has all of it and the last almost none; of states that are amounts, the highest has all. Of steps of dying a color shows
 * the root of a share, so that little is seen too, and many cells in a pixel show the root of their mean; of amounts, which
 * are everywhere, the share itself.
 */

/** The share of a state k above 0 is `some + each * k`. Sums of bits are enough for the shares of many cells. */
export interface Shares {
  readonly planes: number;
  readonly some: number;
  readonly each: number;
  /** Colors show the root. */
  readonly root: boolean;
}

/** @param amounts The states are amounts, such as densities, rather than steps of dying. */
export function sharesOf(planes: number, amounts: boolean): Shares {
  const most = 2 ** planes - 1;
  if (amounts) return { planes, some: 0, each: 1 / most, root: false };
  return { planes, some: (most + 1) / most, each: -1 / most, root: true };
}

/** The share of each state. */
export function shareTable({ planes, some, each }: Shares): Float64Array {
  return Float64Array.from({ length: 2 ** planes }, (_, state) => (state === 0 ? 0 : some + each * state));
}
