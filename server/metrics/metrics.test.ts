import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import fc from 'fast-check';
import pino from 'pino';
import { AggregatorRegistry, register } from 'prom-client';
import { WebSocket } from 'ws';
import { connectWebSocket, Receiver, type SocketLike, Source, Uplink } from '../../transport/index.js';
import { seeded, TestWorld } from '../../transport/testing/world.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import * as session from '../../transport/wire/session.js';
import { createRelay, type RelayOptions } from '../index.js';
import { get } from '../testing/http.js';
import { startRedis } from '../testing/redis.js';
import { Scrape, scrape } from '../testing/scrape.js';
import { closeAll, later, startReceiver, startRelay, startSource } from '../testing/signals.js';
import { client, connect } from '../testing/sockets.js';
import { until } from '../testing/until.js';
import { Spread } from './spread.js';

afterEach(closeAll);

const Socket = WebSocket as unknown as new (url: string) => SocketLike;
const dial = (url: string) => connectWebSocket(url.replace('http', 'ws'), 20_000, Socket);

function startWorld(url: string, channel: string) {
  const world = new TestWorld(256, 256);
  const random = seeded(1);
  world.step(2000, random);
  const source = new Source(world);
  const uplink = new Uplink(source, {
    url: `${url}/peer/${channel}`,
    claim: `claim-of-source-of-${channel}`,
    connect: dial,
  });
  later(() => uplink.close());
  const step = () => {
    world.step(300, random);
    source.publish();
  };
  return { world, source, uplink, step };
}

function startViewer(url: string, channel: string, maxFps?: number): Receiver {
  const viewer = new Receiver({ connect: () => dial(`${url}/stream/${channel}`), ...(maxFps && { maxFps }) });
  viewer.start();
  later(() => viewer.stop());
  return viewer;
}

