import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createLife, type EngineChoice, type Life } from '../index.js';
import { parseRule } from '../rule/parse.js';
import { makeRule } from '../rule/rule.js';
import { NaiveLife } from '../testing/naive.js';
import type { Wrap } from './grid.js';
import { mix } from './soup.js';

const ENGINES: EngineChoice[] = ['js', 'wasm', 'hash'];

const sizes = [1, 2, 3, 31, 32, 33, 63, 64, 65, 70, 127, 128, 129, 130, 191, 200, 256, 257];

const world = fc.record({
  width: fc.constantFrom(...sizes),
  height: fc.constantFrom(...sizes.filter((n) => n < 140)),
  birth: fc.oneof(fc.constant(8), fc.integer({ min: 0, max: 511 })),
  survival: fc.oneof(fc.constant(12), fc.integer({ min: 0, max: 511 })),
  neumann: fc.boolean(),
  wrap: fc.constantFrom<Wrap>('torus', 'bounded'),
  density: fc.constantFrom(0.02, 0.1, 0.3, 0.5, 0.9),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  /** What happens: steps, or edits at places taken modulo the size. */
  acts: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ steps: fc.integer({ min: 1, max: 9 }) }) },
      fc.record({ x: fc.nat(9999), y: fc.nat(9999), alive: fc.boolean() }),
      fc.record({ look: fc.constant(true) }),
    ),
    { minLength: 1, maxLength: 8 },
  ),
});

/** Every cell, and everything that must not be seen outside the grid. */
function assertSame(life: Life, naive: NaiveLife): void {
  const tilesX = Math.ceil(life.width / 64);
  const tilesY = Math.ceil(life.height / 64);
  for (let key = 0; key < tilesX * tilesY; key++) {
    const { words, offset, stride } = life.tile(key);
    const x0 = (key % tilesX) * 64;
    const y0 = Math.floor(key / tilesX) * 64;
    for (let y = 0; y < 64; y++)
      for (let half = 0; half < 2; half++) {
        let expected = 0;
        for (let bit = 0; bit < 32; bit++) {
          const x = x0 + half * 32 + bit;
          if (x < life.width && y0 + y < life.height && naive.at(x, y0 + y)) expected |= 1 << bit;
        }
        const got = words[offset + y * stride + half];
        if (got !== expected >>> 0)
          assert.fail(`tile ${key} row ${y} half ${half}: ${got.toString(2)}, not ${(expected >>> 0).toString(2)}`);
      }
  }
  assert.equal(life.population(), naive.population());
}

