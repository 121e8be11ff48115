/** Names to choose from; loaded once somebody may. */

export { NAMED_RULES } from '../../sim/life/rule.js';
export { PATTERNS } from '../../sim/pattern/library.js';
