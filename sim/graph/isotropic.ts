/**
 * Rules that ask where the living neighbours are. Edges (beside, above, below) and corners are counted apart, and signals
 * say how the ones lie to the others; from these an expression is grown.
 */
import { type Graph, LEFT, type Literal, RIGHT } from './graph.js';
import { mooreSums, pair, type RowSum } from './sums.js';
import { Synthesis } from './synthesis.js';
import { Truths, truthOf } from './truth.js';

/** Attempts differ in their signals and, after the first two, in chance decisions; more than these gain little. */
const ATTEMPTS = 16;
const NOISE = 0.4;

/** @param table 512 entries, by cases as in `truth.ts`. */
export function chooseIsotropic(graph: Graph, living: (row: number) => Literal, table: Uint8Array): Literal {
  const ones = truthOf((i) => table[i] === 1);
  const zeros = ones.map((word) => ~word);
  const truths = new Truths(graph);
  const { lone, joint } = signals(graph, living);
  const { odd, s, four: fours, eight, many } = mooreSums(graph, living);
  const counted = [odd, s, fours, eight, many];
  // The same rule is to give the same kernel everywhere.
  let seed = 1;
  const chance = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return ((seed >>> 8) / 2 ** 24 - 0.5) * NOISE;
  };
  let best: Literal | undefined;
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const variables = [...lone, ...(attempt & 1 ? counted : joint)];
    const made = new Synthesis(graph, variables, attempt < 2 ? () => 0 : chance, truths).make(ones, zeros);
    const cost = graph.cost([made]);
    if (cost >= least) continue;
    least = cost;
    best = made;
  }
  return best!;
}

/** Four cells, counted: of none to all of them, no two numbers look alike, nor do two cells of one pair or of two. */
interface Four {
  odd: Literal;
  /** One of each pair. */
  split: Literal;
  /** One pair, perhaps with one of the other. */
  whole: Literal;
  all: Literal;
}

function four(g: Graph, a: RowSum, b: RowSum): Four {
  return { odd: g.xor(a.one, b.one), split: g.and(a.one, b.one), whole: g.xor(a.two, b.two), all: g.and(a.two, b.two) };
}

/** What tells patterns apart: `lone` is about edges or corners, `joint` the number of both, made of theirs. */
function signals(g: Graph, living: (row: number) => Literal): { lone: Literal[]; joint: Literal[] } {
  const [n, s, w, e] = [living(-1), living(1), g.input(0, LEFT), g.input(0, RIGHT)];
  const [nw, ne, sw, se] = [g.input(-1, LEFT), g.input(-1, RIGHT), g.input(1, LEFT), g.input(1, RIGHT)];
  const both = (a: Literal, b: Literal): RowSum => ({ one: g.xor(a, b), two: g.and(a, b) });
  const edges = four(g, pair(g, 0), both(n, s));
  const corners = four(g, both(nw, se), both(ne, sw));
  // Each edge with the two corners beside it, in the order of `opposite` edges.
  const sides: [Literal, RowSum][] = [
    [n, pair(g, -1)],
    [w, both(nw, sw)],
    [s, pair(g, 1)],
    [e, both(ne, se)],
  ];
  const any = (sum: RowSum): Literal => g.or(sum.one, sum.two);
  const touching = (turn: 0 | 2, of: (sum: RowSum) => Literal): Literal[] =>
    sides.map(([, sum], i) => g.and(sides[(i + turn) & 3][0], of(sum)));
  const or = ([a, b, c, d]: Literal[]): Literal => g.or(g.or(a, b), g.or(c, d));
  const xor = ([a, b, c, d]: Literal[]): Literal => g.xor(g.xor(a, b), g.xor(c, d));
  const lone = [
    ...[living(0), ...Object.values(edges), ...Object.values(corners)],
    // How many pairs of neighbours touch is odd; an edge touches a corner; is apart from one; has one at both ends; not.
    xor(touching(0, (sum) => sum.one)),
    or(touching(0, any)),
    or(touching(2, any)),
    or(touching(0, (sum) => sum.two)),
    or(touching(2, (sum) => sum.two)),
    // These tell apart what is left, and are no more than themselves.
    ...[g.xor(n, e), g.and(nw, se), g.and(n, s), pair(g, -1).one],
  ];
  // The sum of two numbers up to 4.
  const edgeTwos = g.or(edges.split, edges.whole);
  const cornerTwos = g.or(corners.split, corners.whole);
  const carry = g.and(edges.odd, corners.odd);
  const half = g.xor(edgeTwos, cornerTwos);
  const fours = g.or(g.and(edgeTwos, cornerTwos), g.and(half, carry));
  const joint = [
    ...[g.xor(edges.odd, corners.odd), g.xor(half, carry), edgeTwos, cornerTwos],
    ...[g.xor(g.xor(edges.all, corners.all), fours), g.or(g.or(edges.all, corners.all), fours)],
    g.and(edges.all, corners.all),
  ];
  return { lone, joint };
}
