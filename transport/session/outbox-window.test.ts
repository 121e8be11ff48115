/** What a receiver that wants, or may see, only some of the tiles is sent. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { LinkClose } from '../link/link.js';
import { Source } from '../source.js';
import type { Grid } from '../state/grid.js';
import { inWindow } from '../state/window.js';
import { keysOf, Probe, tilesOf, typesOf, welcomeOf } from '../testing/probe.js';
import { FakeTime } from '../testing/time.js';
import { seeded, TestWorld } from '../testing/world.js';
import { decodeFrame } from '../wire/frame.js';
import type { TileWindow } from '../wire/messages.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const random = seeded(5);
const A: TileWindow = { x: 1, y: 1, width: 4, height: 3 };

/** A world of 10 by 10 tiles, with something in each. */
function begin(): { world: TestWorld; source: Source; touch: (...keys: number[]) => void } {
  const world = new TestWorld(640, 640);
  for (let key = 0; key < 100; key++) world.flip((key % 10) * 64 + 5, Math.floor(key / 10) * 64 + 7);
  world.step(500, random);
  const source = new Source(world);
  const touch = (...keys: number[]): void => {
    for (const key of keys)
      world.flip((key % 10) * 64 + Math.floor(random() * 64), Math.floor(key / 10) * 64 + Math.floor(random() * 64));
    world.version++;
    source.publish();
  };
  return { world, source, touch };
}

const inside = (window: TileWindow): number[] =>
  Array.from({ length: 100 }, (_, key) => key).filter((key) => inWindow(window, key, 10));
/** Are these tiles as the world has them? */
function sameTiles(grid: Grid, world: TestWorld, keys: number[]): boolean {
  return keys.every((key) => {
    const held = [...Array(128).keys()].map((i) => grid.tile(key).words[grid.tile(key).offset + i]);
    return held.every((word, i) => word === world.tile(key).words[i]);
  });
}

describe('a window', () => {
  test('gets its tiles, and a whole that is of them', () => {
    const { world, source } = begin();
    const probe = new Probe(source);
    const frames = probe.subscribe({ window: A });
    assert.deepEqual(keysOf(frames, probe.grid!), inside(A));
    assert.equal(probe.grid!.whole, true);
    assert.equal(probe.end.outbox.pending, 0);
    assert.equal(probe.end.outbox.inStep, true);
    assert.ok(sameTiles(probe.grid!, world, inside(A)));
  });

  test('that is panned gets what it has not been sent, and what has changed, and nothing else', () => {
    const { world, source, touch } = begin();
    const probe = new Probe(source);
    probe.subscribe({ window: A });
    const moved = { ...A, x: 2 };
    const frames = probe.subscribe({ update: true, window: moved });
    assert.deepEqual(typesOf(frames), ['Welcome', 'GridTiles']);
    const { resume, answers } = welcomeOf(frames);
    assert.deepEqual([resume, answers], ['merged', 2]);
    assert.deepEqual(keysOf(frames, probe.grid!), [15, 25, 35]);
    assert.equal(tilesOf(frames.at(-1)!).whole, true);
    touch(11, 22, 99);
    assert.deepEqual(keysOf(probe.hear(), probe.grid!), [22]);
    // 11 changed while it was outside, 21 and 31 did not: they are held.
    const back = probe.subscribe({ update: true, window: A });
    assert.deepEqual(keysOf(back, probe.grid!), [11]);
    assert.ok(sameTiles(probe.grid!, world, inside(A)));
    const again = probe.subscribe({ update: true, window: moved });
    assert.equal(welcomeOf(again).resume, 'none');
    assert.deepEqual(keysOf(again, probe.grid!), []);
    assert.equal(tilesOf(again.at(-1)!).whole, true);
    const all = probe.subscribe({ update: true });
    const rest = inside({ x: 0, y: 0, width: 10, height: 10 }).filter((key) => !inside(A).includes(key));
    assert.deepEqual(
      keysOf(all, probe.grid!),
      rest.filter((key) => !inside(moved).includes(key)),
    );
    assert.ok(sameTiles(probe.grid!, world, inside({ x: 0, y: 0, width: 10, height: 10 })));
  });

  test('in step gets its part of the frame that all others get, with its deltas; the same bytes for the same window', () => {
    const { world, source, touch } = begin();
    const probes = [new Probe(source), new Probe(source), new Probe(source)];
    const [a, b, all] = probes as [Probe, Probe, Probe];
    a.subscribe({ window: A });
    b.subscribe({ window: { ...A } });
    all.subscribe();
    touch(0, 11, 12, 50, 99);
    const [one, other, full] = probes.map((probe) => {
      while (probe.network.deliver(100) > 0);
      return probe.messages.at(-1)!;
    });
    assert.equal(one, other);
    assert.notEqual(one, full);
    const tiles = tilesOf(decodeFrame(one!));
    assert.deepEqual([tiles.base, tiles.version, tiles.whole], [world.version - 1, world.version, true]);
    const frames = a.hear();
    assert.deepEqual(keysOf(frames, a.grid!), [11, 12]);
    assert.ok(one!.length < 80, `${one!.length} bytes: they were coded anew`);
    assert.ok(sameTiles(a.grid!, world, inside(A)));
    // Nothing of it inside: the version is told all the same.
    touch(0);
    assert.deepEqual(keysOf(a.hear(), a.grid!), []);
    assert.deepEqual([a.grid!.version, a.grid!.whole], [world.version, true]);
    // All of it inside: then it need not even be copied.
    touch(22);
    const [mine, , everybodys] = probes.map((probe) => {
      while (probe.network.deliver(100) > 0);
      return probe.messages.at(-1)!;
    });
    assert.equal(mine, everybodys);
    a.hear();
    // What was left out is not forgotten.
    assert.deepEqual(keysOf(a.subscribe({ update: true, window: { x: 0, y: 0, width: 1, height: 1 } }), a.grid!), [0]);
  });

  test('that does not touch the grid is whole with nothing', () => {
    const { world, source } = begin();
    const probe = new Probe(source);
    const frames = probe.subscribe({ window: { x: 10, y: 0, width: 5, height: 5 } });
    assert.deepEqual(keysOf(frames, probe.grid!), []);
    assert.deepEqual([probe.grid!.whole, probe.grid!.version], [true, world.version]);
  });

  test('resumes: inside the one that was held what has changed, outside of it everything', () => {
    const { world, source, touch } = begin();
    new Probe(source).subscribe();
    const { version } = world;
    touch(11, 44, 88);
    const resume = { epoch: source.epoch, version, seen: version, window: A };
    const same = new Probe(source);
    const frames = same.subscribe({ resume, window: A });
    assert.equal(welcomeOf(frames).resume, 'merged');
    assert.deepEqual(keysOf(frames, same.grid!), [11]);
    const moved = new Probe(source);
    assert.deepEqual(
      keysOf(moved.subscribe({ resume, window: { ...A, y: 2 } }), moved.grid!),
      [41, 42, 43, 44].map((key) => key),
    );
    const narrow = new Probe(source);
    const none = narrow.subscribe({ resume, window: { x: 2, y: 2, width: 2, height: 1 } });
    assert.equal(welcomeOf(none).resume, 'none');
    const all = new Probe(source);
    const everything = keysOf(all.subscribe({ resume }), all.grid!);
    assert.deepEqual(
      everything,
      [11, ...inside({ x: 0, y: 0, width: 10, height: 10 }).filter((key) => !inside(A).includes(key))].sort(
        (a, b) => a - b,
      ),
    );
  });

  test('may change twenty times a second, and not for ever', async () => {
    const { source } = begin();
    const probe = new Probe(source);
    probe.subscribe({ window: A });
    for (let i = 0; i < 200; i++) {
      probe.subscribe({ update: true, window: { ...A, x: i % 7 } });
      await time.advance(50);
    }
    assert.equal(probe.closed, null);
    for (let i = 0; i < 60; i++) probe.subscribe({ update: true, window: { ...A, x: i % 7 } });
    assert.equal((probe.closed as LinkClose | null)?.code, 4429);
  });

  test('of an update without a subscription before it is a subscription, and counts as one', () => {
    const { source } = begin();
    const probe = new Probe(source);
    const frames = probe.subscribe({ update: true, window: A, resume: { epoch: source.epoch, version: 1, seen: 1 } });
    assert.equal(welcomeOf(frames).resume, 'full');
    assert.deepEqual(typesOf(frames).slice(0, 3), ['Welcome', 'GridMeta', 'GridReset']);
    const rest = probe.subscribe({ update: true, standby: true });
    assert.deepEqual(typesOf(rest), ['Welcome']);
    assert.equal(probe.end.outbox.open, false);
    const full = probe.subscribe({ update: true, window: A });
    assert.equal(welcomeOf(full).resume, 'full');
  });
});

