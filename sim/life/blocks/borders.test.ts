import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseRule } from '../../rule/parse.js';
import { NaiveLife } from '../../testing/naive.js';
import { createJsEngine } from '../js/engine.js';
import { Layout } from '../layout.js';
import { Life } from '../life.js';
import { createWasmEngine } from '../wasm/engine.js';

/** A few cells where blocks and groups of rows meet, in grids that end with them, or within a group. */
const spots = fc.array(
  fc.record({
    /** Which border, and how far from it; then a patch of 4x4 cells. */
    x: fc.tuple(fc.nat(3), fc.integer({ min: -4, max: 3 })),
    y: fc.tuple(fc.nat(20), fc.integer({ min: -4, max: 3 })),
    cells: fc.integer({ min: 1, max: 65535 }),
  }),
  { minLength: 1, maxLength: 4 },
);
const scene = fc.record({
  width: fc.constantFrom(128, 256, 384, 250),
  height: fc.constantFrom(8, 56, 64, 72, 120, 128, 136, 133),
  torus: fc.boolean(),
  rule: fc.constantFrom('B3/S23', 'B2/S', 'B36/S125', '345/2/4', 'B1/S1', 'B3/S2-i34q'),
  spots,
  generations: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
});

const MAKERS = {
  wasm: (layout: Layout) => createWasmEngine(layout),
  'wasm, two generations in one go': (layout: Layout) => createWasmEngine(layout, { wideFrom: 0 }),
  js: async (layout: Layout) => createJsEngine(layout),
};

for (const [engine, make] of Object.entries(MAKERS)) {
  async function world(width: number, height: number, rule: string, torus = true): Promise<Life> {
    const made = await make(new Layout(width, height));
    return new Life(made, 'asked for', parseRule(rule), torus ? 'torus' : 'bounded');
  }

  describe(`where blocks meet, engine ${engine}`, () => {
    test('few cells go on as by the naive algorithm', async () => {
      await fc.assert(
        fc.asyncProperty(scene, async ({ width, height, torus, rule, spots, generations }) => {
          const life = await world(width, height, rule, torus);
          const naive = new NaiveLife(width, height, parseRule(rule), torus);
          for (const { x, y, cells } of spots)
            for (let i = 0; i < 16; i++) {
              const cx = (x[0] * 128 + x[1] + (i & 3) + width) % width;
              const cy = (y[0] * 8 + y[1] + (i >> 2) + height) % height;
              if (!((cells >> i) & 1)) continue;
              life.set(cx, cy, true);
              naive.cells[cy * width + cx] = 1;
            }
          for (const n of generations) {
            life.step(n);
            for (let i = 0; i < n; i++) naive.step();
            for (let y = 0; y < height; y++)
              for (let x = 0; x < width; x++)
                if (life.state(x, y) !== naive.cells[y * width + x])
                  assert.fail(`generation ${life.generation}, cell ${x}, ${y}: ${life.state(x, y)}`);
          }
          life.dispose();
        }),
        { numRuns: 150, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
      );
    });

    test('a lively world goes on as by the naive algorithm until it has settled, and when it is stirred', async () => {
      for (const [rule, generations] of [
        ['B3/S23', 300],
        ['B2/S', 60],
        ['B1357/S1357', 60],
      ] as const) {
        const [width, height] = [384, 192];
        const life = await world(width, height, rule);
        const naive = new NaiveLife(width, height, parseRule(rule), true);
        life.soup({ density: 0.5, seed: 5 });
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) naive.cells[y * width + x] = life.state(x, y);
        for (let done = 0; done < generations; done += 15) {
          life.step(15);
          for (let i = 0; i < 15; i++) naive.step();
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++)
              if (life.state(x, y) !== naive.cells[y * width + x])
                assert.fail(`${rule}, generation ${life.generation}`);
          if (done % 60 !== 0) continue;
          life.set(done % width, done % height, true);
          naive.cells[(done % height) * width + (done % width)] = 1;
        }
        life.dispose();
      }
    });
  });
}
