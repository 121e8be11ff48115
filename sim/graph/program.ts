/**
 * A rule's graph as operations a machine has: and, or, xor, and-not. What depends on one row only is computed when that
 * row comes, as the row below, and kept for the two rows of cells that follow.
 */
import type { Rule } from '../rule/rule.js';
import { CENTRE, type Graph, LEFT, type Literal } from './graph.js';
import { type RuleGraph, ruleGraph } from './rule-graph.js';

/** A value computed for a row of cells. Compared by identity: each stands once in a program. */
export interface Value {
  readonly op: 'zero' | 'own' | 'left' | 'right' | 'and' | 'or' | 'xor' | 'andn' | 'not' | 'kept';
  /** Operands; `andn` is `a & ~b`. `kept`: the value of a row. */
  readonly a?: Value;
  readonly b?: Value;
  /** own: the plane. kept: rows since it was computed, 1 (the cell's own row) or 2 (the row above). */
  readonly index: number;
  /** How many operations and results want it. */
  uses: number;
}

export interface Program {
  planes: number;
  /** Which cells neighbours count, or all others, from `own` values: also for words of the blocks to the left and right. */
  living: Value;
  /** Whether any cell looks to its sides at all. */
  sides: boolean;
  /** Values of a row that are wanted again one or two rows later, and until when. */
  kept: { value: Value; age: number }[];
  /** Each plane of the next state of the row above the newest. */
  next: Value[];
}

/** Programs of the last rules asked for, by what they do and skies: engines of one page mostly share a rule. */
const programs = new Map<string, Program>();
const MOST_PROGRAMS = 32;

/**
 * The program of a rule; at first some milliseconds, for isotropic rules some dozens.
 *
 * @throws RuleError for Larger than Life.
 */
export function programOf(rule: Rule, sky = 0, nextSky = 0): Program {
  const name = `${nameOf(rule)} ${sky} ${nextSky}`;
  let found = programs.get(name);
  if (!found) {
    found = program(ruleGraph(rule, sky, nextSky));
    if (programs.size === MOST_PROGRAMS) programs.delete(programs.keys().next().value!);
    programs.set(name, found);
  }
  return found;
}

/** Tells rules apart by what they do: their text may be anything. */
function nameOf(rule: Rule): string {
  switch (rule.kind) {
    case 'totalistic':
      return `${rule.neighborhood} ${rule.birth} ${rule.survival}`;
    case 'isotropic':
      return rule.table.join('');
    case 'generations':
      return `${nameOf(rule.base)} ${rule.states}`;
    case 'larger':
      return rule.text;
  }
}

export function program({ graph, planes, living, next }: RuleGraph): Program {
  const lowering = new Lowering(graph, graph.below(living));
  const own = lowering.living;
  const results = next.map((literal) => lowering.positive(literal));
  for (const value of results) value.uses++;
  // Both sides look at it.
  own.uses += 2;
  return { planes, living: own, sides: lowering.sides, kept: lowering.kept(), next: results };
}

/** Operations of a program for a row of cells, besides loads, stores and shifts. */
export function operations({ next }: Program): number {
  const seen = new Set<Value>();
  const count = (value?: Value): number => {
    if (!value || seen.has(value)) return 0;
    seen.add(value);
    const own = ['and', 'or', 'xor', 'andn', 'not'].includes(value.op) ? 1 : 0;
    return own + count(value.a) + count(value.b);
  };
  return next.reduce((sum, value) => sum + count(value), 0);
}

/** A value, and whether it is the complement of what was asked for. */
interface Phased {
  value: Value;
  not: number;
}

class Lowering {
  readonly #values = new Map<number, Phased>();
  readonly #kept = new Map<Value, Map<number, Value>>();
  readonly #zero = make('zero');
  sides = false;
  readonly #living: Phased;

  constructor(
    private readonly graph: Graph,
    living: Literal,
  ) {
    this.#living = this.#lower(living);
  }

  get living(): Value {
    return this.#living.value;
  }

  positive(literal: Literal): Value {
    const { value, not } = this.#lower(literal);
    return not ? make('not', value) : value;
  }

  kept(): Program['kept'] {
    return [...this.#kept].map(([value, ages]) => ({ value, age: Math.max(...ages.keys()) }));
  }

  #lower(literal: Literal): Phased {
    const node = literal & ~1;
    let found = this.#values.get(node);
    if (!found) {
      found = this.#node(node);
      this.#values.set(node, found);
    }
    return { value: found.value, not: found.not ^ (literal & 1) };
  }

  #node(literal: Literal): Phased {
    const { graph } = this;
    const row = graph.rowOf(literal);
    if (row === 0 || row === -1) {
      const below = this.#lower(graph.below(literal));
      return { value: this.#age(below.value, row === 0 ? 1 : 2), not: below.not };
    }
    if (literal === 0) return { value: this.#zero, not: 0 };
    if (graph.isInput(literal)) {
      const { meaning } = graph.inputOf(literal);
      if (meaning >= CENTRE) return { value: make('own', undefined, undefined, meaning - CENTRE), not: 0 };
      this.sides = true;
      return { value: make(meaning === LEFT ? 'left' : 'right'), not: this.#living.not };
    }
    const node = graph.nodeOf(literal);
    const a = this.#lower(node.a);
    const b = this.#lower(node.b);
    if (node.op === 'xor') return { value: make('xor', a.value, b.value), not: a.not ^ b.not };
    if (a.not && b.not) return { value: make('or', a.value, b.value), not: 1 };
    if (a.not) return { value: make('andn', b.value, a.value), not: 0 };
    if (b.not) return { value: make('andn', a.value, b.value), not: 0 };
    return { value: make('and', a.value, b.value), not: 0 };
  }

  #age(value: Value, age: number): Value {
    let ages = this.#kept.get(value);
    if (!ages) {
      ages = new Map();
      this.#kept.set(value, ages);
      value.uses++;
    }
    let kept = ages.get(age);
    if (!kept) {
      kept = { op: 'kept', a: value, index: age, uses: 0 };
      ages.set(age, kept);
    }
    return kept;
  }
}

function make(op: Value['op'], a?: Value, b?: Value, index = 0): Value {
  if (a) a.uses++;
  if (b) b.uses++;
  return { op, a, b, index, uses: 0 };
}
