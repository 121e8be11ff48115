/** What comes faster than it may ends the link that it comes by. */

import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import type { RateLimit } from './rate.js';

/** @throws WireError for one too many */
export function take(limit: RateLimit, what: string): void {
  if (!limit.take()) tooFast(limit, what);
}

export function tooFast({ perSecond }: RateLimit, what: string): never {
  throw new WireError(`more than ${perSecond} ${what} a second`, CLOSE.tooFast.code);
}
