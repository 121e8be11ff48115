/**
 * The cheapest expression found for a function given by what it must be in each case that occurs. A case is a
 * combination of inputs; cases that never occur are free, which saves most.
 */
import { FALSE, type Graph, type Literal, TRUE } from './graph.js';
import { type Truth, Truths } from './truth.js';

/** The table of a function of up to five variables: bits of the cases where it must be 1, and where 0. */
interface Table {
  ones: number;
  zeros: number;
}

/** For each variable the cases in which it is 1. */
const WHERE = [0xaaaaaaaa, 0xcccccccc, 0xf0f0f0f0, 0xff00ff00, 0xffff0000].map((mask) => mask | 0);

/** Expands tables over some variables of a graph in a given order; equal parts become one by the graph itself. */
class Expansion {
  order: readonly number[] = [];
  form: 0 | 1 = 0;

  constructor(
    private readonly graph: Graph,
    private readonly variables: readonly Literal[],
  ) {}

  expand(ones: number, zeros: number, at = 0): Literal {
    if (ones === 0) return FALSE;
    if (zeros === 0) return TRUE;
    const { graph } = this;
    const index = this.order[at];
    const v = this.variables[index];
    const where = WHERE[index];
    const shift = 1 << index;
    // The halves, each spread over the whole table, so that the variable is gone from it.
    const one1 = spreadDown(ones & where, shift);
    const zero1 = spreadDown(zeros & where, shift);
    const one0 = spreadUp(ones & ~where, shift);
    const zero0 = spreadUp(zeros & ~where, shift);
    if ((one0 & zero1) === 0 && (zero0 & one1) === 0) return this.expand(one0 | one1, zero0 | zero1, at + 1);
    if (one0 === 0) return graph.and(v, this.expand(one1, zero1, at + 1));
    if (zero1 === 0) return graph.or(v, this.expand(one0, zero0, at + 1));
    if (one1 === 0) return graph.and(v ^ 1, this.expand(one0, zero0, at + 1));
    if (zero0 === 0) return graph.or(v ^ 1, this.expand(one1, zero1, at + 1));
    if ((one0 & one1) === 0 && (zero0 & zero1) === 0)
      return graph.xor(v, this.expand(one0 | zero1, zero0 | one1, at + 1));
    const low = this.expand(one0, zero0, at + 1);
    return graph.mux(v, low, this.expand(one1, zero1, at + 1), this.form);
  }
}

const spreadDown = (bits: number, shift: number): number => bits | (bits >>> shift);
const spreadUp = (bits: number, shift: number): number => bits | (bits << shift);

/** All orders of the numbers below n. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
  );
}
const ORDERS = [0, 1, 2, 3, 4, 5].map(orders);

/** The table of a function over variables, or undefined if these do not tell its cases apart. */
function tableOf(variables: readonly Truth[], wanted: Truth): Table | undefined {
  let ones = 0;
  let zeros = 0;
  for (let word = 0; word < wanted.length; word++)
    for (let bit = 0; bit < 32; bit++) {
      let index = 0;
      for (let v = 0; v < variables.length; v++) index |= ((variables[v][word] >>> bit) & 1) << v;
      if ((wanted[word] >>> bit) & 1) ones |= 1 << index;
      else zeros |= 1 << index;
    }
  return (ones & zeros) === 0 ? { ones, zeros } : undefined;
}

/**
 * Tries sets of at most five variables, all their orders and both forms of the multiplexer.
 *
 * @throws Error when no set tells all cases apart.
 */
export function choose(graph: Graph, sets: readonly (readonly Literal[])[], wanted: Truth): Literal {
  const truths = new Truths(graph);
  let best: Literal | undefined;
  let least = Infinity;
  for (const variables of sets) {
    const table = tableOf(
      variables.map((v) => truths.of(v)),
      wanted,
    );
    if (!table) continue;
    const expansion = new Expansion(graph, variables);
    const seen = new Set<Literal>();
    for (const order of ORDERS[variables.length])
      for (const form of [0, 1] as const) {
        expansion.order = order;
        expansion.form = form;
        const found = expansion.expand(table.ones, table.zeros);
        if (seen.has(found)) continue;
        seen.add(found);
        const cost = graph.cost([found]);
        if (cost >= least) continue;
        least = cost;
        best = found;
      }
  }
  if (best === undefined) throw new Error('No set of variables tells the cases apart.');
  return best;
}
