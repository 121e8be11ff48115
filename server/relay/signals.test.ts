import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import {
  connectWebSocket,
  type Link,
  Receiver,
  type ReceiverOptions,
  SignalWriter,
  type SocketLike,
  Source,
  Uplink,
} from '../../transport/index.js';
import { createRelay, type RelayOptions } from '../index.js';
import { until } from '../testing/until.js';

const Socket = WebSocket as unknown as new (url: string) => SocketLike;
const dial = (url: string): Promise<Link> => connectWebSocket(url, 20_000, Socket);

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function startRelay(options: RelayOptions = {}) {
  const relay = createRelay({ dist: false, sourceGraceMs: 50, ...options });
  const { url } = await relay.listen(0);
  open.push(relay);
  return { relay, url: url.replace('http', 'ws') };
}

let claims = 0;
function startSource(
  url: string,
  options: { merge?: boolean; coded?: boolean; token?: string; channel?: string } = {},
) {
  const { channel = 'demo', merge = false, token } = options;
  const writer = new SignalWriter({ merge });
  const source = new Source(null, { channel, signals: writer, ...options });
  const told = { clock: 0 };
  source.fanout.onstatus = ({ clock }) => {
    if (clock === undefined) return;
    told.clock = clock;
    writer.witness(clock);
  };
  const uplink = new Uplink(source, {
    url: `${url}/peer/${channel}`,
    claim: `claim-of-the-test-source-${++claims}`,
    connect: dial,
    merge,
    token,
  });
  open.push(uplink);
  const set = (values: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(values)) writer.set(name, value);
    source.publishSignals();
  };
  return { source, uplink, writer, told, set };
}

function startReceiver(url: string, options: Partial<ReceiverOptions> = {}) {
  const receiver = new Receiver({ connect: () => dial(`${url}/stream/demo`), grid: false, signals: true, ...options });
  receiver.start();
  open.push({ close: () => receiver.stop() });
  return receiver;
}

const holds = (receiver: Receiver, values: Record<string, unknown>): boolean =>
  JSON.stringify({ ...receiver.signals?.values() }) === JSON.stringify(values);

