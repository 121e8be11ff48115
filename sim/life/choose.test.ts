import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createLife, type EngineWatch, type Life, parsePattern, patternByName, watchEngine } from '../index.js';

/** Steps as somebody who wants as much as can be had, until it is so, for at most so many milliseconds. */
async function runUntil(watch: EngineWatch, done: () => boolean, most = 20_000): Promise<void> {
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
});
