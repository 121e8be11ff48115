/** What a channel is derived from, through how many others, and whether it is, in the end, itself. */

import type { Hop } from '../wire/messages.js';
import { MAX_HOPS } from '../wire/signals.js';

/** Channels on one way, the first and the last included. */
export const MAX_PATH = 8;

/** A channel that would be made of itself, or of too many others in a row. `path` names them, the origin first. */
export class LineageError extends Error {
  override readonly name = 'LineageError';
  constructor(
    readonly path: readonly string[],
    what: string,
  ) {
    super(`${what}: ${path.join(' → ')}`);
  }
}

/**
 * The hops to announce: `self`, derived from `inputs`, and all that those are made of.
 * @throws LineageError if that goes in a circle, or on for too long
 */
export function lineage(self: Pick<Hop, 'id' | 'channel'>, inputs: readonly (readonly Hop[])[]): Hop[] | null {
  const known = inputs.filter((hops) => hops.length > 0);
  if (known.length === 0) return null;
  const all = new Map<number, Hop>();
  for (const hop of known.flat()) if (!all.has(hop.id)) all.set(hop.id, hop);
  const own: Hop = { ...self, from: [...new Set(known.map((hops) => hops[0]!.id))] };
  check(own, all, [own], new Map());
  if (all.size + 1 > MAX_HOPS) {
    throw new LineageError(
      [...all.values()].map(({ channel }) => channel),
      `more than ${MAX_HOPS} channels go into one`,
    );
  }
  return [own, ...all.values()];
}

/**
 * Walks up from the last of `way`. Ways end after eight, so circles among others do too; where a longer way has been, a
 * shorter one finds nothing new.
 */
function check(own: Hop, all: ReadonlyMap<number, Hop>, way: readonly Hop[], been: Map<number, number>): void {
  const path = (more: Hop): string[] => [...way, more].reverse().map(({ channel }) => channel);
  for (const id of way.at(-1)!.from) {
    if (id === own.id) throw new LineageError(path(own), 'a channel cannot be made of itself');
    const hop = all.get(id);
    if (hop === undefined || (been.get(id) ?? 0) >= way.length) continue;
    been.set(id, way.length);
    if (way.length === MAX_PATH) throw new LineageError(path(hop), `more than ${MAX_PATH} channels in a row`);
    check(own, all, [...way, hop], been);
  }
}
