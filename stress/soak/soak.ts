/** Engines at full speed for as long as one likes: no difference between them, and no memory that grows. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from '../random.js';
import { Crew } from './crew.js';
import { KINDS } from './member.js';

export interface SoakOptions {
  seconds: number;
  seed: number;
  /** Hears of it every so often. */
  say?: (text: string) => void;
  /** Seconds from one look at the memory to the next. Default 10. */
  every?: number;
}

export interface Soaked {
  generations: number;
  comparisons: number;
  /** Bytes in use after garbage collection, at each look. */
  bytes: number[];
}

const MIB = 2 ** 20;
/** What worlds take may differ by so much, whatever they hold: HashLife's limit, blocks, kernels that are kept. */
const ALLOWED = 96 * MIB;

/** @throws Error that names what differed, or how memory grew, and the seed that repeats it. */
export async function soak({ seconds, seed, say, every = 10 }: SoakOptions): Promise<Soaked> {
  const crews = await Promise.all(KINDS.map((kind) => new Crew(kind, new Random(seed, kind.name)).start()));
  const began = performance.now();
  const end = began + seconds * 1000;
  const bytes: number[] = [];
  const sum = (of: (crew: Crew) => number) => crews.reduce((total, crew) => total + of(crew), 0);
  const report = () => ({
    generations: sum((crew) => crew.generations),
    comparisons: sum((crew) => crew.comparisons),
    bytes,
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
      const { generations, comparisons } = report();
      say?.(
        `${minutes(began)}: ${generations} generations, ${comparisons} comparisons, ${(bytes.at(-1)! / MIB).toFixed(0)} MiB`,
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

async function timed(crew: Crew): Promise<void> {
  const end = performance.now() + TURN;
  do await crew.act();
  while (performance.now() < end);
}

const minutes = (began: number): string => `${((performance.now() - began) / 60_000).toFixed(1)} min`;

/** The least of the last looks is not far above the least of the first ones: what grows for ever shows in both. */
export function checkGrowth(bytes: readonly number[]): void {
  const part = Math.floor(bytes.length / 4);
  if (part < 3) return;
  const before = Math.min(...bytes.slice(part, 2 * part));
  const now = Math.min(...bytes.slice(-part));
  if (now > before + ALLOWED)
    throw new Error(
      `memory grows: ${(before / MIB).toFixed(0)} MiB in the second quarter, ${(now / MIB).toFixed(0)} in the last`,
    );
}

let collect: (() => void) | undefined;

function inUse(): number {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
