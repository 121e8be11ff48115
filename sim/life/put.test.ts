import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLife, type Life, parsePattern } from '../index.js';

const ROW = `${'bo'.repeat(900)}$`;
const LARGE = parsePattern(`x = 1800, y = 200\n${ROW.repeat(200)}!`);
const world = (engine: 'wasm' | 'js' | 'hash' = 'wasm'): Promise<Life> =>
  createLife({ width: 2048, height: 256, engine });
const hash = async (life: Life) => (await life.digest()).hash;

describe('a pattern that is loaded piece by piece', () => {
  for (const engine of ['wasm', 'js', 'hash'] as const)
    test(`is the same world (${engine})`, async () => {
      const [slow, quick] = [await world(engine), await world(engine)];
      // A copy has its runs as an array.
      quick.load({ ...LARGE }, 100, 7);
      const shares = [...slow.loadSlowly(LARGE, 100, 7)];
      assert.ok(shares.length > 4, `${shares.length} pieces`);
      assert.deepEqual(
        shares,
        [...shares].sort((a, b) => a - b),
      );
      assert.ok(shares.every((share) => share >= 0 && share < 1));
      assert.equal(slow.population(), 900 * 200);
      assert.equal(await hash(slow), await hash(quick));
    });

  test('leaves the world empty where it is ended before', async () => {
    const life = await world();
    const pieces = life.loadSlowly(LARGE);
    pieces.next();
    pieces.next();
    pieces.return();
    assert.equal(life.population(), 0);
    assert.equal(life.generation, 0);
    life.load(LARGE);
    assert.equal(life.population(), 900 * 200);
  });

  test('is refused before anything is changed where it does not fit', async () => {
    const life = await createLife({ width: 64, height: 64 });
    life.soup({ density: 0.5, seed: 1 });
    const before = await hash(life);
    assert.throws(() => life.loadSlowly(LARGE).next(), /use a grid of at least 1799x200/);
    assert.equal(await hash(life), before);
  });
});
