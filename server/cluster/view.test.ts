/** A host at one relay, viewers at others. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { startRedis } from '../testing/redis.js';
import { closeAll, later, startRelay } from '../testing/signals.js';
import { until } from '../testing/until.js';
import { converged, Host, joinRelays, LEASE, startViewer } from './testing/stage.js';

afterEach(closeAll);

describe('a channel over several relays', { timeout: 300_000 }, () => {
  it('is the same everywhere, cell for cell and signal for signal', async () => {
    const { urls } = await joinRelays(3);
    const early = startViewer(urls[1]!);
    const host = new Host(urls[0]!);
    const viewers = [early, startViewer(urls[0]!, host), startViewer(urls[2]!, host)];
    await converged(host, ...viewers);
    for (let i = 0; i < 50; i++) {
      host.step();
      if (i % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    viewers.push(startViewer(urls[2]!, host), startViewer(urls[1]!, host));
    for (let i = 0; i < 50; i++) host.step();
    await converged(host, ...viewers);
    assert.ok(viewers.every(({ status }) => status === 'live'));
    await until(() => viewers.every((viewer) => viewer.viewers === 5));
  });

  it('is nothing that a bus carries while nobody follows', async () => {
    const { urls, network } = await joinRelays(2);
    const host = new Host(urls[0]!);
    const near = startViewer(urls[0]!, host);
    await converged(host, near);
    const said = () => network.published.get('c:demo') ?? 0;
    await until(() => said() === 1);
    for (let i = 0; i < 20; i++) host.step();
    await converged(host, near);
    assert.equal(said(), 1);
    const far = startViewer(urls[1]!, host);
    await converged(host, near, far);
    far.stop();
    // It might have been a reload.
    await until(() => !network.broker.keys().includes('k:demo'));
    const after = said();
    for (let i = 0; i < 20; i++) host.step();
    await converged(host, near);
    assert.equal(said(), after);
    assert.deepEqual(network.broker.keys(), ['o:demo']);
    host.uplink.close();
    near.stop();
    await until(() => network.broker.keys().length === 0);
  });

  it('heals where messages are lost, and shows nothing wrong meanwhile', async () => {
    const { urls, network } = await joinRelays(2);
    const host = new Host(urls[0]!);
    const far = startViewer(urls[1]!, host);
    await converged(host, far);
    let lost = 0;
    network.loses = (topic) => topic === 'c:demo' && Math.random() < 0.2 && lost++ < 1000;
    for (let i = 0; i < 200 || lost <= 5; i++) {
      host.step();
      if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    network.loses = () => false;
    host.step();
    await converged(host, far);
    // The last of all, after which nothing comes.
    network.loses = (topic) => topic === 'c:demo';
    host.step();
    await until(() => host.source.fanout.signals!.table.version > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    network.loses = () => false;
    await converged(host, far);
    const { reconnects } = far.counts;
    assert.equal(reconnects, 0);
  });

  it('goes over a real Redis', async () => {
    const redis = await startRedis();
    later(() => redis.stop());
    const a = await startRelay({ redis: redis.url, leaseMs: LEASE });
    const b = await startRelay({ redis: redis.url, leaseMs: LEASE });
    const host = new Host(a.url);
    const far = startViewer(b.url, host);
    await converged(host, far);
    for (let i = 0; i < 100; i++) host.step();
    await converged(host, far, startViewer(b.url, host), startViewer(a.url, host));
    await far.command({ command: 'pause' });
    assert.deepEqual(
      host.commands.map(({ command }) => command),
      ['pause'],
    );
  });
});
