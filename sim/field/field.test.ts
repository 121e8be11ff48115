import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GridError, PatternError, RuleError } from '../errors.js';
import { createGrayScott, createLenia } from './create.js';
import type { Field } from './field.js';
import { leniaWeights } from './lenia.js';
import { GRAY_SCOTT_PRESETS, LENIA_PRESETS } from './presets.js';

const SIDES = { width: fc.integer({ min: 1, max: 150 }), height: fc.integer({ min: 1, max: 100 }) };
const WRAP = fc.constantFrom('torus' as const, 'bounded' as const);
const EDIT = fc.record({
  x: fc.integer({ min: -10, max: 160 }),
  y: fc.integer({ min: -10, max: 110 }),
  radius: fc.double({ min: 0, max: 9, noNaN: true }),
  value: fc.double({ min: 0, max: 1, noNaN: true }),
  steps: fc.integer({ min: 0, max: 4 }),
});

/** Every value of a field, bit by bit. */
function bits(field: Field): Uint32Array {
  const values = new Float32Array(field.width * field.height);
  for (let i = 0; i < values.length; i++) values[i] = field.value(i % field.width, Math.floor(i / field.width));
  return new Uint32Array(values.buffer);
}

/** The level of a cell as its tiles say it. */
function level(field: Field, x: number, y: number): number {
  const key = (y >> 6) * Math.ceil(field.width / 64) + (x >> 6);
  let sum = 0;
  for (let plane = 0; plane < field.planes; plane++) {
    const { words, offset, stride } = field.tile(key, plane);
    sum |= ((words[offset + (y & 63) * stride + ((x >> 5) & 1)] >>> (x & 31)) & 1) << plane;
  }
  return sum;
}

/** The cell that stands for another, or -1: nothing. */
const beyond = {
  torus: (i: number, n: number) => ((i % n) + n) % n,
  nearest: (i: number, n: number) => Math.min(Math.max(i, 0), n - 1),
  nothing: (i: number, n: number) => (i < 0 || i >= n ? -1 : i),
};

