import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EngineLostError, MemoryError, UnsettledError } from '../../errors.js';
import { parseRule } from '../../rule/parse.js';
import { spawnHelper } from '../../testing/helpers.js';
import { createLife } from '../create.js';
import { Layout } from '../layout.js';
import { Life } from '../life.js';
import { mix } from '../soup.js';
import type { SpawnHelper } from '../workers/environment.js';
import { type BandPort, BandsEngine, mostBands } from './engine.js';
import { bandPort } from './port.js';

const ports = Array.from({ length: 4 }, () => bandPort(spawnHelper));

/** A world in bands; the workers stay for the next one. */
function bands(width: number, height: number, n: number, rule: string, wrap: 'torus' | 'bounded'): Life {
  const lent: BandPort[] = ports.slice(0, n).map(({ ask }) => ({ ask, close: () => {} }));
  return new Life(new BandsEngine(new Layout(width, height), lent), 'asked for', parseRule(rule), wrap);
}

/** Every cell, through the same piece of code for both. */
const digest = async (life: Life): Promise<string> => (await life.digest()).hash;

const RULES = [
  'B3/S23',
  'B36/S125',
  'B2/S',
  'B0123478/S34678',
  'B1357/S1357',
  'B2n3/S23-q',
  'B3/S23V',
  '345/2/4',
  '/2/3',
];

