/**
 * What signals cost, beside Socket.IO, a Yjs map, and JSON over plain WebSockets doing the same: bytes, processor time,
 * how much goes through, latency through layers, and what a relay that filters saves. A process for each relay, source and
 * receiver, on this machine.
 */
import { Crew } from './signals/crew.js';
import type { ReceiverOptions } from './signals/kit.js';
import { LAYERS, type LatencyRow, measureLatency } from './signals/latency.js';
import { FLOODS, GAP, measureStream, ROUNDS, type StreamRow, TICKS } from './signals/stream.js';
import { WORKS, type WorkName } from './signals/work.js';
import type { KitName } from './signals/worker.js';
import { bundleOf, type Size } from './sizes.js';
import { bytes, main, median, table } from './table.js';

const KITS: readonly KitName[] = ['mpl, JSON', 'mpl, schema', 'Socket.IO', 'Yjs', 'ws and JSON'];
/** What all others are compared with. */
const FLOOR: KitName = 'ws and JSON';
const STREAMS: readonly WorkName[] = ['{count, doubled}', '1,000 signals, 1 % a tick'];

/** Receivers that each show ten of a thousand signals. */
const RECEIVERS = 20;
const SHOWN = 10;
const FILTER_ROUNDS = 4;

interface FilterRow {
  filter: string;
  /** Bytes a tick that one receiver was sent. */
  bytes: number;
  /** Processor time a tick, µs: of the relay, and of all receivers together. */
  relayCpu: number;
  receiversCpu: number;
}

export interface SignalsResult {
  streams: Record<string, StreamRow[]>;
  latency: LatencyRow[];
  filter: FilterRow[];
  pages: Record<string, Size>;
}

async function measureFilter(crew: Crew): Promise<FilterRow[]> {
  const { url, relay, source, receiver } = crew;
  const work = '1,000 signals, 1 % a tick';
  await source.do('source', url, 'filter', work);
  // Without the one that counts ticks: nobody shows a signal only because it changes all the time.
  const all = Object.keys(WORKS[work]().first).slice(1);
  const ten = (i: number) => all.slice(i * SHOWN, (i + 1) * SHOWN);
  const modes: Record<string, (i: number) => ReceiverOptions> = {
    'at home: all is sent': (i) => ({ names: ten(i) }),
    'at the relay, the same ten for all': () => ({ names: ten(0), select: ten(0) }),
    'at the relay, another ten for each': (i) => ({ names: ten(i), select: ten(i) }),
  };
  const heard = new Map<string, FilterRow[]>(Object.keys(modes).map((filter) => [filter, []]));
  for (let round = 0; round < FILTER_ROUNDS; round++) {
    for (const [filter, options] of Object.entries(modes)) {
      await receiver.do(
        'receivers',
        url,
        'filter',
        work,
        Array.from({ length: RECEIVERS }, (_, i) => options(i)),
      );
      const used = () => Promise.all([relay, receiver].map((hand) => hand.do('used')));
      const before = await used();
      await source.do('tick', 'filter', TICKS, GAP);
      await new Promise((resolve) => setTimeout(resolve, 150));
      const after = await used();
      await receiver.do('check', await source.do('state', 'filter'));
      if (round === 0) continue;
      heard.get(filter)!.push({
        filter,
        bytes: (after[1]!.in - before[1]!.in) / TICKS / RECEIVERS,
        relayCpu: (after[0]!.cpu - before[0]!.cpu) / TICKS,
        receiversCpu: (after[1]!.cpu - before[1]!.cpu) / TICKS,
      });
    }
  }
  const middle = (rows: FilterRow[], what: Exclude<keyof FilterRow, 'filter'>) => median(rows.map((row) => row[what]));
  return [...heard].map(([filter, rows]) => ({
    filter,
    bytes: middle(rows, 'bytes'),
    relayCpu: middle(rows, 'relayCpu'),
    receiversCpu: middle(rows, 'receiversCpu'),
  }));
}

