/** What a channel that several sources share is made of: of what each of them is made of. */

import type { Hop, SchemaMessage } from '../../transport/wire/messages.js';
import { MAX_HOPS } from '../../transport/wire/signals.js';

/**
 * The hops to announce for the channel `self`; null where its sources say things of their own.
 *
 * A source is no step of its own on the way: it has the channel's name. It is there, and leads nowhere, so that it knows
 * itself should it be made of what it makes.
 */
export function mergedHops(self: Pick<Hop, 'id' | 'channel'>, sources: Iterable<SchemaMessage>): Hop[] | null {
  const own = new Map<number, Hop>();
  const above = new Map<number, Hop>();
  const from = new Set<number>();
  for (const { hops } of sources) {
    if (hops === undefined) continue;
    const [first, ...others] = hops;
    own.set(first!.id, { id: first!.id, channel: self.channel, from: [] });
    for (const id of first!.from) from.add(id);
    for (const hop of others) above.set(hop.id, hop);
  }
  if (own.size === 0) return null;
  // As one of them had it, it would be as old as that.
  for (const id of [self.id, ...own.keys()]) {
    above.delete(id);
    from.delete(id);
  }
  const channel: Hop = { ...self, from: [...own.keys(), ...from].slice(0, MAX_HOPS) };
  return [channel, ...own.values(), ...above.values()].slice(0, MAX_HOPS);
}
