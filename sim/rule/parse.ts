/** Reads rules in the notations people and pattern files use. */
import { quote, RuleError } from '../errors.js';
import { parseCounts } from './counts.js';
import { looksLarger, parseLarger } from './larger.js';
import { ruleByName } from './named.js';
import type { Neighborhood, Rule } from './rule.js';

/** The longest rule there is has fewer characters. */
const LONGEST = 500;

/**
 * Reads a rule: "B3/S23", "b3s23", "S23/B3", "23/3" (survival first); isotropic "B2-a/S12" (Hensel's letters);
 * Generations "345/2/4", "B2/S345/C4"; Larger than Life "R5,C0,M1,S34..58,B34..45,NM"; a name such as "HighLife".
 * A suffix V means the von Neumann neighbourhood (four neighbours).
 *
 * @param neighborhood Overrides the default where the text has no suffix; it must agree with the suffix where there is one.
 * @throws RuleError naming the character that is wrong and what would be right.
 */
export function parseRule(text: string, neighborhood?: Neighborhood): Rule {
  if (neighborhood !== undefined && neighborhood !== 'moore' && neighborhood !== 'von-neumann')
    throw new RuleError(`Neighborhood ${quote(String(neighborhood))} is unknown: use "moore" or "von-neumann".`);
  if (typeof text !== 'string') throw new RuleError('A rule is a text such as "B3/S23".');
  if (text.trim() === '') throw new RuleError('The rule is empty: write one such as "B3/S23".');
  if (text.length > LONGEST)
    throw new RuleError(`Rule ${quote(text.trim())} is too long: a rule has at most ${LONGEST} characters.`, LONGEST);
  const meant = ruleByName(text) ?? text;
  return looksLarger(meant) ? parseLarger(meant, neighborhood) : parseCounts(meant, neighborhood);
}

/** The text of a rule without its neighbourhood, so that it can be read with another one. */
export function withoutNeighborhood(text: string): string {
  return text.replace(/(V|,N[MNC])$/, '');
}
