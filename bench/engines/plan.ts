/** What is measured, how often, and what is wanted. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Entrant, golly, ours, type Scene, type Window } from './contest.js';
import { grayScott, lenia, steady } from './fields.js';
import { collected, convert, gollyVersion, HASHLIFE, QUICKLIFE } from './golly.js';
import { lifeviewer } from './lifeviewer.js';
import { naiveSoup } from './naive.js';
import { pattern, type Start, soup } from './worlds.js';

export interface Plan {
  rounds: number;
  /** Whether all generations and worlds are measured that the targets name. */
  long: boolean;
  roofline: readonly string[];
  rooflineRounds: number;
  /** What a kernel must reach of the processor's limit. */
  share: number;
}

export const FULL: Plan = {
  rounds: 5,
  long: true,
  roofline: ['B3/S23', 'B36/S23', 'B2/S', 'B1357/S1357', 'B3678/S34678', 'B368/S245'],
  rooflineRounds: 15,
  share: 0.7,
};

/** Enough to see that it works, and about what it costs. */
export const QUICK: Plan = { ...FULL, rounds: 1, long: false, roofline: ['B3/S23'], rooflineRounds: 5 };

/** Makes a scene, its files in a folder; or says why there is none. */
type Make = (folder: string) => Scene | string | Promise<Scene | string>;

const WASM = 'mpl wasm';
const TORUS = 'mpl wasm, torus';
const THREADS = 'mpl wasm, 2 threads';
const JS = 'mpl js';
const HASH = 'mpl hash';

/** Only where there is Golly; without it, ours are compared with each other. */
const peers = (...entrants: Entrant[]): Entrant[] => (gollyVersion === undefined ? [] : entrants);
const quicklife = (start: Start) => peers(golly('QuickLife', start.file, QUICKLIFE));

function denseSoup(plan: Plan): Make {
  return async (folder) => {
    const size = plan.long ? 2048 : 512;
    const windows: Window[] = [[0, 100]];
    if (plan.long) windows.push([2000, 3000], [5000, 6000]);
    // No ship is faster than half a cell a generation.
    const margin = plan.long ? 3072 : 128;
    const start = soup(join(folder, 'soup.rle'), size, margin, 0.5, 'B3/S23');
    const naive = await naiveSoup(size, 0.5);
    // What pages have: ships that leave the soup come back into it, so it is another world after a while.
    const torus = await checkedTorus(folder, size);
    const entrants = [
      ...quicklife(start),
      ours(WASM, 'wasm', start),
      { ...ours(TORUS, 'wasm', torus), populations: undefined },
      ours(JS, 'js', start, { until: 3000, rounds: 3 }),
      ...lifeviewer(start, { until: 100, rounds: 2 }),
      ...peers(golly('HashLife', start.file, HASHLIFE, { until: 100, rounds: 1 })),
      ours(HASH, 'hash', start, { until: 100, rounds: 1 }, 64),
      // On a torus, and by few generations: it takes it as long for any cells.
      { ...steady('naive', 2, naive), until: 100 },
    ];
    const soups = [8, undefined, 4];
    const targets = { [WASM]: soups, [TORUS]: soups, [JS]: [1] };
    return { name: `soup ${size}x${size}`, cells: size * size, windows, entrants, rounds: plan.rounds, targets };
  };
}

/** Golly's torus slows down with time, so it only counts. @throws Error where it counts otherwise. */
async function checkedTorus(folder: string, size: number): Promise<Start> {
  const start = soup(join(folder, 'torus.rle'), size, 0, 0.5, 'B3/S23', `B3/S23:T${size},${size}`);
  const marks = [100];
  const [own] = await ours(TORUS, 'wasm', start).populations!(marks);
  for (const other of peers(golly('', start.file, QUICKLIFE))) {
    const [count] = await other.populations!(marks);
    if (count !== own) throw new Error(`The torus has ${own} cells, Golly's ${count}.`);
  }
  return start;
}

function hugeSoup(plan: Plan): Make {
  return async (folder) => {
    if (!plan.long) return 'soup 8192x8192: not in the quick plan';
    const size = 8192;
    const start = soup(join(folder, 'huge.rle'), size, 128, 0.5, 'B3/S23');
    const torus = await checkedTorus(folder, size);
    return {
      name: 'soup 8192x8192',
      ...{ cells: size * size, windows: [[0, 100]] as const, rounds: 3, targets: { [WASM]: [12], [TORUS]: [12] } },
      entrants: [
        ...quicklife(start),
        ours(WASM, 'wasm', start),
        { ...ours(TORUS, 'wasm', torus), populations: undefined },
        ...(availableParallelism() > 1 ? [ours(THREADS, 'wasm', start, {}, undefined, 2)] : []),
      ],
    };
  };
}

interface Known {
  name: string;
  file: string;
  side: number;
  windows: readonly Window[];
  /** Steps of HashLife. */
  leap: number;
  target?: number;
  /** Begin there: HashLife makes the file. */
  from?: number;
  rounds?: number;
}