describe('fields', () => {
  for (const [name, create] of [
    ['Gray-Scott', createGrayScott],
    ['Lenia', createLenia],
  ] as const)
    describe(name, () => {
      it('gives the same bits on both engines, for any size, edges, planes, seed and edits', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.record({ ...SIDES, wrap: WRAP, planes: fc.integer({ min: 1, max: 8 }) }),
            fc.integer(),
            fc.array(EDIT, { maxLength: 3 }),
            fc.integer({ min: 2, max: 16 }),
            async (options, seed, edits, radius) => {
              const own = name === 'Lenia' ? { radius, mu: radius / 40 } : { feed: radius / 200 };
              const [a, b] = await Promise.all([
                create({ ...options, ...own, engine: 'wasm' }),
                create({ ...options, ...own, engine: 'js' }),
              ]);
              assert.equal(a.engine, 'wasm', a.engineReason);
              assert.equal(b.engine, 'js');
              for (const field of [a, b]) field.seed(seed, 0.8);
              for (const { x, y, radius: r, value, steps } of edits) {
                for (const field of [a, b]) {
                  field.paint(x, y, r, value);
                  field.step(steps);
                }
                assert.deepEqual(bits(a), bits(b));
                assert.deepEqual(a.changedTiles(), b.changedTiles());
              }
              assert.deepEqual(await a.digest(), await b.digest());
            },
          ),
          { numRuns: 25 },
        );
      });

      it('names exactly the tiles whose levels changed since it was asked last', async () => {
        for (const engine of ['wasm', 'js'] as const) {
          const field = await create({ width: 300, height: 140, engine, wrap: 'bounded' });
          assert.deepEqual(field.changedTiles(), new Uint32Array(0));
          field.paint(70, 70, 2, 1);
          field.paint(299, 139, 0, 1);
          assert.deepEqual(field.changedTiles(), Uint32Array.of(6, 14));
          assert.deepEqual(field.changedTiles(), new Uint32Array(0));
          field.paint(10, 10, 3, 1);
          field.paint(10, 10, 3, 0);
          assert.deepEqual(field.changedTiles(), new Uint32Array(0));
          field.clear();
          assert.deepEqual(field.changedTiles(), Uint32Array.of(6, 14));
          assert.equal(field.population(), 0);
        }
      });

      it('shows values as levels, rounded, and nothing outside of the grid', async () => {
        const field = await create({ width: 70, height: 65, planes: 5 });
        field.seed(3, 1);
        field.step(2);
        const full = name === 'Lenia' ? 1 : 0.4;
        let living = 0;
        for (let y = 0; y < 65; y++)
          for (let x = 0; x < 70; x++) {
            const wanted = Math.min(
              31,
              Math.floor(Math.fround(Math.fround(field.value(x, y) * Math.fround(31 / full)) + 0.5)),
            );
            assert.equal(level(field, x, y), wanted);
            if (wanted > 0) living++;
          }
        assert.ok(living > 0);
        assert.equal(field.population(), living);
        for (let plane = 0; plane < 5; plane++) {
          const { words, offset, stride } = field.tile(3, plane);
          assert.equal(words[offset] >>> 6, 0);
          assert.equal(words[offset + stride], 0);
        }
        assert.throws(() => field.tile(4), /tiles 0 to 3/);
        assert.throws(() => field.tile(0, 5), /planes 0 to 4/);
      });

      it('counts versions as Life does, and gives each content its own', async () => {
        const field = await create({ width: 64, height: 64 });
        field.seed(1);
        assert.equal(field.version, 0);
        const first = await field.digest();
        field.step(3);
        assert.deepEqual([field.version, field.generation], [3, 3]);
        field.paint(5, 5, 1, 1);
        assert.deepEqual([field.version, field.generation], [4, 3]);
        field.seed(1);
        assert.deepEqual([field.version, field.generation], [5, 0]);
        assert.deepEqual(await field.digest(), { ...first, version: 5 });
        field.seed(2);
        assert.notEqual((await field.digest()).hash, first.hash);
      });

      it('reads its rule back, and refuses what it cannot be with a reason', async () => {
        const field = await create({ width: 64, height: 64, dt: 0.5 });
        const { rule } = field;
        field.setRule(rule);
        assert.equal(field.rule, rule);
        assert.match(rule, /dt=0.5/);
        for (const [text, says] of [
          ['dt=7', /dt=7 is out of range: use a number from 0.01 to 1/],
          ['dt=NaN', /dt=NaN is out of range/],
          ['dt=Infinity', /out of range/],
          ['dt=', /is no preset/],
          ['nonsense', /is no preset: write one of/],
          ['dt=1 B3/S23', /is no "name=value"/],
          ['constructor', /is no preset/],
          ['warp=9', /There is no "warp" here: use/],
        ] as const) {
          assert.throws(
            () => field.setRule(text),
            (error: Error) => error instanceof RuleError && says.test(error.message),
          );
          assert.equal(field.rule, rule);
        }
        await assert.rejects(create({ width: 64, height: 64, dt: 2 }), RuleError);
        await assert.rejects(create({ width: 64, height: 64, dt: 1, rule: 'dt=1' }), /Both a rule and dt/);
        await assert.rejects(create({ width: 0, height: 64 }), GridError);
        await assert.rejects(create({ width: 65536, height: 65536 }), /8192x8192/);
        await assert.rejects(create({ width: 64, height: 64, planes: 9 }), /1 to 8/);
        await assert.rejects(create({ width: 64, height: 64, engine: 'hash' as 'js' }), /unknown for a field/);
      });

      it('refuses edits that name no place, amount or number of steps', async () => {
        const field = await create({ width: 64, height: 64 });
        assert.throws(() => field.paint(Number.NaN, 0, 1, 1), RangeError);
        assert.throws(() => field.paint(0, 0, 1e9, 1), RangeError);
        assert.throws(() => field.paint(0, 0, 1, 2), RangeError);
        assert.throws(() => field.draw([1], true), RangeError);
        assert.throws(() => field.draw([1, 0.5], true), RangeError);
        assert.throws(() => field.step(-1), RangeError);
        assert.throws(() => field.seed(0.5), RangeError);
        assert.throws(() => field.seed(1, 2), RangeError);
        assert.throws(() => field.value(64, 0), RangeError);
        assert.equal(field.version, 0);
      });

      it('stays within 0..1 with numbers at all ends of their ranges', async () => {
        const ends =
          name === 'Lenia'
            ? ['radius=2 mu=0.01 sigma=0.2 dt=1', 'radius=16 mu=0.6 sigma=0.001 dt=1', 'radius=2 mu=0.6 sigma=0.2 dt=1']
            : [
                'feed=0 kill=0 du=1 dv=1',
                'feed=0.12 kill=0 du=0 dv=1',
                'feed=0.12 kill=0.12 du=1 dv=0',
                'feed=0 kill=0 du=0 dv=0',
              ];
        for (const rule of ends) {
          const field = await create({ width: 50, height: 40, rule, wrap: 'bounded' });
          field.seed(9, 1);
          field.paint(25, 20, 8, 1);
          field.step(100);
          for (const value of new Float32Array(bits(field).buffer)) assert.ok(value >= 0 && value <= 1);
        }
      });
    });

  it('computes Gray-Scott as doubles do, but for their last bits', async () => {
    for (const wrap of ['torus', 'bounded'] as const) {
      const [width, height] = [61, 47];
      const field = await createGrayScott({ width, height, wrap, rule: 'mitosis' });
      const { feed, kill } = GRAY_SCOTT_PRESETS.mitosis;
      field.paint(20, 20, 6, 0.8);
      field.paint(2, 44, 5, 0.5);
      const edge = wrap === 'torus' ? beyond.torus : beyond.nearest;
      let v = Float64Array.from({ length: width * height }, (_, i) => field.value(i % width, Math.floor(i / width)));
      let u = v.map((value) => 1 - value);
      for (let step = 0; step < 30; step++) {
        const at = (layer: Float64Array, x: number, y: number) => layer[edge(y, height) * width + edge(x, width)];
        const lap = (layer: Float64Array, i: number) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          let sum = -layer[i];
          for (const [dx, dy] of [
            [1, 0],
            [-1, 0],
            [0, 1],
            [0, -1],
          ])
            sum += 0.2 * at(layer, x + dx, y + dy);
          for (const [dx, dy] of [
            [1, 1],
            [-1, 1],
            [1, -1],
            [-1, -1],
          ])
            sum += 0.05 * at(layer, x + dx, y + dy);
          return sum;
        };
        const [oldU, oldV] = [u, v];
        u = oldU.map((value, i) => value + lap(oldU, i) - value * oldV[i] ** 2 + feed * (1 - value));
        v = oldV.map((value, i) => value + 0.5 * lap(oldV, i) + oldU[i] * value ** 2 - (feed + kill) * value);
      }
      field.step(30);
      const off = v.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - field.value(i % width, Math.floor(i / width)))),
        0,
      );
      assert.ok(off < 2e-6, `off by ${off}`);
      assert.ok(Math.max(...v) > 0.1);
    }
  });

  it('computes Lenia as doubles do, but for their last bits', async () => {
    for (const wrap of ['torus', 'bounded'] as const) {
      const [width, height, radius] = [53, 41, 7];
      const field = await createLenia({ width, height, wrap, radius, mu: 0.2, sigma: 0.05 });
      field.seed(4, 1);
      const edge = wrap === 'torus' ? beyond.torus : beyond.nothing;
      const weights = leniaWeights(radius);
      let a = Float64Array.from({ length: width * height }, (_, i) => field.value(i % width, Math.floor(i / width)));
      for (let step = 0; step < 8; step++) {
        const old = a;
        a = old.map((value, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          let mean = 0;
          for (let dy = -radius; dy <= radius; dy++)
            for (let dx = -radius; dx <= radius; dx++) {
              const [cx, cy] = [edge(x + dx, width), edge(y + dy, height)];
              if (cx >= 0 && cy >= 0) mean += weights[Math.abs(dy)][Math.abs(dx)] * old[cy * width + cx];
            }
          const growth = 2 * Math.max(0, 1 - (mean - 0.2) ** 2 / (9 * 0.05 ** 2)) ** 4 - 1;
          return Math.min(Math.max(value + 0.1 * growth, 0), 1);
        });
      }
      field.step(8);
      const off = a.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - field.value(i % width, Math.floor(i / width)))),
        0,
      );
      assert.ok(off < 1e-4, `off by ${off}`);
      assert.ok(a.some((value) => value > 0.2));
    }
  });

  it('lets an orbium live and glide', async () => {
    const field = await createLenia({ width: 96, height: 96 });
    field.load('orbium');
    const middle = () => {
      let [sum, x, y] = [0, 0, 0];
      for (let i = 0; i < 96 * 96; i++) {
        const value = field.value(i % 96, Math.floor(i / 96));
        sum += value;
        x += value * (i % 96);
        y += value * Math.floor(i / 96);
      }
      return { sum, x: x / sum, y: y / sum };
    };
    field.step(20);
    const before = middle();
    field.step(60);
    const after = middle();
    // Its mass stays what it is; it has gone on, by about 2/10 of a cell a step.
    assert.ok(Math.abs(after.sum / before.sum - 1) < 0.1, `${before.sum} -> ${after.sum}`);
    assert.ok(Math.hypot(after.x - before.x, after.y - before.y) > 6);
    assert.throws(() => field.load('glider'), PatternError);
  });

  it('has presets that live', async () => {
    for (const rule of Object.keys(GRAY_SCOTT_PRESETS)) {
      const field = await createGrayScott({ width: 128, height: 128, rule });
      field.seed(7);
      field.step(2000);
      assert.ok(field.population() > 300, `${rule}: ${field.population()}`);
    }
    for (const rule of Object.keys(LENIA_PRESETS)) {
      const field = await createLenia({ width: 128, height: 128, rule });
      field.seed(7);
      field.step(60);
      assert.ok(field.population() > 100, `${rule}: ${field.population()}`);
    }
  });
});
