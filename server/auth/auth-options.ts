/** The options of a relay that say who may do what. */

import { OptionError } from '../option-error.js';
import { openKeys, type TokenKey } from './keys.js';
import { checkOrigins } from './origins.js';

export interface AuthOptions {
  /** Who publishes, by WebSocket or by POST, has to show this secret: 8 to 4096 characters. Default: anyone may. Not beside `keys`. */
  publishToken?: string;
  /**
   * Who publishes, watches or steers has to show a token that is signed with one of these: `{ secret }`, or `{ jwks }` with
   * the public keys of somebody else, each with an optional `scope`; or `{ file }` with several of them, which is read again when
   * it changes. Default: none, and the relay is open.
   */
  keys?: TokenKey[];
  /** Tokens have to say this as `iss`, as `aud`. Default: neither is looked at. */
  issuer?: string;
  audience?: string;
  /**
   * Pages that may use the relay, by their origins: `https://app.example`, `https://*.example` for all below it, `null` for
   * files and sandboxed frames, `*` for all. Default: all where there are keys or a `publishToken`; where the relay is open,
   * and reached on loopback, pages of loopback, and `null`, by a name of loopback; with `trustProxy`, pages of loopback and of
   * the relay's own name.
   */
  origins?: readonly string[];
}

export const AUTH_NAMES = [
  'publishToken',
  'keys',
  'issuer',
  'audience',
  'origins',
] as const satisfies (keyof AuthOptions)[];

/**
 * These, checked.
 * @throws OptionError that names the one that cannot be used, and repeats no secret
 */
export function resolveAuth({ publishToken, keys, issuer, audience, origins }: AuthOptions): ResolvedAuth {
  checkToken(publishToken);
  if (keys !== undefined) openKeys(keys);
  if (keys !== undefined && publishToken !== undefined) {
    throw new OptionError('publishToken', 'not beside keys: make a token that grants "publish" instead');
  }
  for (const [name, value] of Object.entries({ issuer, audience })) {
    if (value === undefined) continue;
    if (typeof value !== 'string' || value === '' || value.length > 256) {
      throw new OptionError(name, 'expected a text of up to 256 characters');
    }
    if (keys === undefined) throw new OptionError(name, 'nothing is asked of tokens where there are no keys');
  }
  checkOrigins(origins);
  return { publishToken, keys, issuer, audience, origins };
}

/** Each of them said, if only to be none. */
export type ResolvedAuth = { [Name in (typeof AUTH_NAMES)[number]]: AuthOptions[Name] | undefined };

/** @throws OptionError where this is no secret that could be asked for. It is not repeated: it may be a real one. */
export function checkToken(token: unknown, label = 'publishToken'): asserts token is string | undefined {
  if (token === undefined || (typeof token === 'string' && token.length >= 8 && token.length <= 4096)) return;
  throw new OptionError(label, 'expected a secret of 8 to 4096 characters');
}