function known({ name, file, side, windows, leap, target, from, rounds }: Known, plan: Plan): Make {
  return (folder) => {
    let path = collected(file);
    if (path === undefined) return `${name}: Golly's collection is not installed`;
    if (from !== undefined) {
      const to = join(folder, `${name}.rle`);
      convert(path, to, from);
      path = to;
    }
    const start = pattern(path, side);
    return {
      ...{ name, cells: side * side, windows, rounds: rounds ?? plan.rounds },
      targets: target === undefined ? {} : { [WASM]: windows.map(() => target) },
      entrants: [
        ...quicklife(start),
        ours(WASM, 'wasm', start),
        ...peers(golly('HashLife', start.file, HASHLIFE)),
        ours(HASH, 'hash', start, {}, leap),
      ],
    };
  };
}

const PATTERNS: readonly Known[] = [
  {
    ...{ name: 'breeder', file: 'breeder.lif', side: 8192, leap: 1000, target: 2 },
    windows: [
      [0, 1000],
      [3000, 4000],
    ],
  },
  { name: 'LWSS breeder', file: 'LWSS-breeder.rle', side: 8192, windows: [[2000, 3000]], leap: 1000 },
  { name: 'unit cell', file: 'Unit-Life-Cell-512x512.rle', side: 4096, windows: [[2000, 4000]], leap: 1000 },
];
const GALAXY: Known = {
  ...{ name: 'metapixel galaxy', file: 'metapixel-galaxy.mc.gz', side: 32768, from: 400, leap: 10, target: 5 },
  ...{ windows: [[10, 60]], rounds: 3 },
};

/** HashLife by leaps of 2^10, ours and Golly's: the first from nothing, the following from what is known by then. */
function leaps({ name, file, side, from }: Known, rounds: number, windows: readonly Window[]): Make {
  return (folder) => {
    let path = collected(file);
    if (path === undefined) return `${name}: Golly's collection is not installed`;
    if (from !== undefined) {
      const to = join(folder, `${name} 0.rle`);
      convert(path, to);
      path = to;
    }
    const start = pattern(path, side);
    return {
      ...{ name, cells: side * side, windows, rounds, targets: { [HASH]: windows.map(() => 1 / 1.5) } },
      entrants: [...peers(golly('HashLife', start.file, HASHLIFE)), ours(HASH, 'hash', start, {}, 1024)],
    };
  };
}

interface Family {
  rule: string;
  /** As Golly wants it, where that differs; and by which of its algorithms, where not by QuickLife. */
  golly?: string;
  algorithm?: string;
  size: number;
  /** 0: on a torus. */
  margin: number;
  js: boolean;
}

const FAMILIES: readonly Family[] = [
  { rule: 'B3678/S34678', size: 2048, margin: 128, js: true },
  { rule: 'B3/S2-i34q', size: 2048, margin: 128, js: true },
  { rule: '345/2/4', algorithm: 'Generations', size: 1024, margin: 128, js: true },
  {
    rule: 'R5,C0,M1,S34..58,B34..45,NM',
    golly: 'R5,C0,M1,S34..58,B34..45,NM:T512,512',
    algorithm: 'Larger than Life',
    size: 512,
    margin: 0,
    js: true,
  },
];

function family({ rule, golly: theirs = rule, algorithm, size, margin, js }: Family, plan: Plan): Make {
  return (folder) => {
    const start = soup(join(folder, 'family.rle'), size, margin, 0.5, rule, theirs);
    return {
      ...{ name: `${rule} ${size}x${size}`, cells: size * size, windows: [[0, 100]] as const },
      rounds: Math.min(plan.rounds, 3),
      entrants: [
        ...peers(
          golly(`Golly ${algorithm ?? 'QuickLife'}`, start.file, algorithm === undefined ? [] : ['-a', algorithm]),
        ),
        ours(WASM, 'wasm', start),
        ...(js ? [ours(JS, 'js', start)] : []),
      ],
    };
  };
}

export function scenes(plan: Plan): { title: string; make: Make[] }[] {
  const { long } = plan;
  const few: Known[] = long ? [...PATTERNS, GALAXY] : PATTERNS.slice(0, 1);
  const [breeder] = PATTERNS;
  return [
    { title: 'Engines: Life, soups at density 0.5 on a plane', make: [denseSoup(plan), hugeSoup(plan)] },
    { title: 'Engines: Life, patterns of Golly’s collection', make: few.map((one) => known(one, plan)) },
    {
      title: 'Engines: HashLife by leaps of 2^10',
      make: [
        // Short ones: many rounds.
        leaps({ ...breeder!, side: 16384 }, long ? 21 : plan.rounds, [
          [0, 1024],
          [1024, 8192],
        ]),
        ...(long
          ? [
              leaps(GALAXY, 5, [
                [0, 1024],
                [1024, 8192],
              ]),
            ]
          : []),
      ],
    },
    {
      title: 'Engines: other rules, soups at density 0.5, beside what Golly has for them',
      make: (long ? FAMILIES : FAMILIES.slice(1)).map((one) => family(one, plan)),
    },
    {
      title: 'Engines: fields',
      make: [
        () => grayScott(long ? 1024 : 512, Math.min(plan.rounds, 3)),
        () => lenia(long ? 512 : 128, Math.min(plan.rounds, 3)),
      ],
    },
  ];
}
