/** One look at everything that is connected: what the ends have counted so far, and how they stand now. */

import type { LinkKind } from '../../transport/link/link.js';
import type { ChannelState } from '../../transport/wire/messages.js';
import type { Channel } from '../relay/channel.js';
import { Sent, Taken, type Tally, type Way, wayOf } from './tally.js';

/** What no channel can be called, for all that are not named. */
export const OTHERS = '(others)';

export interface Look {
  /** Since the relay began. */
  sent: Partial<Record<Way, Sent>>;
  taken: Partial<Record<Way, Taken>>;
  /** Now. */
  channels: Record<ChannelState, number>;
  sources: number;
  viewers: Partial<Record<LinkKind, number>>;
  watching: number;
  /** Viewers that lack something. */
  behind: number;
  /** Of the tiles of all viewers of grids, the share that they lack. */
  dirtyRatio: number;
  /** Bytes that the ends of viewers take: in all, and the largest. */
  memory: { sum: number; most: number };
  /** Bytes sent and not yet acknowledged. */
  inFlight: number;
  replicaBytes: number;
  /** Viewers by channel, those with most first; `null` for all others together. */
  busiest: [channel: string | null, viewers: number][];
}

/**
 * @param named so many channels are told apart
 */
export function look(all: Iterable<Channel>, tally: Tally, named: number): Look {
  const found: Look = {
    sent: {},
    taken: {},
    channels: { waiting: 0, live: 0, ended: 0 },
    sources: 0,
    viewers: {},
    watching: 0,
    behind: 0,
    dirtyRatio: 0,
    memory: { sum: 0, most: 0 },
    inFlight: 0,
    replicaBytes: 0,
    busiest: [],
  };
  for (const [kind, past] of Object.entries(tally.sent) as [Way, Sent][]) {
    found.sent[kind] = Object.assign(new Sent(), past);
  }
  for (const [kind, past] of Object.entries(tally.taken) as [Way, Taken][]) {
    found.taken[kind] = Object.assign(new Taken(), past);
  }
  let tiles = 0;
  let dirty = 0;
  for (const { name, follows, fanout, callers, bytes, viewers } of all) {
    // It is counted where its source is.
    if (!follows) found.channels[fanout.state]++;
    found.replicaBytes += bytes;
    for (const [end, way] of callers) {
      // Those of another relay are counted there.
      if (way !== 'relay') found.sources++;
      (found.taken[way] ??= new Taken()).add(end);
    }
    for (const end of fanout.ends) {
      const way = wayOf(end);
      const { outbox } = end;
      (found.sent[way] ??= new Sent()).add(end);
      if (way === 'relay') continue;
      found.viewers[way] = (found.viewers[way] ?? 0) + 1;
      if (end.active) found.watching++;
      found.inFlight += outbox.pacer.inFlight;
      if (outbox.open) {
        if (outbox.behind) found.behind++;
        const { window } = outbox;
        tiles += window ? window.width * window.height : (fanout.grid?.tiles ?? 0);
        dirty += outbox.pending;
      }
      const { memory } = end;
      found.memory.sum += memory;
      found.memory.most = Math.max(found.memory.most, memory);
    }
    found.busiest.push([name, viewers]);
  }
  if (tiles > 0) found.dirtyRatio = dirty / tiles;
  found.busiest.sort(([, a], [, b]) => b - a);
  const others = found.busiest.splice(named);
  if (others.length > 0) found.busiest.push([null, others.reduce((sum, [, viewers]) => sum + viewers, 0)]);
  return found;
}