/** What a page downloads for the receiving side, as a bundler makes it; Yjs needs something that carries it besides. */
async function measurePages(): Promise<Record<string, Size>> {
  const entry = './dist/transport/signals/index.js';
  const modules = {
    'mpl-kit/signals: receive': `export { receive } from '${entry}';`,
    'mpl-kit/signals: all': `export * from '${entry}';`,
    'socket.io-client: io': `export { io } from 'socket.io-client';`,
    'yjs: Doc, without a provider': `export { Doc } from 'yjs';`,
  };
  const sizes: Record<string, Size> = {};
  for (const [name, contents] of Object.entries(modules)) sizes[name] = (await bundleOf(contents)).initial;
  return sizes;
}

export async function run(): Promise<SignalsResult> {
  const crews: Crew[] = [];
  try {
    // One after the other: on few cores they would only be in each other's way.
    for (const kit of KITS) crews.push(await Crew.start(kit));
    const streams: SignalsResult['streams'] = {};
    for (const work of STREAMS) streams[work] = await measureStream(crews, work, FLOOR);
    // Coded or not makes no difference to one number.
    const latency = await measureLatency(crews.filter(({ kit }) => kit !== 'mpl, schema'));
    return { streams, latency, filter: await measureFilter(crews[0]!), pages: await measurePages() };
  } finally {
    for (const crew of crews) crew.stop();
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const times = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

function formatStream(name: string, rows: readonly StreamRow[]): string[] {
  const head = ['', 'B/tick', 'x ws', 'source B', 'source µs', 'relay µs', 'receiver µs', 'all µs', 'x ws'];
  const lines = rows.map((row) => [
    ...[row.kit, row.bytes.toFixed(1), times(row.timesBytes), row.sourceBytes.toFixed(1)],
    ...[whole(row.sourceCpu), whole(row.relayCpu), whole(row.receiverCpu), whole(row.cpu), times(row.timesCpu)],
  ]);
  const title =
    `Signals: ${name}, a tick each ${GAP} ms. Bytes that a receiver and the relay were sent, processor time a tick ` +
    `(medians of ${ROUNDS - 1} rounds of ${TICKS})`;
  const flood = rows.map((row) => [
    ...[row.kit, whole(row.flood.ticks), whole(row.flood.seen), whole(row.flood.lag)],
    ...[bytes(row.join.bytes), row.join.ms.toFixed(1), bytes(row.joinLater.bytes), whole(row.joinLater.ticks)],
  ]);
  const floodHead = ['', 'ticks/s', 'heard/s', 'behind ms', 'joiner B', 'joins in ms', 'later joiner B', 'after ticks'];
  return [
    table(title, head, lines),
    table(
      `Signals: ${name}, as many ticks as the source can make (medians of ${FLOODS}); who joins late`,
      floodHead,
      flood,
    ),
  ];
}

export function format({ streams, latency, filter, pages }: SignalsResult): string {
  const pair = ({ p50, p99 }: { p50: number; p99: number }) => `${p50.toFixed(2)} / ${p99.toFixed(1)}`;
  const layers = latency.map(({ kit, layers }) => [
    kit,
    ...layers.flatMap((one) => [pair(one), one.timesFloor.toFixed(2)]),
    `${layers.reduce((sum, { heard }) => sum + heard, 0)}/${layers.reduce((sum, { sent }) => sum + sent, 0)}`,
  ]);
  return [
    ...Object.entries(streams).flatMap(([name, rows]) => formatStream(name, rows)),
    table(
      'Signals: latency from a number set to what became of it in the last layer, ms, p50 / p99',
      ['', ...LAYERS.flatMap((n) => [`${n} layer${n > 1 ? 's' : ''}`, 'x ws']), 'heard'],
      layers,
    ),
    table(
      `Signals: ${RECEIVERS} receivers that each show ${SHOWN} of 1,000 (mpl, JSON); per tick`,
      ['filter', 'B to one', 'relay µs', 'receivers µs'],
      filter.map((row) => [row.filter, row.bytes.toFixed(1), whole(row.relayCpu), whole(row.receiversCpu)]),
    ),
    table(
      'Signals: what a page downloads',
      ['entry', 'raw B', 'gzip B', 'brotli B'],
      Object.entries(pages).map(([name, size]) => [name, bytes(size.raw), bytes(size.gzip), bytes(size.brotli)]),
    ),
  ].join('\n\n');
}

await main(import.meta.url, async () => {
  const data = await run();
  return { data, text: format(data) };
});