describe('the right to see', () => {
  test('narrows what is asked for to tiles wholly within, and says so', () => {
    const { source, touch } = begin();
    const rights = { control: false, view: { x: 60, y: 64, width: 300, height: 130 } };
    const probe = new Probe(source, 'websocket', 1e9, { rights });
    const frames = probe.subscribe();
    assert.deepEqual(welcomeOf(frames).rights, rights);
    const allowed = inside({ x: 1, y: 1, width: 4, height: 2 });
    assert.deepEqual(keysOf(frames, probe.grid!), allowed);
    assert.equal(probe.grid!.whole, true);
    touch(0, 5, 11, 14, 15, 31);
    assert.deepEqual(keysOf(probe.hear(), probe.grid!), [11, 14]);
    const window = { x: 0, y: 0, width: 2, height: 10 };
    assert.deepEqual(keysOf(probe.subscribe({ update: true, window }), probe.grid!), []);
    touch(11, 14, 21, 31);
    assert.deepEqual(keysOf(probe.hear(), probe.grid!), [11, 21]);
  });

  test('may change while it runs, either way', () => {
    const { source, touch } = begin();
    const probe = new Probe(source);
    probe.subscribe({ window: { x: 0, y: 0, width: 3, height: 2 } });
    assert.equal(welcomeOf(probe.heard).rights, undefined);
    const less = { control: true, view: { x: 0, y: 0, width: 128, height: 64 } };
    probe.end.setRights(less);
    const frames = probe.hear();
    assert.deepEqual(welcomeOf(frames).rights, less);
    assert.deepEqual(keysOf(frames, probe.grid!), []);
    assert.equal(tilesOf(frames.at(-1)!).whole, true);
    touch(0, 2, 10, 12);
    assert.deepEqual(keysOf(probe.hear(), probe.grid!), [0]);
    probe.end.setRights({ control: true });
    assert.deepEqual(keysOf(probe.hear(), probe.grid!), [2, 10, 12]);
    assert.equal(probe.end.rights.view, undefined);
  });

  test('to less than a tile shows none', () => {
    const { source, touch } = begin();
    const probe = new Probe(source, 'websocket', 1e9, {
      rights: { control: false, view: { x: 1, y: 0, width: 64, height: 64 } },
    });
    const frames = probe.subscribe();
    assert.deepEqual(keysOf(frames, probe.grid!), []);
    touch(0, 1);
    assert.deepEqual(keysOf(probe.hear(), probe.grid!), []);
    assert.equal(probe.grid!.whole, true);
  });
});
