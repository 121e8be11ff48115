/** Makes tokens, with a secret that the relay knows too. */

import { SignJWT } from 'jose';
import { OptionError } from '../option-error.js';
import { readGrant, type TokenScope } from './grant.js';
import { checkSecret, type SecretKey, scopeOf } from './keys.js';
import { exceeds } from './scope.js';
import { MAX_TOKEN } from './verify.js';

export interface TokenOptions extends TokenScope {
  /** Seconds from now until it expires; `Infinity` for never. Default: 3600. */
  expiresIn?: number;
  /** Seconds from now until it counts. Default: at once. */
  notBefore?: number;
  /** Whose it is (`sub`). */
  subject?: string;
  /** As the relay asks for (`iss`, `aud`). */
  issuer?: string;
  audience?: string;
}

/**
 * A token with these claims, signed with HS256.
 *
 * ```js
 * const token = await mintToken({ channels: ['demo'], can: ['subscribe'], expiresIn: 600 }, { secret });
 * ```
 *
 * @throws OptionError that names what cannot be, or what goes beyond the scope of the key
 */
export async function mintToken(options: TokenOptions, key: SecretKey): Promise<string> {
  const { channels, can, view, maxBps, expiresIn = 3600, notBefore, subject, issuer, audience } = options;
  checkSecret(key.secret, 'secret');
  if (!(expiresIn > 0)) throw new OptionError('expiresIn', 'expected seconds from now, above 0');
  if (notBefore !== undefined && !Number.isFinite(notBefore)) {
    throw new OptionError('notBefore', 'expected seconds from now');
  }
  const now = Date.now() / 1000;
  const claims = {
    channels,
    can,
    ...(view && { view }),
    ...(maxBps !== undefined && { maxBps }),
    ...(subject !== undefined && { sub: subject }),
    ...(issuer !== undefined && { iss: issuer }),
    ...(audience !== undefined && { aud: audience }),
    iat: Math.floor(now),
    ...(notBefore !== undefined && { nbf: Math.floor(now + notBefore) }),
    // A moment too long rather than too short.
    ...(Number.isFinite(expiresIn) && { exp: Math.ceil(now + expiresIn) }),
  };
  let beyond: ReturnType<typeof exceeds>;
  try {
    beyond = exceeds(readGrant(claims), scopeOf(key.scope, 'scope'));
  } catch (error) {
    if (error instanceof OptionError) throw error;
    throw new OptionError('token', (error as Error).message);
  }
  if (beyond !== null) throw new OptionError(beyond, 'more than the key may give: no relay would take this token');
  const { id } = key;
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...(id !== undefined && { kid: id }) })
    .sign(new TextEncoder().encode(key.secret));
  if (token.length > MAX_TOKEN) throw new OptionError('token', `longer than the ${MAX_TOKEN} characters a relay takes`);
  return token;
}
