/** Where a command finds the keys of tokens: flags, and variables, which no list of processes shows. */

import { readKeyFile } from '../auth/key-file.js';
import { checkSecret, openKeys, type TokenKey } from '../auth/keys.js';
import { OptionError } from '../options.js';

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
    const held = readKeyFile(file.value, file.label);
    openKeys(held, file.label);
    keys.push(...held);
  }
  return keys.length > 0 ? keys : null;
}
