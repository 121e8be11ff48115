/** What is soaked: worlds that must be the same on every engine, and what may be done to all of them alike. */

import { createGrayScott, createLenia, createLife, type Field, type Life } from 'mpl-kit/sim';
import type { Random } from '../random.js';
import { spawn } from './threads.js';

export type Member = Life | Field;

export const isLife = (world: Member): world is Life => 'soup' in world;

export interface Kind {
  name: string;
  width: number;
  height: number;
  /** Empty, by the names of their engines. */
  make(): Promise<[engine: string, world: Member][]>;
  rule(random: Random): string;
  /** Generations at once, at most. */
  most: number;
}

/** As much as HashLife may take here: it runs full, and collects its garbage, again and again. */
const HASH_MEMORY = 2 ** 25;

function counts(random: Random, from: number, most = 8): string {
  return Array.from({ length: 9 }, (_, n) => n)
    .filter((n) => n >= from && n <= most && random.chance(0.3))
    .join('');
}

/** Births of nothing and of one neighbour fill the world: seldom. */
function lifeLike(random: Random): string {
  if (random.chance(0.5))
    return random.pick(['B3/S23', 'B36/S23', 'B3678/S34678', 'B2/S', 'B1357/S1357', 'B3/S012345678']);
  const four = random.chance(0.2);
  const most = four ? 4 : 8;
  return `B${counts(random, random.chance(0.1) ? 0 : 2, most)}/S${counts(random, 0, most)}${four ? 'V' : ''}`;
}

function anyFamily(random: Random): string {
  if (random.chance(0.3)) return random.pick(['B3/S2-i34q', 'B2-a/S12', 'B2n3/S23-q']);
  if (random.chance(0.5)) return `${counts(random, 1)}/${counts(random, 1) || 2}/${3 + random.int(14)}`;
  return random.chance(0.2) ? larger(random) : lifeLike(random);
}

function larger(random: Random): string {
  const radius = 2 + random.int(4);
  const cells = (2 * radius + 1) ** 2;
  const [a, b] = [Math.floor(cells * random.between(0.2, 0.4)), Math.floor(cells * random.between(0.4, 0.6))];
  return `R${radius},C${random.pick([0, 4])},M1,S${a}..${b},B${a}..${b},NM`;
}

const lives = (name: string, width: number, height: number, first: string, rule: Kind['rule'], most: number): Kind => ({
  ...{ name, width, height, rule, most },
  async make() {
    return Promise.all(
      (['wasm', 'js'] as const).map(
        async (engine): Promise<[string, Member]> => [engine, await createLife({ width, height, rule: first, engine })],
      ),
    );
  },
});

const hashed: Kind = {
  ...{ name: 'Life-like', width: 512, height: 256, rule: lifeLike, most: 64 },
  async make() {
    const { width, height } = this;
    const others = await lives('', width, height, 'B3/S23', lifeLike, 0).make();
    const hash = await createLife({ width, height, engine: 'hash', hashMemory: HASH_MEMORY });
    return [...others, ['hash', hash]];
  },
};

/** So large that helpers are called, where much lives. */
const threaded: Kind = {
  ...{ name: 'threads', width: 2048, height: 1280, rule: anyFamily, most: 64 },
  async make() {
    const { width, height } = this;
    const one = await createLife({ width, height, engine: 'wasm' });
    const more = await createLife({ width, height, engine: 'wasm', threads: 3, spawn });
    return [
      ['wasm', one],
      ['threads', more],
    ];
  },
};

type Create = (options: { width: number; height: number; rule?: string; engine: 'wasm' | 'js' }) => Promise<Field>;
const fields = (name: string, create: Create, rules: readonly string[]): Kind => ({
  ...{ name, width: 130, height: 100, rule: (random: Random) => random.pick(rules), most: 8 },
  make: () =>
    Promise.all(
      (['wasm', 'js'] as const).map(async (engine): Promise<[string, Member]> => {
        const field = await create({ width: 130, height: 100, rule: rules[0], engine });
        return [engine, field];
      }),
    ),
});

export const KINDS: readonly Kind[] = [
  hashed,
  threaded,
  lives('any family', 300, 200, 'B3/S23', anyFamily, 64),
  lives('Larger than Life', 200, 130, 'R5,C0,M1,S34..58,B34..45,NM', larger, 16),
  fields('Gray-Scott', createGrayScott, ['coral', 'mitosis', 'worms', 'feed=0.03 kill=0.06']),
  fields('Lenia', createLenia, ['orbium', 'radius=7 mu=0.2 sigma=0.03 dt=0.2']),
];
