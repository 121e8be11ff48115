// Runs in a browser that was told to give pages WebGPU: npx wtr --group gpu
import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import {
  createLife,
  type Life,
  MemoryError,
  NAMED_RULES,
  patternByName,
  RuleError,
  UnsettledError,
} from '../../index.js';
import { allClasses } from '../../rule/hensel.js';
import { parseRule } from '../../rule/parse.js';
import { makeGenerationsRule, makeIsotropicRule, makeRule, type TwoStateRule } from '../../rule/rule.js';
import { NaiveLife } from '../../testing/naive.js';
import type { Wrap } from '../grid.js';
import { Layout } from '../layout.js';
import { Life as World } from '../life.js';
import { createWasmEngine } from '../wasm/engine.js';
import { findGpu } from './adapter.js';
import { createGpuEngine, type GpuEngine } from './engine.js';

const adapter = await navigator.gpu?.requestAdapter();
/** What cannot be shown without an adapter is skipped, and says so. */
const suite = adapter ? describe : describe.skip;
const without = adapter
  ? ''
  : ` (skipped: ${navigator.gpu ? 'WebGPU has no adapter here' : 'there is no WebGPU here'})`;

const made: Life[] = [];
async function gpuLife(options: { width: number; height: number; rule?: string; wrap?: Wrap }): Promise<Life> {
  const life = await createLife({ ...options, engine: 'gpu' });
  expect(life.engine, life.engineReason).to.equal('gpu');
  made.push(life);
  return life;
}

/** A world whose device can be taken away. */
async function fragile(width: number, height: number): Promise<{ life: Life; engine: GpuEngine }> {
  const layout = new Layout(width, height);
  const engine = await createGpuEngine(layout, 1);
  const life = new World(engine, 'asked for', parseRule('B3/S23'), 'torus', async () => ({
    engine: await createWasmEngine(layout),
    reason: '',
  }));
  made.push(life);
  return { life, engine };
}

async function twin(life: Life): Promise<Life> {
  const { width, height, rule, wrap } = life;
  const other = await createLife({ width, height, rule, wrap, engine: 'wasm' });
  expect(other.engine).to.equal('wasm');
  return other;
}

/** All planes, and that nothing lies outside the grid. */
function expectSame(life: Life, naive: NaiveLife, what: string): void {
  const { width, height } = life;
  const tilesX = Math.ceil(width / 64);
  for (let key = 0; key < tilesX * Math.ceil(height / 64); key++)
    for (let plane = 0; plane < life.planes; plane++) {
      const { words, offset, stride } = life.tile(key, plane);
      for (let row = 0; row < 64; row++)
        for (let half = 0; half < 2; half++) {
          const x0 = (key % tilesX) * 64 + half * 32;
          const y = Math.floor(key / tilesX) * 64 + row;
          let expected = 0;
          for (let bit = 0; bit < 32; bit++)
            if (x0 + bit < width && y < height && (naive.cells[y * width + x0 + bit] >> plane) & 1)
              expected |= 1 << bit;
          if (words[offset + row * stride + half] !== expected >>> 0)
            expect.fail(`${what}: tile ${key}, plane ${plane}, row ${row}, half ${half}`);
        }
    }
  expect(life.population(), what).to.equal(naive.population());
}

