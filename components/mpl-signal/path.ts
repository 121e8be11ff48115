/** `path="..."`: a value within a value. Dots ("load.0.user") or a JSON pointer, RFC 6901 ("/load/0/user"). */

import type { SignalValue } from '../../transport/wire/signal-value.js';

/** The steps of a path; none for no path. */
export function parsePath(path: string | null | undefined): readonly string[] {
  if (!path) return [];
  if (!path.startsWith('/')) return path.split('.');
  const steps = path.slice(1).split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What lies there. Only what the value itself has: names like "constructor" find nothing that is not in it. */
export function follow(value: SignalValue | undefined, steps: readonly string[]): SignalValue | undefined {
  let at = value;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, SignalValue>)[step];
  }
  return at;
}
