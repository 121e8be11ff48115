/** A receiver that is panned, asks for digests of what it does not hold, and comes back after a loss. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Link } from './link/link.js';
import { Receiver, type ReceiverOptions, RightsError } from './receiver.js';
import { Source } from './source.js';
import { digest } from './state/digest.js';
import { Network } from './testing/network.js';
import { FakeTime, settled } from './testing/time.js';
import { seeded, TestWorld } from './testing/world.js';
import { decodeFrame, encodeFrame } from './wire/frame.js';
import { encodeGridMeta, encodeGridReset } from './wire/grid.js';
import type { Rights, SubscribeMessage, TileWindow } from './wire/messages.js';
import * as session from './wire/session.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const random = seeded(6);
const A: TileWindow = { x: 1, y: 1, width: 3, height: 2 };

/** A receiver of a source, or of whoever is given the other end of its link; what it asks for is read. */
class Stage {
  readonly network = new Network(random, 1e9);
  readonly world = new TestWorld(640, 640);
  readonly source: Source;
  readonly asked: SubscribeMessage[] = [];
  readonly receiver: Receiver;
  links: Link[] = [];

  constructor(options: Partial<ReceiverOptions> = {}, rights?: Rights, attach?: (link: Link) => void) {
    this.world.step(2000, random);
    this.source = new Source(this.world);
    this.receiver = new Receiver({
      ...options,
      connect: () => {
        const [near, far] = this.network.pair('websocket');
        this.links.push(near);
        const send = near.send.bind(near);
        near.send = (message) => {
          const frame = decodeFrame(message);
          if (frame.type === 'SubscribeFilter') this.asked.push(session.subscribe.decode(frame.payload));
          send(message);
        };
        if (attach) attach(far);
        else this.source.attach(far, rights && { rights });
        return Promise.resolve(near);
      },
    });
    this.receiver.start();
  }

  async run(ms = 0): Promise<void> {
    await settled();
    for (let at = 0; at <= ms; at += 20) {
      while (this.network.deliver(100) > 0) await settled();
      if (at < ms) await time.advance(Math.min(20, ms - at));
    }
    await settled();
  }

  /** Runs until this is settled: what computes it is loaded when it is first asked for, in real time. */
  async get<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const end = (): void => {
      done = true;
    };
    promise.then(end, end);
    for (let i = 0; !done; i++) {
      assert.ok(i < 20_000, 'it never comes');
      await this.run(20);
    }
    return promise;
  }
}

describe('the window of a receiver', () => {
  test('is asked for with the first subscription, and tells what is covered', async () => {
    const stage = new Stage({ window: A, maxBps: 1e9 });
    const { receiver } = stage;
    assert.equal(receiver.whole, false);
    await stage.run();
    assert.deepEqual(
      stage.asked.map(({ window, maxBps }) => ({ window, maxBps })),
      [{ window: A, maxBps: 1e9 }],
    );
    assert.deepEqual([receiver.window, receiver.covered, receiver.whole], [A, A, true]);
    receiver.window = null;
    assert.equal(receiver.whole, false);
    await stage.run();
    assert.deepEqual([receiver.window, receiver.covered, receiver.whole], [null, null, true]);
    assert.deepEqual(digest(receiver.grid!), digest(stage.world));
    receiver.window = { x: 0, y: 0, width: 100, height: 100 };
    await stage.run(500);
    assert.deepEqual([receiver.covered, receiver.whole], [null, true]);
    receiver.stop();
    await stage.run();
    assert.equal(time.pending, 0);
  });

  test('is told five times a second at most, the newest of them', async () => {
    const stage = new Stage({ window: A });
    const { receiver } = stage;
    await stage.run(1000);
    stage.asked.length = 0;
    for (let i = 0; i < 120; i++) {
      receiver.window = { ...A, x: i };
      await stage.run(1000 / 60);
    }
    await stage.run(250);
    const told = stage.asked.map(({ window, update, resume }) => [window!.x, update, resume] as const);
    assert.ok(told.length >= 10 && told.length <= 13, `${told.length} in two seconds`);
    assert.deepEqual(told[0], [0, true, undefined]);
    assert.deepEqual(told.at(-1), [119, true, undefined]);
    receiver.window = { ...A, x: 119 };
    await stage.run(500);
    assert.equal(stage.asked.length, told.length);
    receiver.stop();
  });

  test('waits for answers where they are slow, and is then the newest', async () => {
    const stage = new Stage({ window: A });
    const { receiver } = stage;
    await stage.run();
    stage.asked.length = 0;
    for (let i = 0; i < 40; i++) {
      receiver.window = { ...A, x: i };
      await time.advance(250);
    }
    assert.equal(stage.asked.length, 8);
    await stage.run();
    assert.equal(stage.asked.length, 9);
    assert.equal(stage.asked.at(-1)!.window!.x, 39);
    assert.deepEqual([receiver.covered!.width, receiver.whole], [0, true]);
    receiver.stop();
  });

  test('that is none is refused', () => {
    const connect = () => Promise.reject(new Error('not in this test'));
    assert.throws(() => new Receiver({ connect, window: { x: 0, y: 0, width: 0, height: 1 } }), RangeError);
    const receiver = new Receiver({ connect });
    assert.throws(() => {
      receiver.window = { x: 0.5, y: 0, width: 1, height: 1 };
    }, /a window counts whole tiles/);
    assert.equal(receiver.window, null);
  });

  test('comes back after a loss with what it had, and gets what it lacks', async () => {
    const stage = new Stage({ window: A });
    const { receiver, world, source } = stage;
    await stage.run();
    const { version } = world;
    const tiles = () => receiver.counts.tiles;
    stage.network.cut(stage.links[0]!, false);
    await stage.run();
    world.flip(64, 64);
    world.flip(600, 600);
    world.version++;
    source.publish();
    const before = tiles();
    receiver.retryNow();
    await stage.run();
    const { resume, window } = stage.asked.at(-1)!;
    assert.deepEqual([resume!.version, resume!.window, window], [version, A, A]);
    assert.equal(tiles() - before, 1);
    assert.equal(receiver.whole, true);
    receiver.stop();
  });
});

