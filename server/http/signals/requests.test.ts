import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { publish, receive } from '../../../transport/signals/node.js';
import { TestWorld } from '../../../transport/testing/world.js';
import { createRelay } from '../../index.js';
import { get } from '../../testing/http.js';
import { closeAll, holds, later, startReceiver, startRelay, startSource, startWorld } from '../../testing/signals.js';
import { until } from '../../testing/until.js';

afterEach(closeAll);

const path = (channel = 'demo'): string => `/channels/${channel}/signals`;

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the relay says.
  json: any;
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  const { status, headers } = answer;
  return { status, headers, json: text === '' ? null : JSON.parse(text) };
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('posting signals', { timeout: 300_000 }, () => {
  test('sets those named, leaves others, and whoever receives sees them', async () => {
    const { url, relay } = await startRelay();
    const signals = url + path();
    const early = startReceiver(url);
    const first = await post(signals, { count: 1, name: 'a', list: [1, { x: null }] });
    assert.equal(first.status, 200);
    assert.deepEqual(first.json, { version: 1, changed: ['count', 'name', 'list'] });
    await until(() => holds(early, { count: 1, name: 'a', list: [1, { x: null }] }) && early.status === 'live');
    assert.deepEqual((await post(signals, { name: 'a', count: -0 })).json, { version: 2, changed: ['count'] });
    assert.deepEqual((await post(signals, {})).json, { version: 2, changed: [] });
    // What was posted is there for the very next request, though nobody watched for a second.
    assert.deepEqual((await ask(signals)).json, { count: 0, name: 'a', list: [1, { x: null }] });
    await until(() => holds(early, { count: 0, name: 'a', list: [1, { x: null }] }));
    const late = startReceiver(url, 'demo', { signals: { select: ['name', 'later'] } });
    await until(() => holds(late, { name: 'a' }));
    await post(signals, { later: true });
    await until(() => holds(late, { name: 'a', later: true }));
    assert.deepEqual(relay.channels(), [{ name: 'demo', state: 'live', viewers: 2 }]);
  });

  test('each request is seen at once where nobody watches', async () => {
    const { url } = await startRelay();
    for (let i = 0; i < 20; i++) {
      await post(url + path(), { i });
      assert.deepEqual((await ask(url + path())).json, { i });
    }
  });

  test('many at once: the later one wins, and none is lost', async () => {
    const { url } = await startRelay();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => post(url + path(), { i, same: i })));
    const last = answers.reduce((a, b) => (b.json.version > a.json.version ? b : a));
    assert.equal(last.json.version, 30);
    const { json } = await ask(url + path());
    assert.deepEqual([json.i, answers[json.i].json.version], [json.same, 30]);
  });

  test('one bad value, and none of the request is taken', async () => {
    const { url } = await startRelay();
    const signals = url + path();
    // Each of these fits, all of them do not.
    const many = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`s${i}`, 'x'.repeat(60_000)]));
    const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
    const bad: [string, number, RegExp, string?][] = [
      ['{"a":1,"_b":2}', 400, /"_" in front/, '_b'],
      ['{"a":1,"__proto__":{"x":1}}', 400, /"_" in front/, '__proto__'],
      ['{"a":1,"":2}', 400, /1 to 128/, ''],
      ['{"a":1,"b\\u0007":2}', 400, /control character/, 'b\u0007'],
      [`{"a":1,"b":${deep}}`, 400, /deeper than 32/, 'b'],
      [`{"a":1,"b":${'['.repeat(300_000)}${']'.repeat(300_000)}}`, 400, /deep|long/, 'b'],
      [`{"a":1,"b":"${'x'.repeat(70_000)}"}`, 400, /64 KiB/, 'b'],
      ['', 400, /not JSON/],
      ['{"a":1', 400, /not JSON/],
      ['{"a":NaN}', 400, /not JSON/],
      ['{"a":1,"b":1e400}', 400, /beyond 1\.8e308/, 'b'],
      ['{"a":1,"b":{"c":[1,-1e400]}}', 400, /beyond 1\.8e308/, 'b'],
      ['[1]', 400, /not a JSON object/],
      ['null', 400, /not a JSON object/],
      [JSON.stringify(many), 400, /together may take 768 KiB/, 's13'],
      ['"a"', 400, /not a JSON object/],
    ];
    for (const [body, status, message, signal] of bad) {
      const answer = await post(signals, body);
      assert.equal(answer.status, status, body.slice(0, 80));
      assert.match(answer.json.error, message);
      assert.equal(answer.json.signal, signal);
    }
    assert.equal((await ask(signals)).status, 404, 'no channel came into being');
    await post(signals, { a: 1 });
    const { s0, s1, ...some } = many;
    const full = await post(signals, { ...some, a: 'x'.repeat(60_000) });
    assert.deepEqual([full.status, full.json.signal], [200, undefined]);
    assert.equal((await post(signals, { s2: 0, s0, s1, a: 1 })).status, 400);
    assert.equal((await ask(`${signals}?select=s2`)).json.s2.length, 60_000);
    await ask(signals, { method: 'DELETE' });
    await post(signals, { a: 1 });
    const names = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`n${i}`, 0]));
    const one = await post(signals, names);
    assert.deepEqual([one.status, one.json.signal], [400, 'n9999']);
    assert.deepEqual((await ask(signals)).json, { a: 1 });
    assert.deepEqual((await post(signals, '{"constructor":1,"a":null}')).json.changed, ['constructor', 'a']);
    assert.deepEqual((await ask(signals)).json, { a: null, constructor: 1 });
  });

  test('what is not UTF-8, not JSON by its type, or in a coding', async () => {
    const { url } = await startRelay();
    const send = (headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) =>
      ask(url + path(), { method: 'POST', headers, body });
    const json = { 'content-type': 'Application/JSON; charset=utf-8' };
    const bytes = new TextEncoder().encode('{"a":"é"}');
    assert.equal((await send({ ...json }, bytes)).status, 200);
    assert.equal((await send({ ...json }, new Uint8Array([...bytes.subarray(0, 6), 0xff, 0x22, 0x7d]))).status, 400);
    const form = await send({ 'content-type': 'application/x-www-form-urlencoded' }, bytes);
    assert.deepEqual([form.status, form.headers.get('accept-post')], [415, 'application/json']);
    assert.match(form.json.error, /curl --json/);
    assert.equal((await send({}, bytes)).status, 415);
    assert.equal((await send({ ...json, 'content-encoding': 'gzip' }, bytes)).status, 415);
  });

  test('a body too large is refused, whether it says so before or not', async () => {
    const { url } = await startRelay({ postBytes: 1000 });
    const large = JSON.stringify({ a: 'x'.repeat(1000) });
    const told = await post(url + path(), large);
    assert.equal(told.status, 413);
    assert.match(told.json.error, /larger than 1000 bytes/);
    const parts = async function* () {
      for (let i = 0; i < 2000; i++) yield new TextEncoder().encode(large);
    };
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, duplex: 'half' };
    const untold = await ask(url + path(), { ...init, body: parts() } as unknown as RequestInit);
    assert.equal(untold.status, 413);
    assert.equal((await ask(url + path())).status, 404);
  });

  test('a body that never ends is not waited for', async () => {
    const { url, relay } = await startRelay({ helloMs: 100 });
    const { hostname, port } = new URL(url);
    const socket = connectTcp(Number(port), hostname);
    socket.write(
      `POST ${path()} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":`,
    );
    socket.on('error', () => {});
    later(() => socket.destroy());
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 408/);
    assert.deepEqual(relay.channels(), []);
  });

  test('an address asks only so often', async () => {
    const { url } = await startRelay({ requestRate: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(url + path(), { a: 1 })));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 10, String(refused.length));
    assert.equal(refused[0].headers.get('retry-after'), '1');
    assert.match(refused[0].json.error, /too many requests/);
  });

  test('names that change all the time are refused, and what was posted stays', async () => {
    const { url } = await startRelay();
    const statuses: number[] = [];
    for (let i = 0; i < 15; i++) statuses.push((await post(url + path(), { [`n${i}`]: i })).status);
    assert.deepEqual(new Set(statuses), new Set([200, 429]));
    assert.equal((await post(url + path(), { n0: 'other type' })).status, 429);
    assert.equal((await post(url + path(), { n0: 7 })).status, 200);
    const { json } = await ask(url + path());
    assert.deepEqual([json.n0, json.n1], [7, 1]);
  });

  test('channels are only so many, and what is posted is bounded', async () => {
    const { url } = await startRelay({ maxChannels: 2, replicasBytes: 1024 * 1024 });
    const fill = { a: 'x'.repeat(60_000), b: 'x'.repeat(60_000), c: 'x'.repeat(60_000) };
    assert.equal((await post(url + path('one'), fill)).status, 200);
    assert.equal((await post(url + path('two'), fill)).status, 200);
    assert.deepEqual((await post(url + path('three'), { a: 1 })).status, 503);
    const full = await post(url + path('two'), { d: 'x'.repeat(60_000), e: 'x'.repeat(60_000), f: 'x'.repeat(60_000) });
    assert.deepEqual([full.status, full.headers.get('retry-after')], [503, '1']);
    await ask(url + path('one'), { method: 'DELETE' });
    assert.equal((await post(url + path('two'), { d: 'x'.repeat(60_000) })).status, 200);
  });
});

