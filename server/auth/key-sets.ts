/** Sets of public keys: as they are, from a file, or from wherever their owner serves them. */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { every } from '../../transport/session/timer.js';
import { isObject } from '../../transport/wire/fields.js';
import { OptionError } from '../option-error.js';
import { watchText } from './watch-file.js';

/** A set, as part of a `VerifyingKey`. */
export interface KeySet {
  candidates(header: JWTHeaderParameters): Promise<readonly CryptoKey[]>;
  follow?(onchange: () => void): () => void;
}

/** A set asks no more often than this for keys that it does not know, ms: whoever makes up names must not make it busy. */
const AGAIN = 250;
/** One from a URL asks no more often than this for those, ms. */
const ASK = 30_000;
/** Keys that might fit a token that does not name its own. */
const MAX_CANDIDATES = 8;

/**
 * @param jwks a key set, a path or a URL
 * @param jwksMs milliseconds after which what came from a URL is fetched again
 * @throws OptionError where it cannot be read, or holds what a relay must not have
 */
export function keySetOf(jwks: unknown, label: string, jwksMs: number): KeySet {
  if (isObject(jwks)) return { candidates: fixed(checkSet(jwks, label)) };
  if (typeof jwks !== 'string' || jwks === '') {
    throw new OptionError(label, 'a jwks is a key set, the path of a file, or a URL');
  }
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(jwks)) return fromFile(jwks, label);
  if (!isWebUrl(jwks)) throw new OptionError(label, 'the URL of a jwks begins with https: (http: on this machine)');
  return fromUrl(new URL(jwks), jwksMs);
}

/** Keys that came unencrypted over a network could be anybody's. */
function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname));
}

function checkSet(value: unknown, label: string): JSONWebKeySet {
  const keys = isObject(value) ? value.keys : undefined;
  if (!Array.isArray(keys) || !keys.every(isObject)) {
    throw new OptionError(label, 'a key set is { "keys": [...] } (RFC 7517)');
  }
  if (keys.some((key) => 'd' in key || 'k' in key)) {
    throw new OptionError(label, 'this key set holds private keys: a relay needs the public ones only');
  }
  return value as unknown as JSONWebKeySet;
}

const fixed = (set: JSONWebKeySet): KeySet['candidates'] => {
  const get = createLocalJWKSet(set);
  return (header) => candidatesOf(get, header);
};

function fromUrl(url: URL, jwksMs: number): KeySet {
  // It fetches when it has to, and what is too old does not count.
  const get = createRemoteJWKSet(url, {
    timeoutDuration: 5_000,
    cacheMaxAge: jwksMs,
    cooldownDuration: Math.min(ASK, jwksMs),
  });
  let known: string | undefined;
  return {
    candidates: async (header) => {
      const found = await candidatesOf(get, header);
      known ??= JSON.stringify(get.jwks());
      return found;
    },
    follow: (onchange) => {
      const timer = every(jwksMs, async () => {
        // Nobody has come by it yet.
        if (known === undefined) return;
        // Who is connected stays while nobody can be asked.
        await get.reload().catch(() => {});
        const now = JSON.stringify(get.jwks());
        if (now === known) return;
        known = now;
        onchange();
      });
      return () => timer.stop();
    },
  };
}

function fromFile(path: string, label: string): KeySet {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new OptionError(label, `the file ${JSON.stringify(path)} cannot be read: ${(error as Error).message}`);
  }
  let current = fixed(checkSet(parse(text, label), label));
  let lookedAt = performance.now();
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    lookedAt = performance.now();
    try {
      const now = await readFile(path, 'utf8');
      if (now === text) return;
      current = fixed(checkSet(parse(now, label), label));
      text = now;
    } catch {
      // It is being written, or was written wrong: what was there before counts until it can be read.
    } finally {
      looking = null;
    }
  };
  return {
    candidates: async (header) => {
      const found = await current(header);
      if (found.length > 0 || performance.now() - lookedAt < AGAIN) return found;
      await (looking ??= look());
      return current(header);
    },
    follow: (onchange) => watchText(path, () => void (looking ??= look()).then(onchange)),
  };
}

function parse(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OptionError(label, 'the key set is no JSON');
  }
}

async function candidatesOf(get: JWTVerifyGetKey, header: JWTHeaderParameters): Promise<CryptoKey[]> {
  try {
    return [(await get(header, {} as never)) as CryptoKey];
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return [];
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    const found: CryptoKey[] = [];
    for await (const key of error) if (found.push(key) === MAX_CANDIDATES) break;
    return found;
  }
}
