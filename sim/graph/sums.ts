/**
 * How many neighbours live, as bit-planes, from sums of single rows: each row is added up once and serves three rows of
 * cells. Numbers in the comments are weights.
 */
import { type Graph, LEFT, type Literal, RIGHT } from './graph.js';

/** A sum of up to three cells: weights 1 and 2. */
export interface RowSum {
  one: Literal;
  two: Literal;
}

/** Left and right neighbour of a row. */
export function pair(g: Graph, row: number): RowSum {
  const left = g.input(row, LEFT);
  const right = g.input(row, RIGHT);
  return { one: g.xor(left, right), two: g.and(left, right) };
}

/** The three cells of a row. @param centre The middle one, a function of the row's planes. */
export function triple(g: Graph, row: number, centre: Literal): RowSum {
  const { one, two } = pair(g, row);
  return { one: g.xor(one, centre), two: g.or(two, g.and(one, centre)) };
}

/** Planes that a number of neighbours can be read from, none of them enough alone. */
export interface Sums {
  /** Number is odd. */
  odd: Literal;
  /** Other planes by name. */
  [name: string]: Literal;
}

/**
 * Eight neighbours: the number is odd + 2 (e + f) + 4 (g1 + g2), where e is the parity of two twos and g1 their carry,
 * f and g2 alike; so 2s + 4 (k + g1 + g2) with s = e ^ f, k = e & f.
 */
export function mooreSums(g: Graph, living: (row: number) => Literal): Sums {
  const above = triple(g, -1, living(-1));
  const own = pair(g, 0);
  const below = triple(g, 1, living(1));
  const x = g.xor(above.one, own.one);
  const odd = g.xor(x, below.one);
  const carry = g.or(g.and(above.one, own.one), g.and(x, below.one));
  const e = g.xor(above.two, below.two);
  const f = g.xor(own.two, carry);
  const g1 = g.and(above.two, below.two);
  const g2 = g.and(own.two, carry);
  const s = g.xor(e, f);
  const k = g.and(e, f);
  // With k neither g1 nor g2 can be 1, for e and f are; g1 and g2 together are eight.
  const four = g.xor(g.xor(g1, g2), k);
  const either = g.or(g1, g2);
  return { odd, e, f, g1, g2, s, k, four, eight: g.and(g1, g2), either, many: g.or(either, k) };
}

/** The sets of planes that, with the cell, may tell all numbers of eight neighbours apart. */
export const MOORE_SETS: readonly (readonly string[])[] = [
  ['odd', 's', 'either'],
  ['odd', 's', 'four', 'g2'],
  ['odd', 's', 'four', 'many'],
  ['odd', 's', 'four', 'either'],
  ['odd', 's', 'either', 'k'],
];

/** Four neighbours, in two pairs. */
export function neumannSums(g: Graph, living: (row: number) => Literal): Sums {
  const { one, two } = pair(g, 0);
  const above = living(-1);
  const below = living(1);
  const z0 = g.xor(above, below);
  const z1 = g.and(above, below);
  const carry = g.and(one, z0);
  const twos = g.xor(two, z1);
  return {
    odd: g.xor(one, z0),
    one,
    two,
    z0,
    z1,
    carry,
    twos,
    s: g.or(twos, carry),
    some: g.or(two, z1),
    four: g.and(two, z1),
  };
}

/** The same for four neighbours. */
export const NEUMANN_SETS: readonly (readonly string[])[] = [
  ['odd', 's', 'four'],
  ['odd', 'twos', 'carry', 'four'],
  ['odd', 'some', 'carry', 'four'],
  ['odd', 's', 'some', 'four'],
  ['one', 'two', 'z0', 'z1'],
];
