/** The numbers of one relay, in Prometheus' terms. They are fetched when they are read, and cost nothing before. */

import { type Aggregator, Counter, Gauge, Registry } from 'prom-client';
import type { Connections } from '../connections.js';
import { packageVersion } from '../package.js';
import type { Channel } from '../relay/channel.js';
import { type Look, look, OTHERS } from './look.js';
import { SpreadMetric } from './spread-metric.js';
import type { Tally } from './tally.js';

export interface Measured {
  tally: Tally;
  connections: Connections;
  channels(): Iterable<Channel>;
  /** Peers known to the signaling. */
  signalPeers(): number;
  /** Is it joined with the others? Null where it stands alone. */
  joined: (() => boolean) | null;
  /** Channels that are told apart in `mpl_channel_viewers`. */
  named: number;
}

type Labelled = Iterable<[labels: Record<string, string>, value: number]>;

export function createRegistry({ tally, connections, channels, signalPeers, joined, named }: Measured): Registry {
  const registry = new Registry();
  let seen: Look | null = null;
  /** All metrics of one answer are read in one turn, from one look. */
  const now = (): Look => {
    if (seen === null) {
      seen = look(channels(), tally, named);
      queueMicrotask(() => {
        seen = null;
      });
    }
    return seen;
  };

  /** @param aggregator what becomes of it where several processes are read as one */
  const plain = (
    Kind: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    read: () => number,
    aggregator: Aggregator = 'sum',
  ): void => {
    new Kind({
      name: `mpl_${name}`,
      help,
      aggregator,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  const labelled = (
    Kind: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    labelNames: string[],
    read: () => Labelled,
    aggregator: Aggregator = 'sum',
  ): void => {
    new Kind({
      name: `mpl_${name}`,
      help,
      labelNames,
      aggregator,
      registers: [registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.inc(labels, value);
      },
    });
  };

  labelled(
    Gauge,
    'info',
    'Always 1; tells the version',
    ['version'],
    () => [[{ version: packageVersion }, 1]],
    'first',
  );

  // What goes out.
  labelled(Counter, 'deliveries_total', 'Frames of state sent to viewers, and to other relays', ['link', 'kind'], () =>
    Object.entries(now().sent).flatMap(([link, { tiles, signals }]) => [
      [{ link, kind: 'tiles' }, tiles] as const,
      [{ link, kind: 'signals' }, signals] as const,
    ]),
  );
  labelled(Counter, 'sent_bytes_total', 'Bytes of frames sent to viewers, and to other relays', ['link'], () =>
    Object.entries(now().sent).map(([link, { bytes }]) => [{ link }, bytes]),
  );
  plain(Counter, 'conflated_tiles_total', 'Changes of tiles not sent, because newer ones took their place', () =>
    Object.values(now().sent).reduce((sum, { conflated }) => sum + conflated, 0),
  );
  labelled(Counter, 'joins_total', 'Viewers that began with a world, by what they were sent', ['resume'], () =>
    Object.entries(tally.joins).map(([resume, count]) => [{ resume }, count]),
  );
  // How it gets there.
  new SpreadMetric(
    {
      name: 'mpl_delivery_age_seconds',
      help: 'From sending a frame to its ack, for the newest of those an ack is for',
    },
    tally.age,
    registry,
  );
  new SpreadMetric(
    {
      name: 'mpl_lag_seconds',
      help: 'How late the last ack of a viewer was, or by how much its next is overdue, four times a second',
    },
    tally.lag,
    registry,
  );
  plain(
    Gauge,
    'dirty_ratio',
    'Of the tiles that viewers look at, the share that they have not been sent',
    () => now().dirtyRatio,
    'average',
  );
  plain(Gauge, 'viewers_behind', 'Viewers that lack something', () => now().behind);
  plain(Gauge, 'in_flight_bytes', 'Bytes sent to viewers and not yet acknowledged', () => now().inFlight);

  // What comes in.
  labelled(Counter, 'received_frames_total', 'Frames of state from sources, and from other relays', ['link'], () =>
    Object.entries(now().taken).map(([link, { frames }]) => [{ link }, frames]),
  );
  labelled(Counter, 'received_bytes_total', 'Bytes of frames from sources, and from other relays', ['link'], () =>
    Object.entries(now().taken).map(([link, { bytes }]) => [{ link }, bytes]),
  );
  labelled(Counter, 'commands_total', 'Commands of viewers, by what became of them', ['result'], () =>
    Object.entries(tally.commands).map(([result, count]) => [{ result }, count]),
  );

  // Who is there.
  labelled(Gauge, 'channels', 'Channels, but for those whose source is at another relay', ['state'], () =>
    Object.entries(now().channels).map(([state, count]) => [{ state }, count]),
  );
  plain(Gauge, 'sources', 'Sources', () => now().sources);
  labelled(Gauge, 'viewers', 'Viewers; memory: by event streams, within the relay', ['link'], () =>
    Object.entries(now().viewers).map(([link, count]) => [{ link }, count]),
  );
  plain(Gauge, 'viewers_watching', 'Viewers that take frames of this relay', () => now().watching);
  labelled(Gauge, 'channel_viewers', `Viewers of the busiest channels; ${OTHERS}: of the rest`, ['channel'], () =>
    now().busiest.map(([channel, viewers]) => [{ channel: channel ?? OTHERS }, viewers]),
  );
  labelled(Gauge, 'connections', 'WebSockets and event streams', ['room'], () =>
    Object.entries(connections.open).map(([room, count]) => [{ room }, count]),
  );
  plain(Gauge, 'signal_peers', 'Peers known to the signaling', signalPeers);
  if (joined !== null)
    plain(Gauge, 'joined', '1 while it is joined with the other relays', () => Number(joined()), 'min');

  if (joined !== null)
    plain(Counter, 'bad_bus_messages_total', 'Messages of other relays that could not be taken', () => tally.strange);

  // Who is not.
  labelled(Counter, 'evictions_total', 'Viewers that the relay let go, by reason', ['reason'], () => tally.evictions);
  labelled(Counter, 'closes_total', 'WebSockets closed, by room, side and reason', ['room', 'by', 'reason'], () => [
    ...tally.closes,
  ]);
  labelled(Counter, 'refusals_total', 'Connections and requests refused, by reason', ['reason'], () => tally.refusals);

  // What it takes.
  plain(Gauge, 'replica_bytes', 'Memory of the replicas of all channels', () => now().replicaBytes);
  plain(Gauge, 'viewer_memory_bytes', 'Memory that viewers take beside their sockets', () => now().memory.sum);
  plain(Gauge, 'viewer_memory_most_bytes', 'The same, of the viewer that takes most', () => now().memory.most, 'max');
  return registry;
}