suite(`the GPU engine${without}`, function () {
  // Where there is only a software adapter, a processor that may be busy does it all.
  this.timeout(180_000);

  afterEach(() => {
    for (const life of made.splice(0)) life.dispose();
  });

  it('is digest-equal with WebAssembly for every named rule, on tori and bounded grids of any size', async () => {
    for (const [i, [name, rule]] of Object.entries(NAMED_RULES).entries()) {
      // Larger than Life has an engine of its own.
      if (parseRule(rule).kind === 'larger') continue;
      const width = [256, 200, 129, 64, 33][i % 5]!;
      const height = [128, 71, 200, 64][i % 4]!;
      const wrap = i % 2 === 0 ? 'torus' : 'bounded';
      const gpu = await gpuLife({ width, height, rule, wrap });
      const wasm = await twin(gpu);
      for (const life of [gpu, wasm]) {
        life.soup({ density: 0.3, seed: i });
        life.step(60);
        await life.settled();
      }
      expect(await gpu.digest(), `${name} ${width}x${height} ${wrap}`).to.deep.equal(await wasm.digest());
      expect(gpu.population()).to.equal(wasm.population());
    }
  });

  it('agrees with the naive algorithm: random rules of all families, edges, sizes, edits, changed tiles', async () => {
    const sizes = [1, 2, 3, 8, 31, 32, 33, 63, 64, 65, 96, 97, 127, 128, 129];
    const mask = fc.integer({ min: 0, max: 511 });
    const classes = fc
      .array(fc.nat(2 ** 13), { minLength: 9, maxLength: 9 })
      .map((list) => list.map((bits, n) => bits & allClasses(n)));
    const rules: fc.Arbitrary<TwoStateRule> = fc.oneof(
      fc.tuple(mask, mask).map(([b, s]) => makeRule(b, s)),
      fc.tuple(mask, mask).map(([b, s]) => makeRule(b & 31, s & 31, 'von-neumann')),
      fc.tuple(classes, classes).map(([b, s]) => makeIsotropicRule(b, s)),
    );
    const scene = fc.record({
      width: fc.constantFrom(...sizes),
      height: fc.constantFrom(...sizes),
      rule: fc.tuple(rules, fc.constantFrom(2, 2, 3, 4, 9, 40)).map(([base, n]) => makeGenerationsRule(base, n)),
      wrap: fc.constantFrom<Wrap>('torus', 'bounded'),
      density: fc.constantFrom(0.02, 0.1, 0.3, 0.5, 0.9),
      seed: fc.nat(),
      acts: fc.array(
        fc.oneof(
          { weight: 3, arbitrary: fc.record({ steps: fc.integer({ min: 1, max: 9 }) }) },
          fc.record({ x: fc.nat(9999), y: fc.nat(9999), state: fc.nat(99) }),
          fc.record({ look: fc.constant(true) }),
        ),
        { minLength: 1, maxLength: 8 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ width, height, rule, wrap, density, seed, acts }) => {
        const life = await gpuLife({ width, height, rule: rule.text, wrap });
        life.soup({ density, seed });
        const naive = new NaiveLife(width, height, rule, wrap === 'torus');
        for (let i = 0; i < naive.cells.length; i++) naive.cells[i] = life.state(i % width, Math.floor(i / width));
        let seen = new Uint8Array(naive.cells.length);
        for (const act of acts) {
          if ('steps' in act) {
            life.step(act.steps);
            for (let i = 0; i < act.steps; i++) naive.step();
          } else {
            await life.settled();
            if ('look' in act) {
              expect([...life.changedTiles()]).to.deep.equal(naive.changedTiles(seen));
              seen = naive.cells.slice();
              continue;
            }
            const [x, y] = [act.x % width, act.y % height];
            life.set(x, y, act.state % rule.states);
            naive.cells[y * width + x] = act.state % rule.states;
          }
        }
        await life.settled();
        expectSame(life, naive, `${rule.text} ${width}x${height} ${wrap}`);
        expect([...life.changedTiles()]).to.deep.equal(naive.changedTiles(seen));
        life.dispose();
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
  });

  it('stays right while tiles fall asleep, wake and are edited, and rule and edges change', async () => {
    const life = await gpuLife({ width: 333, height: 200 });
    const wasm = await twin(life);
    for (const world of [life, wasm]) world.soup({ density: 0.06, seed: 7 });
    for (let round = 0; round < 38; round++) {
      for (const world of [life, wasm]) {
        world.step(1 + (round % 7) * 10);
        await world.settled();
      }
      expect(await life.digest(), `round ${round}`).to.deep.equal(await wasm.digest());
      expect([...life.changedTiles()], `round ${round}`).to.deep.equal([...wasm.changedTiles()]);
      for (const world of [life, wasm]) {
        if (round % 4 === 0) for (let i = 0; i < 3; i++) world.set((round * 37 + i) % 333, (round * 23) % 200, true);
        if (round === 20) world.setRule('B36/S23');
        if (round === 24) world.setWrap('bounded');
        if (round === 28) world.setRule('B0/S1');
        if (round === 30) world.setRule('B3/S23');
        if (round === 34) world.clear();
        if (round === 36) world.soup({ density: 0.2, seed: 3 });
      }
    }
  });

  it('goes on with a living world, and takes rules of more states', async () => {
    const [width, height] = [300, 200];
    const life = await createLife({ width, height, engine: 'js' });
    life.soup({ density: 0.2, seed: 8 });
    const naive = new NaiveLife(width, height, parseRule('B3/S23'), true);
    for (let i = 0; i < naive.cells.length; i++) naive.cells[i] = life.state(i % width, Math.floor(i / width));
    life.adopt(await createGpuEngine(new Layout(width, height), 1), 'a test');
    made.push(life);
    expect(life.engine).to.equal('gpu');
    for (const text of ['B3/S23', '345/2/4', '2/13/21', 'B3/S23']) {
      life.setRule(text);
      naive.rule = parseRule(text);
      expect(life.planes).to.equal(naive.rule.planes);
      // What the new rule has no state for gets its last one.
      for (let i = 0; i < naive.cells.length; i++) naive.cells[i] = Math.min(naive.cells[i], naive.rule.states - 1);
      life.step(7);
      await life.settled();
      for (let i = 0; i < 7; i++) naive.step();
      expectSame(life, naive, text);
    }
  });

  it('reads back more than goes at a time, in several pieces, and only what changed', async () => {
    const life = await gpuLife({ width: 4096, height: 4160 });
    const wasm = await twin(life);
    for (const world of [life, wasm]) {
      world.soup({ density: 0.4, seed: 2 });
      world.step(4);
      await world.settled();
    }
    expect(await life.digest()).to.deep.equal(await wasm.digest());
    expect(life.changedTiles().length).to.equal(64 * 65);
    for (const world of [life, wasm]) {
      world.clear();
      world.draw([4095, 0, 0, 0, 1, 0], true);
      world.changedTiles();
      world.step(1);
      await world.settled();
    }
    expect([...life.changedTiles()]).to.deep.equal([...wasm.changedTiles()]);
  });

  it('computes grids of more tiles than a dispatch has workgroups on one side', async () => {
    // Bounded, with gliders on their way in the far corner.
    const life = await gpuLife({ width: 16_384, height: 16_448, wrap: 'bounded' });
    const cells = [1, 0, 2, 1, 0, 2, 1, 2, 2, 2];
    for (const at of [0, 40, 110])
      life.draw(
        cells.map((v, i) => v + (i & 1 ? 16_330 : 16_280) + at / 2),
        true,
      );
    const wasm = await twin(life);
    for (const at of [0, 40, 110])
      wasm.draw(
        cells.map((v, i) => v + (i & 1 ? 16_330 : 16_280) + at / 2),
        true,
      );
    for (const world of [life, wasm]) {
      world.step(8);
      await world.settled();
    }
    const rect = { x: 16_000, y: 16_000, width: 384, height: 448 };
    expect((await life.digest(rect)).hash).to.equal((await wasm.digest(rect)).hash);
    expect(life.population()).to.equal(wasm.population());
    expect(life.population()).to.be.greaterThan(0);
  });

  it('shows the world as it was until it is settled, and refuses to change it before', async () => {
    const life = await gpuLife({ width: 200, height: 100 });
    life.soup({ density: 0.3, seed: 1 });
    const before = await life.digest();
    life.step(5);
    life.step(6);
    expect(life.version).to.equal(0);
    expect(life.owed).to.equal(11);
    expect(await life.digest()).to.deep.equal(before);
    for (const change of [
      () => life.set(1, 1, true),
      () => life.paste(patternByName('glider')!),
      () => life.clear(),
      () => life.soup({ density: 0.1, seed: 1 }),
      () => life.setRule('B36/S23'),
      () => life.setWrap('bounded'),
      () => life.adopt(null as never, ''),
    ])
      expect(change).to.throw(UnsettledError, /await life\.settled\(\)/);
    // Several may wait at once; each comes after what was asked before it.
    const first = life.settled();
    life.step(3);
    const second = life.settled();
    await first;
    expect(life.version).to.be.within(11, 14);
    await second;
    expect(life.version).to.equal(14);
    expect(life.generation).to.equal(14);
    expect(life.owed).to.equal(0);
    const wasm = await twin(life);
    wasm.soup({ density: 0.3, seed: 1 });
    wasm.step(14);
    await wasm.settled();
    expect((await life.digest()).hash).to.equal((await wasm.digest()).hash);
    life.set(1, 1, true);
    expect(life.version).to.equal(15);
  });

  it('survives the loss of its device: goes on from what was read back last', async () => {
    const { life, engine } = await fragile(300, 260);
    const wasm = await twin(life);
    for (const world of [life, wasm]) {
      world.soup({ density: 0.3, seed: 4 });
      world.step(10);
      await world.settled();
    }
    const seen = await life.digest();
    life.step(50);
    const settled = life.settled();
    const { device } = engine;
    device.destroy();
    // What was shown can be seen all the while.
    expect(await life.digest()).to.deep.equal(seen);
    await settled;
    wasm.step(50);
    expect(life.engine).to.equal('gpu');
    expect(engine.device).not.to.equal(device);
    expect(await life.digest()).to.deep.equal(await wasm.digest());
    expect([...life.changedTiles()]).to.deep.equal([...wasm.changedTiles()]);
  });

  it('is given up when it is lost again soon: WebAssembly goes on, and says why', async () => {
    const { life, engine } = await fragile(300, 260);
    const wasm = await twin(life);
    for (const world of [life, wasm]) world.soup({ density: 0.3, seed: 4 });
    for (const n of [10, 20]) {
      wasm.step(n);
      life.step(n);
      engine.device.destroy();
      await life.settled();
      expect(await life.digest()).to.deep.equal(await wasm.digest());
      expect([...life.changedTiles()]).to.deep.equal([...wasm.changedTiles()]);
    }
    expect(life.engine).to.equal('wasm');
    expect(life.engineReason).to.match(/The GPU was lost twice in 30 seconds/);
    life.step(7);
    wasm.step(7);
    life.set(3, 3, true);
    wasm.set(3, 3, true);
    expect(await life.digest()).to.deep.equal(await wasm.digest());
  });

  it('lets go of its device at once, also while it computes', async () => {
    const { life, engine } = await fragile(256, 256);
    life.soup({ density: 0.3, seed: 4 });
    life.step(Number.MAX_SAFE_INTEGER);
    const settled = life.settled();
    life.dispose();
    await settled;
    expect((await engine.device.lost).reason).to.equal('destroyed');
  });

  it('is not chosen by itself where it is software, and says so where it was asked for', async () => {
    const size = { width: 512, height: 512 };
    const gpu = await gpuLife(size);
    const { software, device, name } = await findGpu(new Layout(64, 64), 1);
    device.destroy();
    if (!software) return expect(gpu.engineReason).to.equal('asked for');
    expect(gpu.engineReason).to.equal(`asked for; but ${name} is software, and slower than WebAssembly`);
    const auto = await createLife(size);
    expect(auto.engine).to.equal('wasm');
    expect(auto.owed).to.equal(0);
  });

  it('says which grid is too large for it', async () => {
    const error = await findGpu(new Layout(65_536, 65_536), 8).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).to.be.instanceOf(MemoryError);
    expect(error?.message).to.match(/65536x65536 with 8 planes takes 4096 MiB in one piece, and this GPU gives \d+/);
    const large = await createLife({ width: 65_536, height: 65_536, rule: '/2/256', engine: 'gpu' });
    expect(large.engine).to.equal('wasm');
    expect(large.engineReason).to.match(
      /^A grid of 65536x65536 with 8 planes takes 4096 MiB in one piece, and this GPU/,
    );
    const engine = await createGpuEngine(new Layout(300, 300), 1);
    expect(() => engine.configure(parseRule('R5,C0,M1,S34..58,B34..45,NM'), true)).to.throw(RuleError);
    engine.dispose();
  });
});
