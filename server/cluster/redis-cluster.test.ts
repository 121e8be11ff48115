/** Relays joined by a Redis Cluster, over sharded publish and subscribe. */

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startRedisCluster, type TestRedisCluster } from '../testing/redis-cluster.js';
import { closeAll, startRelay } from '../testing/signals.js';
import { until } from '../testing/until.js';
import { parseRedis } from './redis-address.js';
import { RedisBus } from './redis-bus.js';
import { busContract } from './testing/bus-contract.js';
import { converged, Host, LEASE, startViewer } from './testing/stage.js';

busContract('a Redis Cluster', async () => {
  const redis = await startRedisCluster();
  const make = () => new RedisBus(parseRedis(redis.url));
  return { a: make(), b: make(), close: () => redis.stop() };
});

describe('relays over a Redis Cluster', { timeout: 300_000 }, () => {
  let redis: TestRedisCluster;
  before(async () => {
    redis = await startRedisCluster();
  });
  after(() => redis.stop());
  afterEach(closeAll);

  it('show the same everywhere; topics are spread over its servers, and no server tells the others', async () => {
    const start = () => startRelay({ redis: redis.url, leaseMs: LEASE });
    const [a, b] = await Promise.all([start(), start()]);
    const names = ['one', 'two', 'three', 'four'];
    const hosts = names.map((name, i) => new Host([a, b][i % 2]!.url, name));
    const viewers = hosts.map((host, i) => startViewer([b, a][i % 2]!.url, host));
    for (const [i, host] of hosts.entries()) {
      for (let n = 0; n < 30; n++) host.step();
      await converged(host, viewers[i]!);
      await viewers[i]!.command({ command: 'pause' });
    }
    const channels = await Promise.all(redis.nodes.map((node) => node.ask('PUBSUB', 'SHARDCHANNELS', 'mpl:c:*')));
    assert.equal((channels as string[][]).flat().length, 4);
    assert.ok((channels as string[][]).filter((list) => list.length > 0).length > 1, JSON.stringify(channels));
    assert.deepEqual(await redis.nodes[0]!.ask('PUBSUB', 'CHANNELS', '*'), []);
    // Subscribers are cut off, at every server.
    for (const node of redis.nodes) await node.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
    for (const host of hosts) for (let n = 0; n < 10; n++) host.step();
    for (const [i, host] of hosts.entries()) await converged(host, viewers[i]!);
    for (const viewer of viewers) viewer.stop();
    for (const host of hosts) host.uplink.close();
    await until(() => hosts.every(({ uplink }) => uplink.source.fanout.ends.size === 0));
  });
});