describe('signals through a relay', () => {
  for (const coded of [false, true]) {
    test(`reach receivers that came before and after, ${coded ? 'in the compact coding' : 'as JSON'}`, async () => {
      const { url, relay } = await startRelay();
      const early = startReceiver(url);
      await until(() => early.status === 'waiting');
      const { set, uplink } = startSource(url, { coded });
      set({ count: 1, name: 'a', on: true, list: [1, { x: null }] });
      await until(() => holds(early, { count: 1, name: 'a', on: true, list: [1, { x: null }] }));
      assert.equal(uplink.status, 'live');
      assert.equal(early.status, 'live');
      set({ count: 2 });
      set({ count: 3, on: null });
      await until(() => holds(early, { count: 3, name: 'a', on: null, list: [1, { x: null }] }));
      const late = startReceiver(url);
      await until(() => holds(late, { count: 3, name: 'a', on: null, list: [1, { x: null }] }));
      assert.equal(late.counts.frames, 1, 'one merged sync');
      assert.deepEqual(
        relay.channels().map(({ name, state }) => [name, state]),
        [['demo', 'live']],
      );
    });
  }

  test('who selects more than may be is told why, and keeps what it had; who finds no room has it once it selects all', async () => {
    const { url } = await startRelay({ maxSelect: 2, selectedBytes: 5000 });
    const { set } = startSource(url);
    set({ a: 1, b: 2, c: 3 });
    const greedy = startReceiver(url, { signals: { select: ['a'] } });
    await until(() => holds(greedy, { a: 1 }));
    greedy.select = ['a', 'b', 'c'];
    await until(() => greedy.status === 'failed');
    assert.match(greedy.reason, /3 signals are selected, and this relay takes 2 \(maxSelect\)/);
    assert.ok(holds(greedy, { a: 1 }), 'what it had');

    const [one, two] = ['a', 'b'].map((name) => startReceiver(url, { signals: { select: [name] } })) as [
      Receiver,
      Receiver,
    ];
    await until(() => holds(one, { a: 1 }) && holds(two, { b: 2 }));
    const late = startReceiver(url, { signals: { select: ['c'] } });
    await until(() => late.reason.includes('too many different selections of signals on this channel (selectedBytes)'));
    late.select = 'all';
    await until(() => holds(late, { a: 1, b: 2, c: 3 }));
    set({ a: 4 });
    await until(() => holds(one, { a: 4 }) && holds(late, { a: 4, b: 2, c: 3 }));
  });

  test('names are selected at the relay, may come later, and may be changed', async () => {
    const { url } = await startRelay();
    const { set } = startSource(url);
    const some = startReceiver(url, { signals: { select: ['b', 'later'] } });
    set({ a: 1, b: 2 });
    await until(() => holds(some, { b: 2 }));
    assert.deepEqual(some.missing, ['later']);
    const { bytes } = some.counts;
    for (let i = 0; i < 50; i++) set({ a: 'x'.repeat(1000 + i) });
    set({ b: 3 });
    await until(() => holds(some, { b: 3 }));
    assert.ok(some.counts.bytes - bytes < 1000, 'what is not selected does not come');
    set({ later: true });
    await until(() => holds(some, { b: 3, later: true }));
    assert.deepEqual(some.missing, []);
    some.select = ['a'];
    await until(() => some.signals?.has('a') === true && String(some.signals.get('a')).length === 1049);
    assert.equal(some.signals?.has('b'), false);
    some.select = 'all';
    await until(() => some.signals?.get('b') === 3 && some.signals.get('later') === true);
  });

  test('a second source is refused, and several that ask for it are merged: the later write wins', async () => {
    const { url } = await startRelay();
    const one = startSource(url);
    one.set({ x: 1 });
    await until(() => one.uplink.status === 'live');
    const two = startSource(url);
    await until(() => two.uplink.status === 'failed');
    assert.match(two.uplink.reason, /another source/);
    const three = startSource(url, { merge: true });
    await until(() => three.uplink.status === 'failed');
    assert.match(three.uplink.reason, /has a source of its own/);
    two.uplink.close();
    three.uplink.close();
    one.uplink.close();

    const receiver = startReceiver(url);
    const [a, b] = [startSource(url, { merge: true }), startSource(url, { merge: true })];
    for (let i = 0; i < 20; i++) a.set({ x: i, a: i });
    await until(() => a.uplink.status === 'live' && b.uplink.status === 'live');
    await until(() => holds(receiver, { x: 19, a: 19 }));
    b.set({ x: 'b', b: 1 });
    await until(() => receiver.signals?.get('x') === 'b' && receiver.signals.get('b') === 1);
    await until(() => a.told.clock >= b.writer.table.version);
    a.set({ x: 'a' });
    await until(() => receiver.signals?.get('x') === 'a');
    const alone = startSource(url);
    await until(() => alone.uplink.status === 'failed');
    assert.match(alone.uplink.reason, /sources that share it/);
  });

  test('a relay may ask for a token', async () => {
    const { url } = await startRelay({ publishToken: 'a secret of some length' });
    const without = startSource(url);
    await until(() => without.uplink.status === 'failed');
    assert.match(without.uplink.reason, /token/);
    const wrong = startSource(url, { token: 'another' });
    await until(() => wrong.uplink.status === 'failed');
    const right = startSource(url, { token: 'a secret of some length' });
    await until(() => right.uplink.status === 'live');
  });

  test('a late receiver knows how old it is what it is given', async () => {
    const { url } = await startRelay();
    const { set } = startSource(url);
    const early = startReceiver(url);
    const began = performance.now();
    set({ x: 1 });
    await until(() => holds(early, { x: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 150));
    const late = startReceiver(url);
    await until(() => holds(late, { x: 1 }));
    const since = (start: number): number => performance.now() - start + 10;
    assert.ok(late.age >= 140 && late.age <= since(began), `${late.age} ms, where the other says ${early.age}`);
    const news = performance.now();
    set({ x: 2 });
    await until(() => holds(late, { x: 2 }));
    assert.ok(late.age <= since(news), `${late.age} ms after news`);
  });

  test('a source hears how many watch, so that it can rest', async () => {
    const { url } = await startRelay();
    const { source, set } = startSource(url);
    let watching = -1;
    const { onstatus } = source.fanout;
    source.fanout.onstatus = (message, end) => {
      onstatus?.(message, end);
      watching = message.watching ?? -1;
    };
    set({ x: 1 });
    await until(() => watching === 0);
    const receiver = startReceiver(url);
    await until(() => watching === 1 && receiver.status === 'live');
    receiver.standby = true;
    await until(() => watching === 0);
    assert.equal(receiver.status, 'live');
    set({ x: 2 });
    receiver.standby = false;
    await until(() => watching === 1 && holds(receiver, { x: 2 }));
  });
});
