/** From a rule to its graph: the next planes of a cell, from its own and its neighbours' rows. */
import type { TotalisticRule } from '../rule/rule.js';
import { choose } from './choose.js';
import { CENTRE, Graph, type Literal } from './graph.js';
import { MOORE_SETS, mooreSums, NEUMANN_SETS, neumannSums } from './sums.js';
import { SELF, type Truth, truthOf } from './truth.js';

export interface RuleGraph {
  graph: Graph;
  /** Bit-planes of a cell: the number of its state in binary, plane 0 the lowest bit. */
  planes: number;
  /** Which cells neighbours count: a function of the own planes. */
  living: Literal;
  /** Each plane of the next state. */
  next: Literal[];
}

/** Makes the graph of a rule; some milliseconds. */
export function ruleGraph(rule: TotalisticRule): RuleGraph {
  const graph = new Graph();
  const living = (row: number) => graph.input(row, CENTRE);
  const moore = rule.neighborhood === 'moore';
  const sums = moore ? mooreSums(graph, living) : neumannSums(graph, living);
  const sets = (moore ? MOORE_SETS : NEUMANN_SETS).map((names) => [living(0), ...names.map((name) => sums[name])]);
  return { graph, planes: 1, living: living(0), next: [choose(graph, sets, totalistic(rule))] };
}

/** Cells of a case that count: all but the own one, or those to its sides, above and below. */
const MOORE = 0b111_101_111;
const NEUMANN = 0b010_101_010;

/** Whether a cell lives next, by its own life and the number of living neighbours. */
function totalistic({ birth, survival, neighborhood }: TotalisticRule): Truth {
  const counted = neighborhood === 'moore' ? MOORE : NEUMANN;
  return truthOf((neighbours) => {
    const alive = (neighbours >> SELF) & 1;
    let number = 0;
    for (let bits = neighbours & counted; bits !== 0; bits &= bits - 1) number++;
    return (((alive ? survival : birth) >> number) & 1) === 1;
  });
}
