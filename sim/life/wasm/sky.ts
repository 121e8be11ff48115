/**
 * Rules seen from the sky, that is from the state an empty part of the world is in. Cells are stored as they differ from
 * it (XOR), so each state of the sky has a rule of its own: see assembly/sky.ts.
 */
import type { TotalisticRule } from '../../rule/rule.js';

export interface SkyRule {
  rule: TotalisticRule;
  /** Name of this rule under this sky. */
  key: string;
}

/** The state after this one where all cells around are in the same. */
export function nextSky(rule: TotalisticRule, sky: number): number {
  const all = rule.neighborhood === 'moore' ? 8 : 4;
  return sky === 0 ? rule.birth & 1 : (rule.survival >> all) & 1;
}

/** The rule for cells stored as they differ from `sky`, of which the result differs from the sky that follows. */
export function underSky(rule: TotalisticRule, sky: number): SkyRule {
  const to = nextSky(rule, sky);
  if (sky === 0 && to === 0) return { rule, key: rule.text };
  const all = rule.neighborhood === 'moore' ? 8 : 4;
  let birth = 0;
  let survival = 0;
  for (let n = 0; n <= all; n++) {
    const dead = sky === 0 ? rule.birth >> n : rule.survival >> (all - n);
    const alive = sky === 0 ? rule.survival >> n : rule.birth >> (all - n);
    birth |= ((dead & 1) ^ to) << n;
    survival |= ((alive & 1) ^ to) << n;
  }
  return { rule: { ...rule, birth, survival }, key: `${rule.text} ${sky}` };
}
