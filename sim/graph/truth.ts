/**
 * Functions of the nine cells of a neighbourhood as truth tables of 512 bits. Case: bit 3 (row + 1) + column, columns
 * left, own, right; so bit 4 is the cell itself.
 */
import { CENTRE, type Graph, LEFT, type Literal } from './graph.js';

/** 16 words; case i is bit `i & 31` of word `i >> 5`. */
export type Truth = Int32Array;

export const CASES = 512;
/** The bit of a case that is the cell itself. */
export const SELF = 4;

/** The table of a function given by its value in each case. */
export function truthOf(value: (neighbours: number) => boolean): Truth {
  const truth = new Int32Array(CASES / 32);
  for (let i = 0; i < CASES; i++) if (value(i)) truth[i >> 5] |= 1 << (i & 31);
  return truth;
}

/** Tables of a graph's functions, each computed once. */
export class Truths {
  readonly #known = new Map<Literal, Truth>();

  constructor(private readonly graph: Graph) {}

  /** @param literal A function of the three rows, of cells that are dead or alive: planes above the lowest are 0. */
  of(literal: Literal): Truth {
    const known = this.#known.get(literal);
    if (known) return known;
    const truth = literal & 1 ? this.of(literal ^ 1).map((word) => ~word) : this.#compute(literal);
    this.#known.set(literal, truth);
    return truth;
  }

  #compute(literal: Literal): Truth {
    const { graph } = this;
    if (literal === 0) return new Int32Array(CASES / 32);
    if (graph.isInput(literal)) {
      const { row, meaning } = graph.inputOf(literal);
      const stored = meaning >= CENTRE ? (graph.sky >> (meaning - CENTRE)) & 1 : 0;
      if (meaning > CENTRE) return new Int32Array(CASES / 32).fill(-stored);
      const bit = 3 * (row + 1) + (meaning === LEFT ? 0 : meaning === CENTRE ? 1 : 2);
      return truthOf((neighbours) => ((neighbours >> bit) & 1) !== stored);
    }
    const { op, a, b } = graph.nodeOf(literal);
    const x = this.of(a);
    const y = this.of(b);
    return op === 'and' ? x.map((word, i) => word & y[i]) : x.map((word, i) => word ^ y[i]);
  }
}
