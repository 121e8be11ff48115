/** The short form of `npm run soak`. SEED repeats a run. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from './random.js';
import { Crew } from './soak/crew.js';
import { KINDS } from './soak/member.js';
import { checkGrowth, soak } from './soak/soak.js';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

describe('a soak', () => {
  test('of a few seconds: all engines show the same worlds', async (context) => {
    const { generations, comparisons } = await soak({ seconds: 5, seed, every: 1 });
    assert.ok(comparisons >= KINDS.length && generations > 0);
    context.diagnostic(`SEED=${seed}: ${generations} generations, ${comparisons} comparisons`);
  });

  test('finds a world that is not as the others are', async () => {
    const [kind] = KINDS;
    const made = await kind!.make();
    const crew = await new Crew({ ...kind!, make: async () => made }, new Random(1)).start();
    await crew.compare();
    made[1]![1].draw([5, 5], true);
    await assert.rejects(crew.compare(), /Life-like: wasm and js differ/);
  });

  test('finds memory that grows, and takes none for growth that comes and goes', () => {
    const MIB = 2 ** 20;
    const grows = Array.from({ length: 40 }, (_, i) => (100 + i * 10) * MIB);
    assert.throws(() => checkGrowth(grows), /memory grows/);
    checkGrowth(grows.map((bytes, i) => (i % 4 === 0 ? 100 * MIB : bytes)));
    checkGrowth(grows.map(() => 100 * MIB));
  });
});
