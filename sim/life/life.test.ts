import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TileProducer } from '../../transport/state/tile.js';
import { createLife, type EngineChoice, PATTERNS, PatternError, parsePattern, patternByName } from '../index.js';
import { parseRule } from '../rule/parse.js';
import { NaiveLife } from '../testing/naive.js';
import { createJsEngine } from './js/engine.js';
import { Layout } from './layout.js';
import { Life } from './life.js';
import { createWasmEngine } from './wasm/engine.js';

const ENGINES: EngineChoice[] = ['js', 'wasm'];
const glider = parsePattern(PATTERNS.glider);

const living = (life: Life): string[] => {
  const cells: string[] = [];
  for (let y = 0; y < life.height; y++)
    for (let x = 0; x < life.width; x++) if (life.get(x, y)) cells.push(`${x},${y}`);
  return cells;
};

describe('a world', () => {
  test('is what a stream wants', async () => {
    const producer: TileProducer = await createLife({ width: 100, height: 65 });
    assert.equal(producer.planes, 1);
    const { words, offset, stride } = producer.tile(3);
    assert.ok(words instanceof Uint32Array && offset + 63 * stride + 1 < words.length);
  });

  test('says which engine works and why', async () => {
    const auto = await createLife({ width: 9, height: 9 });
    assert.deepEqual([auto.engine, auto.engineReason], ['wasm', 'WebAssembly is the fastest here']);
    const js = await createLife({ width: 9, height: 9, engine: 'js' });
    assert.deepEqual([js.engine, js.engineReason], ['js', 'asked for']);
    const gpu = await createLife({ width: 9, height: 9, engine: 'gpu' });
    assert.equal(gpu.engine, 'wasm');
    assert.match(gpu.engineReason, /there is no WebGPU here/);
  });

  test('counts versions: steps and edits, and nothing while it is prepared', async () => {
    const life = await createLife({ width: 64, height: 64 });
    const at = () => [life.version, life.generation];
    assert.deepEqual(at(), [0, 0]);
    life.load(glider);
    life.soup({ density: 0.5, seed: 1 });
    life.clear();
    life.load(glider);
    assert.deepEqual(at(), [0, 0]);
    life.step(10);
    assert.deepEqual(at(), [10, 10]);
    life.set(1, 1, true);
    life.draw([1, 2, 3, 4], false);
    assert.deepEqual(at(), [12, 10]);
    life.step();
    life.load(glider);
    assert.deepEqual(at(), [14, 0]);
    life.step(0);
    life.soup({ density: 0.1, seed: 3 });
    life.step(3);
    life.clear();
    life.paste(glider);
    assert.deepEqual(at(), [20, 0]);
    const fresh = await createLife({ width: 64, height: 64 });
    fresh.set(0, 0, true);
    assert.deepEqual([fresh.version, fresh.generation], [1, 0]);
  });

  test('refuses what makes no sense, before anything changes', async () => {
    const life = await createLife({ width: 20, height: 10, wrap: 'bounded' });
    assert.throws(() => life.step(-1), RangeError);
    assert.throws(() => life.step(1.5), RangeError);
    assert.throws(() => life.soup({ density: 1.1, seed: 1 }), /1.1/);
    assert.throws(() => life.soup({ density: Number.NaN, seed: 1 }), RangeError);
    assert.throws(() => life.soup({ density: 0.5, seed: 0.5 }), RangeError);
    assert.throws(() => life.draw([1, 2, 3], true), /pairs/);
    assert.throws(() => life.draw([1, 2, 20, 3], true), /20, 3 in this grid of 20x10/);
    assert.throws(() => life.get(0, -1), RangeError);
    assert.throws(() => life.get(0.5, 1), RangeError);
    assert.throws(() => life.tile(1), /Tile 1 does not exist/);
    assert.throws(() => life.tile(-1), RangeError);
    assert.throws(() => life.tile(0, 1), /Plane 1 does not exist/);
    assert.throws(() => life.set(1, 1, 2), /no state 2 in rule B3\/S23: use 0 to 1/);
    assert.throws(() => life.set(1, 1, 0.5), RangeError);
    assert.throws(() => life.setRule('B9/S'), /"9"/);
    assert.throws(() => life.setWrap('mobius' as 'torus'), /"mobius"/);
    assert.deepEqual([life.version, life.population(), life.rule, life.wrap], [0, 0, 'B3/S23', 'bounded']);
  });

  test('changes rule and neighbourhood, together or one of them', async () => {
    const life = await createLife({ width: 9, height: 9, rule: 'B2/S013V' });
    assert.deepEqual([life.rule, life.neighborhood], ['B2/S013V', 'von-neumann']);
    life.setRule(life.rule, 'moore');
    assert.deepEqual([life.rule, life.neighborhood], ['B2/S013', 'moore']);
    life.setRule(life.rule, 'von-neumann');
    assert.equal(life.rule, 'B2/S013V');
    assert.throws(() => life.setRule('B3/S23V', 'moore'), /drop one/);
    life.setRule('HighLife');
    assert.throws(() => life.setRule(life.rule, 'von-neumann'), /only four/);
    assert.equal(life.rule, 'B36/S23');
  });

  test('on a torus any coordinates name a cell', async () => {
    const life = await createLife({ width: 20, height: 10 });
    life.set(-1, -1, true);
    life.set(20, 10, true);
    assert.deepEqual(living(life), ['0,0', '19,9']);
    assert.equal(life.get(39, -11), true);
  });
});