describe('who has a channel', { timeout: 300_000 }, () => {
  test('one with a WebSocket source is taken; one that is posted to is let go of with DELETE', async () => {
    const { url, relay } = await startRelay();
    const signals = url + path();
    const one = startSource(url);
    one.set({ x: 1 });
    await until(() => one.uplink.status === 'live');
    const taken = await post(signals, { x: 2 });
    assert.equal(taken.status, 409);
    assert.match(taken.json.error, /another source; close that one, or choose another name/);
    assert.equal((await post(`${signals}?merge`, { x: 2 })).status, 409);
    assert.equal((await ask(signals, { method: 'DELETE' })).status, 404);
    assert.deepEqual((await ask(signals)).json, { x: 1 });
    one.uplink.close();
    await until(() => relay.channels().every(({ state }) => state !== 'live'));

    const receiver = startReceiver(url);
    assert.equal((await post(signals, { y: 1 })).status, 200);
    await until(() => holds(receiver, { y: 1 }));
    const two = startSource(url);
    await until(() => two.uplink.status === 'failed');
    two.uplink.close();
    const gone = await ask(signals, { method: 'DELETE' });
    assert.deepEqual([gone.status, gone.json], [204, null]);
    await until(() => receiver.status === 'ended');
    assert.equal((await ask(signals)).status, 404);
    assert.equal((await ask(signals, { method: 'DELETE' })).status, 404);

    // It may be posted to again, and what was before is gone.
    await post(signals, { z: 1 });
    await until(() => holds(receiver, { z: 1 }) && receiver.status === 'live');
  });

  test('one that is posted to is let go of after a while', async () => {
    const postedMs = 300;
    const { url, relay } = await startRelay({ postedMs });
    const signals = url + path();
    const receiver = startReceiver(url);
    await post(signals, { z: 0 });
    await until(() => holds(receiver, { z: 0 }));
    const began = performance.now();
    assert.equal((await post(signals, { z: 1 })).status, 200);
    await until(() => holds(receiver, { z: 1 }) && receiver.status === 'waiting');
    // A timer may be late, but is never early.
    assert.ok(performance.now() - began >= postedMs - 2, 'each request gives it time');
    const left = await ask(signals);
    assert.deepEqual([left.json, left.headers.get('x-mpl-state')], [{ z: 1 }, 'waiting']);
    receiver.stop();
    await until(() => relay.channels().length === 0);
  });

  test('with ?merge it shares the channel, and the later write wins', async () => {
    const { url } = await startRelay();
    const signals = url + path();
    const other = startSource(url, 'demo', true);
    other.set({ x: 'other', own: 1 });
    await until(() => other.uplink.status === 'live');
    const alone = await post(signals, { x: 'posted' });
    assert.equal(alone.status, 409);
    assert.match(alone.json.error, /share it/);
    const receiver = startReceiver(url);
    await until(() => receiver.signals?.get('x') === 'other');
    const shared = await post(`${signals}?merge`, { x: 'posted', more: 2 });
    assert.equal(shared.status, 200);
    await until(() => holds(receiver, { x: 'posted', own: 1, more: 2 }));
    // A write that does not know of another is none that comes later.
    await until(() => other.writer.table.version >= shared.json.version);
    other.set({ x: 'again' });
    await until(() => receiver.signals?.get('x') === 'again');
    assert.deepEqual((await ask(signals)).json, { x: 'again', own: 1, more: 2 });
    for (let i = 0; i < 10; i++) {
      other.set({ x: `other ${i}` });
      await until(() => receiver.signals?.get('x') === `other ${i}`);
      const { json } = await post(signals, { x: `posted ${i}` });
      assert.equal((await ask(signals)).json.x, `posted ${i}`, 'what is posted later is later');
      await until(() => other.writer.table.version >= json.version);
    }
    assert.equal((await ask(signals, { method: 'DELETE' })).status, 204);
    other.set({ own: 2 });
    await until(() => receiver.signals?.get('own') === 2);
    assert.equal(receiver.status, 'live');
  });

  test('a posted channel opens up to others with ?merge', async () => {
    const { url } = await startRelay();
    await post(url + path(), { a: 1, x: 'posted' });
    assert.equal((await post(`${url}${path()}?merge`, {})).status, 200);
    const other = startSource(url, 'demo', true);
    other.set({ x: 'other' });
    await until(() => other.uplink.status === 'live');
    const receiver = startReceiver(url);
    await until(() => holds(receiver, { a: 1, x: 'other' }) || holds(receiver, { a: 1, x: 'posted' }));
    await post(url + path(), { x: 'posted again' });
    await until(() => holds(receiver, { a: 1, x: 'posted again' }));
  });

  test('a token has to be shown to post and delete, not to read', async () => {
    const { url } = await startRelay({ publishToken: 'a secret of some length' });
    const signals = url + path();
    const none = await post(signals, { a: 1 });
    assert.deepEqual([none.status, none.headers.get('www-authenticate')], [401, 'Bearer realm="mpl"']);
    assert.match(none.json.error, /none was shown/);
    for (const authorization of ['Bearer another', 'Bearer ', 'Basic YTpi', 'a secret of some length']) {
      assert.equal((await post(signals, { a: 1 }, { authorization })).status, 401, authorization);
      assert.equal((await ask(signals, { method: 'DELETE', headers: { authorization } })).status, 401);
    }
    const wrong = await post(signals, { a: 1 }, { authorization: 'Bearer another' });
    assert.match(wrong.headers.get('www-authenticate')!, /invalid_token/);
    const authorization = 'bearer a secret of some length';
    assert.equal((await post(signals, { a: 1 }, { authorization })).status, 200);
    assert.deepEqual((await ask(signals)).json, { a: 1 });
    assert.equal((await ask(signals, { method: 'DELETE', headers: { authorization } })).status, 204);
  });
});

