/** Whose a channel is, when sources move, and relays or Redis go away. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { Link } from '../../transport/index.js';
import { welcome } from '../../transport/wire/session.js';
import { frameName } from '../../transport/wire/types.js';
import { freePort, startRedis, type TestRedis } from '../testing/redis.js';
import { run } from '../testing/run.js';
import { closeAll, later, startRelay } from '../testing/signals.js';
import { until } from '../testing/until.js';
import { converged, dial, Host, joinRelays, LEASE, startViewer } from './testing/stage.js';

afterEach(closeAll);

/** A link that tells what it hears. */
function hears(link: Link, tell: (message: Uint8Array) => void): Link {
  return new Proxy(link, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => {
      const taken = (message: Uint8Array): void => {
        tell(message);
        value(message);
      };
      return Reflect.set(target, name, name === 'onmessage' ? taken : value, target);
    },
  });
}

describe('whose a channel is, among several relays', { timeout: 300_000 }, () => {
  it('goes with its source to another relay, by its claim, and viewers keep what they have', async () => {
    const { urls } = await joinRelays(3);
    const host = new Host(urls[0]!);
    const viewers = urls.map((url) => startViewer(url, host));
    await converged(host, ...viewers);
    const began = viewers.map(({ grid }) => grid);
    // Its network changes: the old line is not closed, it only hangs.
    host.cut();
    host.move(urls[1]!);
    host.step();
    await converged(host, ...viewers);
    // By way of each relay, and back to where it was.
    for (const url of [urls[2]!, urls[0]!]) {
      host.move(url);
      host.step();
      await converged(host, ...viewers);
    }
    assert.deepEqual(
      viewers.map(({ grid }, i) => grid === began[i]),
      [true, true, true],
    );
    assert.deepEqual(
      viewers.map(({ counts }) => counts.reconnects),
      [0, 0, 0],
    );
    await until(() => viewers.every(({ status }) => status === 'live'));
  });

  for (const moved of ['nothing', 'something'] as const) {
    it(`is gone on with at a relay that never had it, by a viewer whose relay has died, when ${moved} has changed`, async () => {
      const { urls, relays } = await joinRelays(3);
      const host = new Host(urls[0]!);
      let at = urls[1]!;
      const answers: string[] = [];
      const connect = async () => {
        const to = at;
        const link = await dial(`${to}/stream/demo`);
        return hears(link, (message) => {
          // What the relay says that dies, it may say until then.
          if (to === urls[2] && frameName(message[0]!) === 'Welcome')
            answers.push(welcome.decode(message.subarray(16)).resume);
        });
      };
      const viewer = startViewer(at, host, { connect });
      await converged(host, viewer);
      const { grid } = viewer;
      // One tile that is empty by the time it comes again, too.
      const key = Array.from({ length: host.world.tiles }, (_, i) => i).find((i) => grid!.has(i))!;
      at = urls[2]!;
      await relays[1]!.relay.close();
      if (moved === 'something') {
        host.empty(key);
        host.step(3);
      }
      await until(() => viewer.counts.reconnects === 1 && viewer.status === 'live');
      await converged(host, viewer);
      // It goes on from what it held.
      assert.deepEqual([answers[0], answers.includes('full')], [moved === 'nothing' ? 'none' : 'merged', false]);
      // Whoever comes with nothing gets all.
      await converged(host, startViewer(urls[2]!, host));
      host.step();
      await converged(host, viewer);
    });
  }

  it('is nobody else’s, wherever that asks, until it was left', async () => {
    const { urls } = await joinRelays(2);
    const host = new Host(urls[0]!);
    const viewer = startViewer(urls[1]!);
    await converged(host, viewer);
    const other = new Host(urls[1]!);
    await until(() => other.uplink.status === 'failed');
    assert.match(other.uplink.reason, /the channel "demo" has another source, at another relay/);
    host.step();
    await converged(host, viewer);
    host.uplink.close();
    await until(() => viewer.status === 'waiting');
    other.uplink.retryNow();
    await converged(other, viewer);
    assert.equal(viewer.status, 'live');
  });

  it('is its own for a moment, if it vanished', async () => {
    const { urls, network } = await joinRelays(2, { sourceGraceMs: LEASE });
    const host = new Host(urls[0]!);
    const viewer = startViewer(urls[1]!, host);
    await converged(host, viewer);
    host.uplink.options.connect = () => Promise.reject(new Error('it is gone'));
    host.cut();
    await until(() => viewer.status === 'waiting');
    // The last picture stays, and who comes now sees it too.
    const late = startViewer(urls[1]!, host);
    await converged(host, viewer, late);
    const other = new Host(urls[1]!);
    await until(() => other.uplink.status === 'failed');
    await until(() => other.uplink.status === 'live');
    await converged(other, viewer);
    other.uplink.close();
    for (const one of [viewer, late]) one.stop();
    await until(() => network.broker.keys().length === 0);
  });

  it('is found out where two took it while the bus was away: one keeps it, and the other is told', async () => {
    const { urls, buses } = await joinRelays(2);
    for (const bus of buses) bus.connect(false);
    const hosts = urls.map((url) => new Host(url));
    const viewers = urls.map((url) => startViewer(url));
    // Each relay serves what is connected to it.
    await converged(hosts[0]!, viewers[0]!);
    await converged(hosts[1]!, viewers[1]!);
    for (const bus of buses) bus.connect(true);
    await until(() => hosts.some(({ uplink }) => uplink.status === 'failed'));
    const winner = hosts.find(({ uplink }) => uplink.status === 'live')!;
    winner.step();
    await converged(winner, ...viewers);
  });

  // Which relay finds Redis again first is chance, and so is what the other has noticed by then.
  const left: Record<string, (host: Host, to: string) => void> = {
    'vanished from': (host, to) => {
      host.redirect(to);
      host.cut();
    },
    'said goodbye to': (host, to) => host.move(to),
    'hangs on': (host, to) => {
      host.redirect(to);
      host.hang();
    },
  };
  for (const [how, leave] of Object.entries(left)) {
    for (const first of [0, 1]) {
      it(`stays with a source that ${how} a relay while the bus was away, whichever is back first: ${first}`, async () => {
        const { urls, buses, relays } = await joinRelays(2);
        const host = new Host(urls[0]!);
        const viewers = urls.map((url) => startViewer(url, host));
        await converged(host, ...viewers);
        for (const bus of buses) bus.connect(false);
        leave(host, urls[1]!);
        const returned = (): boolean => how === 'said goodbye to' || host.uplink.reconnects === 1;
        await until(() => host.uplink.status === 'live' && returned());
        if (how !== 'hangs on') await until(() => relays[0]!.relay.channels()[0]?.state === 'waiting');
        buses[first]!.connect(true);
        // By then it has renewed its lease.
        await new Promise((resolve) => setImmediate(resolve));
        buses[1 - first]!.connect(true);
        // What is decided takes a while to be heard.
        for (let i = 0; i < 5; i++) {
          host.step();
          await converged(host, ...viewers);
        }
        assert.equal(host.uplink.status, 'live');
        assert.equal(host.uplink.over, false);
        await until(() => viewers.every(({ status }) => status === 'live'));
        assert.equal(host.uplink.reconnects, how === 'said goodbye to' ? 0 : 1);
      });
    }
  }

  it('is another’s once its relay was silent for long, and that one finds out', async () => {
    const { urls, buses } = await joinRelays(2, { leaseMs: 1_000 });
    const host = new Host(urls[0]!);
    const viewers = [startViewer(urls[0]!, host), startViewer(urls[1]!, host)];
    await converged(host, ...viewers);
    buses[0]!.connect(false);
    await until(() => viewers[1]!.status === 'waiting');
    // Its lease has run out, so anyone may come.
    const other = new Host(urls[1]!);
    await until(() => other.uplink.status === 'live');
    await converged(other, viewers[1]!);
    assert.equal(viewers[0]!.status, 'live');
    buses[0]!.connect(true);
    await until(() => host.uplink.status === 'failed');
    other.step();
    await converged(other, ...viewers);
  });
});

