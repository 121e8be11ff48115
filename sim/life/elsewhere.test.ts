import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spawnHelper } from '../testing/helpers.js';
import { BandsEngine } from './bands/engine.js';
import { bandPort } from './bands/port.js';
import { EngineWatch } from './choose.js';
import { createLife } from './create.js';
import { type Elsewhere, ElsewhereWatch } from './elsewhere.js';
import { createJsEngine } from './js/engine.js';
import { Layout } from './layout.js';
import type { Life } from './life.js';
import { createWasmEngine } from './wasm/engine.js';

const SIDE = 512;
/** One that HashLife does not run: it has a watch of its own. */
const RULE = 'B3/S23-q';
const layout = new Layout(SIDE, SIDE);
const here = async () => ({ engine: await createWasmEngine(layout), reason: 'here' });
const bands: Elsewhere = async () => {
  const ports = [bandPort(spawnHelper), bandPort(spawnHelper)];
  return { engine: new BandsEngine(layout, ports), reason: 'in two bands' };
};
const nowhere: Elsewhere = async () => undefined;
const broken: Elsewhere = async () => {
  throw new Error('the driver crashed');
};

/** A world, and a clock by which each engine takes so many milliseconds a generation. */
async function begin(cost: Record<string, number>, places: Elsewhere[]) {
  const life = await createLife({ width: SIDE, height: SIDE, rule: RULE, engine: 'wasm' });
  life.soup({ density: 0.3, seed: 5 });
  let [clock, counted] = [0, 0];
  // It may be asked in the middle of a step: what was computed by then has taken its time.
  const now = () => {
    clock += Math.max(0, life.generation - counted) * cost[life.engine];
    counted = life.generation;
    return clock;
  };
  const near = new EngineWatch(life, { blocks: here, now });
  const watch = new ElsewhereWatch(near, { places, here, now });
  watch.wanted = Number.POSITIVE_INFINITY;
  const seen: string[] = [];
  /** Steps until this holds. */
  const until = async (done: () => boolean, most = 3000) => {
    for (let i = 0; !done(); i++) {
      assert.ok(i < most, `after ${most} steps: ${life.engine}, ${life.engineReason}, ${seen}`);
      watch.step(8);
      await life.settled();
      // What is fetched comes by promises, and by messages of workers.
      await new Promise((resolve) => setImmediate(resolve));
      if (seen.at(-1) !== life.engine) seen.push(life.engine);
    }
  };
  return { life, watch, until, seen, now };
}

/** The same world, computed in one piece all the time. */
async function assertExact(life: Life): Promise<void> {
  const twin = await createLife({ width: SIDE, height: SIDE, rule: RULE, engine: 'js' });
  twin.soup({ density: 0.3, seed: 5 });
  twin.step(life.generation);
  assert.equal((await life.digest()).hash, (await twin.digest()).hash);
}

describe('a world that may be computed elsewhere', () => {
  test('goes where it is quicker, says why, stays a minute, looks how it is here, and goes again', async () => {
    const { life, watch, until, now } = await begin({ wasm: 20, bands: 5 }, [nowhere, broken, bands]);
    await until(() => life.engine === 'bands');
    assert.match(life.engineReason, /^in two bands, since here a generation takes 20 ms$/);
    const came = now();
    await until(() => life.engine === 'wasm');
    assert.ok(now() - came >= 60_000);
    assert.equal(life.engineReason, 'here');
    await until(() => life.engine === 'bands');
    assert.equal(watch.moves, 2);
    await assertExact(life);
    life.dispose();
  });

  test('comes back from where it is not quicker, says what it took, and waits ever longer', async () => {
    const { life, watch, until, now } = await begin({ wasm: 20, bands: 18 }, [bands]);
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      const from = now();
      await until(() => life.engine === 'bands');
      waits.push(now() - from);
      await until(() => life.engine === 'wasm');
      assert.match(life.engineReason, /^here; bands took 18 ms a generation, and here it took 20 ms$/);
    }
    assert.equal(watch.moves, 3);
    assert.ok(waits[0] < 3_000 && waits[1] >= 3_000 && waits[2] >= 8_000, String(waits));
    await assertExact(life);
  });

  test('stays where it keeps up, and where there is little to do', async () => {
    for (const [cost, wanted] of [
      [20, 30],
      [0.5, Number.POSITIVE_INFINITY],
    ]) {
      const { life, watch, until, now } = await begin({ wasm: cost }, [() => assert.fail('it is not needed')]);
      watch.wanted = wanted;
      await until(() => now() > 5_000);
      assert.equal(life.engine, 'wasm');
      assert.equal(watch.moves, 0);
    }
  });

  test('where nothing else can be had it is not asked for all the time', async () => {
    let asked = 0;
    const count: Elsewhere = async () => void asked++ as undefined;
    const { until, now } = await begin({ wasm: 20 }, [count]);
    await until(() => now() > 60_000);
    assert.ok(asked >= 2 && asked <= 5, String(asked));
  });

  test('a place that loses the world is not asked for all the time either', async () => {
    let asked = 0;
    const lossy: Elsewhere = async () => {
      asked++;
      const lost = { ask: () => Promise.reject(new Error('the driver crashed')), close: () => {} };
      return { engine: new BandsEngine(layout, [lost]), reason: 'there' };
    };
    const { until, now, life } = await begin({ wasm: 20, bands: 5 }, [lossy]);
    await until(() => now() > 60_000);
    assert.ok(asked >= 2 && asked <= 5, String(asked));
    await assertExact(life);
  });

  test('what is on its way to a world that is given up is given back', async () => {
    let closed = 0;
    let begun = 0;
    const late: Elsewhere = async () => {
      begun++;
      await new Promise((resolve) => setTimeout(resolve, 50));
      const idle = { ask: () => new Promise<never>(() => {}), close: () => void closed++ };
      return { engine: new BandsEngine(layout, [idle]), reason: 'there' };
    };
    const { until, watch, life } = await begin({ wasm: 20 }, [late]);
    await until(() => begun > 0);
    watch.dispose();
    life.dispose();
    while (closed === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(closed, 1);
  });

  test('an engine that has no room for the world leaves it where it is', async () => {
    const small: Elsewhere = async () => {
      const engine = createJsEngine(layout);
      engine.configure = () => {
        throw new RangeError('this rule is not known there');
      };
      return { engine, reason: 'there' };
    };
    const { life, watch, until, now } = await begin({ wasm: 20 }, [small]);
    await until(() => now() > 10_000);
    assert.equal(life.engine, 'wasm');
    assert.equal(watch.moves, 0);
    await assertExact(life);
  });
});
