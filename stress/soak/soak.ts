/** Engines at full speed for as long as one likes: no difference between them, and no memory that grows. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from '../random.js';
import { Crew } from './crew.js';
import { KINDS } from './member.js';
import { WATCHED, Watched } from './watched.js';

export interface SoakOptions {
  seconds: number;
  seed: number;
  /** Hears of it every so often. */
  say?: (text: string) => void;
  /** Seconds from one look at the memory to the next. Default 10. */
  every?: number;
  /** Milliseconds of an act of a world that gets another engine when that pays. Default 3000. */
  bout?: number;
}

export interface Soaked {
  generations: number;
  comparisons: number;
  /** Bytes in use after garbage collection, at each look. */
  bytes: Bytes[];
  /** How often what was done. */
  acts: Map<string, number>;
}

export interface Bytes {
  /** What JavaScript holds. */
  held: number;
  /** What the process has of the machine's memory: that which threads share, too. */
  resident: number;
}

const MIB = 2 ** 20;
/** What worlds take may differ by so much, whatever they hold: HashLife's limit, blocks, kernels that are kept. */
const ALLOWED: Bytes = { held: 96 * MIB, resident: 256 * MIB };

/** @throws Error that names what differed, or how memory grew, and the seed that repeats it. */
export async function soak({ seconds, seed, say, every = 10, bout = 3000 }: SoakOptions): Promise<Soaked> {
  const crews: (Crew | Watched)[] = await Promise.all([
    ...KINDS.map((kind) => new Crew(kind, new Random(seed, kind.name)).start()),
    ...WATCHED.map((kind) => new Watched(kind, new Random(seed, kind.name), bout).start()),
  ]);
  const began = performance.now();
  const end = began + seconds * 1000;
  const bytes: Bytes[] = [];
  const sum = (of: (crew: Crew | Watched) => number) => crews.reduce((total, crew) => total + of(crew), 0);
  const report = () => ({
    generations: sum((crew) => crew.generations),
    comparisons: sum((crew) => crew.comparisons),
    bytes,
    acts: allActs(crews),
  });
  let look = began + every * 1000;
  try {
    // Each has its turn, as short as may be; all of them at least twice.
    for (let turn = 0; turn < 2 || performance.now() < end; turn++) {
      for (const crew of crews) await timed(crew);
      if (performance.now() < look) continue;
      look = performance.now() + every * 1000;
      bytes.push(inUse());
      checkGrowth(bytes);
      const { generations, comparisons, acts } = report();
      const { held, resident } = bytes.at(-1)!;
      const done = [...acts].map(([act, times]) => `${times} ${act}`).join(', ');
      say?.(
        `${minutes(began)}: ${generations} generations, ${comparisons} comparisons, ${mib(held)} held, ${mib(resident)} resident; ${done}`,
      );
    }
    for (const crew of crews) await crew.compare();
    return report();
  } catch (error) {
    throw new Error(`after ${minutes(began)} with seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}

/** So many ms of one crew. */
const TURN = 200;

async function timed(crew: Crew | Watched): Promise<void> {
  const end = performance.now() + TURN;
  do await crew.act();
  while (performance.now() < end);
}

const minutes = (began: number): string => `${((performance.now() - began) / 60_000).toFixed(1)} min`;

const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;

function allActs(crews: readonly (Crew | Watched)[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { acts } of crews) for (const [act, times] of acts) all.set(act, (all.get(act) ?? 0) + times);
  return all;
}

/** The least of the last looks is not far above the least of the first ones: what grows for ever shows in both. */
export function checkGrowth(bytes: readonly Bytes[]): void {
  const part = Math.floor(bytes.length / 4);
  if (part < 3) return;
  for (const which of ['held', 'resident'] as const) {
    const least = (looks: readonly Bytes[]): number => Math.min(...looks.map((look) => look[which]));
    const before = least(bytes.slice(part, 2 * part));
    const now = least(bytes.slice(-part));
    if (now > before + ALLOWED[which])
      throw new Error(`memory grows: ${mib(before)} ${which} in the second quarter, ${mib(now)} in the last`);
  }
}

let collect: (() => void) | undefined;

function inUse(): Bytes {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}
