/** The keys that a relay believes: secrets that it shares with whoever makes tokens, and public keys of others. */

import type { CryptoKey, JSONWebKeySet, JWTHeaderParameters } from 'jose';
import { isObject } from '../../transport/wire/fields.js';
import { OptionError } from '../option-error.js';
import { readScope, type TokenScope, VERBS } from './grant.js';
import { readKeyFile } from './key-file.js';
import { type KeySet, keySetOf } from './key-sets.js';

/** A secret that a relay shares with whoever makes its tokens (HS256). */
export interface SecretKey {
  /** Tokens that name a key (`kid`) are tried with the one of this name only. */
  id?: string;
  /** 32 to 4096 characters, used as they are. */
  secret: string;
  /** The most that tokens of this key may say. Default: everything. */
  scope?: Partial<TokenScope>;
}

/** Public keys of whoever makes tokens: the relay can check them, and make none. */
export interface PublicKeys {
  /** A JSON Web Key Set, the path of a file with one, or the `https:` URL of one. Files are read again when they change, URLs after `jwksMs`. */
  jwks: string | JSONWebKeySet;
  scope?: Partial<TokenScope>;
}

/** Several keys, in a file. */
export interface KeyFile {
  /** Its path: JSON, a list of such keys as above, or one of them. It is read again when it changes. */
  file: string;
}

export type TokenKey = SecretKey | PublicKeys | KeyFile;

/** A key, or a set of keys, as the verifier uses it. */
export interface VerifyingKey {
  readonly scope: TokenScope;
  /** Which algorithms its keys are for: a public key is never taken for a secret. */
  readonly algorithms: readonly string[];
  /** Those that may have signed a token with this header. Rejects where they cannot be had now. */
  candidates(header: JWTHeaderParameters): Promise<readonly CryptoKey[]>;
  /** Calls `onchange` whenever it has other ones, until the function returned is called. Undefined where it never has. */
  follow?(onchange: () => void): () => void;
}

/** Shorter ones can be guessed (RFC 7518, 3.2: at least as long as the hash). */
const SECRET = { min: 32, max: 4096 };
const MAX_KEYS = 64;
const HS = ['HS256'];
const PUBLIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** @throws OptionError, which never repeats a secret */
export function checkSecret(secret: unknown, label: string): asserts secret is string {
  if (typeof secret === 'string' && secret.length >= SECRET.min && secret.length <= SECRET.max) return;
  const how = 'one that nobody can guess is made by: mpl token --new-secret';
  throw new OptionError(label, `a secret for tokens has ${SECRET.min} to ${SECRET.max} characters; ${how}`);
}

export const isKeyFile = (key: unknown): key is KeyFile => isObject(key) && typeof key.file === 'string';

export interface OpenOptions {
  /** How whoever wrote them calls them. Default `keys`. */
  label?: string;
  /** Milliseconds after which sets from a URL are fetched again. */
  jwksMs?: number;
  /** May a file that held some hold none? */
  emptied?: boolean;
}

/**
 * What may be used as keys, with their scopes filled in, and files read.
 * @throws OptionError that names the one that cannot be used
 */
export function openKeys(keys: unknown, options: OpenOptions = {}): VerifyingKey[] {
  const { label = 'keys', jwksMs = 600_000, emptied = false } = options;
  const listed = (list: unknown, least: number): list is unknown[] =>
    Array.isArray(list) && list.length >= least && list.length <= MAX_KEYS;
  const wrong = `expected a list of 1 to ${MAX_KEYS} keys, as in [{ "secret": "..." }]`;
  if (!listed(keys, 1)) throw new OptionError(label, wrong);
  const all = keys.flatMap((key: unknown, i) => {
    const name = keys.length > 1 ? `${label}[${i}]` : label;
    if (!isKeyFile(key)) return [{ key, name }];
    if (Object.keys(key).length > 1) throw new OptionError(name, 'a file of keys says all of them: it goes alone');
    const held: unknown = readKeyFile(key.file, name);
    if (!listed(held, emptied ? 0 : 1)) throw new OptionError(name, wrong);
    return held.map((key, i) => ({ key, name: held.length > 1 ? `${name}[${i}]` : name }));
  });
  const opened = all.map(({ key, name }) => openKey(key, name, jwksMs));
  const ids = all.flatMap(({ key }) => (key as Partial<SecretKey>).id ?? []);
  if (new Set(ids).size < ids.length) throw new OptionError(label, 'two keys have the same id');
  return opened;
}

function openKey(key: unknown, label: string, jwksMs: number): VerifyingKey {
  if (!isObject(key)) throw new OptionError(label, 'a key is { secret }, { jwks } or { file }');
  const odd = Object.keys(key).find((name) => !['id', 'secret', 'jwks', 'scope'].includes(name));
  if (odd !== undefined) throw new OptionError(label, `a key has no ${JSON.stringify(odd.slice(0, 32))}`);
  if ((key.secret === undefined) === (key.jwks === undefined)) {
    throw new OptionError(label, 'a key has either a secret or a jwks');
  }
  const scope = scopeOf(key.scope, label);
  if (key.secret !== undefined) return openSecret(key, scope, label);
  if (key.id !== undefined) throw new OptionError(label, 'the keys of a jwks have ids of their own (kid)');
  const set: KeySet = keySetOf(key.jwks, label, jwksMs);
  return { scope, algorithms: PUBLIC, ...set };
}

function openSecret({ id, secret }: Record<string, unknown>, scope: TokenScope, label: string): VerifyingKey {
  if (id !== undefined && !(typeof id === 'string' && /^[\w.:-]{1,64}$/.test(id))) {
    throw new OptionError(label, 'the id of a key is 1 to 64 letters, digits, _ . : or -');
  }
  checkSecret(secret, label);
  // Imported once: with a secret as it is, each token would cost twice as much.
  let key: Promise<CryptoKey> | undefined;
  const bytes = new TextEncoder().encode(secret);
  const imported = () =>
    (key ??= crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']));
  return {
    scope,
    algorithms: HS,
    candidates: async ({ kid }) => (id !== undefined && kid !== undefined && kid !== id ? [] : [await imported()]),
  };
}

/** @throws OptionError where this is no scope */
export function scopeOf(scope: unknown, label: string): TokenScope {
  if (scope === undefined) return { channels: ['*'], can: VERBS };
  if (!isObject(scope))
    throw new OptionError(label, 'a scope is { channels, can, view, maxBps }, each of them optional');
  try {
    return readScope({ channels: ['*'], can: VERBS, ...scope });
  } catch (error) {
    throw new OptionError(label, `of its scope, ${(error as Error).message}`);
  }
}
