import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { afterEach, describe, test } from 'node:test';
import { inspect, promisify } from 'node:util';
import { computed, effect, publish, receive, SignalError } from '../transport/signals/node.js';
import { createRelay, type RelayOptions } from './index.js';
import { until } from './testing/until.js';

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

  test('follow whatever is set later, in whatever order, and tell nothing before it is there', async () => {
    const { publish, receive } = await start();
    const out = publish('late', { output: ['quad', 'never'] });
    out.quad = () => out.doubled * 2;
    out.doubled = () => out.count * 2;
    out.count = 1;
    const seen = receive('late');
    assert.deepEqual({ ...(await seen._ready()) }, { quad: 4 });
    out.doubled = 5;
    await until(() => seen.quad === 10);
    assert.deepEqual(Object.keys({ ...seen }), ['quad', 'never']);
    assert.equal(seen.never, undefined);
    out.never = 1;
    await until(() => seen.never === 1);
    out.never = undefined;
    await until(() => seen.never === null);
    assert.throws(() => {
      out.never = 10n;
    }, /bigint/);
    out.never = () => 10n;
    await until(() => /bigint/.test(out._error?.message ?? ''));
    out.never = 2;
    await until(() => seen.never === 2 && out._error === null);
  });

  test('know where values come from, through derived values that others follow too', async () => {
    const { publish, receive, follow } = await start();
    const one = publish('one', { output: ['n'], signals: { n: 1 } });
    const a = receive('one');
    const shared = computed(() => a.n * 10);
    const stop = follow(() => shared.value);
    const two = publish('two', { output: ['m', 'own', 'raw'], signals: { m: shared, raw: a._signal('n'), own: 7 } });
    const b = receive('two', { select: ['m', 'own', 'raw'] });
    await until(() => b.m === 10 && b.raw === 1 && b.own === 7);
    b._close();
    stop();
    await until(() => !two._watched && !one._watched);
    two.own = 8;
    const c = receive('two');
    await until(() => c.own === 8 && one._watched);
  });

  test('look right on a console, and take no option for another', async () => {
    const { publish, receive, server } = await start();
    const p = publish('p', { output: ['constructor', 'ok'], signals: { constructor: 1, ok: [2] } });
    const seen = receive('p');
    assert.deepEqual({ ...(await seen._ready()) }, { constructor: 1, ok: [2] });
    for (const object of [p, seen]) {
      assert.equal(`${object}`, '{"constructor":1,"ok":[2]}');
      assert.equal(inspect(object), '{ constructor: 1, ok: [ 2 ] }');
      assert.equal(JSON.stringify(object), `${object}`);
    }
    const misspelt = { output: ['a'], tokn: 1, server };
    assert.throws(() => publish('x', misspelt), /no option "tokn"/);
    assert.throws(() => receive('x', { selekt: ['a'], server } as object), /no option "selekt"/);
    assert.throws(() => receive('x', { select: ['_latency'], server }), SignalError);
    assert.throws(() => publish('x', { output: ['a'], signals: { a: 1n }, server }), SignalError);
  });

  test('what is made of the state of a connection is not made of the channel', async () => {
    const { publish, receive } = await start();
    const view = receive('d');
    const d = publish('d', { output: ['seen'], signals: { seen: () => view._status } });
    await until(() => view.seen === 'live');
    assert.equal(d._status, 'live');
    d._close();
    assert.deepEqual([d._status, d._connected], ['closed', false]);
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

  test('share a channel where all ask for it: setting again what one set before is a write too', async () => {
    const { publish, receive, follow } = await start();
    const [a, b] = [publish('m', { output: ['x'], merge: true }), publish('m', { output: ['x'], merge: true })];
    const seen = receive('m');
    follow(() => seen.x);
    await until(() => a._connected && b._connected);
    for (const [out, value] of [
      [a, 1],
      [b, 2],
      [a, 1],
      [b, 2],
    ] as const) {
      // Who has not heard yet of the other's write is earlier than that, and loses; by the next time it has heard.
      await until(() => {
        out.x = value;
        return seen.x === value;
      });
    }
  });

  test('what a program throws when it hears news is no fault of the connection', async () => {
    const { server } = await start();
    // The test runner takes every uncaught error for its own.
    const program = `
      import { publish, receive } from './transport/signals/node.ts';
      const caught = [];
      process.on('uncaughtException', ({ message }) => caught.push(message));
      const counter = publish('counter', { output: ['count'], signals: { count: 0 } });
      const seen = receive('counter');
      await seen._ready();
      seen._subscribe(({ count }) => {
        if (count === 1) {
          setTimeout(() => counter.count = 2, 20);
          throw new Error('a fault of its own');
        }
        if (count !== 2) return;
        console.log(JSON.stringify({ caught, reconnects: seen._reconnects }));
        process.exit();
      });
      counter.count = 1;`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      { env: { ...process.env, MPL_SERVER: server }, timeout: 120_000 },
    );
    assert.deepEqual(JSON.parse(stdout), { caught: ['a fault of its own'], reconnects: 0 });
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
    assert.equal(counter._status, 'ended');
    const last: unknown[] = [];
    for await (const { count } of seen) last.push(count);
    assert.deepEqual(last, [3], 'what it held last, and no more');
  });
});