describe('patterns are put', () => {
  test('in the middle, at a place, or where the file says', async () => {
    const life = await createLife({ width: 21, height: 11 });
    life.load(glider);
    assert.deepEqual(living(life), ['10,4', '11,5', '9,6', '10,6', '11,6']);
    life.load(glider, 2, 0);
    assert.deepEqual(living(life), ['3,0', '4,1', '2,2', '3,2', '4,2']);
    life.load(parsePattern('#P -10 -5\nx = 1, y = 1\no!'));
    assert.deepEqual(living(life), ['0,0']);
    life.load(parsePattern('#P -1000 -5\nx = 1, y = 1\no!'));
    assert.deepEqual(living(life), ['10,5'], 'a place outside is no place');
    life.paste(parsePattern('x = 1, y = 1\no!'), 3, 3);
    assert.deepEqual(living(life), ['3,3', '10,5']);
  });

  test('over the edge of a torus, but not of a bounded grid', async () => {
    const torus = await createLife({ width: 70, height: 10 });
    torus.load(parsePattern('x = 40, y = 1\n40o!'), 50, -1);
    assert.equal(torus.population(), 40);
    assert.ok(torus.get(69, 9) && torus.get(0, 9) && torus.get(19, 9) && !torus.get(20, 9) && !torus.get(49, 9));
    const bounded = await createLife({ width: 70, height: 10, wrap: 'bounded' });
    bounded.soup({ density: 0.5, seed: 1 });
    const before = await bounded.digest();
    assert.throws(() => bounded.load(parsePattern('x = 40, y = 1\n40o!'), 50, 0), /at least 90x10/);
    assert.throws(() => bounded.load(glider, -1, 0), /x of at least 0/);
    assert.throws(() => bounded.load(patternByName('gosper-gun')!, 0, 5), /at least 70x14/);
    assert.throws(() => bounded.load(glider, 0.5, 0), PatternError);
    assert.deepEqual(await bounded.digest(), before);
    for (const life of [torus, bounded])
      assert.throws(
        () => life.load(parsePattern('x = 80, y = 1\n80o!')),
        /80x1, the grid is 70x10: use a grid of at least 80x10/,
      );
  });

  test('of the table: all can be read, and do what they are known for', async () => {
    const life = await createLife({ width: 512, height: 512 });
    for (const name of Object.keys(PATTERNS)) assert.ok(patternByName(name)!.comments.length > 0, name);
    assert.equal(patternByName('Gosper Gun')?.name, 'Gosper glider gun');
    assert.equal(patternByName('constructor'), undefined);
    const after = (name: string, steps: number) => {
      life.load(patternByName(name)!, 100, 100);
      life.step(steps);
      return life;
    };
    assert.deepEqual(living(after('glider', 400)), ['201,200', '202,201', '200,202', '201,202', '202,202']);
    const [at] = living(after('lwss', 100));
    const [from] = living(after('lwss', 0));
    const shift = Number(at.split(',')[0]) - Number(from.split(',')[0]);
    assert.equal(Math.abs(shift), 50, 'two cells in four generations');
    assert.deepEqual(
      [48, 56, 72, 48],
      [0, 1, 2, 3].map((n) => after('pulsar', n).population()),
    );
    assert.equal(after('infinite-growth', 0).population(), 10);
    // Once it has got going it lays eight blocks every 288 generations.
    const wide = await createLife({ width: 2048, height: 2048 });
    wide.load(patternByName('infinite-growth')!);
    wide.step(1000);
    const grown = [0, 288, 288, 288].map((n) => {
      wide.step(n);
      return wide.population();
    });
    assert.deepEqual(grown, [158, 190, 222, 254]);
  });
});

