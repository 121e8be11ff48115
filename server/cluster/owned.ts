/** What is said of a channel by whoever owns it, and who gives way to whom. */

import { CLOSE } from '../../transport/wire/codes.js';
import { NEWER } from '../relay/claim.js';
import { Refusal } from '../relay/refusal.js';

/** What the key says. */
export interface Owned {
  node: string;
  /** Hash of the claim of its source; empty where anyone may have the channel. */
  claim: string;
  attempt: number;
  /** Chosen at random each time it is taken. */
  term: number;
  /** It is shared: other sources that say so may join. */
  merge?: boolean;
  /** Its source is gone, and may come back. */
  away?: boolean;
}

/** Read from a key; null for what nobody here wrote. */
export function readOwned(text: string | null): Owned | null {
  if (text === null) return null;
  try {
    const { node, claim, attempt, term, merge, away } = JSON.parse(text) as Owned;
    const good = [typeof node, typeof claim, typeof attempt, typeof term].join() === 'string,string,number,number';
    const flags = { ...(merge === true && { merge }), ...(away === true && { away }) };
    return good ? { node, claim, attempt, term, ...flags } : null;
  } catch {
    return null;
  }
}

const hasSource = ({ claim, away }: Owned): boolean => claim !== '' && away !== true;

/**
 * Two nodes find that both took it, while they could not ask each other: does the second give way to the first? To one whose
 * source is there; and where that is one source, to its newer connection. Otherwise whoever has the key keeps it.
 */
export function outranks(one: Owned, other: Owned): boolean {
  if (hasSource(one) !== hasSource(other)) return hasSource(one);
  return hasSource(one) && one.claim === other.claim && one.attempt > other.attempt;
}

/** Why a source may not have this channel here. */
export const elsewhere = (name: string): string => `the channel "${name}" has another source, at another relay`;

/**
 * May `mine` take the channel in place of `other`?
 * @throws Refusal where the channel is another's
 */
export function checkFree(name: string, other: Owned, mine: Owned): void {
  if (other.claim === '') return;
  if (other.merge || mine.merge) {
    const holder = other.merge ? 'sources that share it' : 'a source of its own';
    const why = `the channel "${name}" has ${holder}, at another relay`;
    throw new Refusal(CLOSE.taken, `${why}; close what holds it, or choose another name`);
  }
  if (other.claim !== mine.claim) {
    throw new Refusal(CLOSE.taken, `${elsewhere(name)}; close that one, or choose another name`);
  }
  // Or its clock was set back; then it tries again, until the line it hung on is closed.
  if (other.attempt > mine.attempt) throw new Refusal(CLOSE.taken, NEWER);
}
