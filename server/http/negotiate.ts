/** What a request says it can take, and what it already has. */

import type { Coding } from './file-cache.js';

/** The coding to send, best first, or null for the body as it is (RFC 9110, 12.5.3). */
export function pickCoding(acceptEncoding: string | undefined): Coding | null {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? '').split(',', 32)) {
    const [name, ...params] = part.split(';').map((s) => s.trim().toLowerCase());
    const q = params.find((param) => param.startsWith('q='));
    if (name) weights.set(name, q === undefined ? 1 : Number(q.slice(2)) || 0);
  }
  const weight = (coding: Coding): number => weights.get(coding) ?? weights.get('*') ?? 0;
  const br = weight('br');
  const gzip = weight('gzip');
  if (br <= 0 && gzip <= 0) return null;
  return br >= gzip ? 'br' : 'gzip';
}

/** True if `If-None-Match` names this tag (weak comparison, as for any GET). */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag));
}