describe('a world in bands', () => {
  test('is the same as in one piece: rules, edges, sizes, edits, changed tiles', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          n: fc.integer({ min: 1, max: 4 }),
          width: fc.constantFrom(1, 64, 100, 128, 130, 256, 300),
          height: fc.constantFrom(512, 513, 575, 600, 640, 700),
          rule: fc.constantFrom(...RULES),
          wrap: fc.constantFrom<'torus' | 'bounded'>('torus', 'bounded'),
          density: fc.constantFrom(0.02, 0.2, 0.5),
          seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
          acts: fc.array(
            fc.oneof(
              { weight: 3, arbitrary: fc.record({ steps: fc.constantFrom(1, 2, 7, 63, 64, 65, 130) }) },
              fc.record({ x: fc.nat(9999), y: fc.nat(9999) }),
              fc.record({ rule: fc.constantFrom(...RULES) }),
              fc.record({ wrap: fc.constantFrom<'torus' | 'bounded'>('torus', 'bounded') }),
              fc.record({ look: fc.constant(true) }),
            ),
            { minLength: 1, maxLength: 8 },
          ),
        }),
        async ({ n, width, height, rule, wrap, density, seed, acts }) => {
          const life = bands(width, height, n, rule, wrap);
          const one = await createLife({ width, height, rule, wrap, engine: 'js' });
          for (const world of [life, one]) world.soup({ density, seed });
          assert.deepEqual(life.changedTiles(), one.changedTiles());
          for (const act of acts) {
            for (const world of [life, one]) {
              if ('steps' in act) world.step(act.steps);
              else if ('x' in act) world.draw([act.x % width, act.y % height], (mix(act.x) & 1) === 0);
              else if ('rule' in act) world.setRule(act.rule);
              else if ('wrap' in act) world.setWrap(act.wrap);
            }
            await life.settled();
            assert.equal(life.version, one.version);
            if ('look' in act) assert.deepEqual(life.changedTiles(), one.changedTiles());
            assert.equal(await digest(life), await digest(one), JSON.stringify(act));
            assert.equal(life.population(), one.population());
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('shows the world before until it is settled, and cannot be changed meanwhile', async () => {
    const life = bands(256, 512, 3, 'B3/S23', 'torus');
    life.draw([10, 0, 11, 0, 12, 0], true);
    const { version } = life;
    life.step(1);
    assert.equal(life.version, version);
    assert.equal(life.get(10, 0), true);
    assert.throws(() => life.set(0, 0, true), UnsettledError);
    await life.settled();
    assert.equal(life.version, version + 1);
    assert.equal(life.get(11, 511), true);
    assert.equal(life.get(10, 0), false);
  });

  test('takes over a world that runs, and gives it back', async () => {
    const [width, height] = [300, 600];
    const one = await createLife({ width, height, engine: 'wasm' });
    const twin = await createLife({ width, height, engine: 'wasm' });
    for (const world of [one, twin]) {
      world.soup({ density: 0.4, seed: 7 });
      world.step(33);
      world.changedTiles();
    }
    const lent = ports.map(({ ask }) => ({ ask, close: () => {} }));
    one.adopt(new BandsEngine(new Layout(width, height), lent), 'it pays');
    one.step(100);
    await one.settled();
    twin.step(100);
    assert.deepEqual(one.changedTiles(), twin.changedTiles());
    const { engine, engineReason } = one;
    assert.deepEqual([engine, engineReason], ['bands', 'it pays']);
    assert.deepEqual(await one.digest(), await twin.digest());
  });

  test('goes on in one piece from what was seen last when a worker dies', async () => {
    const failures: ((why: string) => void)[] = [];
    const spawn: SpawnHelper = (failed) => {
      failures.push(failed);
      return spawnHelper(failed);
    };
    const layout = new Layout(256, 512);
    const engine = new BandsEngine(layout, [bandPort(spawn), bandPort(spawn)]);
    const twin = await createLife({ width: 256, height: 512, engine: 'js' });
    const life = new Life(engine, 'asked for', parseRule('B3/S23'), 'torus', async () => {
      const { createJsEngine } = await import('../js/engine.js');
      return { engine: createJsEngine(layout), reason: 'instead' };
    });
    for (const world of [life, twin]) world.soup({ density: 0.3, seed: 3 });
    life.step(10);
    await life.settled();
    life.step(200);
    failures[1]('out of memory');
    await life.settled();
    twin.step(210);
    assert.equal(life.engine, 'js');
    assert.match(life.engineReason, /out of memory/);
    assert.deepEqual(await life.digest(), await twin.digest());
  });

  test('goes on in one piece when a worker says nothing any more, and counts what it has done', async () => {
    const silent: SpawnHelper = () => ({ postMessage: () => {}, terminate: () => {} });
    const layout = new Layout(256, 512);
    const engine = new BandsEngine(layout, [bandPort(silent, 100), bandPort(silent, 100)]);
    const life = new Life(engine, 'asked for', parseRule('B1357/S1357'), 'torus', async () => {
      // Room for a few blocks only.
      const { createWasmEngine } = await import('../wasm/engine.js');
      return { engine: await createWasmEngine(new Layout(256, 512), { memoryLimit: 2 ** 20 }), reason: 'instead' };
    });
    life.soup({ density: 0.3, seed: 3 });
    life.step(10);
    await life.settled();
    assert.match(life.engineReason, /does not answer/);
    assert.deepEqual([life.engine, life.owed, life.generation], ['wasm', 0, 10]);
  });

  test('counts only what was computed where the engine that takes over has no room', async () => {
    const layout = new Layout(8192, 8192);
    const silent: SpawnHelper = () => ({ postMessage: () => {}, terminate: () => {} });
    const life = new Life(
      new BandsEngine(layout, [bandPort(silent, 50)]),
      '',
      parseRule('B1357/S1357'),
      'torus',
      async () => {
        const { createWasmEngine } = await import('../wasm/engine.js');
        return { engine: await createWasmEngine(layout, { memoryLimit: 2 ** 21 }), reason: 'instead' };
      },
    );
    life.draw([4000, 4000], true);
    const { version } = life;
    life.step(3000);
    await assert.rejects(life.settled(), MemoryError);
    assert.ok(life.generation > 0 && life.generation < 3000, String(life.generation));
    assert.equal(life.version, version + life.generation);
    const twin = await createLife({ width: 8192, height: 8192, rule: 'B1357/S1357' });
    twin.draw([4000, 4000], true);
    twin.step(life.generation);
    assert.equal(life.population(), twin.population());
  });

  test('without another engine it says so', async () => {
    const refuse = { ask: () => Promise.reject(new Error('gone')), close: () => {} };
    const life = new Life(new BandsEngine(new Layout(64, 512), [refuse]), '', parseRule('B3/S23'), 'torus');
    life.step(1);
    await assert.rejects(life.settled(), EngineLostError);
    assert.equal(life.version, 0);
  });

  test('is cut into no more bands than have 64 rows to pass on', () => {
    for (const [height, most] of [
      [127, 0],
      [128, 1],
      [511, 3],
      [512, 4],
    ])
      assert.equal(mostBands(new Layout(64, height)), most);
  });

  test('keeps rules that look further from being computed wrongly', () => {
    const life = bands(64, 512, 2, 'B3/S23', 'torus');
    assert.throws(() => life.setRule('R5,C0,M1,S34..58,B34..45,NM'), /looks further/);
  });
});
