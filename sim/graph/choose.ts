/**
 * The cheapest expression found for a function given by a table. Cases that never occur are free, which saves most.
 *
 * A table is split by each of its variables in turn, and the halves are joined in every way a cheap operation can
 * (Shannon's and Davio's expansions and what becomes of them where a half is constant, implies the other, or is its
 * complement); of the trees of operations the smallest is kept. Tables met again are looked up.
 */
import { FALSE, type Graph, type Literal, TRUE } from './graph.js';
import { type Truth, Truths } from './truth.js';

/** For each variable of a table of 32 cases, the cases in which it is 1. */
const WHERE = [0xaaaaaaaa, 0xcccccccc, 0xf0f0f0f0, 0xff00ff00, 0xffff0000].map((mask) => mask | 0);

/** A tree of operations; `v` stands for its variable, ~v where `not` is set. */
interface Tree {
  /** Operations in it. */
  cost: number;
  /** and: v & a. or: v | a. xor: v ^ a. mux: v ? b : a. The last four: a op (v op b). */
  form: 'constant' | 'and' | 'or' | 'xor' | 'mux' | 'or-and' | 'and-or' | 'xor-and';
  variable: number;
  not: 0 | 1;
  a?: Tree;
  b?: Tree;
  literal?: Literal;
}

const ZERO: Tree = { cost: 0, form: 'constant', variable: 0, not: 0, literal: FALSE };
const ONE: Tree = { cost: 0, form: 'constant', variable: 0, not: 0, literal: TRUE };

/** Finds small trees for tables over up to five variables. */
class Search {
  readonly #known = new Map<number, Map<number, Tree>>();

  constructor(private readonly variables: number) {}

  /** @param ones Cases where the function must be 1. @param zeros Where it must be 0; the others are free. */
  find(ones: number, zeros: number): Tree {
    if (ones === 0) return ZERO;
    if (zeros === 0) return ONE;
    let known = this.#known.get(ones);
    if (!known) {
      known = new Map();
      this.#known.set(ones, known);
    }
    let best = known.get(zeros);
    if (best) return best;
    for (let v = 0; v < this.variables; v++) {
      const found = this.#split(v, ones, zeros);
      if (found && (!best || found.cost < best.cost)) best = found;
    }
    known.set(zeros, best!);
    return best!;
  }

  /** The smallest tree that has this variable on top; none where the function does not depend on it. */
  #split(variable: number, ones: number, zeros: number): Tree | undefined {
    const where = WHERE[variable];
    const shift = 1 << variable;
    // The halves, each spread over the whole table, so that the variable is gone from it.
    const one1 = (ones & where) | ((ones & where) >>> shift);
    const zero1 = (zeros & where) | ((zeros & where) >>> shift);
    const one0 = (ones & ~where) | ((ones & ~where) << shift);
    const zero0 = (zeros & ~where) | ((zeros & ~where) << shift);
    if (((one0 & zero1) | (zero0 & one1)) === 0) {
      const one = one0 | one1;
      const zero = zero0 | zero1;
      return one === ones && zero === zeros ? undefined : this.find(one, zero);
    }
    let best: Tree | undefined;
    const offer = (form: Tree['form'], cost: number, not: 0 | 1, a: Tree, b?: Tree): void => {
      const sum = cost + a.cost + (b?.cost ?? 0);
      if (!best || sum < best.cost) best = { cost: sum, form, variable, not, a, b };
    };
    const andCost = (a: Tree): number => (a === ONE ? 0 : 1);
    if (one0 === 0) {
      const a = this.find(one1, zero1);
      offer('and', andCost(a), 0, a);
    } else if (zero1 === 0) offer('or', 1, 0, this.find(one0, zero0));
    else if (one1 === 0) {
      const a = this.find(one0, zero0);
      offer('and', andCost(a), 1, a);
    } else if (zero0 === 0) offer('or', 1, 1, this.find(one1, zero1));
    if (((one0 & one1) | (zero0 & zero1)) === 0) offer('xor', 1, 0, this.find(one0 | zero1, zero0 | one1));
    if (best && best.cost <= 1) return best;
    offer('mux', 3, 0, this.find(one0, zero0), this.find(one1, zero1));
    for (const not of [0, 1] as const) {
      // The half where v (or ~v) is 0, which stands alone, and the other, which is made of it.
      const [lone, loneNot, one, zero] = not ? [one1, zero1, one0, zero0] : [one0, zero0, one1, zero1];
      // Where the lone half is free it becomes what the other one is.
      const low = loneNot | (zero & ~lone);
      const high = lone | (one & ~loneNot);
      if ((lone & zero) === 0) offer('or-and', 2, not, this.find(lone, low), this.find(one & ~lone, zero));
      if ((one & loneNot) === 0) offer('and-or', 2, not, this.find(high, loneNot), this.find(one, zero & ~loneNot));
      const differ = (lone & zero) | (loneNot & one);
      const same = (high & one) | (low & zero);
      offer('xor-and', 2, not, this.find(high, low), this.find(differ, same));
    }
    return best;
  }
}

/** Puts a tree into a graph, where what it shares with the rest is shared. */
function plant(graph: Graph, variables: readonly Literal[], tree: Tree): Literal {
  if (tree.form === 'constant') return tree.literal!;
  const v = variables[tree.variable] ^ tree.not;
  const a = plant(graph, variables, tree.a!);
  if (tree.form === 'and') return graph.and(v, a);
  if (tree.form === 'or') return graph.or(v, a);
  if (tree.form === 'xor') return graph.xor(v, a);
  const b = plant(graph, variables, tree.b!);
  if (tree.form === 'mux') return graph.mux(v, a, b);
  if (tree.form === 'or-and') return graph.or(a, graph.and(v, b));
  if (tree.form === 'and-or') return graph.and(a, graph.or(v ^ 1, b));
  return graph.xor(a, graph.and(v, b));
}

/**
 * A function given by its table over at most five variables: case i is bit i, and bit v of i is what variable v is.
 *
 * @param ones Cases in which it must be 1. @param zeros In which it must be 0; the others are free.
 */
export function chooseTable(graph: Graph, variables: readonly Literal[], ones: number, zeros: number): Literal {
  return plant(graph, variables, new Search(variables.length).find(ones, zeros));
}

/** The table of a function over variables, or undefined if these do not tell its cases apart. */
function tableOf(variables: readonly Truth[], wanted: Truth): { ones: number; zeros: number } | undefined {
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
 * Tries sets of at most five variables.
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
    const found = chooseTable(graph, variables, table.ones, table.zeros);
    const cost = graph.cost([found]);
    if (cost >= least) continue;
    least = cost;
    best = found;
  }
  if (best === undefined) throw new Error('No set of variables tells the cases apart.');
  return best;
}
