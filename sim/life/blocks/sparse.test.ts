import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLife, MemoryError, patternByName } from '../../index.js';
import { parseRule } from '../../rule/parse.js';
import { createJsEngine } from '../js/engine.js';
import { Layout } from '../layout.js';
import { Life } from '../life.js';
import { createWasmEngine } from '../wasm/engine.js';

const MIB = 2 ** 20;

const MAKERS = {
  wasm: (layout: Layout, memoryLimit: number) => createWasmEngine(layout, { memoryLimit }),
  'wasm, two generations in one go': (layout: Layout, memoryLimit: number) =>
    createWasmEngine(layout, { memoryLimit, wideFrom: 0 }),
  js: async (layout: Layout, memoryLimit: number) => createJsEngine(layout, memoryLimit),
};

for (const [kind, make] of Object.entries(MAKERS)) {
  async function world(width: number, height: number, memoryLimit: number, rule = 'B3/S23'): Promise<Life> {
    const engine = await make(new Layout(width, height), memoryLimit);
    return new Life(engine, 'asked for', parseRule(rule), 'torus');
  }

  describe(`an empty part of a huge grid costs nothing, engine ${kind}`, () => {
    test('a gun and gliders far apart on the largest grid, in 16 MiB', async () => {
      const life = await world(65536, 65536, 16 * MIB);
      life.load(patternByName('gosper-gun')!, 32000, 65530);
      life.paste(patternByName('glider')!, 65535, 65535);
      assert.equal(life.population(), 36 + 5);
      for (let shots = 0; shots < 40; shots++) {
        assert.equal(life.population(), 36 + 5 + 5 * shots);
        life.step(30);
      }
      const changed = life.changedTiles();
      assert.ok(changed.length > 5 && changed.length < 60);
      // Over both seams: the glider has gone 300 cells down and right from the last corner.
      assert.deepEqual(
        [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => life.state(299 + x, 299 + y))),
        [0, 1, 0, 0, 0, 1, 1, 1, 1],
      );
    });

    test('what is left behind is taken again: ships may fly for ever', async () => {
      const life = await world(32768, 256, MIB);
      life.load(patternByName('lwss')!, 100, 100);
      life.paste(patternByName('glider')!, 30000, 20);
      for (let round = 0; round < 30; round++) {
        life.step(4000);
        assert.equal(life.population(), 9 + 5, `round ${round}`);
        if (round % 10 === 0) assert.ok(life.changedTiles().length <= 8);
      }
    });

    test('a sky that flickers, or is born once, costs no more; every cell is right', async () => {
      for (const rule of ['B03/S23', 'B0123478/S34678', 'B0/S0', 'B01245/S0125']) {
        const huge = await world(65536, 32768, 16 * MIB, rule);
        const small = await createLife({ width: 640, height: 640, rule, engine: kind === 'js' ? 'wasm' : 'js' });
        for (const life of [huge, small]) life.load(patternByName('acorn')!, 300, 300);
        // As long as nothing can have come around the small torus.
        for (let i = 0; i < 40; i++) {
          for (const life of [huge, small]) life.step(7);
          const rect = { x: 10, y: 10, width: 620, height: 620 };
          assert.deepEqual(await huge.digest(rect), await small.digest(rect), `${rule} generation ${huge.generation}`);
          const sky = huge.get(60000, 30000) ? 1 : 0;
          assert.equal(huge.population() - sky * (65536 * 32768 - 640 * 640), small.population(), rule);
        }
      }
    });

    test('all tiles change where the sky does, but for those that stay as they were', async () => {
      const life = await world(1000, 200, 16 * MIB, 'B01234567/S01234567');
      // On an empty sky everything is born, and stays but for what is surrounded: then all die.
      const tiles = 16 * 4;
      assert.equal(life.changedTiles().length, 0);
      life.step(1);
      assert.equal(life.population(), 1000 * 200);
      assert.equal(life.changedTiles().length, tiles);
      life.step(1);
      assert.equal(life.population(), 0);
      assert.equal(life.changedTiles().length, tiles);
      life.step(1);
      life.setRule('B/S012345678');
      life.set(500, 100, false);
      life.step(50);
      assert.equal(life.population(), 1000 * 200 - 1);
      assert.equal(life.changedTiles().length, tiles);
      life.set(500, 100, true);
      assert.deepEqual([...life.changedTiles()], [16 + 7]);
    });
  });

  describe(`memory that is refused, engine ${kind}`, () => {
    test('keeps the last state, says so, and goes on once there is room', async () => {
      // Whatever is there grows in all directions, a cell a generation.
      const rule = 'B1357/S1357';
      const life = await world(4096, 4096, MIB / 2, rule);
      const twin = await createLife({ width: 4096, height: 4096, rule, engine: 'js' });
      const seed = patternByName('glider')!;
      for (const each of [life, twin]) each.load(seed);
      const big = { density: 0.5, seed: 3 };
      assert.throws(() => life.soup(big), MemoryError);
      assert.equal(life.population(), 0);
      assert.equal(life.changedTiles().length, 0);
      for (const each of [life, twin]) {
        each.load(seed);
        each.step(100);
      }
      assert.equal(life.generation, 100);
      let error: unknown;
      try {
        for (let i = 0; i < 40; i++) life.step(70);
      } catch (thrown) {
        error = thrown;
      }
      assert.ok(error instanceof MemoryError);
      assert.match(error.message, /no memory.*4096x4096.*1 MiB.*smaller/);
      assert.ok(life.generation > 300 && life.generation < 1500, `${life.generation}`);
      twin.step(life.generation - 100);
      const hash = (await twin.digest()).hash;
      assert.equal((await life.digest()).hash, hash, 'the last state');
      for (let i = 0; i < 3; i++) assert.throws(() => life.step(3), MemoryError);
      assert.equal((await life.digest()).hash, hash, 'trying again changes nothing');
      assert.equal(life.generation, twin.generation);
      // Where it grows, nothing is left: there is room for what remains.
      for (const each of [life, twin]) {
        each.load(patternByName('r-pentomino')!);
        each.step(200);
      }
      assert.equal((await life.digest()).hash, (await twin.digest()).hash);
    });

    test('a grid is refused at once where not even its lists find room', async () => {
      await assert.rejects(world(65536, 65536, MIB), MemoryError);
    });
  });
}
