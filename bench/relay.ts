/**
 * What a relay carries: frames of a real world to thousands of viewers, beside others that are given the very same frames:
 * deliveries a second, processor time a delivery, age, memory a viewer. And what one viewer that stalls, joins late, or comes
 * back means, for it and for the others. What is measured has one core, viewers and source the other.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFrame } from '../transport/index.js';
import { Stage, type Trial, trial } from './relay/contest.js';
import { has, pinned, Workshop } from './relay/processes.js';
import { record, save } from './relay/record.js';
import type { Kind } from './relay/server.js';
import type { Joined } from './relay/viewer.js';
import { bytes, main, median, quantile, table } from './table.js';

const SIDE = 1024;
const GENERATION = 5000;
const DENSITY = 0.18;

interface Plan {
  rounds: number;
  viewers: number[];
  hz: number;
  /** ms, before it is measured and while it is. */
  warm: number;
  measure: number;
  crowd: { viewers: number; hz: number } | null;
  /** Processes of one relay, each number of them beside the others. */
  workers: { viewers: number; counts: number[] } | null;
  /** Viewers beside the one that stalls, joins, drops. */
  others: number;
  stalls: number;
  joins: number;
  drops: number;
  /** ms */
  dropped: number;
}

const FULL: Plan = {
  rounds: 3,
  viewers: [100, 1000, 5000],
  hz: 30,
  warm: 2000,
  measure: 4000,
  crowd: { viewers: 10_000, hz: 10 },
  workers: { viewers: 5000, counts: [1, 2] },
  others: 1000,
  stalls: 4,
  joins: 9,
  drops: 3,
  dropped: 5000,
};

/** Enough to see that it works, and about what it costs. */
const QUICK: Plan = {
  ...FULL,
  rounds: 1,
  viewers: [100, 500],
  warm: 1000,
  measure: 2000,
  crowd: null,
  workers: null,
  others: 100,
  stalls: 2,
  joins: 3,
  drops: 1,
  dropped: 1000,
};

const NAMES: Record<Kind, string> = {
  mpl: 'mpl',
  raw: 'raw sockets',
  ws: 'ws: send',
  'socket.io': 'Socket.IO',
  nats: 'NATS',
};

interface Spread {
  p50: number;
  p99: number;
}

interface StallResult {
  /** Ages at the others, ms, each time: while all read, and while one does not. */
  calm: Spread[];
  stalled: Spread[];
  /** By how much more memory the relay holds then, bytes; the most that it says one viewer takes beside its socket. */
  memory: number;
  most: number;
}

export interface RelayResult {
  frame: { bytes: number; keyframe: number; side: number; generation: number; density: number };
  pinned: boolean;
  /** Why some are not among them. */
  skipped: Partial<Record<Kind, string>>;
  trials: Trial[];
  crowd: Trial[];
  workers: Trial[];
  stall: StallResult;
  joins: Joined[];
  drops: { joined: Joined; back: Joined }[];
}

