/** `mpl token`: prints a token, and nothing else, so that a script can take it as it is. */

import { randomBytes } from 'node:crypto';
import { mintToken } from '../auth/mint.js';
import type { TokenFlags } from './token-flags.js';

export async function token(flags: TokenFlags): Promise<number> {
  const text = flags === null ? randomBytes(32).toString('base64url') : await mintToken(flags.options, flags.key);
  process.stdout.write(`${text}\n`);
  return 0;
}
