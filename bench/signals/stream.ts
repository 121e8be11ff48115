/** One source, one relay, one receiver: bytes and processor time a tick, how much goes through, what a late joiner is sent. */

import { median } from '../table.js';
import type { Crew } from './crew.js';
import type { WorkName } from './work.js';
import type { KitName } from './worker.js';

/** Rounds; the first is not counted. */
export const ROUNDS = 5;
export const TICKS = 30;
/** From one tick to the next, ms. */
export const GAP = 10;
export const FLOODS = 3;
const FLOOD_MS = 300;
/** Code that has run only a little is slow, and not alike in all: first all make so many milliseconds' ticks elsewhere. */
const WARM_MS = 500;
/** To catch up after a flood, ms. */
const CATCH_UP = 10_000;

export interface StreamRow {
  kit: KitName;
  /** Bytes a tick that the receiver was sent, as TCP carried them. */
  bytes: number;
  /** The same from the source to the relay. */
  sourceBytes: number;
  /** Processor time a tick, µs. */
  sourceCpu: number;
  relayCpu: number;
  receiverCpu: number;
  /** Of all three. */
  cpu: number;
  /** How many times the floor's, of the same round. */
  timesBytes: number;
  timesCpu: number;
  /** As many ticks as go: made a second, heard of a second, and how long the receiver still took at the end, ms. */
  flood: { ticks: number; seen: number; lag: number };
  /** All bytes that one who comes late was sent until it knew all, handshake included; and the time that took. */
  join: { bytes: number; ms: number };
  /** The same after so many ticks. */
  joinLater: { bytes: number; ticks: number };
}

type Round = Pick<StreamRow, 'bytes' | 'sourceBytes' | 'sourceCpu' | 'relayCpu' | 'receiverCpu' | 'cpu'>;

interface Taken {
  rounds: Round[];
  joins: StreamRow['join'][];
  floods: StreamRow['flood'][];
  ticks: number;
}

async function paced({ relay, source, receiver }: Crew, channel: string): Promise<Round> {
  const used = () => Promise.all([relay, source, receiver].map((hand) => hand.do('used')));
  const before = await used();
  const last = await source.do('tick', channel, TICKS, GAP);
  const heard = await receiver.do('until', last, CATCH_UP);
  if (heard !== last) throw new Error(`the receiver heard of tick ${heard}, not of ${last}`);
  const after = await used();
  const [relayCpu, sourceCpu, receiverCpu] = after.map(({ cpu }, i) => (cpu - before[i]!.cpu) / TICKS);
  return {
    bytes: (after[2]!.in - before[2]!.in) / TICKS,
    sourceBytes: (after[1]!.out - before[1]!.out) / TICKS,
    sourceCpu: sourceCpu!,
    relayCpu: relayCpu!,
    receiverCpu: receiverCpu!,
    cpu: relayCpu! + sourceCpu! + receiverCpu!,
  };
}

async function flood({ kit, source, receiver }: Crew, channel: string): Promise<StreamRow['flood'] & { made: number }> {
  const frames = await receiver.do('frames');
  const { ticks, last } = await source.do('flood', channel, FLOOD_MS);
  const ended = performance.now();
  if ((await receiver.do('until', last, CATCH_UP)) !== last) throw new Error(`${kit} did not catch up`);
  const lag = performance.now() - ended;
  const seen = (await receiver.do('frames')) - frames;
  return { made: ticks, ticks: (ticks / FLOOD_MS) * 1000, seen: (seen / (FLOOD_MS + lag)) * 1000, lag };
}

/** All kits in turns, so that a busy machine slows all alike. */
export async function measureStream(crews: readonly Crew[], work: WorkName, floor: KitName): Promise<StreamRow[]> {
  const channel = work.replaceAll(/\W+/g, '-').replaceAll(/^-|-$/g, '');
  const taken = new Map<Crew, Taken>();
  for (const crew of crews) {
    for (const name of [`${channel}-warm`, channel]) {
      await crew.source.do('source', crew.url, name, work);
      await crew.receiver.do('receivers', crew.url, name, work, [{}]);
      if (name === channel) continue;
      const { last } = await crew.source.do('flood', name, WARM_MS);
      await crew.receiver.do('until', last, CATCH_UP);
    }
    taken.set(crew, { rounds: [], joins: [], floods: [], ticks: 0 });
  }
  const check = async ({ source, receiver }: Crew) => receiver.do('check', await source.do('state', channel));

  for (let round = 0; round < ROUNDS; round++) {
    for (const [crew, { rounds, joins }] of taken) {
      const one = await paced(crew, channel);
      const join = await crew.other.do('join', crew.url, channel);
      await check(crew);
      if (round === 0) continue;
      rounds.push(one);
      joins.push(join);
    }
  }
  for (let round = 0; round < FLOODS; round++) {
    for (const [crew, { floods }] of taken) {
      const { made, ...one } = await flood(crew, channel);
      floods.push(one);
      taken.get(crew)!.ticks += made;
      await check(crew);
    }
  }
  const later = new Map<Crew, StreamRow['join']>();
  for (const crew of crews) later.set(crew, await crew.other.do('join', crew.url, channel));

  const base = [...taken].find(([{ kit }]) => kit === floor)![1].rounds;
  return [...taken].map(([crew, { rounds, joins, floods, ticks }]): StreamRow => {
    const middle = (what: keyof Round) => median(rounds.map((round) => round[what]));
    const times = (what: keyof Round) => median(rounds.map((round, i) => round[what] / base[i]![what]));
    const flooded = (what: keyof StreamRow['flood']) => median(floods.map((one) => one[what]));
    return {
      kit: crew.kit,
      bytes: middle('bytes'),
      sourceBytes: middle('sourceBytes'),
      sourceCpu: middle('sourceCpu'),
      relayCpu: middle('relayCpu'),
      receiverCpu: middle('receiverCpu'),
      cpu: middle('cpu'),
      timesBytes: times('bytes'),
      timesCpu: times('cpu'),
      flood: { ticks: flooded('ticks'), seen: flooded('seen'), lag: flooded('lag') },
      join: { bytes: joins.at(-1)!.bytes, ms: median(joins.map(({ ms }) => ms)) },
      joinLater: { bytes: later.get(crew)!.bytes, ticks: ticks + ROUNDS * TICKS },
    };
  });
}
