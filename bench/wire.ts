/**
 * What the wire costs: bytes of a real source with a receiver in step, counted on the link, beside the original wire and
 * beside what its codec was measured to be capable of.
 */
import { createLife, type Life } from '../sim/index.js';
import { Receiver, Source } from '../transport/index.js';
import { countedLinks } from './counted-link.js';
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
  deflate: 'off' | 'as decided';
  /** Bytes a frame, headers and all, mean. */
  bytes: number;
  /** Share of messages deflated. */
  deflated: number;
  originalBytes: number;
  prototypeBytes: number | null;
  /** Capture, encode, deflate and send a frame, median; null where it was not measured apart. */
  encodeMs: number | null;
  /** Inflate and apply it, median. */
  decodeMs: number;
}

interface Viewer {
  receiver: Receiver;
  /** Frames of state counted since the last time. */
  take: ReturnType<typeof countedLinks>[1]['take'];
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

async function follow(density: number, generation: number, stride: number, deflate: Row['deflate']): Promise<Row> {
  const life = await createLife({ width: SIDE, height: SIDE });
  life.soup({ density, seed: 1 });
  const before = Math.min(BEFORE, Math.floor(generation / stride) - (FRAMES >> 1) - 1);
  life.step(generation - (before + (FRAMES >> 1) + 1) * stride);
  const source = new Source(life, { maxFps: 120 });
  // A source deflates for those it reaches over a network, not for the page it is in.
  const { receiver, take } = await join(source, deflate === 'off' ? 'memory' : 'websocket');
  take();
  const encode: number[] = [];
  const heard: ReturnType<typeof take>[] = [];
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
  const prototype = density === 0.18 ? PROTOTYPE[`${generation}/${stride}`] : undefined;
  return {
    density,
    generation,
    stride,
    deflate,
    bytes: mean(heard.map((count) => count.bytes)),
    deflated: heard.reduce((sum, count) => sum + count.deflated, 0) / frames,
    originalBytes: ORIGINAL * stride,
    prototypeBytes: prototype?.[deflate === 'off' ? 0 : 1] ?? null,
    encodeMs: median(encode),
    decodeMs: median(heard.map((count) => count.ms)),
  };
}

async function keyframe(density: number, generation: number): Promise<Row> {
  const life = await createLife({ width: SIDE, height: SIDE });
  life.soup({ density, seed: 1 });
  life.step(generation);
  const source = new Source(life, { maxFps: 120 });
  const heard: ReturnType<Viewer['take']>[] = [];
  for (let i = 0; i < FRAMES; i++) {
    const { receiver, take } = await join(source, 'websocket');
    heard.push(take());
    await assertSame(life, receiver);
    receiver.stop();
  }
  const prototype = density === 0.18 ? PROTOTYPE[`${generation}/key`] : undefined;
  const deflated = mean(heard.map((count) => count.deflated / count.frames));
  return {
    density,
    generation,
    stride: 0,
    deflate: 'as decided',
    bytes: mean(heard.map((count) => count.bytes)),
    deflated,
    originalBytes: ORIGINAL,
    prototypeBytes: prototype?.[deflated > 0 ? 1 : 0] ?? null,
    encodeMs: null,
    decodeMs: median(heard.map((count) => count.ms)),
  };
}

export async function run(): Promise<Row[]> {
  // The first frames are made by code that is not compiled yet.
  for (let i = 0; i < 3; i++) for (const way of ['off', 'as decided'] as const) await follow(0.18, 100, 1, way);
  const rows: Row[] = [];
  for (const density of [0.18, 0.5]) {
    for (const stride of [1, 2]) {
      for (const generation of GENERATIONS)
        for (const deflate of ['off', 'as decided'] as const)
          rows.push(await follow(density, generation, stride, deflate));
    }
    for (const generation of GENERATIONS) rows.push(await keyframe(density, generation));
  }
  return rows;
}

const ratio = (a: number, b: number): string => (a / b).toFixed(a / b < 10 ? 2 : 0);
const gcells = (ms: number): string => ((SIDE * SIDE) / ms / 1e6).toFixed(2);

export function format(rows: readonly Row[]): string {
  const head = ['generation', 'stride', 'deflate', 'deflated', 'B/frame', 'B/gen', 'original B/gen', 'x less'];
  const more = ['prototype B', 'ours/proto', 'encode ms', 'Gcell/s', 'decode ms', 'Gcell/s'];
  const tables: string[] = [];
  for (const density of [0.18, 0.5]) {
    const lines = rows
      .filter((row) => row.density === density)
      .map((row) => [
        row.generation,
        row.stride || 'keyframe',
        row.deflate,
        `${Math.round(row.deflated * 100)} %`,
        bytes(row.bytes),
        row.stride ? bytes(row.bytes / row.stride) : '',
        bytes(ORIGINAL),
        ratio(row.originalBytes, row.bytes),
        row.prototypeBytes === null ? '-' : bytes(row.prototypeBytes),
        row.prototypeBytes === null ? '-' : ratio(row.bytes, row.prototypeBytes),
        row.encodeMs?.toFixed(2) ?? '',
        row.encodeMs === null ? '' : gcells(row.encodeMs),
        row.decodeMs.toFixed(2),
        gcells(row.decodeMs),
      ]);
    tables.push(table(`Wire: ${SIDE}x${SIDE} soup at density ${density} on a torus`, [...head, ...more], lines, 0));
  }
  return tables.join('\n\n');
}

await main(import.meta.url, async () => {
  const data = await run();
  return { data, text: format(data) };
});
