import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLife, type EngineChoice, parsePattern, RuleError, UnsettledError } from '../index.js';
import { parseRule } from '../rule/parse.js';
import { NaiveLife } from '../testing/naive.js';
import { BlockEngine } from './blocks/engine.js';
import { makeDriver } from './js/driver.js';
import { createJsEngine } from './js/engine.js';
import { JsMemory } from './js/memory.js';
import { Layout } from './layout.js';
import { Life } from './life.js';

const WIDTH = 150;
const HEIGHT = 90;
const LARGER = 'R3,C0,M1,S8..20,B7..14,NM';

/** The same world, computed plainly. */
class Twin {
  readonly naive: NaiveLife;
  constructor(readonly life: Life) {
    this.naive = new NaiveLife(WIDTH, HEIGHT, parseRule(life.rule), life.wrap === 'torus');
    for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) this.naive.cells[y * WIDTH + x] = life.state(x, y);
  }
  rule(text: string): void {
    this.naive.rule = parseRule(text);
    const most = this.naive.rule.states - 1;
    this.naive.cells = this.naive.cells.map((state) => Math.min(state, most));
  }
  step(n: number): void {
    this.life.step(n);
    for (let i = 0; i < n; i++) this.naive.step();
  }
  check(what: string): void {
    assert.equal(this.life.rule, this.naive.rule.text, what);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++)
        assert.equal(this.life.state(x, y), this.naive.at(x, y), `${what}: state of ${x}, ${y}`);
  }
}

const soup = async (engine: EngineChoice): Promise<Life> => {
  const life = await createLife({ width: WIDTH, height: HEIGHT, engine });
  life.soup({ density: 0.4, seed: 3 });
  return life;
};

describe('another rule', () => {
  test('that cannot be had changes no cell', async () => {
    for (const engine of ['wasm', 'js'] as const) {
      const life = await createLife({ width: WIDTH, height: HEIGHT, rule: '345/2/4', engine });
      life.set(3, 4, 3);
      const { version } = life;
      assert.throws(() => life.setRule(LARGER), RuleError, engine);
      assert.deepEqual([life.state(3, 4), life.version, life.rule], [3, version, '345/2/4'], engine);
    }
  });

  for (const engine of ['auto', 'wasm', 'hash'] as const)
    test(`of any family goes on with the cells there are (engine "${engine}")`, async () => {
      const life = await soup(engine);
      const twin = new Twin(life);
      twin.step(5);
      const rules = [
        'B2/S/3',
        'B3/S23',
        LARGER,
        'B36/S23',
        LARGER,
        '345/2/6',
        LARGER,
        'R2,C4,M0,S3..6,B5..9,NM',
        'B3/S23',
      ];
      for (const rule of rules) {
        await life.changeRule(rule);
        twin.rule(rule);
        twin.check(`${rule}, at once`);
        twin.step(4);
        twin.check(`${rule}, later`);
      }
      assert.equal(life.generation, 5 + 4 * rules.length);
      assert.notEqual(life.engineReason, '');
    });

  test('is computed by the engine that was asked for, where that can', async () => {
    const life = await soup('hash');
    assert.equal(life.engine, 'hash');
    await life.changeRule('B2/S/3');
    assert.equal(life.engine, 'wasm');
    assert.match(life.engineReason, /HashLife runs rules of two states/);
    await life.changeRule(LARGER);
    assert.equal(life.engine, 'large');
    await life.changeRule('B3/S23');
    assert.equal(life.engine, 'hash');
    assert.equal(life.engineReason, 'asked for');
  });

  test('that cannot be leaves all as it was', async () => {
    const life = await soup('auto');
    const before = await life.digest();
    await assert.rejects(life.changeRule('B9/S23'), { name: 'RuleError' });
    await assert.rejects(life.changeRule('R99,C0,M1,S8..20,B7..14,NM'), { name: 'RuleError' });
    assert.deepEqual(await life.digest(), before);
    assert.deepEqual([life.rule, life.engine], ['B3/S23', 'wasm']);

    // Bytes for each of its cells are more than there are.
    const huge = await createLife({ width: 65536, height: 65536 });
    huge.set(5, 5, true);
    await assert.rejects(huge.changeRule(LARGER), { name: 'MemoryError' });
    assert.deepEqual([huge.rule, huge.engine, huge.get(5, 5), huge.population()], ['B3/S23', 'wasm', true, 1]);
  });
});

describe('a snapshot', () => {
  for (const rule of ['B3/S23', '345/2/6'])
    test(`is taken up where it was taken, under ${rule}`, async () => {
      const life = await createLife({ width: WIDTH, height: HEIGHT, rule });
      life.soup({ density: 0.4, seed: 3 });
      life.step(9);
      const { planes, keys, words } = life.snapshot();
      const other = await createLife({ width: WIDTH, height: HEIGHT, rule });
      other.soup({ density: 0.2, seed: 9 });
      other.restore({ version: 12, generation: 9, planes, keys, words });
      assert.deepEqual([other.version, other.generation], [12, 9]);
      for (const world of [life, other]) world.step(7);
      assert.equal((await other.digest()).hash, (await life.digest()).hash);
      assert.throws(() => other.restore({ version: 1, generation: 1, planes: 8, keys, words }), RangeError);
    });
});

/** Computes what it is asked for when it is waited for, as engines do that compute elsewhere. */
class Later extends BlockEngine {
  owed = 0;
  override step(n: number): void {
    this.owed += n;
  }
  async settled(): Promise<void> {
    super.step(this.owed);
    this.owed = 0;
  }
}

describe('a world that is still computing', () => {
  test('takes no change, whatever it is, and is as it was', async () => {
    const layout = new Layout(WIDTH, HEIGHT);
    const engine = new Later('js', layout, (planes) => new JsMemory(layout, planes, 2 ** 30, makeDriver));
    const life = new Life(engine, '', parseRule('B3/S23'), 'torus');
    life.soup({ density: 0.4, seed: 3 });
    const snapshot = life.snapshot();
    const before = await life.digest();
    life.step(5);
    assert.deepEqual([life.owed, life.version, life.generation], [5, 0, 0]);
    const changes: Record<string, () => unknown> = {
      restore: () => life.restore(snapshot),
      clear: () => life.clear(),
      load: () => life.load(parsePattern('3o!')),
      paste: () => life.paste(parsePattern('3o!')),
      soup: () => life.soup({ density: 0.1, seed: 1 }),
      draw: () => life.draw([1, 1], true),
      setRule: () => life.setRule('B36/S23'),
      setWrap: () => life.setWrap('bounded'),
      adopt: () => life.adopt(createJsEngine(layout), ''),
    };
    for (const [name, change] of Object.entries(changes)) {
      assert.throws(change, UnsettledError, name);
      assert.deepEqual(await life.digest(), before, name);
    }
    await assert.rejects(life.changeRule('B36/S23'), UnsettledError);
    await life.settled();
    assert.deepEqual([life.owed, life.version, life.generation, life.rule], [0, 5, 5, 'B3/S23']);
    const other = await createLife({ width: WIDTH, height: HEIGHT });
    other.soup({ density: 0.4, seed: 3 });
    other.step(5);
    assert.equal((await other.digest()).hash, (await life.digest()).hash);
    life.restore(snapshot);
    assert.deepEqual([life.version, life.generation], [0, 0]);
    assert.deepEqual(await life.digest(), before);
  });
});
