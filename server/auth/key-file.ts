/** Keys in a file: JSON as for the option `keys`, or one key alone. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isObject } from '../../transport/wire/fields.js';
import { OptionError } from '../option-error.js';

/**
 * The keys in a file, not checked yet. Paths of key sets are relative to it.
 * @throws OptionError where it cannot be read; what is in it is not repeated
 */
export function readKeyFile(path: string, label: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : (error as Error).message;
    throw new OptionError(label, `the keys in ${JSON.stringify(path)} cannot be read: ${why}`);
  }
  const keys = Array.isArray(value) ? value : [value];
  return keys.map((key: unknown) => {
    const isPath = isObject(key) && typeof key.jwks === 'string' && !key.jwks.includes('://');
    return isPath ? { ...key, jwks: resolve(dirname(path), key.jwks as string) } : key;
  });
}
