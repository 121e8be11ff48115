/** What a token says: of which channels its bearer may do what, until when. The names are those of its claims. */

import type { Bucket } from '../../transport/session/bucket.js';
import { finite, isObject, natural } from '../../transport/wire/fields.js';
import { MAX_CELLS } from '../../transport/wire/grid.js';
import type { Rect, Rights } from '../../transport/wire/messages.js';
import { isPattern } from './patterns.js';

/** `publish`: be its source. `subscribe`: watch. `control`: steer, where one may watch. */
export type Verb = 'publish' | 'subscribe' | 'control';

export const VERBS: readonly Verb[] = ['publish', 'subscribe', 'control'];

/** What a right is about: of a token, or the most that a key may give. */
export interface TokenScope {
  /** Names of channels, or the beginnings of names with a `*` after them; `*` for all. */
  channels: readonly string[];
  can: readonly Verb[];
  /** The cells that may be seen; without it, all. */
  view?: Rect;
  /** Bytes of state a second, at most; without it, any number. */
  maxBps?: number;
}

/** What a token says that was verified. */
export interface Grant extends TokenScope {
  /** Whose it is, as its issuer calls them. */
  subject?: string;
  /** Milliseconds since 1970. */
  expires?: number;
  notBefore?: number;
}

/** What a token gives its bearer in one channel. */
export interface Admission {
  rights: Rights;
  /** From which its bytes of state come, where they are limited: the same for all who show it here. */
  bucket: Bucket | null;
}

/** A token may name so many patterns: each costs a look at every admission. */
const MAX_PATTERNS = 64;

const cells = (v: unknown): boolean => natural(v) && (v as number) < MAX_CELLS;
const side = (v: unknown): boolean => natural(v) && (v as number) >= 1 && (v as number) <= MAX_CELLS;
const isRect = (v: unknown): v is Rect => isObject(v) && cells(v.x) && cells(v.y) && side(v.width) && side(v.height);
const listOf = (v: unknown, most: number, is: (one: string) => boolean): v is string[] =>
  Array.isArray(v) && v.length >= 1 && v.length <= most && v.every((one) => typeof one === 'string' && is(one));

/**
 * Reads what bounds a right, from the claims of a token or the scope of a key.
 * @throws TypeError that says which of them is not what it should be; values are not repeated
 */
export function readScope({ channels, can, view, maxBps }: Record<string, unknown>): TokenScope {
  if (!listOf(channels, MAX_PATTERNS, isPattern)) {
    throw new TypeError(`"channels" is a list of 1 to ${MAX_PATTERNS} names, each exact or with "*" at its end`);
  }
  if (!listOf(can, VERBS.length, (verb) => VERBS.includes(verb as Verb))) {
    throw new TypeError(`"can" is a list of some of ${VERBS.join(', ')}`);
  }
  const scope: TokenScope = { channels: [...channels], can: [...(can as Verb[])] };
  if (view !== undefined) {
    if (!isRect(view)) throw new TypeError('"view" is { x, y, width, height } in cells');
    const { x, y, width, height } = view;
    scope.view = { x, y, width, height };
  }
  if (maxBps !== undefined) {
    if (!finite(maxBps) || (maxBps as number) <= 0) throw new TypeError('"maxBps" is a number of bytes above 0');
    scope.maxBps = maxBps as number;
  }
  return scope;
}

/**
 * Reads the claims of a token whose signature was verified.
 * @throws TypeError as above
 */
export function readGrant(claims: Record<string, unknown>): Grant {
  const grant: Grant = readScope(claims);
  if (claims.sub !== undefined) {
    if (typeof claims.sub !== 'string' || claims.sub.length > 256) throw new TypeError('"sub" is up to 256 characters');
    grant.subject = claims.sub;
  }
  const [expires, notBefore] = [time(claims, 'exp'), time(claims, 'nbf')];
  if (expires !== undefined) grant.expires = expires;
  if (notBefore !== undefined) grant.notBefore = notBefore;
  return grant;
}

function time(claims: Record<string, unknown>, name: string): number | undefined {
  const seconds = claims[name];
  if (seconds === undefined) return undefined;
  if (!finite(seconds)) throw new TypeError(`"${name}" is a time in seconds since 1970`);
  return (seconds as number) * 1000;
}