describe('relays over a real Redis', { timeout: 300_000 }, () => {
  let redis: TestRedis;
  const start = async (): Promise<TestRedis> => {
    redis = await startRedis();
    later(() => redis.stop());
    return redis;
  };
  const relay = async () => (await startRelay({ redis: redis.url, leaseMs: LEASE, sourceGraceMs: 500 })).url;

  it('lose one by kill -9, and nothing else: source and viewers go on at the others', async () => {
    await start();
    const doomed = run(['serve', '--port', '0', '--no-open', '--redis', redis.url, '--lease-ms', `${LEASE}`]);
    later(() => doomed.child.kill('SIGKILL'));
    const [, a] = await doomed.printed(/channels +(http:\S+)\/channels/);
    const b = await relay();
    const host = new Host(a!);
    const staying = startViewer(b, host);
    let at = a!;
    const moving = startViewer(a!, host, { connect: () => dial(`${at}/stream/demo`) });
    await converged(host, staying, moving);
    const grid = moving.grid;
    for (let i = 0; i < 20; i++) host.step();
    doomed.child.kill('SIGKILL');
    at = b;
    host.move(b);
    host.step();
    await converged(host, staying, moving);
    assert.equal(moving.grid, grid, 'it went on from what it had');
    assert.deepEqual(
      (await redis.keys()).filter((key) => !key.startsWith('mpl:k:')),
      ['mpl:o:demo'],
    );
    staying.stop();
    moving.stop();
    host.uplink.close();
    for (;;) if ((await redis.keys()).length === 0) break;
  });

  it('stall while Redis is gone, and heal when it is back, empty', async () => {
    await start();
    const [a, b] = [await relay(), await relay()];
    const host = new Host(a);
    const [near, far] = [startViewer(a, host), startViewer(b, host)];
    await converged(host, near, far);
    const shown = far.version;
    await redis.kill();
    for (let i = 0; i < 10; i++) host.step();
    await converged(host, near);
    assert.equal(far.version, shown);
    assert.equal(far.status, 'live');
    await redis.restart();
    await converged(host, near, far);
    host.step();
    await converged(host, near, far);
    assert.equal(far.counts.reconnects, 0);
    await until(() => near.viewers === 2 && far.viewers === 2);
    // Only what subscribers hear is cut off.
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
    for (let i = 0; i < 10; i++) host.step();
    await converged(host, near, far);
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal');
    for (let i = 0; i < 10; i++) host.step();
    await converged(host, near, far);
  });

  it('say that there is no Redis, serve alone, and join when it comes', async () => {
    const port = await freePort();
    const url = `redis://127.0.0.1:${port}`;
    const one = run(['serve', '--port', '0', '--no-open', '--redis', `redis://:secret@127.0.0.1:${port}`]);
    later(() => one.child.kill('SIGKILL'));
    const [, a] = await one.printed(/channels +(http:\S+)\/channels/);
    await one.said(new RegExp(`Redis at 127.0.0.1:${port}: .*(ECONNREFUSED|refused)`));
    const b = (await startRelay({ redis: url, leaseMs: LEASE })).url;
    const host = new Host(a!);
    const [near, far] = [startViewer(a!, host), startViewer(b, host)];
    await converged(host, near);
    assert.equal(far.status, 'waiting');
    redis = await startRedis('--port', `${port}`);
    later(() => redis.stop());
    await converged(host, near, far);
    await one.said(/joined/);
    assert.doesNotMatch(one.text.err + one.text.out, /secret/);
  });
});