async function measureStall(shop: Workshop, plan: Plan): Promise<StallResult> {
  const stage = await Stage.set(shop, 'mpl', plan.others);
  const metric = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${stage.port}/metrics`)).text();
    return Number(/^mpl_viewer_memory_most_bytes (\S+)$/m.exec(text)?.[1]);
  };
  const result: StallResult = { calm: [], stalled: [], memory: 0, most: 0 };
  const grown: number[] = [];
  stage.play(plan.hz);
  await sleep(plan.warm);
  for (let i = 0; i < plan.stalls; i++) {
    const calm = await stage.measure(plan.measure / 4);
    stage.sink.tell('stall 1');
    // The kernels of both sides have taken what they take.
    await sleep(plan.measure / 4);
    const stalled = await stage.measure(plan.measure / 4);
    result.most = Math.max(result.most, await metric());
    stage.sink.tell('stall 0');
    grown.push(stalled.rss - calm.rss);
    result.calm.push(calm.seen.age);
    result.stalled.push(stalled.seen.age);
  }
  result.memory = median(grown);
  await shop.stop();
  return result;
}

async function measureJoins(shop: Workshop, plan: Plan): Promise<Pick<RelayResult, 'joins' | 'drops'>> {
  const joins: Joined[] = [];
  const drops: RelayResult['drops'] = [];
  const stage = await Stage.set(shop, 'mpl', plan.others);
  const { hand } = await shop.hand('viewer.ts', 1, String(stage.port), shop.recording);
  stage.play(plan.hz);
  await sleep(plan.warm / 2);
  for (let i = 0; i < plan.joins; i++) joins.push((await hand.ask({})) as Joined);
  await shop.stop();
  // So that no recording ends before: each time from its beginning.
  for (let i = 0; i < plan.drops; i++) {
    const stage = await Stage.set(shop, 'mpl', plan.others);
    const { hand } = await shop.hand('viewer.ts', 1, String(stage.port), shop.recording);
    stage.play(plan.hz);
    await sleep(plan.warm / 2);
    drops.push((await hand.ask({ drop: plan.dropped })) as (typeof drops)[0]);
    await shop.stop();
  }
  return { joins, drops };
}

export async function run(plan: Plan): Promise<RelayResult> {
  const shop = new Workshop();
  try {
    shop.compile();
    const longest = Math.max(
      plan.warm + plan.measure,
      plan.warm + 0.8 * plan.measure * plan.stalls,
      plan.dropped + 5000,
    );
    const recording = await record(SIDE, GENERATION, DENSITY, Math.ceil(((longest + 5000) * plan.hz) / 1000));
    save(recording, shop.recording);
    const total = (messages: Uint8Array[]) => messages.reduce((sum, { length }) => sum + length, 0);
    const tiles = recording.beginning.filter((message) => decodeFrame(message).type === 'GridTiles');
    const frame = {
      bytes: total(recording.frames) / recording.frames.length,
      keyframe: total(tiles),
      ...{ side: SIDE, generation: GENERATION, density: DENSITY },
    };
    const skipped: RelayResult['skipped'] = {};
    if (!has('nats-server')) skipped.nats = 'nats-server is not installed';
    const kinds = (Object.keys(NAMES) as Kind[]).filter((kind) => skipped[kind] === undefined);
    const trials: Trial[] = [];
    const crowd: Trial[] = [];
    const workers: Trial[] = [];
    const step = (text: string) => console.error(`  ${text}`);
    for (let round = 0; round < plan.rounds; round++) {
      // In turns, so that a busy machine slows all alike.
      for (const viewers of plan.viewers) {
        for (const kind of kinds) {
          step(`round ${round + 1}: ${NAMES[kind]}, ${viewers} viewers`);
          trials.push(await trial(shop, kind, viewers, plan.hz, plan.warm, plan.measure));
        }
      }
      for (const kind of plan.crowd ? (['mpl', 'raw'] as const) : []) {
        const { viewers, hz } = plan.crowd!;
        step(`round ${round + 1}: ${NAMES[kind]}, ${viewers} viewers`);
        crowd.push(await trial(shop, kind, viewers, hz, plan.warm, plan.measure));
      }
      for (const count of plan.workers?.counts ?? []) {
        const { viewers } = plan.workers!;
        step(`round ${round + 1}: mpl serve --workers ${count}, ${viewers} viewers`);
        workers.push(await trial(shop, 'mpl', viewers, plan.hz, plan.warm, plan.measure, count));
      }
    }
    step('one that stalls');
    const stall = await measureStall(shop, plan);
    step('one that joins late, and one that comes back');
    const { joins, drops } = await measureJoins(shop, plan);
    return { frame, pinned, skipped, trials, crowd, workers, stall, joins, drops };
  } finally {
    await shop.close();
  }
}

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;

/** Medians over the rounds; ratios are made within a round. */
function formatTrials(title: string, trials: readonly Trial[]): string {
  const groups = new Map<string, Trial[]>();
  for (const one of trials) {
    const key = `${one.viewers} ${one.kind}${one.workers || ''}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const rows = [...groups.values()].map((rounds) => {
    const { kind, viewers, workers } = rounds[0]!;
    const middle = (of: (one: Trial) => number) => median(rounds.map(of));
    const against = (other: Kind): string => {
      const others = groups.get(`${viewers} ${other}`);
      if (others === undefined) return '';
      return median(rounds.map((one, i) => one.deliveries / others[i]!.deliveries)).toFixed(2);
    };
    return [
      ...[
        bytes(viewers),
        workers > 0 ? `--workers ${workers}` : NAMES[kind],
        bytes(middle((one) => one.deliveries)),
        percent(middle((one) => one.share)),
      ],
      ...[against('raw'), against('socket.io')],
      ...[middle((one) => one.cpu).toFixed(1), percent(middle((one) => one.busy))],
      ...[ms(middle((one) => one.age.p50)), ms(middle((one) => one.age.p99))],
      ...[bytes(middle((one) => one.bytes)), (middle((one) => one.memory) / 1000).toFixed(1)],
      percent(middle((one) => one.viewersBusy)),
    ];
  });
  const head = [
    ...['viewers', '', 'deliveries/s', 'of all', 'x raw', 'x Socket.IO', 'µs each', 'core', 'age p50 ms', 'p99'],
    ...['bytes', 'kB/viewer', 'viewers’ core'],
  ];
  return table(title, head, rows, 2);
}

