/** Receivers that begin at about the same time, and what they are sent at first. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { Source } from '../source.js';
import { digest } from '../state/digest.js';
import { Grid } from '../state/grid.js';
import { clip, inWindow } from '../state/window.js';
import { keysOf, Probe, tilesOf, typesOf, welcomeOf } from '../testing/probe.js';
import { FakeTime } from '../testing/time.js';
import { seeded, TestWorld } from '../testing/world.js';
import { decodeFrame } from '../wire/frame.js';
import { decodeGridReset } from '../wire/grid.js';
import type { SubscribeMessage, TileWindow } from '../wire/messages.js';
import * as session from '../wire/session.js';
import { Keyframes } from './keyframes.js';
import { Lack } from './lack.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const random = seeded(9);

function begin(cells = 20_000, side = 1024, options: { keyframeShareMs?: number } = {}) {
  const world = new TestWorld(side, side);
  world.step(cells, random);
  const source = new Source(world, options);
  const step = (cells = 30): void => {
    world.step(cells, random);
    source.publish();
  };
  return { world, source, step };
}

/** Subscribes, and returns the frames of state that came of it as they were sent. */
function join(source: Source, message: Partial<SubscribeMessage> = {}): { probe: Probe; sent: Uint8Array[] } {
  const probe = new Probe(source);
  probe.end.link.onmessage!(encode(message));
  while (probe.network.deliver(100) > 0);
  const sent = probe.messages.filter((message) => decodeFrame(message).type === 'GridTiles');
  probe.hear();
  return { probe, sent };
}

const encode = (message: Partial<SubscribeMessage>): Uint8Array => {
  const payload = session.subscribe.encode({ protocol: 1, ...message });
  const bytes = new Uint8Array(16 + payload.length);
  bytes[0] = 0x33;
  new DataView(bytes.buffer).setUint32(12, payload.length, true);
  bytes.set(payload, 16);
  return bytes;
};

