import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MemoryError } from '../../errors.js';
import { parseRule } from '../../rule/parse.js';
import { copyTile } from '../brush.js';
import { createJsEngine } from '../js/engine.js';
import { Layout } from '../layout.js';
import { Life } from '../life.js';
import { fillSoup } from '../soup.js';
import { createWasmEngine, type WasmOptions } from './engine.js';

const MIB = 2 ** 20;

const scene = fc.record({
  width: fc.constantFrom(2048, 1280, 1000),
  height: fc.constantFrom(1024, 640, 700),
  wrap: fc.constantFrom('torus' as const, 'bounded' as const),
  rule: fc.constantFrom('B3/S23', 'B36/S125', 'B1357/S1357', 'B34/S34', '345/2/4', 'B0123478/S34678', 'B03/S23'),
  /** Tiles of a soup in the world. */
  tiles: fc.record({
    x: fc.nat(20),
    y: fc.nat(9),
    width: fc.integer({ min: 1, max: 32 }),
    height: fc.integer({ min: 1, max: 16 }),
  }),
  /** Steps, each after a cell was written. */
  steps: fc.array(fc.record({ x: fc.nat(999), y: fc.nat(639), generations: fc.integer({ min: 1, max: 40 }) }), {
    minLength: 2,
    maxLength: 6,
  }),
  memoryLimit: fc.constantFrom(MIB / 4, MIB / 2, 64 * MIB),
});

describe('two generations in one go', () => {
  test('are those that come one by one; where memory is refused, the world is in the generation it says', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ width, height, wrap, rule, tiles, steps, memoryLimit }) => {
        const layout = new Layout(width, height);
        const soup = createJsEngine(layout);
        soup.configure(parseRule('B3/S23'), true);
        fillSoup(soup, 0.4, 1);
        const make = async (options: WasmOptions) => {
          const engine = await createWasmEngine(layout, options);
          const life = new Life(engine, '', parseRule(rule), wrap);
          for (let y = 0; y < tiles.height; y++)
            for (let x = 0; x < tiles.width; x++) {
              const { tilesX, tilesY } = layout;
              const key = ((tiles.y + y) % tilesY) * tilesX + ((tiles.x + x) % tilesX);
              copyTile(soup.tile(key, 0), engine.open(key, 0));
              engine.touched(key);
            }
          return life;
        };
        const twin = await make({});
        const life = await make({ wideFrom: 0, memoryLimit }).catch((error) => {
          assert.ok(error instanceof MemoryError, error);
        });
        if (!life) return;
        for (const { x, y, generations } of steps) {
          const before = life.generation;
          try {
            for (const each of [life, twin]) each.set(x, y, true);
            life.step(generations);
          } catch (error) {
            assert.ok(error instanceof MemoryError);
          }
          twin.step(life.generation - before);
          const what: string = `${life.generation}, from ${before}`;
          assert.equal((await life.digest()).hash, (await twin.digest()).hash, what);
          assert.deepEqual(life.changedTiles(), twin.changedTiles(), what);
        }
      }),
      { numRuns: 60, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
    );
  });
});
