/** Names to choose from; loaded once somebody may. */

import { GRAY_SCOTT_PRESETS, LENIA_PRESETS } from '../../sim/field/presets.js';
import { PATTERNS } from '../../sim/pattern/library.js';
import { NAMED_RULES } from '../../sim/rule/named.js';
import { isField } from '../screen/is-field.js';
import type { Choices } from './panel.js';

const RULES = [...new Map(Object.entries(NAMED_RULES).map(([name, rule]) => [rule, name]))];
const presets = (table: object): Choices['rules'] => Object.keys(table).map((name) => [name, '']);

/** What there is for a world of this rule. */
export function choicesFor(rule: string): Choices {
  if (!isField(rule)) return { patterns: PATTERNS, rules: RULES };
  return { patterns: null, rules: presets(/\bfeed=/.test(rule) ? GRAY_SCOTT_PRESETS : LENIA_PRESETS) };
}
