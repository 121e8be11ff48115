/** Which kind of engine runs which family of rules. */
import type { Rule } from '../rule/rule.js';
import type { EngineKind } from './engine.js';

export function canRun(kind: EngineKind, rule: Rule): boolean {
  if (kind === 'large') return rule.kind === 'larger';
  if (kind === 'hash') return rule.kind === 'totalistic';
  return rule.kind !== 'larger';
}
