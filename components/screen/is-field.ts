/** Is this the rule of a field, as "feed=0.05 kill=0.06" is? Its states are amounts. */
export const isField = (rule: string): boolean => rule.includes('=');