/** Looks until this holds. */
async function untilSeen(url: string, holds: (seen: Scrape) => boolean): Promise<Scrape> {
  for (let tries = 0; ; tries++) {
    const seen = await scrape(url);
    if (holds(seen)) return seen;
    assert.ok(tries < 1000, `never seen: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const at = (viewer: Receiver, world: TestWorld) => viewer.grid?.whole === true && viewer.version === world.version;

describe('metrics of a relay', { timeout: 300_000 }, () => {
  test('count what is delivered, to how many, and how long it takes, also after they have gone', async () => {
    const { url, relay } = await startRelay();
    const { world, step } = startWorld(url, 'demo');
    await until(() => relay.channels()[0]?.state === 'live');
    const viewers = [startViewer(url, 'demo'), startViewer(url, 'demo')];
    await until(() => viewers.every((viewer) => at(viewer, world)));
    for (let i = 0; i < 20; i++) {
      step();
      await until(() => viewers.every((viewer) => at(viewer, world)));
    }
    const frames = viewers.reduce((sum, viewer) => sum + viewer.counts.frames, 0);
    assert.ok(frames >= 42);
    const sent = { link: 'websocket', kind: 'tiles' };
    const seen = await untilSeen(url, (seen) => seen.value('mpl_in_flight_bytes') === 0);
    assert.equal(seen.value('mpl_deliveries_total', sent), frames);
    assert.equal(seen.value('mpl_deliveries_total', { kind: 'signals' }), 0);
    assert.equal(seen.value('mpl_joins_total', { resume: 'full' }), 2);
    assert.equal(seen.value('mpl_viewers', { link: 'websocket' }), 2);
    assert.equal(seen.value('mpl_viewers_watching'), 2);
    assert.equal(seen.value('mpl_channel_viewers', { channel: 'demo' }), 2);
    assert.equal(seen.value('mpl_channels', { state: 'live' }), 1);
    assert.equal(seen.value('mpl_sources'), 1);
    assert.equal(seen.value('mpl_connections', { room: 'stream' }), 2);
    assert.equal(seen.value('mpl_dirty_ratio'), 0);
    assert.equal(seen.value('mpl_viewers_behind'), 0);
    assert.ok(seen.value('mpl_received_frames_total') >= 21);
    assert.ok(seen.value('mpl_received_bytes_total') > 21 * 100);
    assert.ok(seen.value('mpl_sent_bytes_total') > 42 * 100);
    assert.ok(seen.value('mpl_replica_bytes') >= 16 * 512);
    assert.ok(seen.value('mpl_viewer_memory_bytes') > 0);
    assert.ok(seen.value('mpl_delivery_age_seconds_count') > 0);
    assert.ok(seen.value('mpl_delivery_age_seconds_sum') > 0);
    assert.ok(seen.value('nodejs_eventloop_lag_p99_seconds') >= 0);
    assert.ok(seen.value('process_resident_memory_bytes') > 1e6);

    for (const viewer of viewers) viewer.stop();
    const after = await untilSeen(url, (seen) => seen.value('mpl_viewers') === 0);
    assert.equal(after.value('mpl_deliveries_total', sent), frames);
    assert.ok(after.value('mpl_sent_bytes_total') >= seen.value('mpl_sent_bytes_total'));
    assert.equal(after.value('mpl_closes_total', { room: 'stream', by: 'peer', reason: 'normal' }), 2);
    assert.equal(after.value('mpl_evictions_total'), 0);
  });

  test('tell who is behind, and what newer tiles took the place of', async () => {
    const { url } = await startRelay();
    const { world, step } = startWorld(url, 'demo');
    const [quick, slow] = [startViewer(url, 'demo'), startViewer(url, 'demo', 0.01)];
    await until(() => at(quick, world) && at(slow, world));
    // All tiles change in each step. More steps than are kept for who takes its time: then they are known to be dirty.
    const steps = 80;
    for (let i = 0; i < steps; i++) {
      step();
      await until(() => at(quick, world));
    }
    const seen = await untilSeen(url, (seen) => seen.value('mpl_viewers_behind') === 1);
    // Of all these changes of a tile the slow one will be sent one, when its time comes.
    assert.equal(seen.value('mpl_conflated_tiles_total'), (steps - 1) * 16);
    assert.equal(seen.value('mpl_dirty_ratio'), 0.5);
  });

  test('count signals too, whoever gets them', async () => {
    const { url } = await startRelay();
    const { set } = startSource(url);
    set({ n: 1 });
    const viewer = startReceiver(url);
    await until(() => viewer.signals?.values().n === 1);
    const stream = await fetch(`${url}/channels/demo/signals?sse`);
    later(() => stream.body?.cancel());
    const seen = await untilSeen(url, (seen) => seen.value('mpl_deliveries_total', { link: 'memory' }) > 0);
    assert.ok(seen.value('mpl_deliveries_total', { link: 'websocket', kind: 'signals' }) > 0);
    assert.equal(seen.value('mpl_connections', { room: 'events' }), 1);
    assert.equal(seen.value('mpl_viewers', { link: 'memory' }), 1);
  });

  test('name who is let go or refused, and why, in few words whatever they say', async () => {
    const { url } = await startRelay({ connectionRate: 12, viewerPayload: 1024, maxFragments: 4 });
    const bad = await connect(`${url}/stream/demo`);
    bad.socket.send(encodeFrame('Publish', session.publish.encode({ protocol: 1, claim: 'claim-of-nobody-at-all' })));
    await bad.closed;
    const flood = await connect(`${url}/stream/demo`);
    const ping = encodeFrame('Ping', session.encodePing({ echo: false, time: 1, upstream: 0 }));
    for (let i = 0; i < 500; i++) flood.socket.send(ping);
    await flood.closed;
    const big = await connect(`${url}/stream/demo`);
    big.socket.send(Buffer.alloc(1025));
    await big.closed;
    const torn = await connect(`${url}/stream/demo`);
    for (let i = 0; i < 6; i++) torn.socket.send(Buffer.alloc(1), { fin: false });
    await torn.closed;
    const names = await connect(`${url}/stream/no%20name`);
    await names.closed;
    for (const code of [3000, 4999, 4429]) {
      const peer = await connect(`${url}/stream/demo`);
      peer.socket.close(code, 'a word of its own');
      await peer.closed;
    }
    const lost = await connect(`${url}/stream/demo`);
    lost.socket.terminate();
    while ((await Promise.race([client(`${url}/signal/peerjs`).closed, client(`${url}/peer/x`).closed])).code !== 1006);
    const seen = await untilSeen(url, (seen) => seen.value('mpl_closes_total', { reason: 'lost' }) >= 3);
    assert.equal(seen.value('mpl_evictions_total', { reason: 'forbidden' }), 1);
    assert.equal(seen.value('mpl_evictions_total', { reason: 'too-fast' }), 1);
    const closed = (by: string, reason: string) => seen.value('mpl_closes_total', { room: 'stream', by, reason });
    assert.equal(closed('relay', 'forbidden'), 1);
    assert.equal(closed('relay', 'too-fast'), 1);
    assert.equal(closed('relay', 'too-big'), 1);
    assert.equal(closed('relay', 'fragments'), 1);
    assert.equal(closed('relay', 'bad-channel'), 1);
    assert.equal(closed('peer', 'too-fast'), 1);
    assert.equal(closed('peer', 'lost'), 3);
    assert.ok(seen.value('mpl_refusals_total', { reason: 'rate' }) >= 1);
  });

  test('name the busiest channels, and count the others together', async () => {
    const { url } = await startRelay({ metricsChannels: 1 });
    for (const channel of ['a', 'b', 'b', 'c']) await connect(`${url}/stream/${channel}`);
    const seen = await untilSeen(url, (seen) => seen.value('mpl_channel_viewers') === 4);
    assert.deepEqual(seen.labelsOf('mpl_channel_viewers', 'channel'), ['b', '(others)']);
    assert.equal(seen.value('mpl_channel_viewers', { channel: '(others)' }), 2);
  });

  test('are well formed, and nothing of them is in the registry of the process', async () => {
    const { url, relay } = await startRelay();
    const { world } = startWorld(url, 'demo');
    const viewer = startViewer(url, 'demo');
    await until(() => at(viewer, world));
    const seen = await untilSeen(url, (seen) => seen.value('mpl_lag_seconds_count') > 0);
    for (const { name, labels, value } of seen.samples) {
      assert.ok(seen.types.has(name.replace(/_(bucket|sum|count)$/, '')) || seen.types.has(name), name);
      assert.ok(!Number.isNaN(value) || name.startsWith('nodejs_'), `${name} ${JSON.stringify(labels)}`);
    }
    for (const name of ['mpl_lag_seconds', 'mpl_delivery_age_seconds']) {
      const buckets = seen.samples.filter((sample) => sample.name === `${name}_bucket`);
      assert.equal(buckets.at(-1)!.labels.le, '+Inf');
      assert.equal(buckets.at(-1)!.value, seen.value(`${name}_count`));
      for (const [i, { value }] of buckets.entries()) assert.ok(i === 0 || value >= buckets[i - 1]!.value);
    }
    assert.deepEqual(register.getMetricsAsArray(), []);
    const registry = await relay.metrics();
    const own = new Scrape(await registry.metrics());
    assert.equal(own.value('mpl_viewers'), 1);
    assert.equal(own.value('process_resident_memory_bytes'), 0);
    // As one, of several processes.
    const json = await registry.getMetricsAsJSON();
    const together = new Scrape(await AggregatorRegistry.aggregate([json, json]).metrics());
    assert.equal(together.value('mpl_viewers'), 2);
    assert.equal(together.value('mpl_viewer_memory_most_bytes'), own.value('mpl_viewer_memory_most_bytes'));
    for (const name of ['mpl_lag_seconds_count', 'mpl_lag_seconds_bucket', 'mpl_sent_bytes_total']) {
      const one = new Scrape(await AggregatorRegistry.aggregate([json]).metrics()).value(name);
      assert.ok(one > 0);
      assert.equal(together.value(name), 2 * one);
    }
  });
});

describe('/metrics', () => {
  test('of a server that is not the relay’s is the server’s, unless it asks', async () => {
    const answer = async (options: RelayOptions): Promise<string> => {
      const relay = createRelay({ dist: false, ...options });
      const server = createServer((req, res) => {
        if (!relay.handler(req, res)) res.end('mine');
      });
      relay.attach(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { body } = await get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, '/metrics');
      await relay.close();
      server.close();
      return body.toString();
    };
    assert.equal(await answer({}), 'mine');
    assert.equal(await answer({ metrics: false }), 'mine');
    assert.match(await answer({ metrics: true }), /^mpl_info\{version="/m);
  });

  test('is not served where it is not wanted, and only to whoever shows the token where there is one', async () => {
    const without = await startRelay({ metrics: false });
    assert.equal((await get(without.url, '/metrics')).status, 404);
    const { url } = await startRelay({ metricsToken: 'only-for-prometheus' });
    const bare = await get(url, '/metrics');
    assert.equal(bare.status, 401);
    assert.doesNotMatch(bare.body.toString(), /mpl_/);
    assert.equal((await get(url, '/metrics', { authorization: 'Bearer only-for-prometheu' })).status, 401);
    const seen = await scrape(url, { authorization: 'Bearer only-for-prometheus' });
    assert.equal(seen.value('mpl_info'), 1);
    assert.equal((await get(url, '/metrics', {}, 'POST')).status, 405);
  });

  test('has a port of its own where those who run it want one', async () => {
    const { url, relay } = await startRelay({ metrics: false });
    const inside = (await relay.listenMetrics(0)).url;
    assert.equal((await scrape(inside)).value('mpl_info'), 1);
    assert.equal((await get(inside, '/healthz')).status, 200);
    assert.equal((await get(inside, '/readyz')).status, 200);
    for (const path of ['/', '/channels', '/mpl.js', '/channels/a/signals']) {
      assert.equal((await get(inside, path)).status, 404);
    }
    await assert.rejects(connect(`${inside}/stream/demo`));
    assert.equal((await get(url, '/metrics')).status, 404);
    await relay.close();
    await assert.rejects(get(inside, '/healthz'));
  });
});

test('a spread counts each value where it belongs', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 1 }), fc.array(fc.integer()), (some, values) => {
      const bounds = some.sort((a, b) => a - b);
      const spread = new Spread(bounds);
      for (const value of values) spread.note(value);
      for (const [i, bound] of bounds.entries()) {
        const below = spread.counts.subarray(0, i + 1).reduce((sum, count) => sum + count, 0);
        assert.equal(below, values.filter((value) => value <= bound).length);
      }
      assert.equal(
        spread.counts.reduce((sum, count) => sum + count, 0),
        values.length,
      );
      assert.equal(
        spread.sum,
        values.reduce((sum, value) => sum + value, 0),
      );
    }),
  );
});

describe('joined relays', { timeout: 300_000 }, () => {
  test('are ready while they are joined, say so when they are not, and count each other apart from viewers', async () => {
    const redis = await startRedis();
    later(() => redis.stop());
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'info' }, { write: (text) => void lines.push(JSON.parse(text)) });
    const one = await startRelay({ redis: redis.url, log, cutOffMs: 0 });
    const two = await startRelay({ redis: redis.url });
    const ready = async (url: string) => (await get(url, '/readyz')).status === 200;
    await untilReady(async () => (await ready(one.url)) && (await ready(two.url)));
    const { world, step } = startWorld(one.url, 'demo');
    const viewer = startViewer(two.url, 'demo');
    await until(() => at(viewer, world));
    step();
    await until(() => at(viewer, world));
    const owner = await scrape(one.url);
    assert.equal(owner.value('mpl_joined'), 1);
    assert.equal(owner.value('mpl_viewers'), 0);
    assert.ok(owner.value('mpl_deliveries_total', { link: 'relay' }) > 0);
    assert.equal(owner.value('mpl_deliveries_total', { link: 'websocket' }), 0);
    assert.equal((await scrape(two.url)).value('mpl_viewers', { link: 'websocket' }), 1);

    await redis.kill();
    await untilReady(async () => !(await ready(one.url)));
    assert.equal((await get(one.url, '/readyz')).body.toString(), 'not joined with the other relays\n');
    assert.ok(lines.some(({ why }) => String(why).includes(`Redis at 127.0.0.1:${redis.port}`)));
    assert.equal((await get(one.url, '/healthz')).status, 200);
    // All relays miss the same Redis: if none were ready, nobody would be served.
    await untilReady(async () => (await scrape(two.url)).value('mpl_joined') === 0);
    assert.ok(await ready(two.url));
    const meanwhile = startViewer(one.url, 'demo');
    await until(() => at(meanwhile, world));
    meanwhile.stop();
    // An answer is good for a moment.
    await untilReady(async () => (await scrape(one.url)).value('mpl_joined') === 0);
    await redis.restart();
    await untilReady(() => ready(one.url));
    const told = lines.map(({ msg }) => msg).filter((msg) => /relays/.test(String(msg)));
    assert.deepEqual(told, [
      'joined with the other relays',
      'cut off from the other relays',
      'joined with the other relays',
    ]);
  });

  async function untilReady(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await holds()); tries++) {
      assert.ok(tries < 1000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});