describe('asking for signals', { timeout: 300_000 }, () => {
  test('all or some, and nothing twice', async () => {
    const { url } = await startRelay();
    const signals = url + path();
    const none = await ask(signals);
    assert.equal(none.status, 404);
    assert.match(none.json.error, /nobody publishes the channel "demo" yet/);
    startReceiver(url, 'waits');
    await post(signals, { a: 1, b: 'ü', c: { d: [] } });
    const all = await ask(signals);
    assert.equal(all.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(all.headers.get('cache-control'), 'no-cache');
    assert.equal(all.headers.get('access-control-allow-origin'), '*');
    assert.equal(all.headers.get('x-mpl-state'), 'live');
    assert.ok(Number(all.headers.get('x-mpl-age')) < 2000);
    assert.deepEqual(all.json, { a: 1, b: 'ü', c: { d: [] } });
    const tag = all.headers.get('etag')!;
    const again = (query: string, etag: string) => ask(signals + query, { headers: { 'if-none-match': etag } });
    assert.equal((await again('', tag)).status, 304);
    assert.equal((await again('?select=a,b', tag)).status, 200);
    const some = await ask(`${signals}?${new URLSearchParams({ select: 'c,a,nothing' })}`);
    assert.deepEqual(some.json, { a: 1, c: { d: [] } });
    await post(signals, { b: 2 });
    assert.equal((await again('', tag)).status, 200);
    assert.equal((await again('?select=a,c', some.headers.get('etag')!)).status, 304, 'what was selected is as it was');
    assert.deepEqual((await ask(`${signals}?select=b&select=c`)).json, { b: 2, c: { d: [] } });
    assert.equal((await ask(url + path('waits'))).status, 404);
    for (const query of ['?select=', '?select=a,_x', `?select=${'x'.repeat(129)}`]) {
      assert.equal((await ask(signals + query)).status, 400, query);
    }
    const head = await get(url, path(), {}, 'HEAD');
    assert.deepEqual([head.status, head.body.length, Number(head.headers['content-length']) > 10], [200, 0, true]);
  });

  test('a source without signals yet has an empty object', async () => {
    const { url, relay } = await startRelay();
    const { uplink } = startSource(url);
    await until(() => uplink.status === 'live');
    assert.deepEqual((await ask(url + path())).json, {});
    const world = startWorld(url, new TestWorld(100, 100), 'world');
    await until(() => world.status === 'live');
    await until(() => relay.channels().every(({ state }) => state === 'live'));
    const began = performance.now();
    assert.deepEqual((await ask(url + path('world'))).json, {});
    assert.ok(performance.now() - began < 1900, 'there is nothing to wait for');
  });

  test('wakes a source that rests, and what it is derived from', async () => {
    const { url } = await startRelay();
    const { source, set, writer, uplink } = startSource(url);
    let watching = -1;
    source.fanout.onstatus = (message) => {
      const before = watching;
      watching = message.watching ?? -1;
      // As a derived channel does: its own sources have to wake first.
      if (before === 0 && watching > 0) setTimeout(() => set({ x: 'fresh' }), 50);
    };
    writer.table.hops = [
      { id: writer.table.epoch, channel: 'demo', from: [7] },
      { id: 7, channel: 'up', from: [] },
    ];
    set({ x: 'old' });
    await until(() => watching === 0 && uplink.status === 'live');
    assert.deepEqual((await ask(`${url}${path()}?cached`)).json, { x: 'old' });
    const both = await Promise.all([ask(url + path()), ask(url + path())]);
    assert.deepEqual(
      both.map(({ json }) => json),
      [{ x: 'fresh' }, { x: 'fresh' }],
    );
    assert.ok(Number(both[0].headers.get('x-mpl-age')) < 1000);
    await until(() => watching === 0);
  });

  test('waits for a source that another has just woken', async () => {
    const { url } = await startRelay();
    const { source, set, writer, uplink } = startSource(url);
    let watching = -1;
    source.fanout.onstatus = (message) => {
      const before = watching;
      watching = message.watching ?? -1;
      if (before === 0 && watching > 0) setTimeout(() => set({ x: 'fresh' }), 100);
    };
    writer.table.hops = [{ id: writer.table.epoch, channel: 'demo', from: [7] }];
    set({ x: 'old' });
    await until(() => watching === 0 && uplink.status === 'live');
    const viewer = startReceiver(url);
    await until(() => watching > 0);
    assert.deepEqual((await ask(`${url}${path()}?cached`)).json, { x: 'old' });
    assert.deepEqual((await ask(url + path())).json, { x: 'fresh' });
    // It is awake: there is nothing to wait for.
    const began = performance.now();
    assert.deepEqual((await ask(url + path())).json, { x: 'fresh' });
    assert.ok(performance.now() - began < 1900);
    viewer.stop();
    await until(() => watching === 0);
    assert.deepEqual((await ask(url + path())).json, { x: 'fresh' });
  });

  test('of channels in a row at once are all of now', async () => {
    const { url: server } = await startRelay();
    const one = publish('l1', { server, output: ['n'], signals: { n: 1 } });
    const [a, b] = [receive<{ n: number }>('l1', { server }), receive<{ n: number }>('l2', { server })];
    const two = publish('l2', { server, output: ['n'], signals: { n: () => a.n } });
    const three = publish('l3', { server, output: ['n'], signals: { n: () => b.n } });
    for (const each of [one, a, two, b, three]) later(() => each._close());
    const value = async (name: string, query = '') => (await ask(`${server}${path(name)}${query}`)).json.n;
    await until(() => [one, two, three].every(({ _connected }) => _connected));
    assert.equal(await value('l3'), 1);
    await until(() => [one, two, three].every(({ _watched }) => !_watched));
    one.n = 42;
    assert.equal(await value('l2', '?cached'), 1);
    assert.deepEqual(await Promise.all([value('l3'), value('l3'), value('l2')]), [42, 42, 42]);
  });

  test('a source that does not answer is waited for two seconds', async () => {
    const { url } = await startRelay();
    const { source, set, uplink } = startSource(url);
    set({ x: 1 });
    await until(() => uplink.status === 'live' && source.fanout.watching > 0);
    const [end] = source.fanout.ends;
    end.link.onmessage = () => {};
    const began = performance.now();
    assert.deepEqual((await ask(url + path())).json, { x: 1 });
    const took = performance.now() - began;
    assert.ok(took > 1500 && took < 20_000, String(took));
  });
});

describe('around it', { timeout: 300_000 }, () => {
  test('methods, names and preflights', async () => {
    const { url } = await startRelay();
    for (const method of ['PUT', 'PATCH']) {
      const { status, headers, json } = await ask(url + path(), { method });
      assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD, POST, DELETE, OPTIONS']);
      assert.match(json.error, /only GET/);
    }
    const preflight = await get(
      url,
      path(),
      { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' },
      'OPTIONS',
    );
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.match(preflight.headers['access-control-allow-methods']!, /POST.*DELETE/);
    assert.match(preflight.headers['access-control-allow-headers']!, /Authorization, Content-Type/);
    for (const name of ['', '%20', 'a%2Fb', '%zz', 'x'.repeat(65)]) {
      const bad = await get(url, path(name));
      assert.equal(bad.status, 404, name);
      assert.match(bad.body.toString(), /1 to 64 of A-Z/);
      assert.equal(bad.headers['access-control-allow-origin'], '*');
    }
    for (const other of ['/channels/a', '/channels/a/b/signals', '/channels/a/signals/']) {
      assert.match((await get(url, other)).body.toString(), /MPL relay/, other);
    }
  });

  test('in somebody’s own server; a body that was read before is said to be', async () => {
    const relay = createRelay({ dist: false });
    const server = createServer(async (req, res) => {
      if (req.url?.endsWith('?parsed')) for await (const _ of req);
      if (!relay.handler(req, res)) res.end('mine');
    });
    later(() => server.close());
    later(() => relay.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.equal((await post(url + path(), { a: 1 })).status, 200);
    assert.deepEqual((await ask(url + path())).json, { a: 1 });
    const parsed = await post(`${url}${path()}?parsed`, { a: 2 });
    assert.equal(parsed.status, 500);
    assert.match(parsed.json.error, /before any body parser/);
    await relay.close();
    assert.equal((await ask(url + path())).status, 503);
    assert.equal((await get(url, '/')).body.toString(), 'mine');
  });

  test('a relay that was posted to closes at once', async () => {
    const { url, relay } = await startRelay();
    await post(url + path(), { a: 1 });
    const began = performance.now();
    await relay.close();
    assert.ok(performance.now() - began < 10_000);
  });
});
