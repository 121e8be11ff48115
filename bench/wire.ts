/**
 * What the wire costs: bytes of a real source with a receiver in step, counted on the link, beside the original wire and
 * beside what its codec was measured to be capable of.
 */
import { createLife, type Life } from '../sim/index.js';
import { Receiver, Source } from '../transport/index.js';
import { type Count, countedLinks } from './counted-link.js';
import { bytes, main, mean, median, table } from './table.js';

const SIDE = 1024;
const TILES = (SIDE / 64) ** 2;
/** The original sends every tile of every generation as a byte a cell and a header. */
const ORIGINAL = TILES * 4117;
const GENERATIONS = [10, 100, 1000, 5000];
/** Frames that are counted, about the generation in question. */
const FRAMES = 9;
/** Frames before them: the source has made up its mind about deflate. */
const BEFORE = 9;

/** Prototype of the codec, density 0.18: bytes a frame without any header; [S8, S8 and deflate 1]; key = a keyframe. */
const PROTOTYPE: Record<string, [number, number]> = {
  '10/1': [77_800, 63_600],
  '100/1': [50_200, 39_900],
  '1000/1': [20_400, 14_000],
  '5000/1': [11_900, 6_650],
  '1000/2': [12_100, 9_900],
  '5000/2': [960, 832],
  '10/key': [87_000, 71_000],
  '100/key': [62_000, 50_000],
  '1000/key': [36_000, 26_000],
  '5000/key': [29_000, 19_000],
};

interface Row {
  density: number;
  /** Generation about which it was measured. */
  generation: number;
  /** Generations from one frame to the next; 0 = a keyframe. */
  stride: number;
  deflate: 'off' | 'as decided' | 'always';
  /** Bytes a frame, headers and all, mean. */
  bytes: number;
  /** Share of messages deflated. */
  deflated: number;
  originalBytes: number;
  /** Capture, encode, deflate and send a frame, median; null where it was not measured apart. */
  encodeMs: number | null;
  /** Inflate and apply it, median; null as above. */
  decodeMs: number | null;
}

interface Viewer {
  receiver: Receiver;
  /** Frames of state counted since the last time. */
  take: () => Count;
}

/** All messages that are on their way have been heard, and answered. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function join(source: Source, kind: 'websocket' | 'memory'): Promise<Viewer> {
  const [near, far] = countedLinks(kind);
  source.attach(near);
  const receiver = new Receiver({ connect: async () => far });
  receiver.start();
  while (!receiver.grid?.whole) await settle();
  return { receiver, take: () => far.take() };
}

async function assertSame(life: Life, receiver: Receiver): Promise<void> {
  const [truth, seen] = [await life.digest(), await receiver.digest()];
  if (truth.hash !== seen.hash || truth.version !== seen.version) throw new Error('the receiver shows other cells');
}

async function follow(
  density: number,
  generation: number,
  stride: number,
  deflate: 'off' | 'as decided',
): Promise<Row[]> {
  const life = await createLife({ width: SIDE, height: SIDE });
  life.soup({ density, seed: 1 });
  const before = Math.min(BEFORE, Math.floor(generation / stride) - (FRAMES >> 1) - 1);
  life.step(generation - (before + (FRAMES >> 1) + 1) * stride);
  const source = new Source(life, { maxFps: 120 });
  // A source deflates for those it reaches over a network, not for the page it is in.
  const { receiver, take } = await join(source, deflate === 'off' ? 'memory' : 'websocket');
  take();
  const encode: number[] = [];
  const heard: Count[] = [];
  for (let i = 0; i < before + FRAMES; i++) {
    life.step(stride);
    const began = performance.now();
    source.publish();
    const ms = performance.now() - began;
    await settle();
    const count = take();
    if (i < before) continue;
    encode.push(ms);
    heard.push(count);
  }
  await assertSame(life, receiver);
  receiver.stop();
  const frames = heard.reduce((sum, count) => sum + count.frames, 0);
  const row: Row = {
    ...blank(density, generation, stride),
    deflate,
    bytes: mean(heard.map((count) => count.bytes)),
    deflated: heard.reduce((sum, count) => sum + count.deflated, 0) / frames,
    encodeMs: median(encode),
    decodeMs: median(heard.map((count) => count.ms)),
  };
  return deflate === 'off' ? [row, always(row, heard)] : [row];
}

const blank = (density: number, generation: number, stride: number) => ({
  density,
  generation,
  stride,
  originalBytes: ORIGINAL * Math.max(1, stride),
});

/** What deflate makes of the same frames, whatever it costs: unlike the source's decision, the same on every machine. */
const always = (row: Row, heard: Count[]): Row => ({
  ...row,
  deflate: 'always',
  bytes: mean(heard.map((count) => count.deflatedBytes)),
  deflated: 1,
  encodeMs: null,
  decodeMs: null,
});

