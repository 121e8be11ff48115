import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { createLife, MemoryError, patternByName } from '../../../index.js';
import { parseRule } from '../../../rule/parse.js';
import { spawnHelper, spawning, workersOf } from '../../../testing/helpers.js';
import type { Wrap } from '../../grid.js';
import { Layout } from '../../layout.js';
import { Life } from '../../life.js';
import { createWasmEngine, type WasmOptions } from '../engine.js';

interface Size {
  width: number;
  height: number;
  rule?: string;
  wrap?: Wrap;
}

/** A world whose helpers are called however little there is to do. */
async function threaded({ width, height, rule = 'B3/S23', wrap = 'torus' }: Size, options: WasmOptions): Promise<Life> {
  const engine = await createWasmEngine(new Layout(width, height), { least: 0, spawn: spawnHelper, ...options });
  return new Life(engine, 'asked for', parseRule(rule), wrap);
}

/** The same done by the oracle, and by one thread. */
const twins = ({ width, height, rule, wrap }: Size) =>
  Promise.all((['js', 'wasm'] as const).map((engine) => createLife({ width, height, rule, wrap, engine })));

/** Until all helpers have come to the world as it is now, which they are called to by its first step. */
async function gather(threads: number, life: Life, ...others: Life[]): Promise<void> {
  const end = performance.now() + 30_000;
  while (!life.engineReason.endsWith(`; ${threads} threads`)) {
    assert.ok(performance.now() < end, life.engineReason);
    for (const each of [life, ...others]) each.step(1);
    await setImmediate();
  }
}

async function assertSame(life: Life, others: Life[], what: string): Promise<void> {
  const changed = life.changedTiles();
  const { hash } = await life.digest();
  for (const other of others) {
    assert.equal((await other.digest()).hash, hash, `${what}: cells, as ${other.engine} has them`);
    assert.deepEqual(other.changedTiles(), changed, `${what}: changed tiles`);
    assert.equal(other.population(), life.population());
  }
}

const RULES = ['B3/S23', 'B36/S23', 'B2/S', 'B1357/S1357', 'B0123478/S34678', 'B03/S23', 'B2/S013V', 'B0/S0'].concat([
  'B2-a/S12',
  '/2/3',
  '345/2/4',
  'B34/S24/C16',
  'B03/S2/C4',
]);

const world = fc.record({
  width: fc.constantFrom(1, 64, 127, 128, 129, 200, 256, 333, 640, 1024),
  height: fc.constantFrom(1, 63, 64, 65, 130, 192, 256, 500),
  rule: fc.constantFrom(...RULES),
  wrap: fc.constantFrom<Wrap>('torus', 'bounded'),
  threads: fc.integer({ min: 2, max: 4 }),
  density: fc.constantFrom(0.01, 0.1, 0.5),
  seed: fc.nat(),
  acts: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ steps: fc.integer({ min: 1, max: 30 }) }) },
      { weight: 2, arbitrary: fc.record({ x: fc.nat(9999), y: fc.nat(9999), alive: fc.boolean() }) },
      fc.record({ rule: fc.constantFrom(...RULES) }),
      fc.record({ wrap: fc.constantFrom<Wrap>('torus', 'bounded') }),
      fc.record({ clear: fc.boolean() }),
    ),
    { minLength: 1, maxLength: 8 },
  ),
});

