import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { connectWebSocket, Receiver, type SocketLike, Source, Uplink } from '../transport/index.js';
import { digest } from '../transport/state/digest.js';
import { seeded, TestWorld } from '../transport/testing/world.js';
import { OptionError } from './index.js';
import { get } from './testing/http.js';
import { run } from './testing/run.js';
import { closeAll, later, startRelay } from './testing/signals.js';
import { client, connect } from './testing/sockets.js';
import { until } from './testing/until.js';

afterEach(closeAll);

const Socket = WebSocket as unknown as new (url: string) => SocketLike;

describe('a relay that closes in its own time', { timeout: 300_000 }, () => {
  const DRAIN = 2000;

  test('says that it is not ready, takes in nobody, tells sources at once and viewers little by little', async () => {
    const { url, relay } = await startRelay();
    const source = await connect(`${url}/peer/demo`);
    const viewers = await Promise.all(Array.from({ length: 30 }, () => connect(`${url}/stream/demo`)));
    const peer = await connect(`${url}/signal/peerjs?key=peerjs&id=a&token=t`);
    assert.equal((await get(url, '/readyz')).status, 200);
    const began = performance.now();
    const closing = relay.close({ drainMs: DRAIN });
    assert.equal((await source.closed).code, 1012);
    const ready = await get(url, '/readyz');
    assert.deepEqual([ready.status, ready.body.toString()], [503, 'closing\n']);
    assert.equal((await get(url, '/healthz')).status, 200);
    assert.equal((await client(`${url}/stream/demo`).closed).code, 1006);
    const ended = await Promise.all(
      [...viewers, peer].map(async ({ closed }) => [(await closed).code, performance.now() - began]),
    );
    assert.ok(ended.every(([code]) => code === 1012));
    const times = ended.map(([, at]) => at!).sort((a, b) => a - b);
    // No timer is early: whatever the machine does, the last is told when most of the time is over.
    assert.ok(times.at(-1)! > DRAIN * 0.8, `${times.at(-1)}`);
    // Not all at once; how many at a time is the machine’s business.
    assert.ok(new Set(times.map((at) => Math.floor(at / 40))).size >= 2, `${times}`);
    await closing;
    await assert.rejects(get(url, '/readyz'));
  });

  test('has nobody to wait for where nobody is there', async () => {
    const { relay } = await startRelay({ drainMs: 3_600_000 });
    await relay.close();
  });

  test('refuses a time that is none, and goes on', async () => {
    const { url, relay } = await startRelay();
    assert.throws(
      () => relay.close({ drainMs: -1 }),
      (error) => error instanceof OptionError && error.option === 'drainMs',
    );
    assert.equal((await get(url, '/readyz')).status, 200);
  });

  test('leaves source and viewers to another relay, and nobody loses a cell', async () => {
    const [one, two] = [await startRelay(), await startRelay()];
    // As behind a proxy: whoever is not ready gets nobody.
    const dial = async (path: string) => {
      const ready = (await get(one.url, '/readyz').catch(() => null))?.status === 200;
      return connectWebSocket(`${(ready ? one : two).url.replace('http', 'ws')}${path}`, 20_000, Socket);
    };
    const world = new TestWorld(300, 200);
    const random = seeded(7);
    world.step(2000, random);
    const source = new Source(world);
    const claim = 'claim-of-a-source-that-moves';
    const uplink = new Uplink(source, { url: '/peer/demo', claim, connect: dial });
    later(() => uplink.close());
    const viewers = Array.from({ length: 8 }, () => new Receiver({ connect: () => dial('/stream/demo') }));
    for (const viewer of viewers) {
      viewer.start();
      later(() => viewer.stop());
    }
    const same = (viewer: Receiver) =>
      viewer.grid?.whole === true &&
      viewer.version === world.version &&
      digest(viewer.grid).hash === digest(world).hash;
    await until(() => viewers.every(same));
    const closing = one.relay.close({ drainMs: 300 });
    for (let i = 0; i < 20; i++) {
      world.step(100, random);
      source.publish();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await closing;
    await until(() => two.relay.channels()[0]?.viewers === viewers.length);
    await until(() => {
      source.publish();
      return viewers.every(same);
    });
    assert.ok(viewers.every((viewer) => viewer.status === 'live'));
  });

  test('does so when its process is told to end', async () => {
    const mpl = run(['serve', '--port', '0', '--no-demo', '--drain-ms', '400', '--log-level', 'info']);
    const [, url] = await mpl.printed(/channels +(http:\/\/127\.0\.0\.1:\d+)\//);
    const viewer = await connect(`${url}/stream/demo`);
    mpl.child.kill('SIGTERM');
    assert.equal((await viewer.closed).code, 1012);
    assert.equal(await mpl.done, 0);
    assert.match(mpl.text.out, /1 viewer is told to come back, within 0\.4 s/);
    const lines = mpl.text.err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ level, msg }) => [level, msg]),
      [
        ['info', 'listening'],
        ['info', 'closing'],
      ],
    );
  });
});
