import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createLife, parseRule } from '../../index.js';
import { neighborhoodSize } from '../../rule/larger.js';
import { NaiveLife } from '../../testing/naive.js';
import type { Wrap } from '../grid.js';
import { Layout } from '../layout.js';
import { Life } from '../life.js';
import { createLargeEngine } from './create.js';

const LETTERS = { M: 'moore', N: 'von-neumann', C: 'circular' } as const;

const world = fc.record({
  width: fc.constantFrom(1, 2, 9, 21, 63, 64, 65, 70, 127, 128, 130, 192, 200),
  height: fc.constantFrom(1, 3, 20, 64, 66, 100, 128, 131),
  range: fc.integer({ min: 1, max: 10 }),
  states: fc.constantFrom(2, 2, 3, 4, 7, 9, 255, 256),
  middle: fc.boolean(),
  letter: fc.constantFrom('M', 'N', 'C' as const),
  // Shares of the neighbourhood; the bounds are where they lie.
  bounds: fc.tuple(...[0, 0, 0, 0].map(() => fc.double({ min: 0, max: 1, noNaN: true }))),
  wrap: fc.constantFrom<Wrap>('torus', 'bounded'),
  density: fc.constantFrom(0.02, 0.1, 0.3, 0.5, 0.9),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  acts: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ steps: fc.integer({ min: 1, max: 4 }) }) },
      fc.record({ x: fc.nat(9999), y: fc.nat(9999), state: fc.nat(255) }),
      fc.record({ look: fc.constant(true) }),
      fc.record({ swap: fc.constantFrom('R2,C0,M0,S3..8,B5..6,NM', 'R7,C0,M1,S113..225,B113..225,NM') }),
    ),
    { minLength: 1, maxLength: 7 },
  ),
});