for (const engine of ENGINES)
  describe(`engine ${engine}`, () => {
    test('agrees with the naive algorithm: rules, edges, sizes, edits, changed tiles', async () => {
      await fc.assert(
        fc.asyncProperty(world, async (w) => {
          const limit = w.neumann ? 31 : 511;
          const rule = makeRule(w.birth & limit, w.survival & limit, w.neumann ? 'von-neumann' : 'moore');
          const life = await createLife({ width: w.width, height: w.height, rule: rule.text, wrap: w.wrap, engine });
          assert.equal(life.engine, engine);
          life.soup({ density: w.density, seed: w.seed });
          const naive = new NaiveLife(w.width, w.height, rule, w.wrap === 'torus');
          for (let y = 0; y < w.height; y++)
            for (let x = 0; x < w.width; x++) naive.cells[y * w.width + x] = life.get(x, y) ? 1 : 0;
          let seen = new Uint8Array(naive.cells.length);
          for (const act of w.acts) {
            if ('steps' in act) {
              life.step(act.steps);
              for (let i = 0; i < act.steps; i++) naive.step();
            } else if ('x' in act) {
              const x = act.x % w.width;
              const y = act.y % w.height;
              life.set(x, y, act.alive);
              naive.cells[y * w.width + x] = act.alive ? 1 : 0;
            } else {
              assert.deepEqual([...life.changedTiles()], naive.changedTiles(seen));
              seen = naive.cells.slice();
            }
          }
          assertSame(life, naive);
          assert.deepEqual([...life.changedTiles()], naive.changedTiles(seen));
        }),
        { numRuns: 300, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
      );
    });

    test('stays right for hundreds of generations while blocks fall asleep, wake and are edited', async () => {
      for (const [width, height, wrap] of [
        [300, 200, 'torus'],
        [256, 128, 'torus'],
        [270, 190, 'bounded'],
      ] as const) {
        const rule = parseRule('B3/S23');
        const life = await createLife({ width, height, wrap, engine });
        life.soup({ density: 0.06, seed: 7 });
        const naive = new NaiveLife(width, height, rule, wrap === 'torus');
        for (let i = 0; i < naive.cells.length; i++)
          naive.cells[i] = life.get(i % width, Math.floor(i / width)) ? 1 : 0;
        let seen = new Uint8Array(naive.cells.length);
        for (let round = 0; round < 60; round++) {
          const n = 1 + (round % 7);
          life.step(n);
          for (let i = 0; i < n; i++) naive.step();
          assertSame(life, naive);
          assert.deepEqual([...life.changedTiles()], naive.changedTiles(seen), `round ${round}`);
          seen = naive.cells.slice();
          // A blinker every few rounds, at ever new places, also across the blocks' edges.
          if (round % 4 === 0)
            for (let i = 0; i < 3; i++) {
              const x = (round * 37 + i) % width;
              const y = (round * 23) % height;
              life.set(x, y, true);
              naive.cells[y * width + x] = 1;
            }
        }
      }
    });

    test('a change of rule or wrap takes hold everywhere, also where all was asleep', async () => {
      const life = await createLife({ width: 333, height: 130, engine });
      life.soup({ density: 0.08, seed: 3 });
      life.step(400);
      const naive = new NaiveLife(333, 130, parseRule('B3/S23'), true);
      for (let i = 0; i < naive.cells.length; i++) naive.cells[i] = life.get(i % 333, Math.floor(i / 333)) ? 1 : 0;
      for (const [rule, wrap] of [
        ['B36/S23', 'torus'],
        ['B1/S012V', 'bounded'],
        ['B0/S1', 'torus'],
        ['B3/S23', 'bounded'],
        ['B3/S23', 'torus'],
      ] as const) {
        life.setRule(rule);
        life.setWrap(wrap);
        assert.equal(life.rule, rule);
        naive.rule = parseRule(rule);
        naive.torus = wrap === 'torus';
        for (let i = 0; i < 5; i++) {
          life.step();
          naive.step();
          assertSame(life, naive);
        }
      }
    });

    test('where on the torus something happens makes no difference, least of all at the corners of blocks', async () => {
      const [width, height, dx, dy] = [1024, 512, 37, 29];
      const worlds = [await createLife({ width, height, engine }), await createLife({ width, height, engine })];
      for (let round = 0; round < 25; round++) {
        // A handful of cells about every corner of four blocks, in the second world all moved into the blocks.
        const cells: number[] = [];
        for (let i = 0; i < 64 * 64; i++)
          if (mix(i + round * 4096) >>> 0 < 0.35 * 2 ** 32) {
            const corner = i >> 6;
            cells.push((corner & 7) * 128 + (i & 7) - 4, (corner >> 3) * 64 + ((i >> 3) & 7) - 4);
          }
        for (const [k, life] of worlds.entries()) {
          life.clear();
          life.draw(
            cells.map((value, i) => value + k * (i & 1 ? dy : dx)),
            true,
          );
          life.step(90);
        }
        const [a, b] = worlds;
        const size = { width: width - dx, height: height - dy };
        const moved = await b.digest({ x: dx, y: dy, ...size });
        assert.equal((await a.digest({ x: 0, y: 0, ...size })).hash, moved.hash, `round ${round}`);
        assert.equal(a.population(), b.population());
      }
    });

    test('a digest is the SHA-256 of the rows', async () => {
      const naive = new NaiveLife(203, 71, parseRule('B3/S23'), true);
      const life = await createLife({ width: 203, height: 71, engine });
      life.soup({ density: 0.4, seed: 99 });
      life.step(3);
      for (let i = 0; i < naive.cells.length; i++) naive.cells[i] = life.get(i % 203, Math.floor(i / 203)) ? 1 : 0;
      for (const rect of [undefined, { x: 0, y: 0, width: 1, height: 1 }, { x: 61, y: 5, width: 77, height: 66 }]) {
        const bits = rect ? naive.bits(rect.x, rect.y, rect.width, rect.height) : naive.bits();
        const hash = createHash('sha256').update(bits).digest('hex');
        assert.deepEqual(await life.digest(rect), { version: 3, hash });
      }
      await assert.rejects(life.digest({ x: 200, y: 0, width: 4, height: 1 }), RangeError);
    });

    test('R-pentomino, acorn and the gun come out as known', async () => {
      const { patternByName } = await import('../pattern/library.js');
      const life = await createLife({ width: 1024, height: 1024, engine });
      life.load(patternByName('r-pentomino')!);
      life.step(1103);
      assert.equal(life.population(), 116);
      const acorn = await createLife({ width: 4096, height: 4096, engine });
      acorn.load(patternByName('acorn')!);
      acorn.step(5206);
      assert.equal(acorn.population(), 633);
      const gun = await createLife({ width: 16384, height: 16384, wrap: 'bounded', engine });
      gun.load(patternByName('gosper-gun')!, 100, 100);
      for (let shots = 0; shots < 60; shots++) {
        assert.equal(gun.population(), 36 + 5 * shots);
        gun.step(30);
      }
      gun.load(patternByName('diehard')!);
      gun.step(129);
      assert.ok(gun.population() > 0);
      gun.step(1);
      assert.equal(gun.population(), 0);
    });
  });
