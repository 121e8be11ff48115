/**
 * Which pages may use a relay. A browser says of each request what page it is from (`Origin`); a program need not say so, and is
 * let in: it could say anything. So this keeps pages from using what their reader can reach; who may do what, tokens say.
 */

import type { IncomingMessage } from 'node:http';
import { OptionError } from '../option-error.js';

const MAX_ORIGINS = 256;
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/;

/** `https://app.example`, `https://*.example` for all names below it, `null` for files and sandboxed frames, or `*`. */
function isOrigin(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > 300) return false;
  if (text === '*' || text === 'null') return true;
  const plain = text.replace('://*.', '://x.');
  return URL.canParse(plain) && /^[a-z][a-z0-9+.-]*:\/\/[^*/?#@]+$/.test(plain) && originOf(plain) === plain;
}

/** Of schemes that a browser knows; others (of apps) are taken as they are. */
const originOf = (text: string): string => {
  const { origin } = new URL(text);
  return origin === 'null' ? text : origin;
};

/** @throws OptionError that says what an origin looks like */
export function checkOrigins(origins: unknown, label = 'origins'): asserts origins is readonly string[] | undefined {
  if (origins === undefined) return;
  const listed = Array.isArray(origins) && origins.length >= 1 && origins.length <= MAX_ORIGINS;
  const wrong = listed ? origins.find((one) => !isOrigin(one)) : origins;
  if (listed && wrong === undefined) return;
  const shape = 'expected a list of such as https://app.example, https://*.example, http://localhost:3000, null or *';
  throw new OptionError(label, `${shape}, got ${String(JSON.stringify(wrong)).slice(0, 100)}`);
}

const matches = (pattern: string, origin: string): boolean => {
  if (pattern === '*') return true;
  const [before, after] = pattern.split('://*.');
  return after === undefined ? pattern === origin : origin.startsWith(`${before}://`) && origin.endsWith(`.${after}`);
};

export interface OriginOptions {
  origins?: readonly string[] | undefined;
  keys?: unknown;
  publishToken?: unknown;
  trustProxy?: boolean;
}

/**
 * Why a request is refused for the page that it is from, or null.
 *
 * Where no origins are set, any page may come to a relay that asks for tokens: those are the right, and no page has them of
 * its own. An open relay on loopback, which is somebody's own machine, is for pages of that machine, and for files (`null`),
 * by which one begins. It has to be called by a name of that machine, too: any page can have a name of its own lead here, and
 * would then pass for a page of the relay. Behind a proxy it has other names, and files are somebody else's.
 */
export function whyNotFrom(options: OriginOptions, req: IncomingMessage): string | null {
  const { origins, keys, publishToken, trustProxy = false } = options;
  const { origin, host } = req.headers;
  if (origins !== undefined) {
    return origin === undefined || origins.some((pattern) => matches(pattern, origin)) ? null : refusal(origin);
  }
  if (keys !== undefined || publishToken !== undefined || !isLocal(req.socket.localAddress)) return null;
  // A browser always says by what name it asks.
  if (!trustProxy && host !== undefined && !isLoopbackUrl(`http://${host}`)) return refusal(host);
  if (origin === undefined || (origin === 'null' && !trustProxy)) return null;
  const own = URL.canParse(origin) && new URL(origin).host === host;
  return own || isLoopbackUrl(origin) ? null : refusal(origin);
}

const isLoopbackUrl = (url: string): boolean => URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
const isLocal = (address = ''): boolean => /^(?:::ffff:)?127\./.test(address) || address === '::1';

const refusal = (origin: string): string => `pages of ${origin.slice(0, 60)} may not use this relay: see its --origins`;
