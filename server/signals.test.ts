import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { computed, effect, publish, receive } from '../transport/signals/node.js';
import { createRelay, type RelayOptions } from './index.js';

const until = async (what: () => boolean): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!what()) {
    if (performance.now() > end) assert.fail(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: RelayOptions = {}) {
  const relay = createRelay({ dist: false, sourceGraceMs: 50, ...options });
  const { url: server } = await relay.listen(0);
  open.push(() => relay.close());
  return {
    server,
    publish(channel: string, options: Parameters<typeof publish>[1]) {
      const out = publish(channel, { server, ...options });
      open.push(() => out._close());
      return out;
    },
    receive(channel: string, options: Parameters<typeof receive>[1] = {}) {
      // biome-ignore lint/suspicious/noExplicitAny: tests count with what they know to be numbers.
      const channelObject = receive<Record<string, any>>(channel, { server, ...options });
      open.push(() => channelObject._close());
      return channelObject;
    },
    follow(run: () => void) {
      const stop = effect(run);
      open.push(stop);
      return stop;
    },
  };
}

describe('publish and receive', () => {
  test('share what is in output, derived values too, and nothing else', async () => {
    const { publish, receive, follow } = await start();
    const counter = publish('counter', { output: ['count', 'doubled'] });
    counter.count = 1;
    counter.secret = 'mine';
    counter.doubled = () => counter.count * 2;
    const seen = receive('counter');
    const pairs: unknown[] = [];
    follow(() => pairs.push([seen.count, seen.doubled]));
    await until(() => seen.doubled === 2);
    assert.deepEqual(JSON.parse(JSON.stringify(seen)), { count: 1, doubled: 2 });
    assert.equal(seen.secret, undefined);
    assert.deepEqual([seen._connected, seen._status, seen._frames > 0, seen._reconnects], [true, 'live', true, 0]);
    counter.count = 5;
    counter.count = 6;
    await until(() => seen.count === 6);
    assert.deepEqual(pairs, [
      [undefined, undefined],
      [1, 2],
      [6, 12],
    ]);
  });

  test('derive, republish, and tell the age and the way of the original', async () => {
    const { publish, receive } = await start();
    const one = publish('one', { output: ['n'], signals: { n: 1 } });
    const a = receive('one');
    const two = publish('two', { output: ['m'], signals: { m: () => a.n * 10 } });
    const b = receive('two');
    const three = publish('three', { output: ['k'] });
    three.k = computed(() => b.m + 1);
    const c = receive('three');
    await until(() => c.k === 11);
    for (let i = 2; i < 6; i++) {
      one.n = i;
      await until(() => c.k === i * 10 + 1);
    }
    assert.ok(c._age < 1000);
    assert.ok(two._connected && three._connected);
  });

  test('rest where nobody watches, all the way up', async () => {
    const { publish, receive } = await start();
    const one = publish('one', { output: ['n'], signals: { n: 1 } });
    const a = receive('one');
    let made = 0;
    const two = publish('two', {
      output: ['m'],
      signals: {
        m: () => {
          made++;
          return a.n * 10;
        },
      },
    });
    await until(() => two._connected && made > 1);
    await until(() => !two._watched && !one._watched);
    const before = made;
    for (let i = 2; i < 9; i++) one.n = i;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(made, before, 'nothing is derived for nobody');
    const b = receive('two');
    await until(() => b.m === 80);
    assert.equal(one._watched, true);
  });

  test('a channel that is made of itself is refused, and says how', async () => {
    const { publish, receive } = await start();
    const fromB = receive('b');
    const a = publish('a', { output: ['x'], signals: { x: () => (fromB.y ?? 0) + 1 } });
    const fromA = receive('a');
    const b = publish('b', { output: ['y'], signals: { y: () => (fromA.x ?? 0) + 1 } });
    await until(() => a._status === 'failed' || b._status === 'failed');
    const { _reason } = a._status === 'failed' ? a : b;
    assert.match(_reason, /made of itself: (a → b → a|b → a → b)/);
  });

  test('can be listened to, and iterated, without signals', async () => {
    const { publish, receive } = await start();
    const counter = publish('counter', { output: ['count'], signals: { count: 0 } });
    const seen = receive('counter');
    const heard: unknown[] = [];
    const stop = seen._subscribe((values, changed) => heard.push([values.count, [...changed]]));
    assert.equal((await seen._ready()).count, 0);
    const iterated: unknown[] = [];
    for await (const { count } of seen) {
      iterated.push(count);
      if (count === 3) break;
      counter.count++;
    }
    assert.deepEqual(iterated, [0, 1, 2, 3]);
    assert.deepEqual(heard.at(-1), [3, ['count']]);
    stop();
    counter._end();
    await until(() => seen._status === 'ended');
    for await (const _ of seen) assert.fail('it has ended');
  });
});
