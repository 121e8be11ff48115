/** Secrets that are compared with what somebody shows. The time it takes says nothing of them, nor does their length. */

import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Is what was shown the secret? */
export const sameSecret = (secret: string, shown: string): boolean => timingSafeEqual(digest(secret), digest(shown));