describe('a keyframe', () => {
  test('is the very same for all who begin within a tenth of a second, and another one after that', async () => {
    const { world, source } = begin();
    const joined = [];
    for (let i = 0; i < 10; i++) {
      joined.push(join(source));
      await time.advance(10);
    }
    const [first] = joined;
    assert.ok(first!.sent.length > 0);
    for (const { probe, sent } of joined) {
      assert.ok(sent.every((message, i) => message === first!.sent[i]) && sent.length === first!.sent.length);
      assert.equal(probe.grid!.whole, true);
      assert.deepEqual(digest(probe.grid!), digest(world));
    }
    await time.advance(10);
    const late = join(source);
    assert.notEqual(late.sent[0], first!.sent[0]);
    assert.deepEqual(digest(late.probe.grid!), digest(world));
    const alone = begin(500, 256, { keyframeShareMs: 0 });
    assert.notEqual(join(alone.source).sent[0], join(alone.source).sent[0]);
    assert.equal(alone.source.fanout.keyframes.bytes, 0);
  });

  test('that is older than the world is followed by what has changed since', async () => {
    const { world, source, step } = begin();
    const first = join(source);
    step();
    await time.advance(40);
    step();
    const second = join(source);
    const third = join(source);
    // But for the bit that says that nothing is missing after it.
    assert.deepEqual(second.sent[0]!.subarray(17), first.sent[0]!.subarray(17));
    assert.equal(third.sent[0], second.sent[0]);
    assert.equal(second.sent.length, 2);
    assert.deepEqual(typesOf(second.probe.heard.slice(0, 3)), ['Welcome', 'GridMeta', 'GridReset']);
    assert.equal(decodeGridReset(second.probe.heard[2]!.payload), tilesOf(decodeFrame(second.sent[0]!)).version);
    assert.equal(second.probe.grid!.whole, true);
    assert.deepEqual(digest(second.probe.grid!), digest(world));
    first.probe.ack();
    first.probe.hear();
    assert.deepEqual(digest(first.probe.grid!), digest(world));
  });

  test('that was made when a version had come in part lacks what came of it later', () => {
    const grid = new Grid({ epoch: 1, width: 128, height: 64, planes: 1 });
    const come = (version: number, whole: boolean, ...keys: number[]): void => {
      for (const key of keys) grid.touch(key, version);
      grid.reached(version, whole);
    };
    come(1, true, 0, 1);
    come(2, false, 0);
    const keyframes = new Keyframes(100);
    const chunk = keyframes.for(grid, null, undefined)!.chunk(0, { sequence: 0, timestamp: 0 })!;
    assert.deepEqual(chunk.keys, [0, 1]);
    come(2, true, 1);
    const lack = new Lack(grid, null, undefined);
    lack.took(chunk);
    const lacking: number[] = [];
    lack.take((key) => lacking.push(key) > 0);
    assert.deepEqual(lacking, [1]);
    keyframes.clear();
  });

  test('is of a window for all who have the same', () => {
    const { source } = begin();
    const window = { x: 2, y: 3, width: 4, height: 5 };
    const [a, b, c] = [
      join(source, { window }),
      join(source, { window }),
      join(source, { window: { ...window, x: 3 } }),
    ];
    assert.equal(a.sent[0], b.sent[0]);
    assert.notEqual(a.sent[0], c.sent[0]);
    assert.equal(keysOf(a.probe.heard, a.probe.grid!).length, 20);
  });

  test('is shared as well by those who come back at once, and held the same', () => {
    const { world, source, step } = begin();
    join(source);
    const { version } = world;
    step(200);
    const resume = { epoch: source.epoch, version, seen: version };
    const [a, b, c] = [
      join(source, { resume }),
      join(source, { resume: { ...resume } }),
      join(source, { resume: { ...resume, window: { x: 0, y: 0, width: 1, height: 1 } } }),
    ];
    assert.equal(welcomeOf(a.probe.heard).resume, 'merged');
    assert.equal(a.sent[0], b.sent[0]);
    assert.notEqual(a.sent[0], c.sent[0]);
    assert.ok(a.sent[0]!.length < c.sent[0]!.length);
  });

  test('is left where a receiver is too slow for it: then it gets what it lacks as it is by then', async () => {
    const { world, source, step } = begin(300_000, 2048);
    const slow = new Probe(source);
    slow.end.outbox.pacer.window = 1;
    slow.subscribe();
    assert.ok(source.fanout.keyframes.bytes > 0);
    for (let i = 0; i < 30; i++) {
      step(2000);
      await time.advance(100);
      slow.hear();
    }
    assert.equal(source.fanout.keyframes.bytes, 0, 'it is still held');
    slow.end.outbox.pacer.window = 1e9;
    for (let i = 0; i < 5; i++) {
      slow.ack();
      slow.hear();
    }
    assert.deepEqual(digest(slow.grid!), digest(world));
  });

  test('is left where other tiles are wanted, or may be seen', () => {
    for (const how of ['window', 'view'] as const) {
      const { source } = begin(300_000, 2048);
      const probe = new Probe(source);
      probe.end.outbox.pacer.window = 1;
      probe.subscribe();
      assert.equal(probe.states, 1);
      const window = { x: 20, y: 20, width: 5, height: 5 };
      if (how === 'window') probe.subscribe({ update: true, window });
      else probe.end.setRights({ control: false, view: { x: 1280, y: 1280, width: 320, height: 320 } });
      probe.hear();
      const { length } = probe.heard;
      probe.end.outbox.pacer.window = 1e9;
      probe.ack();
      const keys = keysOf([...probe.heard.slice(length)], probe.grid!);
      assert.equal(keys.length, 25);
      assert.ok(keys.every((key) => inWindow(window, key, 32)));
      assert.equal(probe.grid!.whole, true);
    }
  });

  test('is not shared where each is to get less at a time', () => {
    const { world, source } = begin(2000, 256);
    const capped = join(source, { maxBps: 1e4 });
    assert.notEqual(capped.sent[0], join(source).sent[0]);
    source.fanout.tileBudget = 3;
    const few = join(source);
    assert.equal(keysOf(few.probe.heard, few.probe.grid!).length, 3);
    assert.ok(digest(world));
  });

  test('of which there are too many, or too large ones, makes room for newer ones', () => {
    const { source } = begin(50_000);
    join(source);
    const grid = source.fanout.grid!;
    const stamp = { sequence: 0, timestamp: 0 };
    const all = new Keyframes(100);
    const held = Array.from({ length: 200 }, (_, i) => ({ version: -2 - i }));
    const many = held.map((each) => all.for(grid, null, each)!);
    const alive = many.map((keyframe) => keyframe.chunk(0, stamp) !== null);
    assert.deepEqual([alive.lastIndexOf(false), alive.indexOf(true)], [135, 136]);
    all.clear();
    assert.equal(all.bytes, 0);
    const few = new Keyframes(100, 40_000);
    const large = [0, 5, 10].map((x) => few.for(grid, { x, y: 0, width: 6, height: 16 }, undefined)!);
    for (const keyframe of large) {
      assert.ok(keyframe.chunk(0, stamp) !== null);
      assert.ok(few.bytes <= 40_000, `${few.bytes} bytes`);
    }
    assert.equal(large[0]!.chunk(0, stamp), null);
    few.clear();
  });

  test('leaves nothing behind when the world or all receivers go', async () => {
    const { source } = begin();
    const { probe } = join(source);
    source.restart(new TestWorld(64, 64));
    assert.equal(source.fanout.keyframes.bytes, 0);
    probe.hear();
    source.fanout.close();
    assert.equal(time.pending, 0);
  });
});

