/** From a rule to its graph: the next planes of a cell, from its own and its neighbours' rows. */
import { RuleError } from '../errors.js';
import type { GenerationsRule, Rule, TotalisticRule, TwoStateRule } from '../rule/rule.js';
import { choose } from './choose.js';
import { waiting } from './generations.js';
import { Graph, type Literal } from './graph.js';
import { chooseIsotropic } from './isotropic.js';
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

/**
 * Makes the graph of a rule; some milliseconds. It holds for states the rule has; what becomes of others is undefined.
 *
 * @param sky The state that cells are stored as they differ from (XOR), so that 0 means it. @param nextSky That of the
 * next generation.
 * @throws RuleError for Larger than Life: its cells look further than the rows above and below.
 */
export function ruleGraph(rule: Rule, sky = 0, nextSky = 0): RuleGraph {
  if (rule.kind === 'larger')
    throw new RuleError(`Rule "${rule.text}" looks further than one cell: it needs the engine for Larger than Life.`);
  const graph = new Graph(sky);
  const made = rule.kind === 'generations' ? generations(graph, rule) : twoState(graph, rule);
  return { ...made, next: made.next.map((literal, plane) => literal ^ ((nextSky >> plane) & 1)) };
}

function twoState(graph: Graph, rule: TwoStateRule): RuleGraph {
  const living = (row: number) => graph.plane(row, 0);
  return { graph, planes: 1, living: living(0), next: [lives(graph, rule, living)] };
}

/** Whether a cell that is dead or alive lives next. @param living Of the cell in the middle of a row. */
function lives(graph: Graph, rule: TwoStateRule, living: (row: number) => Literal): Literal {
  if (rule.kind === 'isotropic') return chooseIsotropic(graph, living, rule.table);
  const moore = rule.neighborhood === 'moore';
  const sums = moore ? mooreSums(graph, living) : neumannSums(graph, living);
  const sets = (moore ? MOORE_SETS : NEUMANN_SETS).map((names) => [living(0), ...names.map((name) => sums[name])]);
  return choose(graph, sets, totalistic(rule));
}

/** Cells of a case that count: all but the own one, or those to its sides, above and below. */
const MOORE = 0b111_101_111;
const NEUMANN = 0b010_101_010;

function totalistic({ birth, survival, neighborhood }: TotalisticRule): Truth {
  const counted = neighborhood === 'moore' ? MOORE : NEUMANN;
  return truthOf((neighbours) => {
    const alive = (neighbours >> SELF) & 1;
    let number = 0;
    for (let bits = neighbours & counted; bits !== 0; bits &= bits - 1) number++;
    return (((alive ? survival : birth) >> number) & 1) === 1;
  });
}

function generations(graph: Graph, { base, states, planes }: GenerationsRule): RuleGraph {
  const { living, young, later } = waiting(graph, states, planes);
  const alive = lives(graph, base, living);
  const next = later.map((plane, i) => {
    // What is dead or alive becomes 1 if it lives; what was alive and does not becomes 2.
    if (i === 0) return graph.or(plane, graph.and(young, alive));
    if (i === 1) return graph.or(plane, graph.and(living(0), alive ^ 1));
    return plane;
  });
  return { graph, planes, living: living(0), next };
}