describe('several threads on one world', () => {
  test('agree with the oracle and with one thread: rules, planes, edges, sizes, edits', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (w) => {
        const life = await threaded(w, w);
        const others = await twins(w);
        const all = [life, ...others];
        for (const each of all) each.soup(w);
        await gather(w.threads, ...(all as [Life]));
        for (const act of w.acts) {
          for (const each of all) {
            if ('steps' in act) each.step(act.steps);
            else if ('x' in act) each.set(act.x % w.width, act.y % w.height, act.alive);
            else if ('rule' in act) each.setRule(act.rule);
            else if ('wrap' in act) each.setWrap(act.wrap);
            else if (act.clear) each.clear();
            else each.soup({ density: 0.3, seed: 1 });
          }
          // To another rule or other edges they come anew.
          if ('rule' in act || 'wrap' in act) await gather(w.threads, ...(all as [Life]));
        }
        await assertSame(life, others, JSON.stringify(w));
        life.dispose();
      }),
      { numRuns: 150, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
  });

  test('make and free blocks as one thread does, as memory grows, up to where it ends', async () => {
    // Whatever is there grows in all directions, a cell a generation.
    const size = { width: 4096, height: 4096, rule: 'B1357/S1357' };
    const memoryLimit = 2 ** 20;
    const life = await threaded(size, { threads: 3, memoryLimit });
    const alone = await threaded(size, { threads: 1, memoryLimit: memoryLimit - 8 * 2050 });
    const js = await createLife({ ...size, engine: 'js' });
    for (const each of [life, alone, js]) each.load(patternByName('glider')!);
    await gather(3, life, alone, js);
    const ends = [life, alone].map((each) => {
      assert.throws(() => each.step(5000), MemoryError);
      return each.generation;
    });
    assert.ok(ends[0] > 300 && ends[0] < 1500, `${ends[0]}`);
    // What threads tell of each slot takes some of it.
    assert.ok(Math.abs(ends[0] - ends[1]) < 100, `${ends}`);
    js.step(ends[0] - js.generation);
    await assertSame(life, [js], 'the last state');
    for (const each of [life, js]) {
      each.load(patternByName('r-pentomino')!);
      each.step(200);
    }
    await assertSame(life, [js], 'after that');
    life.dispose();
  });

  test('are not called where there is little to do, and then come', async () => {
    const size = { width: 2048, height: 1024 };
    const life = await threaded(size, { threads: 2, least: 200 });
    life.load(patternByName('r-pentomino')!);
    life.step(300);
    assert.match(life.engineReason, /one thread: there was never enough to do for more/);
    life.soup({ density: 0.4, seed: 3 });
    await gather(2, life);
    life.dispose();
  });

  test('are refused in numbers that cannot be; one is no helper, and a small grid needs none', async () => {
    for (const threads of [0, -1, 1.5, 65, Number.NaN])
      await assert.rejects(createLife({ width: 64, height: 64, threads }), RangeError);
    for (const [threads, side] of [
      [1, 8192],
      [4, 1024],
    ])
      assert.equal(
        (await createLife({ width: side, height: side, threads })).engineReason,
        'WebAssembly is the fastest here',
      );
  });

  describe('end', () => {
    const make = workersOf("import '../life/workers/helper.worker.js'");
    /** A world with helpers of its own, and their ends. */
    async function begun(threads: number): Promise<{ life: Life; ended: Promise<unknown>[] }> {
      const ended: Promise<unknown>[] = [];
      const spawn = spawning(() => {
        const worker = make();
        ended.push(once(worker, 'exit'));
        return worker;
      });
      const life = await threaded({ width: 512, height: 512 }, { threads, spawn });
      life.soup({ density: 0.4, seed: 3 });
      await gather(threads, life);
      assert.equal(ended.length, threads - 1);
      return { life, ended };
    }

    test('with their world', async () => {
      const { life, ended } = await begun(3);
      life.dispose();
      await Promise.all(ended);
    });

    test('after it was forgotten', async () => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const ended = await begun(2).then((world) => world.ended);
      const timer = setInterval(collect, 20);
      await Promise.all(ended);
      clearInterval(timer);
    });
  });
});

/** A helper that does this with its second chunk. */
const failing = (what: string) =>
  spawning(
    workersOf(`
      import { parentPort } from 'node:worker_threads';
      import { instantiate } from '../life/wasm/instantiate.js';
      import { Control } from '../life/wasm/threads/control.js';
      const nap = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      parentPort.on('message', ({ me, threads, control, memory, driver, kernels }) => {
        const { computeSlots } = instantiate(memory, driver, kernels.get(0), () => {});
        let chunks = 0;
        new Control(threads, control).help(me, (sky, parity, from, to) => {
          if (++chunks > 1) { ${what} }
          computeSlots(parity, from, to);
        });
      });`),
  );

describe('a helper that fails', () => {
  for (const [how, what, reason] of [
    ['hangs', 'nap(1e6);', /one thread: a helper did not answer/],
    // By then the world must be elsewhere.
    ['comes back later', 'nap(600);', /one thread: a helper did not answer/],
    ['throws', 'throw new Error("no");', /one thread: a helper (did not answer|failed \(no\))/],
    ['ends', 'process.exit();', /one thread: a helper (did not answer|failed \(it ended\))/],
  ] as const)
    test(`and ${how} costs a moment, and nothing of the world`, async () => {
      const size = { width: 1024, height: 640, rule: 'B36/S23' };
      const life = await threaded(size, { threads: 3, spawn: failing(what), patience: 200 });
      const others = await twins(size);
      const all = [life, ...others];
      for (const each of all) each.soup({ density: 0.35, seed: 9 });
      const end = performance.now() + 30_000;
      while (!reason.test(life.engineReason)) {
        assert.ok(performance.now() < end, life.engineReason);
        for (const each of all) each.step(3);
        await setImmediate();
      }
      await assertSame(life, others, 'just then');
      const later = performance.now() + 700;
      for (let round = 0; performance.now() < later || round < 20; round++) {
        for (const each of all) {
          if (round % 5 === 0) each.set((round * 37) % 1024, (round * 23) % 640, true);
          each.step(2);
        }
        await assertSame(life, others, `round ${round}`);
      }
      life.dispose();
    });
});