export function format(result: RelayResult, plan: Plan): string {
  const { frame, skipped, trials, crowd, workers, stall, joins, drops } = result;
  const world = `Life ${frame.side}x${frame.side} from generation ${bytes(frame.generation)}, ${bytes(frame.bytes)} B a frame`;
  const times = `medians of ${plan.rounds}; ${result.pinned ? 'one core' : 'not kept apart'}`;
  const parts = [formatTrials(`Relay: ${world}, ${plan.hz} a second (${times})`, trials)];
  for (const [kind, why] of Object.entries(skipped)) parts.push(`(${NAMES[kind as Kind]}: ${why})`);
  if (plan.crowd) parts.push(formatTrials(`Relay: the same, ${plan.crowd.hz} a second`, crowd));
  if (plan.workers) {
    const title = `Relay: the same, ${plan.hz} a second, in several processes that share both cores with the viewers`;
    parts.push(formatTrials(title, workers));
  }
  const spread = (list: readonly number[]) =>
    [median(list), Math.min(...list), Math.max(...list)].map((value) => ms(value));
  const ages = (of: (one: Spread) => number, list: readonly Spread[]) => spread(list.map(of));
  parts.push(
    table(
      `Relay: ages at ${bytes(plan.others)} viewers, ms, each of ${plan.stalls} times (memory: ` +
        `${bytes(stall.memory)} B more while one stalls; ${bytes(stall.most)} B by its own account)`,
      ['', 'p50', 'least', 'most', 'p99', 'least', 'most'],
      [
        ['all read', ...ages((one) => one.p50, stall.calm), ...ages((one) => one.p99, stall.calm)],
        ['one does not', ...ages((one) => one.p50, stall.stalled), ...ages((one) => one.p99, stall.stalled)],
      ],
    ),
  );
  const backs = drops.map(({ back }) => back);
  const row = (name: string, list: readonly Joined[]) => [
    ...[name, ...spread(list.map((one) => one.ms)), ms(median(list.map((one) => one.sinceOpen)))],
    ...[
      bytes(
        quantile(
          list.map((one) => one.bytes),
          0.5,
        ),
      ),
      Math.max(...list.map((one) => one.asked)),
    ],
    [...new Set(list.map((one) => one.resume))].join(),
  ];
  parts.push(
    table(
      `Relay: the whole picture, beside ${bytes(plan.others)} viewers`,
      ['', 'ms', 'least', 'most', 'once connected', 'bytes', 'round trips', 'answer'],
      [row('joins late', joins), row(`comes back after ${plan.dropped / 1000} s`, backs)],
    ),
  );
  return parts.join('\n\n');
}

await main(import.meta.url, async () => {
  const plan = process.argv.includes('--quick') ? QUICK : FULL;
  if (process.platform !== 'linux' || !has('gcc')) {
    const skipped = 'the viewers are a C program for Linux, and need gcc';
    return { data: { skipped }, text: `Relay: not measured: ${skipped}.` };
  }
  const data = await run(plan);
  return { data, text: format(data, plan) };
});
