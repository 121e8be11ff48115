import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createLife, formatMacrocell, MemoryError, type Pattern, parsePattern } from '../../index.js';
import { parseRule } from '../../rule/parse.js';
import { makeRule } from '../../rule/rule.js';
import type { Wrap } from '../grid.js';
import { Layout } from '../layout.js';
import { Life } from '../life.js';
import { createHashEngine } from './engine.js';

const world = fc.record({
  width: fc.constantFrom(1, 2, 8, 16, 32, 33, 64, 70, 128, 200, 256, 300, 512),
  height: fc.constantFrom(1, 4, 32, 64, 65, 128, 130, 256, 512),
  rule: fc.oneof(
    fc.constant('B3/S23'),
    fc.constantFrom('B36/S23', 'B2/S', 'B1/S1V', 'B0/S1', 'B3678/S34678', 'B1357/S1357', 'B2/S013V'),
    fc.tuple(fc.nat(511), fc.nat(511)).map(([birth, survival]) => makeRule(birth, survival).text),
  ),
  wrap: fc.constantFrom<Wrap>('torus', 'bounded'),
  density: fc.constantFrom(0.01, 0.2, 0.5),
  seed: fc.nat(),
  acts: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ steps: fc.constantFrom(1, 2, 3, 16, 64, 100, 127, 200) }) },
      fc.record({ x: fc.nat(999), y: fc.nat(999) }),
      fc.record({ wrap: fc.constantFrom<Wrap>('torus', 'bounded') }),
      fc.record({ rule: fc.constantFrom('B3/S23', 'B36/S125') }),
    ),
    { minLength: 1, maxLength: 6 },
  ),
});

/** A few cells in the middle of much room. */
async function glider(size: number, wrap: Wrap) {
  const layout = new Layout(size, size);
  const engine = await createHashEngine(layout);
  const life = new Life(engine, '', parseRule('B3/S23'), wrap);
  life.load(parsePattern('bo$2bo$3o!'));
  return { life, engine };
}