describe('a digest', () => {
  test('fetches what lies outside the window, and leaves that as it was', async () => {
    const stage = new Stage({ window: A });
    const { receiver, world } = stage;
    await stage.run();
    const there = { x: 300, y: 10, width: 200, height: 300 };
    const [part, all] = await stage.get(Promise.all([receiver.digest(there), receiver.digest()]));
    assert.deepEqual(part, digest(world, there));
    assert.deepEqual(all, digest(world));
    assert.deepEqual(receiver.window, A);
    await stage.run(600);
    assert.deepEqual([receiver.covered, stage.asked.at(-1)!.window], [A, A]);
    const { bytes } = receiver.counts;
    const inside = { x: 70, y: 70, width: 100, height: 100 };
    assert.deepEqual(await stage.get(receiver.digest(inside)), digest(world, inside));
    assert.ok(receiver.counts.bytes - bytes < 200);
    await assert.rejects(stage.get(receiver.digest({ x: 600, y: 0, width: 100, height: 1 })), RangeError);
    receiver.stop();
  });

  test('is fetched on standby too, which goes on afterwards', async () => {
    const stage = new Stage({ window: A });
    const { receiver, world } = stage;
    await stage.run();
    receiver.standby = true;
    await stage.run();
    assert.deepEqual(await stage.get(receiver.digest()), digest(world));
    await stage.run(600);
    assert.equal(receiver.standby, true);
    assert.equal(stage.asked.at(-1)!.standby, true);
    const { frames } = receiver.counts;
    world.step(50, random);
    stage.source.publish();
    await stage.run(600);
    assert.equal(receiver.counts.frames, frames);
    receiver.stop();
  });

  test('of cells that may not be seen is refused with what may', async () => {
    const view = { x: 60, y: 64, width: 600, height: 130 };
    const stage = new Stage({}, { control: false, view });
    const { receiver, world } = stage;
    await stage.run();
    assert.deepEqual(receiver.covered, { x: 1, y: 1, width: 9, height: 2 });
    assert.equal(receiver.whole, true);
    assert.deepEqual(receiver.rights, { control: false, view });
    const allowed = { x: 64, y: 64, width: 576, height: 128 };
    assert.deepEqual(await stage.get(receiver.digest(allowed)), digest(world, allowed));
    const refused = (error: Error): boolean =>
      error instanceof RightsError && /may see the cells from 64,64 to 639,191 only/.test(error.message);
    await assert.rejects(stage.get(receiver.digest()), refused);
    await assert.rejects(stage.get(receiver.digest({ ...allowed, x: 60 })), refused);
    receiver.stop();
  });

  test('that waits is refused once its cells may not be seen any more', async () => {
    const stage = new Stage({ window: A }, { control: false });
    const { receiver } = stage;
    await stage.run();
    const found = receiver.digest().catch((error: Error) => error);
    const { length } = stage.asked;
    for (let i = 0; stage.asked.length === length; i++) {
      assert.ok(i < 20_000);
      await settled();
    }
    for (const end of stage.source.fanout.ends) {
      end.setRights({ control: false, view: { x: 0, y: 0, width: 1, height: 1 } });
    }
    assert.match(String(await stage.get(found)), /RightsError: .*no tile/);
    receiver.stop();
  });

  test('ends with the receiver', async () => {
    const stage = new Stage({ window: A });
    await stage.run();
    const found = stage.receiver.digest();
    found.catch(() => {});
    for (let i = 0; stage.asked.length === 1; i++) {
      assert.ok(i < 20_000);
      await settled();
    }
    stage.receiver.stop();
    await assert.rejects(found, /stopped/);
  });
});