/** Do these show the same, as far as the window goes? */
function sameWithin(a: Grid, b: Grid, window: TileWindow | null): boolean {
  for (let key = 0; key < a.tiles; key++) {
    if (!inWindow(window, key, a.tilesX)) continue;
    for (let plane = 0; plane < a.planes; plane++) {
      const one = a.tile(key, plane);
      const words = one.words.slice(one.offset, one.offset + 128);
      const other = b.tile(key, plane);
      for (let i = 0; i < 128; i++) if (words[i] !== other.words[other.offset + i]) return false;
    }
  }
  return true;
}

test('a keyframe at t equals the fold of all deltas to t, for any filter, lag, loss, and order of joins', async () => {
  const at = fc.integer({ min: 0, max: 5 });
  const size = fc.integer({ min: 1, max: 6 });
  const window = fc.option(fc.record({ x: at, y: at, width: size, height: size }), { nil: undefined });
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('step' as const), n: fc.integer({ min: 0, max: 200 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ack' as const), who: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), window }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pan' as const), who: fc.nat(5), window }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), who: fc.nat(5) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 200 }) }) },
    { weight: 2, arbitrary: fc.constant({ do: 'compare' as const }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 60 }),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 2 }),
      fc.constantFrom(0, 50, 250),
      async (actions, width, height, planes, keyframeShareMs) => {
        const world = new TestWorld(width, height, planes);
        world.step(500, random);
        const source = new Source(world, { keyframeShareMs });
        /** Each follows from its beginning; `window` is that of its last subscription. */
        const folds: { probe: Probe; window: TileWindow | undefined }[] = [];
        const join = (window: TileWindow | undefined): void => {
          const probe = new Probe(source);
          probe.subscribe(window && { window });
          folds.push({ probe, window });
        };
        const settle = ({ probe }: { probe: Probe }): void => {
          for (let i = 0; i < 10; i++) {
            probe.ack();
            probe.hear();
          }
        };
        join(undefined);
        for (const step of [...actions, { do: 'compare' as const }]) {
          const fold = 'who' in step ? folds[step.who % folds.length]! : null;
          if (step.do === 'step') {
            world.step(step.n, random);
            source.publish();
          } else if (step.do === 'ack') settle(fold!);
          else if (step.do === 'time') await time.advance(step.ms);
          else if (step.do === 'join') join(step.window);
          else if (step.do === 'pan') {
            // The burst of updates that is borne is not what this is about.
            await time.advance(60);
            fold!.window = step.window;
            fold!.probe.subscribe({ update: true, ...(step.window && { window: step.window }) });
          } else if (step.do === 'lose') {
            // What was held when it was last whole is kept, and said.
            settle(fold!);
            const { probe, window } = fold!;
            const grid = probe.grid!;
            assert.equal(grid.whole, true);
            const held = clip(window, grid);
            const again = new Probe(source);
            again.grid = grid;
            if (held?.width === 0) again.subscribe(window && { window });
            else {
              const resume = { epoch: grid.epoch, version: grid.version, seen: grid.version };
              const message = { resume: { ...resume, ...(held && { window: held }) }, ...(window && { window }) };
              const frames = again.subscribe(message);
              // What it says is what follows: some of it, or nothing; never all from the start.
              const some = keysOf(frames, grid).length > 0;
              assert.equal(welcomeOf(frames).resume, some ? 'merged' : 'none');
              assert.ok(!typesOf(frames).includes('GridReset'));
            }
            probe.end.close(1000, '');
            fold!.probe = again;
          } else {
            for (const fold of folds) {
              settle(fold);
              const fresh = new Probe(source);
              fresh.subscribe(fold.window && { window: fold.window });
              settle({ probe: fresh });
              const [a, b] = [fold.probe.grid!, fresh.grid!];
              assert.deepEqual([a.version, a.whole, b.version, b.whole], [world.version, true, world.version, true]);
              assert.ok(sameWithin(a, b, clip(fold.window, a)), 'the fold is not the keyframe');
              if (!fold.window) assert.deepEqual(digest(a), digest(world));
              fresh.end.close(1000, '');
            }
          }
        }
        source.fanout.close();
        time.clear();
      },
    ),
    { numRuns: 150 * Number(process.env.RUNS ?? 1) },
  );
});
