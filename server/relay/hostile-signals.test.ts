/** Sources and viewers of signals that mean harm: what they cost a relay is bounded, and others do not notice. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type Link, type LinkClose, Receiver, SignalWriter, Source, Uplink } from '../../transport/index.js';
import { Network } from '../../transport/testing/network.js';
import { FakeTime, settled } from '../../transport/testing/time.js';
import { seeded } from '../../transport/testing/world.js';
import { compress } from '../../transport/wire/deflate.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import * as session from '../../transport/wire/session.js';
import { SIGNAL_LIMITS } from '../../transport/wire/signal-value.js';
import { encodeSignalJson, schema, USUAL_SELECT } from '../../transport/wire/signals.js';
import { FLAG, type FrameName } from '../../transport/wire/types.js';
import { resolveOptions } from '../options.js';
import { Channel } from './channel.js';

const CLAIM = 'claim-of-the-one-source';

let time: FakeTime;
let network: Network;
let channel: Channel;
let viewer: Receiver;
const { now } = Date;
beforeEach(async () => {
  time = new FakeTime();
  let day = 1.7e12;
  Date.now = () => (day += 86_400_000);
  network = new Network(seeded(4), 1e6);
  channel = new Channel(
    'demo',
    resolveOptions({}),
    () => Number.POSITIVE_INFINITY,
    () => {},
  );
  viewer = watch();
  await hear();
});
afterEach(() => {
  viewer.stop();
  channel.close();
  network.end();
  time.clear();
  time.restore();
  Date.now = now;
});

function watch(): Receiver {
  const connect = () => {
    const [near, far] = network.pair('websocket');
    channel.addViewer(far);
    return Promise.resolve(near);
  };
  const receiver = new Receiver({ connect, grid: false, signals: true });
  receiver.listen((event) => {
    if (event.type === 'error') assert.fail(`${event.error}`);
  });
  receiver.start();
  return receiver;
}

async function hear(ms = 0): Promise<void> {
  await settled();
  while (network.deliver(100) > 0) await settled();
  if (ms > 0) await time.advance(ms);
}

/** One side of a link by hand. */
class Hand {
  closed = null as LinkClose | null;
  bytes = 0;
  readonly #link: Link;

  constructor(add: (link: Link) => void) {
    const [near, far] = network.pair('websocket');
    add(far);
    this.#link = near;
    near.onmessage = ({ length }) => {
      this.bytes += length;
    };
    near.onclose = (event) => {
      this.closed = event;
    };
  }

  say(type: FrameName, payload: Uint8Array, flags = 0): this {
    this.#link.send(encodeFrame(type, payload, { flags }));
    return this;
  }

  announce(epoch: number, names: readonly string[]): this {
    return this.say('SchemaAnnounce', schema.encode({ epoch, signals: names.map((name) => [name, 'json']) }));
  }

  sync(epoch: number, version: number, values: Record<string, unknown>): this {
    const texts = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)] as const);
    return this.announce(epoch, Object.keys(values)).say('SignalSync', encodeSignalJson(version, undefined, texts));
  }
}

const source = (): Hand =>
  new Hand((link) => channel.addSource(link)).say('Publish', session.publish.encode({ protocol: 1, claim: CLAIM }));
const hand = (): Hand => new Hand((link) => channel.addViewer(link));
const subscribe = (signals: object): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ protocol: 1, grid: false, signals }));

/** An honest source takes the channel over, and is seen. */
async function recovers(): Promise<void> {
  const writer = new SignalWriter();
  writer.set('honest', 1);
  const honest = new Source(null, { signals: writer });
  const connect = (): Promise<Link> => {
    const [near, far] = network.pair('websocket');
    channel.addSource(far);
    return Promise.resolve(near);
  };
  await hear(10_000);
  const uplink = new Uplink(honest, { url: '', claim: CLAIM, connect });
  for (let i = 0; i < 20; i++) await hear(50);
  assert.equal(uplink.status, 'live');
  assert.deepEqual({ ...viewer.signals!.values() }, { honest: 1 });
  writer.set('honest', 2);
  honest.publishSignals();
  await hear();
  assert.deepEqual({ ...viewer.signals!.values() }, { honest: 2 });
  assert.equal(viewer.counts.reconnects, 0);
  uplink.close();
}

