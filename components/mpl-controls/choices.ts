/** Names to choose from; loaded once somebody may. */

export { PATTERNS } from '../../sim/pattern/library.js';
export { NAMED_RULES } from '../../sim/rule/named.js';