/** Numbers that are the same for the same seed. */
function random(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function assertSame(life: Life, naive: NaiveLife, where = ''): void {
  const tilesX = Math.ceil(life.width / 64);
  const tilesY = Math.ceil(life.height / 64);
  for (let key = 0; key < tilesX * tilesY; key++) {
    const x0 = (key % tilesX) * 64;
    const y0 = Math.floor(key / tilesX) * 64;
    for (let plane = 0; plane < life.planes; plane++) {
      const { words, offset, stride } = life.tile(key, plane);
      for (let y = 0; y < 64; y++)
        for (let half = 0; half < 2; half++) {
          let expected = 0;
          for (let bit = 0; bit < 32; bit++) {
            const x = x0 + half * 32 + bit;
            if (x < life.width && y0 + y < life.height && (naive.at(x, y0 + y) >> plane) & 1) expected |= 1 << bit;
          }
          const got = words[offset + y * stride + half];
          if (got !== expected >>> 0)
            assert.fail(
              `${where} tile ${key} plane ${plane} row ${y} half ${half}: ${got.toString(2)}, not ${(expected >>> 0).toString(2)}`,
            );
        }
    }
  }
  assert.equal(life.population(), naive.population());
}

async function large(width: number, height: number, rule: string, wrap: Wrap, plain: boolean): Promise<Life> {
  const { engine, reason } = await createLargeEngine(new Layout(width, height), plain);
  assert.equal(/TypeScript/.test(reason), plain, reason);
  return new Life(engine, reason, parseRule(rule), wrap);
}

for (const plain of [true, false])
  describe(`Larger than Life in ${plain ? 'TypeScript' : 'WebAssembly'}`, () => {
    test('agrees with the naive algorithm: ranges, shapes, states, edges, edits, changed tiles', async () => {
      await fc.assert(
        fc.asyncProperty(world, async (w) => {
          const size = neighborhoodSize(w.range, LETTERS[w.letter]) - (w.middle ? 0 : 1);
          const [a, b, c, d] = w.bounds.map((share) => Math.round(share * size));
          const [s0, s1] = [Math.min(a, b), Math.max(a, b)];
          const [b0, b1] = [Math.min(c, d), Math.max(c, d)];
          const text = `R${w.range},C${w.states},M${w.middle ? 1 : 0},S${s0}..${s1},B${b0}..${b1},N${w.letter}`;
          const life = await large(w.width, w.height, text, w.wrap, plain);
          const naive = new NaiveLife(w.width, w.height, parseRule(text), w.wrap === 'torus');
          const next = random(w.seed);
          for (let y = 0; y < w.height; y++)
            for (let x = 0; x < w.width; x++)
              if (next() < w.density) {
                const state = 1 + (next() < 0.7 ? 0 : Math.floor(next() * (w.states - 1)));
                naive.cells[y * w.width + x] = state;
                life.set(x, y, state);
              }
          let seen = new Uint8Array(naive.cells.length);
          let { states } = w;
          for (const act of w.acts) {
            if ('steps' in act) {
              life.step(act.steps);
              for (let i = 0; i < act.steps; i++) naive.step();
            } else if ('x' in act) {
              const x = act.x % w.width;
              const y = act.y % w.height;
              life.set(x, y, act.state % states);
              naive.cells[y * w.width + x] = act.state % states;
            } else if ('swap' in act) {
              life.setRule(act.swap);
              naive.rule = parseRule(act.swap);
              naive.cells = naive.cells.map((state) => Math.min(state, 1));
              states = 2;
            } else {
              assert.deepEqual([...life.changedTiles()], naive.changedTiles(seen));
              seen = naive.cells.slice();
            }
          }
          assertSame(life, naive, text);
          const hash = createHash('sha256');
          for (let plane = 0; plane < life.planes; plane++) hash.update(naive.bits(0, 0, w.width, w.height, plane));
          assert.equal((await life.digest()).hash, hash.digest('hex'));
          assert.deepEqual([...life.changedTiles()], naive.changedTiles(seen));
        }),
        { numRuns: 120, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
      );
    });

    test('Bosco soup: comes back as it was, elsewhere', async () => {
      // A bug of Bosco's rule (Kellie Evans), from the middle of the torus over all its edges.
      const life = await large(150, 150, "Bosco's Rule", 'torus', plain);
      const naive = new NaiveLife(150, 150, parseRule('Bosco'), true);
      const next = random(5);
      for (let y = 60; y < 80; y++)
        for (let x = 60; x < 80; x++)
          if (next() < 0.5) {
            life.set(x, y, true);
            naive.cells[y * 150 + x] = 1;
          }
      for (let i = 0; i < 8; i++) {
        life.step(5);
        for (let k = 0; k < 5; k++) naive.step();
        assertSame(life, naive, `generation ${life.generation}`);
      }
    });
  });

test('a world goes from one family of rules to another and back', async () => {
  const life = await createLife({ width: 150, height: 100 });
  life.soup({ density: 0.4, seed: 5 });
  life.changedTiles();
  const naive = new NaiveLife(150, 100, parseRule('B3/S23'), true);
  for (let i = 0; i < naive.cells.length; i++) naive.cells[i] = life.get(i % 150, Math.floor(i / 150)) ? 1 : 0;
  let seen = naive.cells.slice();
  for (const [rule, engine] of [
    ['B36/S23', 'wasm'],
    ['R3,C5,M0,S9..20,B12..18,NC', 'large'],
    ['R5,C0,M1,S34..58,B34..45,NM', 'large'],
    ['345/2/4', 'wasm'],
    ['R2,C3,M1,S5..11,B6..9,NN', 'large'],
    ['B3/S23', 'wasm'],
  ] as const) {
    await life.changeRule(rule);
    assert.deepEqual([life.engine, life.rule], [engine, rule]);
    naive.rule = parseRule(rule);
    const most = naive.rule.states - 1;
    naive.cells = naive.cells.map((state) => Math.min(state, most));
    for (let i = 0; i < 4; i++) {
      life.step();
      naive.step();
    }
    assertSame(life, naive, rule);
    assert.deepEqual([...life.changedTiles()], naive.changedTiles(seen), rule);
    seen = naive.cells.slice();
  }
  await assert.rejects(life.changeRule('B9/S'), /"9"/);
  assert.equal(life.rule, 'B3/S23');
  assert.throws(() => life.setRule('Bosco'), /Larger than Life/);
});
