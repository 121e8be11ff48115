/** How old signals are, as a relay says it: of one source, and of one among several. The clock is the test's. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type Link, Receiver, SignalWriter, Source, Uplink } from '../../transport/index.js';
import { Network } from '../../transport/testing/network.js';
import { FakeTime, settled } from '../../transport/testing/time.js';
import { seeded } from '../../transport/testing/world.js';
import { resolveOptions } from '../options.js';
import { Channel } from './channel.js';

let time: FakeTime;
let network: Network;
let channel: Channel;
const closing: (() => void)[] = [];
beforeEach(() => {
  time = new FakeTime();
  network = new Network(seeded(4), 1e6);
  channel = new Channel(
    'demo',
    resolveOptions({}),
    () => Number.POSITIVE_INFINITY,
    () => {},
  );
});
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
  channel.close();
  network.end();
  time.clear();
  time.restore();
});

const over = (add: (link: Link) => void) => (): Promise<Link> => {
  const [near, far] = network.pair('websocket');
  add(far);
  return Promise.resolve(near);
};

async function pass(ms: number): Promise<void> {
  for (let end = time.now + ms; ; ) {
    await settled();
    while (network.deliver(100) > 0) await settled();
    if (time.now >= end) return;
    await time.advance(Math.min(10, end - time.now));
  }
}

function open(merge: boolean, claim: string) {
  const writer = new SignalWriter({ merge });
  const source = new Source(null, { signals: writer, merge });
  source.fanout.onstatus = ({ clock }) => clock !== undefined && writer.witness(clock);
  /** `age`: of what it is made from, ms. */
  const set = (name: string, value: number, age = 0): void => {
    writer.set(name, value);
    source.publishSignals(age);
  };
  const connect = (): Uplink => {
    const uplink = new Uplink(source, { url: '', claim, merge, connect: over((link) => channel.addSource(link)) });
    closing.push(() => uplink.close());
    return uplink;
  };
  return { set, connect };
}

function watch(): Receiver {
  const receiver = new Receiver({ connect: over((link) => channel.addViewer(link)), grid: false, signals: true });
  receiver.start();
  closing.push(() => receiver.stop());
  return receiver;
}

/** Within the rounding of timestamps, and what the test's network takes. */
const near = (age: number, wanted: number, what: string): void =>
  assert.ok(Math.abs(age - wanted) <= 25, `${what} is ${age} ms, should be ${wanted}`);

describe('the age of signals', () => {
  for (const merge of [false, true]) {
    const whose = merge ? 'one of several sources' : 'a source that is alone';

    test(`is counted from when ${whose} captured them, though it came later`, async () => {
      const { set, connect } = open(merge, 'claim-of-the-test-source');
      set('x', 1);
      await pass(4000);
      connect();
      await pass(600);
      near(channel.signalAge, 4600, 'what the relay says');
      const late = watch();
      await pass(100);
      near(late.age, 4700, 'what a late receiver says');
    });

    test(`is told to whoever was there before ${whose}`, async () => {
      const early = watch();
      const { set, connect } = open(merge, 'claim-of-the-test-source');
      set('x', 1);
      await pass(4000);
      connect();
      await pass(100);
      assert.equal(early.signals?.get('x'), 1);
      near(early.age, 4100, 'what a receiver says');
      set('x', 2, 1000);
      await pass(100);
      near(early.age, 1100, 'what a receiver says then');
    });

    test(`is that of what ${whose} made them from`, async () => {
      const { set, connect } = open(merge, 'claim-of-the-test-source');
      set('x', 1);
      connect();
      const early = watch();
      await pass(100);
      near(early.age, 100, 'the first');
      set('x', 2, 4000);
      await pass(500);
      near(early.age, 4500, 'what is derived of old values');
      const late = watch();
      await pass(100);
      near(early.age, 4600, 'what a receiver says');
      near(late.age, 4600, 'what a late receiver says');
      near(channel.signalAge, 4600, 'what the relay says');
      set('x', 3, 20);
      await pass(50);
      near(early.age, 70, 'news, to a receiver');
      near(late.age, 70, 'news, to a late receiver');
      near(channel.signalAge, 70, 'news, to the relay');
    });
  }

  test('is of the newest change, whichever source made it', async () => {
    const [one, two] = [open(true, 'claim-of-the-first-source'), open(true, 'claim-of-the-second-one')];
    one.set('x', 1);
    await pass(3000);
    two.set('y', 1);
    one.connect();
    await pass(2000);
    two.connect();
    const early = watch();
    await pass(1000);
    near(channel.signalAge, 3000, 'what came last');
    one.set('x', 2);
    await pass(200);
    near(early.age, 200, 'what the first made');
    two.set('y', 2, 700);
    await pass(200);
    near(early.age, 900, 'what the second made');
  });
});