function prototypeBytes({ density, generation, stride, deflate }: Row): number | null {
  if (density !== 0.18) return null;
  return PROTOTYPE[`${generation}/${stride || 'key'}`]?.[deflate === 'off' ? 0 : 1] ?? null;
}

async function keyframe(density: number, generation: number): Promise<Row[]> {
  const life = await createLife({ width: SIDE, height: SIDE });
  life.soup({ density, seed: 1 });
  life.step(generation);
  const source = new Source(life, { maxFps: 120 });
  const heard: Count[] = [];
  for (let i = 0; i < FRAMES; i++) {
    const { receiver, take } = await join(source, 'websocket');
    heard.push(take());
    await assertSame(life, receiver);
    receiver.stop();
  }
  const row: Row = {
    ...blank(density, generation, 0),
    deflate: 'as decided',
    bytes: mean(heard.map((count) => count.bytes)),
    deflated: mean(heard.map((count) => count.deflated / count.frames)),
    encodeMs: null,
    decodeMs: median(heard.map((count) => count.ms)),
  };
  // One that is not deflated is what it is without, and is named so: it has another figure beside it.
  if (row.deflated === 0) row.deflate = 'off';
  return row.deflated === 0 ? [row, always(row, heard)] : [row];
}

export async function run(): Promise<Row[]> {
  // The first frames are made by code that is not compiled yet.
  for (let i = 0; i < 3; i++) for (const way of ['off', 'as decided'] as const) await follow(0.18, 100, 1, way);
  const rows: Row[] = [];
  for (const density of [0.18, 0.5]) {
    for (const stride of [1, 2]) {
      for (const generation of GENERATIONS)
        for (const deflate of ['off', 'as decided'] as const)
          rows.push(...(await follow(density, generation, stride, deflate)));
    }
    for (const generation of GENERATIONS) rows.push(...(await keyframe(density, generation)));
  }
  return rows;
}

const ratio = (a: number, b: number): string => (a / b).toFixed(a / b < 10 ? 2 : 0);
const gcells = (ms: number | null): string => (ms === null ? '' : ((SIDE * SIDE) / ms / 1e6).toFixed(2));
const percent = (share: number): string => `${Math.round(share * 100)} %`;

function beside(row: Row): [string, string] {
  const prototype = prototypeBytes(row);
  return prototype === null ? ['', ''] : [bytes(prototype), ratio(row.bytes, prototype)];
}

export function format(rows: readonly Row[]): string {
  const head = [
    ...['generation', 'stride', 'deflate', 'deflated', 'B/frame', 'B/generation', 'x under original'],
    ...['prototype B', 'x prototype', 'encode ms', 'Gcell/s', 'decode ms', 'Gcell/s'],
  ];
  const tables = [0.18, 0.5].map((density) => {
    const lines = rows
      .filter((row) => row.density === density)
      .map((row) => [
        row.generation,
        row.stride || 'keyframe',
        row.deflate,
        percent(row.deflated),
        bytes(row.bytes),
        row.stride ? bytes(row.bytes / row.stride) : '',
        ratio(row.originalBytes, row.bytes),
        ...beside(row),
        row.encodeMs?.toFixed(2) ?? '',
        gcells(row.encodeMs),
        row.decodeMs?.toFixed(2) ?? '',
        gcells(row.decodeMs),
      ]);
    const title =
      `Wire: ${SIDE}x${SIDE} soup at density ${density} on a torus; ` +
      `the original sends ${bytes(ORIGINAL)} B a generation`;
    return table(title, head, lines, 0);
  });
  return tables.join('\n\n');
}

await main(import.meta.url, async () => {
  const data = await run();
  return { data, text: format(data) };
});