describe('HashLife', () => {
  test('leaps to the same worlds as the other engines, over edits, edges and rules', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (w) => {
        const options = { width: w.width, height: w.height, rule: w.rule, wrap: w.wrap };
        const a = await createLife({ ...options, engine: 'hash' });
        const b = await createLife({ ...options, engine: 'wasm' });
        assert.equal(a.engine, 'hash');
        for (const life of [a, b]) {
          life.soup({ density: w.density, seed: w.seed });
          for (const act of w.acts)
            if ('steps' in act) life.step(act.steps);
            else if ('x' in act) life.draw([act.x % w.width, act.y % w.height, 0, 0], true);
            else if ('wrap' in act) life.setWrap(act.wrap);
            else life.setRule(act.rule);
        }
        assert.deepEqual(await a.digest(), await b.digest());
        assert.equal(a.population(), b.population());
        assert.deepEqual([...a.changedTiles()], [...b.changedTiles()]);
        for (const life of [a, b]) life.step(5);
        assert.deepEqual([...a.changedTiles()], [...b.changedTiles()]);
      }),
      { numRuns: 150, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
  });

  test('a glider comes round a big torus in one leap', async () => {
    const { life } = await glider(4096, 'torus');
    const { hash } = await life.digest();
    life.step(4096 * 4);
    assert.equal((await life.digest()).hash, hash);
    assert.equal(life.generation, 16384);
    life.changedTiles();
    life.step(4096 * 4);
    assert.deepEqual([...life.changedTiles()], [], 'what came back has not changed');
  });

  test('says how far it can leap before something can reach an edge', async () => {
    const torus = await glider(1024, 'torus');
    assert.equal(torus.engine.canStep(1e9), true);
    // The glider of 3 cells lies at 498 to 500 of 1000: 499 columns are free to the right.
    for (const [wrap, free] of [
      ['torus', 498],
      ['bounded', 499],
    ] as const) {
      const { life, engine } = await glider(1000, wrap);
      assert.equal(engine.canStep(free), true, wrap);
      assert.equal(engine.canStep(free + 1), false, wrap);
      const other = await createLife({ width: 1000, height: 1000, wrap, engine: 'wasm' });
      other.load(parsePattern('bo$2bo$3o!'));
      for (const world of [life, other]) world.step(2300);
      assert.deepEqual(await life.digest(), await other.digest(), wrap);
    }
  });

  test('stops at its limit of memory, clearly, and goes on from where it stood', async () => {
    const engine = await createHashEngine(new Layout(2048, 2048), { memoryLimit: 2 ** 23 });
    const life = new Life(engine, '', parseRule('B3/S23'), 'torus');
    const other = await createLife({ width: 2048, height: 2048, engine: 'wasm' });
    for (const world of [life, other]) world.soup({ density: 0.3, seed: 5 });
    assert.throws(
      () => life.step(512),
      (error: Error) => error instanceof MemoryError && /8 MiB/.test(error.message),
    );
    assert.ok(engine.kernel.wasm.bytes() <= 2 ** 23);
    other.step(life.generation);
    assert.deepEqual(await life.digest(), await other.digest());
    // Less at a time may do; and a smaller world always does.
    for (const world of [life, other]) {
      world.clear();
      world.load(parsePattern('bo$2bo$3o!'), 100, 100);
      world.step(4096);
    }
    assert.equal((await life.digest()).hash, (await other.digest()).hash);
    await assert.rejects(createHashEngine(new Layout(8, 8), { memoryLimit: 1 }), RangeError);
    await assert.rejects(createLife({ width: 8, height: 8, engine: 'hash', hashMemory: 1 }), RangeError);
    const small = await createLife({ width: 2048, height: 2048, engine: 'hash', hashMemory: 2 ** 23 });
    small.soup({ density: 0.3, seed: 5 });
    assert.throws(() => small.step(512), { name: 'MemoryError' });
  });

  test('collects garbage again and again, and stays right', async () => {
    const engine = await createHashEngine(new Layout(512, 512), { memoryLimit: 2 ** 22 });
    const life = new Life(engine, '', parseRule('B3/S23'), 'torus');
    const other = await createLife({ width: 512, height: 512, engine: 'wasm' });
    for (const world of [life, other]) world.soup({ density: 0.2, seed: 9 });
    life.changedTiles();
    other.changedTiles();
    for (let round = 0; round < 60; round++) {
      for (const world of [life, other]) world.step(8 + (round % 3));
      assert.deepEqual([...life.changedTiles()], [...other.changedTiles()], `round ${round}`);
      assert.equal(life.population(), other.population());
    }
    assert.deepEqual(await life.digest(), await other.digest());
    assert.ok(engine.kernel.wasm.collections() >= 5, `${engine.kernel.wasm.collections()} collections`);
    assert.ok(engine.kernel.wasm.bytes() <= 2 ** 22);
  });

  test('a rule it does not know is refused; a world of such a rule gets another engine, and says why', async () => {
    const life = await createLife({ width: 64, height: 64, rule: 'B2c/S', engine: 'hash' });
    assert.equal(life.engine, 'wasm');
    assert.match(life.engineReason, /HashLife runs rules of two states/);
    const engine = await createHashEngine(new Layout(64, 64));
    assert.throws(() => engine.configure(parseRule('345/2/4'), true), { name: 'RuleError' });
  });

  test('takes patterns that are trees as they are, wherever they go', async () => {
    const shapes = fc.record({
      size: fc.constantFrom(64, 100, 256, 333),
      x: fc.nat(400),
      y: fc.nat(400),
      cells: fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 1, maxLength: 30 }),
      wrap: fc.constantFrom<Wrap>('torus', 'bounded'),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ size, x, y, cells, wrap }) => {
        const from = await createLife({ width: 61, height: 61, engine: 'wasm' });
        from.draw(cells.flat(), true);
        const pattern: Pattern = parsePattern(formatMacrocell(from));
        const a = await createLife({ width: size, height: size, wrap, engine: 'hash' });
        const b = await createLife({ width: size, height: size, wrap, engine: 'wasm' });
        const at = [x, y].map((v) => (wrap === 'torus' ? v % size : v % Math.max(1, size - 61)));
        for (const life of [a, b]) life.load(pattern, at[0], at[1]);
        assert.equal((await a.digest()).hash, (await b.digest()).hash);
        // And out again: a file of either world is the same pattern.
        const [c, d] = [a, b].map((life) => parsePattern(formatMacrocell(life)));
        assert.deepEqual([c.x, c.y, c.width, c.height], [d.x, d.y, d.width, d.height]);
        for (const life of [a, b]) {
          life.load(c);
          life.step(50);
        }
        assert.equal((await a.digest()).hash, (await b.digest()).hash);
      }),
      { numRuns: 100 },
    );
  });
});
