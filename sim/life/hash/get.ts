/** HashLife, loaded where it is wanted. */
import type { Rule } from '../../rule/rule.js';
import type { Layout } from '../layout.js';
import type { HashEngine } from './engine.js';

/**
 * An empty engine that can compute this rule. Rejects with a RuleError where there is none, with a RangeError for a wrong
 * limit; anything else means that there is no WebAssembly here.
 */
export async function getHashEngine(layout: Layout, rule: Rule, memoryLimit?: number): Promise<HashEngine> {
  const { createHashEngine, hashable } = await import('./engine.js');
  hashable(rule);
  return createHashEngine(layout, { memoryLimit });
}
