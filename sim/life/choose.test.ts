import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createLife,
  type EngineChoice,
  EngineWatch,
  parsePattern,
  patternByName,
  type WorldWatch,
  watchEngine,
} from '../index.js';
import { parseRule } from '../rule/parse.js';
import type { Engine } from './engine.js';
import { createHashEngine } from './hash/engine.js';
import { Layout } from './layout.js';
import { Life } from './life.js';
import { createWasmEngine } from './wasm/engine.js';

/** Steps as somebody who wants as much as can be had, until it is so, for at most so many milliseconds. */
async function runUntil(watch: WorldWatch, done: () => boolean, most = 20_000): Promise<void> {
  const end = performance.now() + most;
  while (!done()) {
    assert.ok(performance.now() < end, `in time; engine ${watch.life.engine}: ${watch.life.engineReason}`);
    const slice = performance.now() + 20;
    while (performance.now() < slice && !done()) watch.step(watch.leap || 8);
    await wait(0);
  }
}

/** Many guns: much to compute for blocks, and all of it seen before. */
function guns(life: Life): void {
  const gun = patternByName('gosper-gun')!;
  for (let y = 0; y < life.height; y += 64) for (let x = 0; x < life.width; x += 128) life.paste(gun, x + 8, y + 8);
}

describe('the choice of an engine', () => {
  test('guns: HashLife takes over, says why, and it is the same world; few generations, and blocks go on', async () => {
    const life = await createLife({ width: 1024, height: 1024 });
    guns(life);
    const watch = watchEngine(life);
    watch.wanted = Number.POSITIVE_INFINITY;
    assert.equal(watch.leap, 0);
    await runUntil(watch, () => life.engine === 'hash');
    assert.match(life.engineReason, /HashLife leaps \d+ generations in .* ms, for which blocks take .* ms/);
    assert.ok(watch.leap >= 16 && Number.isInteger(Math.log2(watch.leap)));
    for (let i = 0; i < 10; i++) watch.step(watch.leap);
    const other = await createLife({ width: 1024, height: 1024, engine: 'hash' });
    guns(other);
    other.step(life.generation);
    assert.equal((await other.digest()).hash, (await life.digest()).hash);
    watch.wanted = 30;
    await runUntil(watch, () => life.engine === 'wasm');
    assert.match(life.engineReason, /few generations are wanted/);
    assert.equal(watch.leap, 0);
    other.step(life.generation - other.generation);
    assert.equal((await other.digest()).hash, (await life.digest()).hash);
  });

  test('a soup that never settles: HashLife is tried, and blocks stay', async () => {
    // One of Life is ash after some thousand generations, over which HashLife leaps: rightly taken, on a quick machine.
    const life = await createLife({ width: 1024, height: 1024, rule: 'B2/S' });
    life.soup({ density: 0.4, seed: 1 });
    const watch = watchEngine(life);
    watch.wanted = Number.POSITIVE_INFINITY;
    await runUntil(watch, () => watch.trials > 0);
    assert.equal(life.engine, 'wasm');
    assert.equal(life.engineReason, 'WebAssembly is the fastest here');
  });

  test('what keeps up, or was asked for by name, stays', async () => {
    const slow = watchEngine(await createLife({ width: 256, height: 256 }));
    slow.life.load(parsePattern('bo$2bo$3o!'));
    slow.wanted = 30;
    const named = watchEngine(await createLife({ width: 256, height: 256, engine: 'hash' }), { keep: true });
    named.life.soup({ density: 0.4, seed: 1 });
    named.wanted = 30;
    const end = performance.now() + 2500;
    await runUntil(named, () => performance.now() > end);
    await runUntil(slow, () => performance.now() > end + 1500);
    assert.equal(named.life.engine, 'hash');
    assert.equal(slow.trials, 0);
    assert.equal(slow.life.engine, 'wasm');
  });

  /** A clock by which a generation and a look at it take so long: all goes as it must, on any machine. */
  function clockOf(life: Life, generation = 1, look = 0.25): () => number {
    let looks = 0;
    return () => ++looks * look + life.generation * generation;
  }

  test('a trial keeps the world for a slice of time at most, however long it takes', async () => {
    const life = await createLife({ width: 1024, height: 1024, rule: 'B2/S' });
    life.soup({ density: 0.4, seed: 1 });
    const now = clockOf(life, 10, 1);
    const watch = new EngineWatch(life, { blocks: async () => assert.fail('it is in blocks'), now });
    watch.wanted = Number.POSITIVE_INFINITY;
    let longest = 0;
    let slices = 0;
    for (let i = 0; i < 1000 && (watch.trials === 0 || slices < 5); i++) {
      const before = now() - life.generation * 10;
      watch.step(1);
      const kept = now() - life.generation * 10 - before;
      longest = Math.max(longest, kept);
      if (kept > 4) slices++;
      if (watch.trials === 0) await wait(0);
    }
    assert.equal(watch.trials, 1);
    assert.ok(slices >= 5, `${slices} slices`);
    assert.ok(longest < 16, `${longest} ms`);
    assert.equal(life.engine, 'wasm');
  });

  /** Counts the tiles that are read out of an engine. */
  function counted(engine: Engine): { engine: Engine; reads: () => number } {
    const { tile } = engine;
    let reads = 0;
    engine.tile = (key, plane) => {
      reads++;
      return tile.call(engine, key, plane);
    };
    return { engine, reads: () => reads };
  }

  test('a trial copies the world in slices, for which it stands still', async () => {
    const layout = new Layout(4096, 2048);
    const { engine, reads } = counted(await createWasmEngine(layout));
    const life = new Life(engine, '', parseRule('B2/S'), 'torus');
    life.soup({ density: 0.4, seed: 1 });
    const watch = new EngineWatch(life, { blocks: async () => assert.fail('in blocks'), now: clockOf(life, 10, 1) });
    watch.wanted = Number.POSITIVE_INFINITY;
    let [most, stood, last] = [0, 0, reads()];
    for (let i = 0; i < 1000 && stood < 5; i++) {
      const { generation } = life;
      watch.step(1);
      await wait(0);
      most = Math.max(most, reads() - last);
      last = reads();
      if (life.generation === generation) stood++;
    }
    assert.equal(watch.trials, 1);
    assert.ok(stood >= 5, `it stood still ${stood} times for ${layout.tilesX * layout.tilesY} tiles`);
    assert.ok(most <= 512, `${most} tiles at a time`);
  });

  for (const edited of [false, true])
    test(`back to blocks it is copied in slices, too${edited ? ', and at once where it is edited all the time' : ''}`, async () => {
      const layout = new Layout(2048, 2048);
      const { engine, reads } = counted(await createHashEngine(layout));
      const life = new Life(engine, '', parseRule('B3/S23'), 'torus');
      const other = await createLife({ width: 2048, height: 2048 });
      for (const world of [life, other]) world.soup({ density: 0.3, seed: 4 });
      const blocks = async () => ({ engine: await createWasmEngine(layout), reason: 'asked' });
      const watch = new EngineWatch(life, { blocks, now: clockOf(life, 100, 1) });
      watch.wanted = 30;
      let [most, stood, last] = [0, 0, reads()];
      for (let i = 0; i < 1000 && life.engine === 'hash'; i++) {
        const { generation } = life;
        watch.step(1);
        await wait(0);
        other.step(life.generation - other.generation);
        if (life.generation === generation) {
          stood++;
          if (edited) for (const world of [life, other]) world.draw([i, 500, i, 501, i, 502], true);
        } else if (life.engine === 'hash') last = reads();
        if (!edited) assert.ok(reads() - last <= 512, `${reads() - last} tiles at a time`);
        most = Math.max(most, reads() - last);
        last = reads();
      }
      assert.equal(life.engine, 'wasm');
      assert.ok(edited ? stood === 3 : stood >= 2, `it stood still ${stood} times`);
      watch.step(5);
      other.step(5);
      assert.deepEqual(await life.digest(), await other.digest());
    });

  test('HashLife takes over where the world comes to its generation, unless somebody edits meanwhile', async () => {
    for (const edited of [false, true]) {
      const life = await createLife({ width: 512, height: 512 });
      const other = await createLife({ width: 512, height: 512 });
      for (const world of [life, other]) guns(world);
      const watch = new EngineWatch(life, { blocks: async () => assert.fail('it leaps'), now: clockOf(life) });
      watch.wanted = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 20_000 && life.engine !== 'hash'; i++) {
        watch.step(watch.leap || 7);
        if (edited && watch.trials === 1 && life.get(0, 500) === false && i % 2 === 0) {
          for (const world of [life, other]) {
            if (world === other) world.step(life.generation - other.generation);
            world.draw([0, 500, 1, 500, 0, 501, 1, 501], true);
          }
        }
        if (watch.trials < 2) await wait(0);
      }
      assert.equal(life.engine, 'hash', `trials: ${watch.trials}`);
      assert.equal(watch.trials, edited ? 2 : 1);
      for (let i = 0; i < 3; i++) watch.step(watch.leap);
      other.step(life.generation - other.generation);
      assert.equal((await other.digest()).hash, (await life.digest()).hash);
      assert.deepEqual([...life.changedTiles()], [...other.changedTiles()]);
    }
  });

  test('a world that blocks have no room for goes over to HashLife and stays there', async () => {
    const layout = new Layout(4096, 4096);
    const engine = await createWasmEngine(layout, { memoryLimit: 2 ** 21 });
    const life = new Life(engine, 'measured', parseRule('B3/S23'), 'torus');
    const other = await createLife({ width: 4096, height: 4096, engine: 'hash' });
    // Streams of gliders, side by side: more and more blocks.
    for (const world of [life, other])
      for (let i = 0; i < 20; i++) world.paste(patternByName('gosper-gun')!, 100 + i * 150, 100);
    const made: EngineChoice[] = [];
    const blocks = async () => {
      made.push('wasm');
      return { engine: await createWasmEngine(layout, { memoryLimit: 2 ** 21 }), reason: 'asked' };
    };
    const watch = new EngineWatch(life, { blocks, now: clockOf(life) });
    watch.wanted = 30;
    for (let i = 0; i < 10_000 && life.engine !== 'hash'; i++) {
      watch.step(64);
      await wait(0);
    }
    assert.equal(life.engineReason, 'blocks have no room for the next generation');
    for (let i = 0; i < 60; i++) watch.step(64);
    assert.equal(life.engine, 'hash');
    assert.deepEqual(made, []);
    other.step(life.generation);
    const part = { x: 0, y: 0, width: 4096, height: 1024 };
    assert.equal((await other.digest(part)).hash, (await life.digest(part)).hash);
    assert.equal(other.population(), life.population());
  });
});
