/** What a cell becomes next, for every family of rules there is here. `parseRule` makes one from text. */
import { type ClassMasks, classDigits, isTotalistic, tableOf } from './hensel.js';

/** Cells that count for two-state and Generations rules: all eight around, or the four beside, above and below. */
export type Neighborhood = 'moore' | 'von-neumann';

/**
 * Most states a cell can have: 8 bit-planes hold no more, and Golly knows no more.
 * State 0 is dead, 1 alive; the others only wait: they count for nobody.
 */
export const MAX_STATES = 256;

/** What all rules have. */
interface Common {
  /** Canonical text, which `parseRule` reads back as the same rule; Golly's form, e.g. "B3/S23", "345/2/4". */
  readonly text: string;
  /** States of a cell, 2..256. */
  readonly states: number;
  /** Bit-planes that hold a state's number, 1..8. */
  readonly planes: number;
}

/** Two states; only how many neighbours live counts. */
export interface TotalisticRule extends Common {
  readonly kind: 'totalistic';
  /** Bit n set: a dead cell with n living neighbours is born. */
  readonly birth: number;
  /** Bit n set: a living cell with n living neighbours stays. */
  readonly survival: number;
  readonly neighborhood: Neighborhood;
}

/** Two states; where the living neighbours are counts too, but not how the pattern is turned or mirrored. */
export interface IsotropicRule extends Common {
  readonly kind: 'isotropic';
  readonly neighborhood: 'moore';
  /** 512 entries, 0 or 1: what the middle of 3x3 cells becomes. Bit 3 * row + column of the index is a cell: see `tableOf`. */
  readonly table: Uint8Array;
}

export type TwoStateRule = TotalisticRule | IsotropicRule;

/** Cells of state 1 live by a two-state rule; one that does not stay goes through states 2, 3, ... before it is dead. */
export interface GenerationsRule extends Common {
  readonly kind: 'generations';
  /** Who is born, and who stays in state 1. Only cells of state 1 count as living neighbours. */
  readonly base: TwoStateRule;
  readonly neighborhood: Neighborhood;
}

/** Larger than Life: who lives within `range` cells is counted, and bounds say what becomes of it. */
export interface LargerRule extends Common {
  readonly kind: 'larger';
  /** How far neighbours reach, 1..10. */
  readonly range: number;
  /** Does a cell count itself? */
  readonly middle: boolean;
  /** Least and most living cells with which a living cell stays. */
  readonly survival: readonly [number, number];
  /** Least and most living cells with which a dead cell is born. */
  readonly birth: readonly [number, number];
  /** A square, a diamond, or all cells nearer than `range` + 0.5. */
  readonly neighborhood: Neighborhood | 'circular';
}

export type Rule = TotalisticRule | IsotropicRule | GenerationsRule | LargerRule;

const digits = (mask: number): string => [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((n) => (mask >> n) & 1).join('');

/** Builds an outer-totalistic rule from its bit masks (bit n: n neighbours). */
export function makeRule(birth: number, survival: number, neighborhood: Neighborhood = 'moore'): TotalisticRule {
  const text = `B${digits(birth)}/S${digits(survival)}${neighborhood === 'moore' ? '' : 'V'}`;
  return { kind: 'totalistic', birth, survival, neighborhood, text, states: 2, planes: 1 };
}

/**
 * Builds a two-state Moore rule from the classes of neighbours (`hensel.ts`) that give birth and that survive; an
 * outer-totalistic one where whole counts are all there is.
 */
export function makeIsotropicRule(birth: ClassMasks, survival: ClassMasks): TwoStateRule {
  if (isTotalistic(birth) && isTotalistic(survival)) return makeRule(countsOf(birth), countsOf(survival));
  const text = `B${classDigits(birth)}/S${classDigits(survival)}`;
  return {
    kind: 'isotropic',
    table: tableOf(birth, survival),
    neighborhood: 'moore',
    text,
    states: 2,
    planes: 1,
  };
}

/** Builds the rule that lets cells of `base` go through more states as they die; with 2 states it is `base` itself. */
export function makeGenerationsRule(base: TwoStateRule, states: number): TwoStateRule | GenerationsRule {
  if (states === 2) return base;
  const [, birth, survival, suffix] = /^B(.*)\/S([^V]*)(V?)$/.exec(base.text)!;
  return {
    kind: 'generations',
    base,
    neighborhood: base.neighborhood,
    text: `${survival}/${birth}/${states}${suffix}`,
    states,
    planes: planesFor(states),
  };
}

/** Bit-planes that hold the numbers 0..states-1. */
export function planesFor(states: number): number {
  return 32 - Math.clz32(states - 1);
}

/** Are cells born where nothing lives? Then an empty world does not stay empty. */
export function bornOfNothing(rule: Rule): boolean {
  switch (rule.kind) {
    case 'totalistic':
      return (rule.birth & 1) === 1;
    case 'isotropic':
      return rule.table[0] === 1;
    case 'generations':
      return bornOfNothing(rule.base);
    case 'larger':
      return rule.birth[0] === 0;
  }
}

const countsOf = (masks: ClassMasks): number => masks.reduce((counts, mask, n) => counts | (mask ? 1 << n : 0), 0);
