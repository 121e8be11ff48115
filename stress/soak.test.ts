/** The short form of `npm run soak`. SEED repeats a run. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from './random.js';
import { Crew } from './soak/crew.js';
import { KINDS } from './soak/member.js';
import { checkGrowth, soak } from './soak/soak.js';
import { WATCHED } from './soak/watched.js';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

describe('a soak', () => {
  test('of a few seconds: all engines show the same worlds', async (context) => {
    const { generations, comparisons, acts } = await soak({ seconds: 5, seed, every: 1, bout: 200 });
    assert.ok(comparisons >= KINDS.length + WATCHED.length && generations > 0);
    context.diagnostic(`SEED=${seed}: ${generations} generations, ${comparisons} comparisons`);
    context.diagnostic([...acts].join(' '));
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
    const still = { held: 100 * MIB, resident: 500 * MIB };
    for (const which of ['held', 'resident'] as const) {
      const looks = (bytes: (i: number) => number) =>
        Array.from({ length: 40 }, (_, i) => ({ ...still, [which]: bytes(i) }));
      const grows = (i: number) => (100 + i * 20) * MIB;
      assert.throws(() => checkGrowth(looks(grows)), new RegExp(`memory grows: 300 MiB ${which}`));
      checkGrowth(looks((i) => (i % 4 === 0 ? 100 * MIB : grows(i))));
      checkGrowth(looks(() => 100 * MIB));
    }
  });
});