test('tiles outside what was held are empty once another sender takes over, since it knows nothing of them', async () => {
  const shape = { epoch: 3, width: 256, height: 64, planes: 1 };
  /** Sends everything of a sender that begins; each tile is full. */
  const tiles = (version: number, keys: number[], whole = true): Uint8Array => {
    const world = new TestWorld(256, 64);
    for (const key of keys) for (let i = 0; i < 64; i++) world.flip(key * 64 + i, i);
    const batch: number[] = [];
    let before = -1;
    for (const key of keys) {
      batch.push((key - before - 1) * 4 + 1, ...new Uint8Array(world.tile(key).words.buffer));
      before = key;
    }
    return encodeFrame('GridTiles', Uint8Array.from([whole ? 1 : 0, version, ...batch]));
  };
  const senders: Link[] = [];
  const stage = new Stage({ window: { x: 0, y: 0, width: 2, height: 1 } }, undefined, (link) => {
    senders.push(link);
    link.onmessage = () => {};
  });
  const { receiver } = stage;
  const say = async (frames: Uint8Array[]): Promise<void> => {
    for (const frame of frames) senders.at(-1)!.send(frame);
    await stage.run();
  };
  const welcome = (answers: number, resume: 'full' | 'merged') =>
    encodeFrame('Welcome', session.welcome.encode({ protocol: 1, channel: '', state: 'live', resume, answers }));
  const meta = encodeFrame('GridMeta', encodeGridMeta(shape));
  const held = () =>
    [0, 1, 2, 3].filter((key) => receiver.grid!.tile(key).words[receiver.grid!.tile(key).offset] !== 0);
  await stage.run();
  await say([welcome(1, 'full'), meta, encodeFrame('GridReset', encodeGridReset(5)), tiles(5, [0, 1])]);
  // It was panned, and had only a part of that when the link was lost.
  receiver.window = { x: 1, y: 0, width: 3, height: 1 };
  await stage.run();
  await say([welcome(2, 'merged'), tiles(6, [2], false)]);
  assert.deepEqual(held(), [0, 1, 2]);
  assert.deepEqual([receiver.covered, receiver.whole], [{ x: 0, y: 0, width: 2, height: 1 }, false]);
  stage.network.cut(stage.links[0]!, false);
  await stage.run();
  receiver.retryNow();
  await stage.run();
  const { resume } = stage.asked.at(-1)!;
  assert.deepEqual(resume, { epoch: 3, version: 5, seen: 6, window: { x: 0, y: 0, width: 2, height: 1 } });
  assert.deepEqual(held(), [0, 1, 2], 'the picture stays until there is a newer one');
  const cleared: number[][] = [];
  receiver.listen((event) => event.type === 'tiles' && cleared.push([...event.keys]));
  await say([welcome(1, 'merged'), meta, tiles(7, [3], false)]);
  assert.deepEqual(held(), [0, 1, 3]);
  assert.deepEqual(cleared, [[2, 3]]);
  // Lost again before it was whole: what counts is what was told to the last sender.
  stage.network.cut(stage.links[1]!, false);
  await stage.run();
  receiver.retryNow();
  await stage.run();
  assert.deepEqual(stage.asked.at(-1)!.resume, { ...resume, seen: 7 });
  receiver.stop();
});
