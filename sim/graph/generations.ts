/** What cells of a Generations rule do without looking about: wait, from state 2 on, until they are dead. */
import { chooseTable } from './choose.js';
import type { Graph, Literal } from './graph.js';

export interface Waiting {
  /** State 1: the only cells that count as neighbours. */
  living: (row: number) => Literal;
  /** State 0 or 1. */
  young: Literal;
  /** The planes of the next state of cells that wait; 0 for the others. */
  later: Literal[];
}

/** States from `states` on are free to be anything, which saves much: a cell never has them. */
export function waiting(graph: Graph, states: number, planes: number): Waiting {
  const own = (row: number) => Array.from({ length: planes }, (_, plane) => graph.plane(row, plane));
  if (planes > 5) return ripple(graph, states, own);
  const pick = (row: number, value: (state: number) => boolean): Literal => {
    let ones = 0;
    let zeros = 0;
    for (let state = 0; state < states; state++)
      if (value(state)) ones |= 1 << state;
      else zeros |= 1 << state;
    return chooseTable(graph, own(row), ones, zeros);
  };
  const after = (state: number): number => (state < 2 || state === states - 1 ? 0 : state + 1);
  return {
    living: (row) => pick(row, (state) => state === 1),
    young: pick(0, (state) => state < 2),
    later: own(0).map((_, plane) => pick(0, (state) => ((after(state) >> plane) & 1) === 1)),
  };
}

/** For many states: counting up, as one does. */
function ripple(graph: Graph, states: number, own: (row: number) => Literal[]): Waiting {
  const old = (row: number): Literal =>
    own(row)
      .slice(1)
      .reduce((any, plane) => graph.or(any, plane));
  const planes = own(0);
  // No state that occurs holds all bits of the last one but the last one itself.
  const last = planes.filter((_, plane) => ((states - 1) >> plane) & 1).reduce((all, plane) => graph.and(all, plane));
  const counts = graph.and(old(0), last ^ 1);
  let carry = counts;
  const later = planes.map((plane) => {
    const sum = graph.xor(graph.and(plane, counts), carry);
    carry = graph.and(carry, plane);
    return sum;
  });
  return { living: (row) => graph.and(own(row)[0], old(row) ^ 1), young: old(0) ^ 1, later };
}
