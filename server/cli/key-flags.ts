/** Where a command finds the keys of tokens: flags, and variables, which no list of processes shows. */

import type { AuthOptions } from '../auth/auth-options.js';
import { checkSecret, openKeys, type TokenKey } from '../auth/keys.js';
import { checkOrigins } from '../auth/origins.js';
import { checkToken, OptionError } from '../options.js';

export const KEY_OPTIONS = { secret: { type: 'string' }, 'key-file': { type: 'string' } } as const;

/** What was written, and where. */
export function flagOr(
  values: Record<string, unknown>,
  flag: string,
  env: NodeJS.ProcessEnv,
  variable: string,
): { value: string; label: string } | null {
  const value = values[flag] ?? env[variable];
  if (value === undefined) return null;
  const label = values[flag] === undefined ? variable : `--${flag}`;
  // One that is set and empty is a mistake, not a wish to do without.
  if (value === '') throw new OptionError(label, 'is empty');
  return { value: value as string, label };
}

/** Flags of a command that asks others for tokens. */
export const AUTH_OPTIONS = {
  ...KEY_OPTIONS,
  jwks: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  origins: { type: 'string' },
  'publish-token': { type: 'string' },
  anyone: { type: 'boolean' },
} as const;

/**
 * Who may do what, as flags and variables say.
 * @throws OptionError that names the one that cannot be used, or where nothing is said and the whole network would get in
 */
export function authIn(values: Record<string, unknown>, env: NodeJS.ProcessEnv, host: string): AuthOptions {
  const auth: AuthOptions = {};
  const keys = keysIn(values, env) ?? [];
  const jwks = flagOr(values, 'jwks', env, 'MPL_JWKS');
  if (jwks) {
    const key = { jwks: jwks.value };
    openKeys([key], { label: jwks.label });
    keys.push(key);
  }
  if (keys.length > 0) auth.keys = keys;
  for (const name of ['issuer', 'audience'] as const) {
    const text = flagOr(values, name, env, `MPL_${name.toUpperCase()}`);
    if (text) auth[name] = text.value;
  }
  const origins = flagOr(values, 'origins', env, 'MPL_ORIGINS');
  if (origins) {
    auth.origins = origins.value.split(/[\s,]+/).filter(Boolean);
    checkOrigins(auth.origins, origins.label);
  }
  const token = flagOr(values, 'publish-token', env, 'MPL_PUBLISH_TOKEN');
  if (token) {
    checkToken(token.value, token.label);
    auth.publishToken = token.value;
  }
  const anyone = values.anyone === true || /^(?:1|true|yes)$/.test(env.MPL_ANYONE ?? '');
  if (!anyone && !isLoopback(host) && keys.length === 0 && token === null) {
    throw new OptionError(
      values.host === undefined ? 'HOST' : '--host',
      `on ${host}, whoever reaches this machine could publish, watch and steer. Say who may: --secret (tokens: mpl token), ` +
        '--key-file, --jwks, or --publish-token (sources only); or say --anyone if anyone may',
    );
  }
  return auth;
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|::1)$/.test(host);

/**
 * The keys that are named; null where none is. A secret and a file may both be.
 * @throws OptionError that names the flag or variable that cannot be used
 */
export function keysIn(values: Record<string, unknown>, env: NodeJS.ProcessEnv): TokenKey[] | null {
  const keys: TokenKey[] = [];
  const secret = flagOr(values, 'secret', env, 'MPL_SECRET');
  if (secret) {
    checkSecret(secret.value, secret.label);
    keys.push({ secret: secret.value });
  }
  const file = flagOr(values, 'key-file', env, 'MPL_KEY_FILE');
  if (file) {
    const key = { file: file.value };
    openKeys([key], { label: file.label });
    keys.push(key);
  }
  return keys.length > 0 ? keys : null;
}