describe('a source of signals that means harm', () => {
  test('is closed when its names change too often', async () => {
    const hostile = source().sync(1, 1, { a: 1 });
    for (let i = 0; i < 1000; i++) hostile.announce(1, ['a', `b${i}`]);
    await hear();
    assert.equal(hostile.closed?.code, 4429);
    assert.ok(viewer.counts.bytes < 10_000, `${viewer.counts.bytes}`);
    await recovers();
  });

  test('is closed when it begins anew too often, and what was refused is not taken for held', async () => {
    for (let round = 0; round < 3; round++) {
      const hostile = source();
      for (let i = 0; i < 100; i++) hostile.sync(round * 1000 + i, 1, { [`a${i}`]: i });
      await hear();
      assert.equal(hostile.closed?.code, 4429);
      // The one that was refused comes back, and says what follows from it.
      const again = source().announce(round * 1000 + 20, ['a20']);
      again.say('SignalDiff', encodeSignalJson(2, 1, [['a20', '"next"']]));
      await hear();
      assert.notEqual(again.closed?.code, 1011, again.closed?.reason);
    }
    assert.ok(viewer.counts.frames < 60, `${viewer.counts.frames}`);
    await recovers();
  });

  test('is closed when the same state comes as if from nothing, over and over', async () => {
    const hostile = source();
    const values = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`s${i}`, i]));
    for (let i = 1; i < 200; i++) hostile.sync(1, i, values);
    await hear();
    assert.equal(hostile.closed?.code, 4429);
    assert.ok(viewer.counts.bytes < 1.5e6, `${viewer.counts.bytes}`);
    await recovers();
  });

  test('tells ten thousand names a hundred times: viewers hear them once, and it takes no time to speak of', async () => {
    const names = Array.from({ length: SIGNAL_LIMITS.count }, (_, i) => `name-of-signal-${i}`);
    const hostile = source();
    hostile.announce(1, names).say('SignalSync', encodeSignalJson(1, undefined, []));
    await hear();
    const { bytes } = viewer.counts;
    const began = process.cpuUsage();
    for (let i = 0; i < 100; i++) hostile.announce(1, names);
    await hear();
    // Of this process alone: others may keep the machine busy.
    const { user, system } = process.cpuUsage(began);
    const ms = (user + system) / 1000;
    assert.equal(hostile.closed, null);
    assert.equal(viewer.signals!.names().length, names.length);
    assert.equal(viewer.counts.bytes, bytes);
    assert.ok(ms < 10_000, `${ms} ms`);
    hostile.announce(1, [...names, 'more']);
    await hear();
    assert.equal(hostile.closed!.code, 4400);
    await recovers();
  });

  test('is closed for what inflates to more than may be, and for more than a channel may hold', async () => {
    const large = JSON.stringify('x'.repeat(60_000));
    const sync = (n: number) =>
      compress(
        encodeSignalJson(
          1,
          undefined,
          Array.from({ length: n }, (_, i) => [`s${i}`, large] as const),
        ),
      );
    for (const n of [14, 40]) {
      const hostile = source().announce(
        n,
        Array.from({ length: n }, (_, i) => `s${i}`),
      );
      hostile.say('SignalSync', sync(n), FLAG.COMPRESSED);
      await hear();
      assert.equal(hostile.closed?.code, n === 14 ? 1009 : 4400);
      assert.ok(channel.bytes <= SIGNAL_LIMITS.total);
    }
    await recovers();
  });

  test('cannot make the relay talk for ever', async () => {
    const hostile = source().sync(1, 5, { a: 1, b: 2 });
    await hear();
    const { frames } = viewer.counts;
    hostile.say('SignalDiff', encodeSignalJson(6, 5, [['a', '2']], { a: 2 ** 50 }));
    await hear();
    assert.equal(hostile.closed?.code, 4400);
    const other = source()
      .announce(1, ['a', 'b'])
      .say('SignalDiff', encodeSignalJson(5, 5, [['a', '3']]));
    await hear();
    assert.equal(other.closed?.code, 4400);
    await hear(1000);
    assert.equal(viewer.counts.frames, frames);
    assert.equal(viewer.signals!.get('a'), 1);
  });
});

describe('a viewer of signals that means harm', () => {
  beforeEach(async () => {
    source().sync(1, 50, Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`s${i}`, i])));
    await hear();
    assert.equal(viewer.signals!.get('s4999'), 4999);
  });
  afterEach(() => {
    assert.equal(viewer.status, 'live');
    assert.equal(viewer.counts.reconnects, 0);
  });

  test('selects as many names as may be, and no more', async () => {
    const select = Array.from({ length: USUAL_SELECT }, (_, i) => `s${i}`);
    const greedy = hand().say('SubscribeFilter', subscribe({ select }));
    await hear();
    assert.equal(greedy.closed, null);
    assert.ok(greedy.bytes > 4 * USUAL_SELECT, `${greedy.bytes} bytes`);
    const more = hand().say('SubscribeFilter', subscribe({ select: [...select, 'one'] }));
    await hear();
    assert.equal(more.closed?.code, 4403);
  });

  test('asks again and again, each time for other names: it is closed', async () => {
    const names = (i: number) => Array.from({ length: USUAL_SELECT }, (_, j) => `s${(i + j) % 5000}`);
    const hostile = hand();
    for (let i = 0; i < 200; i++) hostile.say('SubscribeFilter', subscribe({ select: names(i) }));
    await hear();
    assert.equal(hostile.closed?.code, 4429);
  });

  test('says it holds what it cannot: it gets what follows from that, or nothing', async () => {
    for (const resume of [
      { epoch: 1, version: 2 ** 53 - 1 },
      { epoch: 1, version: 0 },
      { epoch: 2 ** 40, version: 3 },
    ]) {
      const odd = hand().say('SubscribeFilter', subscribe({ resume, coded: true }));
      await hear();
      assert.equal(odd.closed, null);
    }
    const wrong = hand().say('SubscribeFilter', subscribe({ resume: { epoch: 1, version: -1 } }));
    await hear();
    assert.equal(wrong.closed?.code, 4400);
  });
});
