/** Which rules the engines of this folder run. */
import { quote, RuleError } from '../errors.js';
import type { Rule, TotalisticRule } from '../rule/rule.js';

/** @throws RuleError when no engine runs rules of this family. */
export function runnable(rule: Rule): TotalisticRule {
  if (rule.kind === 'totalistic') return rule;
  const family = { isotropic: 'isotropic', generations: 'Generations', larger: 'Larger than Life' }[rule.kind];
  throw new RuleError(`Rule ${quote(rule.text)} is of the ${family} family, which no engine here runs yet.`);
}
