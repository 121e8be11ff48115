import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { type EventReader, readEvents } from '../../testing/events.js';
import { get } from '../../testing/http.js';
import { closeAll, later, startRelay, startSource } from '../../testing/signals.js';
import { until } from '../../testing/until.js';

afterEach(closeAll);

const path = (channel = 'demo'): string => `/channels/${channel}/signals`;

const post = async (url: string, body: unknown): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status;
};

async function open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
  const reader = await readEvents(url, headers);
  later(() => reader.close());
  return reader;
}

const saw = (reader: EventReader, event: string, data: unknown): boolean =>
  reader.told.some((told) => JSON.stringify(told) === JSON.stringify([event, data]));

describe('a stream of events', { timeout: 300_000 }, () => {
  test('tells all, then what changed, of a WebSocket source too, and how that stands', async () => {
    const { url, relay } = await startRelay();
    const reader = await open(url + path());
    await until(() => reader.events.length === 1);
    assert.deepEqual(reader.told, [['status', { state: 'waiting' }]]);
    assert.equal(reader.retry, 2000);
    assert.deepEqual(relay.channels(), [{ name: 'demo', state: 'waiting', viewers: 1 }]);
    const { headers } = reader.res;
    assert.equal(headers['cache-control'], 'no-cache, no-transform');
    assert.equal(headers['x-accel-buffering'], 'no');
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['content-encoding'], undefined);

    const source = startSource(url);
    source.set({ count: 1, text: 'a\nb', list: [1] });
    await until(() => saw(reader, 'sync', { count: 1, text: 'a\nb', list: [1] }));
    source.set({ count: 2 });
    await until(() => saw(reader, 'diff', { count: 2 }));
    const late = await open(`${url}${path()}?select=count,new&sse`, { accept: '*/*' });
    await until(() => late.events.length === 2);
    assert.deepEqual(late.told, [
      ['sync', { count: 2 }],
      ['status', { state: 'live' }],
    ]);
    source.set({ text: 'c' });
    source.set({ new: true });
    await until(() => saw(late, 'diff', { new: true }));
    assert.equal(saw(late, 'diff', { text: 'c' }), false);
    source.uplink.close();
    await until(() => late.last?.event === 'status');
    assert.deepEqual(late.last?.data, { state: 'waiting', reason: 'the source is away' });
    const other = startSource(url);
    other.set({ count: 'other' });
    await until(() => saw(late, 'sync', { count: 'other' }));
    assert.ok(
      late.events.some(({ event, data }) => event === 'status' && (data as { state: string }).state === 'live'),
    );
    late.close();
    reader.close();
    await until(() => relay.channels()[0].viewers === 0);
  });

  test('whoever comes back with the last id is told only what changed since', async () => {
    const { url } = await startRelay();
    await post(url + path(), { a: 1, b: 1, c: 1 });
    const first = await open(url + path());
    await until(() => first.events.length === 2);
    await post(url + path(), { a: 2 });
    await until(() => saw(first, 'diff', { a: 2 }));
    const { id } = first.last!;
    first.close();
    await post(url + path(), { b: 2 });
    await post(url + path(), { b: 3 });
    const back = await open(url + path(), { 'last-event-id': id });
    await until(() => back.events.length === 2);
    assert.deepEqual(back.told, [
      ['status', { state: 'live' }],
      ['diff', { b: 3 }],
    ]);
    // Nothing has changed since: nothing but where the channel stands.
    const same = await open(url + path(), { 'last-event-id': back.last!.id });
    await until(() => same.events.length === 1);
    await post(url + path(), { c: 2 });
    await until(() => same.events.length === 2);
    assert.deepEqual(same.told, [
      ['status', { state: 'live' }],
      ['diff', { c: 2 }],
    ]);
    // An answer's tag says the same thing.
    const tag = (await fetch(url + path())).headers.get('etag')!.slice(1, -1);
    await post(url + path(), { a: 3 });
    const tagged = await open(url + path(), { 'last-event-id': tag });
    await until(() => saw(tagged, 'diff', { a: 3 }));
    assert.equal(tagged.events.length, 2);
    // What cannot be gone on from begins anew.
    const [epoch, , names] = id.split('.');
    for (const bad of [
      '',
      'x',
      '..',
      `${epoch}.zzzz.${names}`,
      `${epoch}.1.zzzz`,
      `${epoch}.-1.${names}`,
      `1.1.${names}`,
    ]) {
      const anew = await open(url + path(), { 'last-event-id': bad });
      await until(() => anew.events.length === 2);
      assert.deepEqual(anew.told[0], ['sync', { a: 3, b: 3, c: 2 }], bad);
    }
    const select = await open(`${url}${path()}?select=a`, { 'last-event-id': tagged.last!.id });
    await until(() => saw(select, 'sync', { a: 3 }));
  });

  test('names that a source takes back are removed, also for who was away meanwhile', async () => {
    const { url } = await startRelay();
    const source = startSource(url);
    source.set({ a: 1, b: 2 });
    const reader = await open(url + path());
    await until(() => saw(reader, 'sync', { a: 1, b: 2 }));
    const { id } = reader.events.find(({ event }) => event === 'sync')!;
    source.writer.table.declare([{ name: 'a', type: 'number' }]);
    source.source.fanout.publishSignals();
    await until(() => saw(reader, 'removed', ['b']));
    const back = await open(url + path(), { 'last-event-id': id });
    await until(() => saw(back, 'sync', { a: 1 }));
  });

  test('has as many events a second as it asks for, and always the newest in the end', async () => {
    const { url } = await startRelay();
    const source = startSource(url);
    source.set({ i: -1 });
    const [slow, fast] = [await open(`${url}${path()}?max-fps=5`), await open(url + path())];
    await until(() => saw(slow, 'sync', { i: -1 }) && saw(fast, 'sync', { i: -1 }));
    const [before, start] = [slow.events.length, fast.events.length];
    const began = performance.now();
    let i = 0;
    await until(() => {
      source.set({ i: ++i });
      return fast.events.length - start >= 40;
    });
    await until(() => saw(slow, 'diff', { i }) && saw(fast, 'diff', { i }));
    const seconds = (performance.now() - began) / 1000;
    const few = slow.events.length - before;
    assert.ok(few <= 2 + 6 * seconds, `${few} in ${seconds} s`);
    for (const fps of ['0', '-1', 'x', '', '1000']) {
      assert.equal((await fetch(`${url}${path()}?sse&max-fps=${fps}`)).status, 400, fps);
    }
  });

  test('a reader that does not read costs little and holds up nobody, and then is told what is', async () => {
    const { url } = await startRelay();
    const source = startSource(url);
    source.set({ i: -1, text: '' });
    const slow = await open(url + path());
    const fast = await open(url + path());
    await until(() => saw(slow, 'sync', { i: -1, text: '' }) && saw(fast, 'sync', { i: -1, text: '' }));
    slow.res.pause();
    const writes = 400;
    const text = 'x'.repeat(60_000);
    for (let i = 0; i < writes; i++) {
      source.set({ i, text: `${i} ${text}` });
      await new Promise(setImmediate);
    }
    const seen = ({ last }: EventReader): unknown => (last?.data as { i?: number } | undefined)?.i;
    await until(() => seen(fast) === writes - 1);
    const before = slow.events.length;
    slow.res.resume();
    await until(() => seen(slow) === writes - 1);
    assert.ok(before < 20, `${before} came while it was paused`);
    // What the system's own buffers took came late; the relay kept one state, not the rest.
    assert.ok(slow.events.length < writes / 2, `${slow.events.length} of ${writes}`);
  });

  test('counts as a viewer, and as a connection of its address', async () => {
    const { relay, url } = await startRelay({ maxViewers: 2, addressConnections: 3, awaitedChannels: 2 });
    const one = await open(url + path('a'));
    await open(url + path('a'));
    await assert.rejects(open(url + path('a')), /503 .*as many viewers/);
    await open(url + path('b'));
    await assert.rejects(open(url + path('b')), /429 .*as many connections/);
    one.close();
    await until(() => relay.channels().find(({ name }) => name === 'a')?.viewers === 1);
    await assert.rejects(open(url + path('c')), /503 .*as many channels/);
    await open(url + path('a'));
    const head = await get(url, path('a'), { accept: 'text/event-stream' }, 'HEAD');
    assert.deepEqual([head.status, head.headers['content-type']], [200, 'text/event-stream; charset=utf-8']);
  });

  test('ends when the relay closes, at once and whole', async () => {
    const { url, relay } = await startRelay();
    await post(url + path(), { a: 1 });
    const readers = await Promise.all([open(url + path()), open(url + path('other'))]);
    await until(() => readers.every(({ events }) => events.length > 0));
    await relay.close();
    await until(() => readers.every(({ ended }) => ended));
  });

  test('a reader that vanishes is let go of', async () => {
    const { url, relay } = await startRelay();
    const { hostname, port } = new URL(url);
    const socket = connectTcp(Number(port), hostname);
    socket.write(`GET ${path()}?sse HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(socket, 'data');
    assert.equal(relay.channels()[0].viewers, 1);
    socket.resetAndDestroy();
    await until(() => relay.channels().length === 0);
  });
});
