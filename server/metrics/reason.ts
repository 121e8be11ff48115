/** Close codes as words, for labels and logs: few, whatever the other side says. */

import { closeCode } from '../../transport/wire/codes.js';

/** Those of RFC 6455 that are not in MPL's own table. `ws` says 1008 for too many fragments. */
const STANDARD: Record<number, string> = {
  1002: 'protocol',
  1003: 'protocol',
  1005: 'normal',
  1007: 'protocol',
  1008: 'fragments',
};

/** One word for why a socket was closed. */
export const reasonOf = (code = 1005): string => STANDARD[code] ?? closeCode(code).name;