for (const engine of ENGINES)
  describe(`changed tiles, engine ${engine}`, () => {
    test('a blinker looked at every second generation is at rest; looked at every generation, it is not', async () => {
      const life = await createLife({ width: 640, height: 640, engine });
      life.draw([100, 100, 101, 100, 102, 100], true);
      assert.deepEqual([...life.changedTiles()], [11]);
      for (let i = 0; i < 10; i++) {
        life.step(2);
        assert.deepEqual([...life.changedTiles()], []);
      }
      for (let i = 0; i < 10; i++) {
        life.step(1);
        assert.deepEqual([...life.changedTiles()], [11]);
      }
      life.clear();
      assert.deepEqual([...life.changedTiles()], [11]);
      life.step(5);
      assert.deepEqual([...life.changedTiles()], []);
    });

    test('a huge grid costs only what lives in it', async () => {
      const life = await createLife({ width: 16384, height: 16384, engine });
      life.load(patternByName('gosper-gun')!, 8000, 8000);
      const start = performance.now();
      life.step(3000);
      const took = performance.now() - start;
      assert.equal(life.population(), 36 + 5 * 100);
      // All of it would take hours.
      assert.ok(took < 30_000, `${took} ms`);
      const changed = life.changedTiles();
      assert.ok(changed.length > 5 && changed.length < 40);
    });

    test('a world alone in the dark dies as it should (a cell drawn on nothing does not come back)', async () => {
      const life = await createLife({ width: 300, height: 300, engine });
      life.step(3);
      life.set(128, 64, true);
      const populations = [0, 1, 2, 3, 4].map(() => {
        const n = life.population();
        life.step();
        return n;
      });
      assert.deepEqual(populations, [1, 0, 0, 0, 0]);
    });

    test('B0 on bounded and odd grids: the dark outside stays dark', async () => {
      for (const wrap of ['bounded', 'torus'] as const)
        for (const rule of ['B0/S', 'B08/S4', 'B0/S8', 'B04/S0V']) {
          const life = await createLife({ width: 131, height: 66, wrap, rule, engine });
          const naive = new NaiveLife(131, 66, parseRule(rule), wrap === 'torus');
          for (let i = 0; i < 5; i++) {
            life.step();
            naive.step();
            assert.equal(life.population(), naive.population(), `${rule} ${wrap} ${i}`);
          }
        }
    });
  });

describe('another engine', () => {
  test('goes on with a world as if it had always been there', async () => {
    for (const [from, to] of [
      [createJsEngine, createWasmEngine],
      [createWasmEngine, createJsEngine],
    ] as const)
      for (const wrap of ['torus', 'bounded'] as const) {
        const layout = new Layout(300, 170);
        const rule = parseRule('B36/S23');
        const [life, twin] = await Promise.all(
          [0, 1].map(async () => new Life(await from(layout), 'asked for', rule, wrap)),
        );
        for (const world of [life, twin]) world.soup({ density: 0.3, seed: 8 });
        const seen = [life, twin].map((world) => [...world.changedTiles()]);
        assert.deepEqual(seen[0], seen[1]);
        for (const world of [life, twin]) world.step(50);
        life.adopt(await to(layout), 'to see it');
        assert.deepEqual([life.version, life.generation, life.rule, life.wrap], [50, 50, 'B36/S23', wrap]);
        assert.equal(life.engineReason, 'to see it');
        assert.notEqual(life.engine, twin.engine);
        assert.deepEqual(await life.digest(), await twin.digest());
        assert.deepEqual([...life.changedTiles()], [...twin.changedTiles()]);
        for (const world of [life, twin]) world.step(31);
        assert.deepEqual(await life.digest(), await twin.digest());
        assert.deepEqual([...life.changedTiles()], [...twin.changedTiles()]);
      }
  });

  test('what changed before it came is told, also where nothing is left', async () => {
    const layout = new Layout(640, 64);
    const life = new Life(createJsEngine(layout), '', parseRule('B3/S23'), 'torus');
    life.draw([10, 10, 330, 10], true);
    assert.deepEqual([...life.changedTiles()], [0, 5]);
    life.step(1);
    life.draw([600, 10, 600, 11, 601, 10, 601, 11], true);
    life.adopt(await createWasmEngine(layout), '');
    life.step(1);
    assert.deepEqual([...life.changedTiles()], [0, 5, 9]);
    life.step(1);
    assert.deepEqual([...life.changedTiles()], []);
  });

  test('takes up a snapshot of a rule of more states: cells get the last one there is', async () => {
    const from = await createLife({ width: 128, height: 64, rule: '345/2/8' });
    from.draw([5, 5], 7);
    from.draw([6, 5], 1);
    const to = await createLife({ width: 128, height: 64, rule: '345/2/5' });
    to.restore(from.snapshot());
    assert.deepEqual([to.state(5, 5), to.state(6, 5)], [4, 1]);
  });

  test('fits a huge grid in which little lives to a rule of fewer states', async () => {
    const life = await createLife({ width: 65536, height: 65536, rule: 'B2/S/3' });
    life.draw([60000, 60000], 2);
    life.setRule('B3/S23');
    assert.equal(life.state(60000, 60000), 1);
  });
});
