import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createLife, type EngineChoice, type Life } from '../index.js';
import { parseRule } from '../rule/parse.js';
import { makeGenerationsRule, makeIsotropicRule, makeRule, type TwoStateRule } from '../rule/rule.js';
import { NaiveLife } from '../testing/naive.js';
import type { Wrap } from './grid.js';

/** Engines that run every rule whose cells look one cell far. */
const ENGINES: EngineChoice[] = ['js', 'wasm'];

const counts = fc.oneof(fc.nat(511), fc.constantFrom(8, 12, 0, 511, 1, 256, 257));
const classes = fc.array(fc.nat(2 ** 13 - 1), { minLength: 9, maxLength: 9 }).map((masks) => {
  const sizes = [1, 2, 6, 10, 13, 10, 6, 2, 1];
  return masks.map((mask, n) => mask & (2 ** sizes[n] - 1));
});
const twoStates: fc.Arbitrary<TwoStateRule> = fc.oneof(
  fc.tuple(counts, counts).map(([birth, survival]) => makeRule(birth, survival)),
  fc.tuple(counts, counts).map(([birth, survival]) => makeRule(birth & 31, survival & 31, 'von-neumann')),
  fc.tuple(classes, classes).map(([birth, survival]) => makeIsotropicRule(birth, survival)),
);
const rules = fc.oneof(
  twoStates,
  fc
    .tuple(twoStates, fc.oneof(fc.integer({ min: 3, max: 9 }), fc.constantFrom(16, 17, 33, 100, 255, 256)))
    .map(([base, states]) => makeGenerationsRule(base, states)),
);

const story = fc.record({
  width: fc.constantFrom(1, 2, 33, 64, 65, 127, 128, 129, 200, 256, 300),
  height: fc.constantFrom(1, 3, 8, 63, 64, 65, 130),
  wrap: fc.constantFrom<Wrap>('torus', 'bounded'),
  density: fc.constantFrom(0, 0.02, 0.3, 0.9),
  seed: fc.nat(),
  rule: rules,
  acts: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ steps: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 2, arbitrary: fc.record({ x: fc.nat(9999), y: fc.nat(9999), state: fc.nat(255) }) },
      { weight: 2, arbitrary: fc.record({ look: fc.constant(true) }) },
      { weight: 1, arbitrary: fc.record({ rule: rules }) },
      { weight: 1, arbitrary: fc.record({ wrap: fc.constantFrom<Wrap>('torus', 'bounded') }) },
      { weight: 1, arbitrary: fc.record({ clear: fc.constant(true) }) },
    ),
    { minLength: 1, maxLength: 10 },
  ),
});

async function assertSame(life: Life, naive: NaiveLife): Promise<void> {
  assert.equal(life.planes, naive.rule.planes);
  const all = createHash('sha256');
  for (let plane = 0; plane < life.planes; plane++) all.update(naive.bits(0, 0, naive.width, naive.height, plane));
  const { hash } = await life.digest();
  if (hash !== all.digest('hex')) {
    for (let i = 0; i < naive.cells.length; i++)
      assert.equal(life.state(i % naive.width, Math.floor(i / naive.width)), naive.cells[i], `cell ${i}`);
    assert.fail('The cells agree, the digest does not.');
  }
  assert.equal(life.population(), naive.population());
  // What lies outside the grid is 0.
  const corner = life.planes > 0 && Math.ceil(life.width / 64) * Math.ceil(life.height / 64) - 1;
  for (let plane = 0; plane < life.planes; plane++) {
    const { words, offset, stride } = life.tile(Number(corner), plane);
    for (let i = 0; i < 128; i++) {
      const inside = Math.min(32, ((life.width - 1) & 63) + 1 - (i & 1) * 32);
      const keep = i >> 1 > ((life.height - 1) & 63) || inside <= 0 ? 0 : inside === 32 ? -1 : (1 << inside) - 1;
      assert.equal(words[offset + (i >> 1) * stride + (i & 1)] & ~keep, 0, `outside, plane ${plane}`);
    }
  }
}

for (const engine of ENGINES)
  describe(`all families, engine ${engine}`, () => {
    test('agrees with the oracle: hundreds of rules, sizes, edges, edits, changes of rule', async () => {
      await fc.assert(
        fc.asyncProperty(story, async ({ width, height, wrap, density, seed, rule, acts }) => {
          const life = await createLife({ width, height, rule: rule.text, wrap, engine });
          assert.equal(life.engine, engine);
          life.soup({ density, seed });
          const naive = new NaiveLife(width, height, parseRule(rule.text), wrap === 'torus');
          for (let i = 0; i < naive.cells.length; i++) naive.cells[i] = life.state(i % width, Math.floor(i / width));
          let seen: Uint8Array<ArrayBufferLike> = new Uint8Array(naive.cells.length);
          for (const act of acts) {
            if ('steps' in act) {
              life.step(act.steps);
              for (let i = 0; i < act.steps; i++) naive.step();
            } else if ('x' in act) {
              const [x, y, state] = [act.x % width, act.y % height, act.state % life.states];
              life.set(x, y, state);
              assert.equal(life.state(x, y), state);
              naive.cells[y * width + x] = state;
            } else if ('look' in act) {
              assert.deepEqual([...life.changedTiles()], naive.changedTiles(seen));
              seen = naive.cells.slice();
            } else if ('rule' in act) {
              life.setRule(act.rule.text);
              naive.rule = parseRule(act.rule.text);
              for (const cells of [naive.cells, seen])
                for (let i = 0; i < cells.length; i++) cells[i] = Math.min(cells[i], naive.rule.states - 1);
              // Of planes that are gone there is nothing to compare with.
              life.changedTiles();
              seen = naive.cells.slice();
            } else if ('wrap' in act) {
              life.setWrap(act.wrap);
              naive.torus = act.wrap === 'torus';
            } else {
              life.clear();
              naive.cells.fill(0);
            }
          }
          await assertSame(life, naive);
          assert.deepEqual([...life.changedTiles()], naive.changedTiles(seen));
        }),
        { numRuns: 400, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
      );
    });
  });
