/**
 * The sky: the state of cells about which all are alike. It is 0 as long as nothing is born of nothing; else it goes from
 * state to state. Cells are stored as they differ from it (XOR): see assembly/sky.ts.
 */
import { RuleError } from '../../errors.js';
import type { Rule } from '../../rule/rule.js';

/** The state after this one where all cells around are in the same. @throws RuleError for rules that look further. */
export function nextSky(rule: Rule, sky: number): number {
  switch (rule.kind) {
    case 'totalistic':
      return sky === 0 ? rule.birth & 1 : (rule.survival >> (rule.neighborhood === 'moore' ? 8 : 4)) & 1;
    case 'isotropic':
      return rule.table[sky === 0 ? 0 : 511];
    case 'generations':
      if (sky > 1) return (sky + 1) % rule.states;
      return nextSky(rule.base, sky) === 1 ? 1 : 2 * sky;
    default:
      throw new RuleError(`Rule "${rule.text}" looks further than one cell: it needs the engine for Larger than Life.`);
  }
}
