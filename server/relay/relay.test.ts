import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Link } from '../../transport/link/link.js';
import { connectWebSocket, type SocketLike } from '../../transport/link/websocket.js';
import { Receiver } from '../../transport/receiver.js';
import { Source, type SourceOptions } from '../../transport/source.js';
import { digest } from '../../transport/state/digest.js';
import { seeded, TestWorld } from '../../transport/testing/world.js';
import { Uplink } from '../../transport/uplink.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import { publish } from '../../transport/wire/session.js';
import { createRelay, type Relay, type RelayOptions } from '../index.js';
import { until } from '../testing/until.js';

const Socket = WebSocket as unknown as new (url: string) => SocketLike;
const dial = (url: string): Promise<Link> => connectWebSocket(url, 20_000, Socket);

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function startRelay(options: RelayOptions = {}, port = 0): Promise<{ relay: Relay; url: string; port: number }> {
  const relay = createRelay({ dist: false, sourceGraceMs: 50, ...options });
  const address = await relay.listen(port);
  open.push(relay);
  return { relay, url: address.url.replace('http', 'ws'), port: address.port };
}

function startSource(url: string, world: TestWorld, options: SourceOptions = {}, claim = 'claim-of-the-test-source') {
  const source = new Source(world, options);
  const uplink = new Uplink(source, { url: `${url}/peer/demo`, claim, connect: dial });
  open.push(uplink);
  return { source, uplink };
}

function startViewer(url: string, options: { maxFps?: number; token?: string } = {}) {
  const viewer = new Receiver({ connect: () => dial(`${url}/stream/demo`), ...options });
  viewer.start();
  open.push({ close: () => viewer.stop() });
  return viewer;
}

const same = (world: TestWorld, viewer: Receiver): boolean =>
  viewer.grid?.whole === true && viewer.version === world.version && digest(viewer.grid).hash === digest(world).hash;

describe('a relay', () => {
  test('carries a world to viewers that came before and after it, exactly', async () => {
    const { url, relay } = await startRelay();
    const early = startViewer(url);
    await until(() => early.status === 'waiting');
    const world = new TestWorld(500, 300);
    const random = seeded(1);
    world.step(3000, random);
    const { source, uplink } = startSource(url, world);
    await until(() => uplink.status === 'live' && same(world, early));
    for (let i = 0; i < 30; i++) {
      world.step(200, random);
      source.publish();
      await until(() => same(world, early));
    }
    const late = startViewer(url);
    await until(() => same(world, late));
    assert.deepEqual(await late.digest(), digest(world));
    assert.equal(late.link, 'websocket');
    assert.deepEqual(relay.channels(), [{ name: 'demo', state: 'live', viewers: 2 }]);
  });

  test('after it was killed and started again, source and viewers come back by themselves', async () => {
    const { url, relay, port } = await startRelay();
    const world = new TestWorld(300, 300);
    const random = seeded(2);
    world.step(1000, random);
    const { source } = startSource(url, world);
    const viewer = startViewer(url);
    await until(() => same(world, viewer));
    await relay.close();
    await until(() => viewer.status === 'reconnecting');
    world.step(50, random);
    await startRelay({}, port);
    await until(() => {
      source.publish();
      return same(world, viewer);
    });
    assert.equal(viewer.status, 'live');
  });

  test('a source that shows its claim takes the channel back at once; any other is refused until it is free', async () => {
    const { url } = await startRelay();
    const first = startSource(url, new TestWorld(64, 64));
    await until(() => first.uplink.status === 'live');
    const stranger = startSource(url, new TestWorld(64, 64), {}, 'another-claim-altogether');
    await until(() => stranger.uplink.status === 'failed');
    assert.match(stranger.uplink.reason, /"demo" has another source/);
    const viewer = startViewer(url);
    await until(() => viewer.status === 'live');
    const world = new TestWorld(128, 64);
    world.step(100, seeded(3));
    startSource(url, world);
    await until(() => first.uplink.status === 'failed' && same(world, viewer));
    assert.match(first.uplink.reason, /connected again elsewhere/);
  });

  test('a source that leaves is waited for; the picture stays, late joiners get it too', async () => {
    const { url, relay } = await startRelay({ sourceGraceMs: 10 });
    const world = new TestWorld(100, 100);
    world.step(100, seeded(4));
    const { uplink } = startSource(url, world);
    const viewer = startViewer(url);
    await until(() => same(world, viewer));
    uplink.close();
    await until(() => viewer.status === 'waiting');
    const late = startViewer(url);
    await until(() => late.status === 'waiting' && same(world, late));
    viewer.stop();
    late.stop();
    await until(() => relay.channels().length === 0);
  });

  test('commands go to the source and their answers come back', async () => {
    const { url } = await startRelay();
    const commands: string[] = [];
    const world = new TestWorld(64, 64);
    const { source } = startSource(url, world, {
      control: 'token',
      token: 'sesame',
      oncommand: ({ command }) => void commands.push(command),
    });
    const stranger = startViewer(url);
    const friend = startViewer(url, { token: 'sesame' });
    await until(() => stranger.status === 'live' && friend.status === 'live');
    await assert.rejects(stranger.command({ command: 'pause' }), /asks for a token/);
    await friend.command({ command: 'pause' });
    assert.deepEqual(commands, ['pause']);
    source.control = 'none';
    await assert.rejects(friend.command({ command: 'pause' }), /watching only/);
  });

  test('commands over the rate are refused, not dropped', async () => {
    const { url } = await startRelay({ controlRate: 5 });
    startSource(url, new TestWorld(64, 64), { control: 'viewers', oncommand: () => {} });
    const viewer = startViewer(url);
    await until(() => viewer.status === 'live');
    const answers = await Promise.allSettled(Array.from({ length: 40 }, () => viewer.command({ command: 'play' })));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    assert.ok(refused.length >= 25 && refused.length < 40, `${refused.length} refused`);
    assert.match(String(refused[0]!.reason), /too many commands/);
  });

  test('whoever does not know the protocol is closed with a code, and nobody else notices', async () => {
    const { url } = await startRelay();
    const world = new TestWorld(100, 100);
    world.step(100, seeded(5));
    startSource(url, world);
    const viewer = startViewer(url);
    await until(() => same(world, viewer));
    const say = (path: string, ...messages: (Uint8Array | string)[]): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url + path);
        socket.on('open', () => {
          for (const message of messages) socket.send(message);
        });
        socket.on('close', resolve);
        socket.on('error', () => {});
      });
    assert.equal(await say('/stream/demo', 'hello'), 4400);
    assert.equal(await say('/stream/demo', new Uint8Array(3)), 4400);
    assert.equal(await say('/stream/demo', encodeFrame('GridTiles', new Uint8Array(9))), 4403);
    assert.equal(await say('/stream/demo', new Uint8Array(100_000)), 1009);
    assert.equal(await say('/peer/other', encodeFrame('SubscribeFilter', new Uint8Array(2))), 4403);
    const claimed = encodeFrame('Publish', publish.encode({ protocol: 1, claim: 'claim-of-nobody-at-all' }));
    assert.equal(await say('/peer/demo', claimed), 4409);
    assert.equal(await say('/peer/other', claimed, encodeFrame('GridTiles', new Uint8Array(9))), 4400);
    assert.equal(await say('/stream/a%2fb'), 4404);
    assert.equal(viewer.status, 'live');
    assert.equal(viewer.counts.reconnects, 0);
  });

  test('a socket that says nothing is closed', async () => {
    const { url, relay } = await startRelay({ helloMs: 30 });
    for (const path of ['/stream/demo', '/peer/demo']) {
      const socket = new WebSocket(url + path);
      const code = await new Promise((resolve) => socket.on('close', resolve));
      assert.equal(code, 4408);
    }
    await until(() => relay.channels().length === 0);
  });

  test('a world that takes more memory than a channel may have is refused, and its memory given back', async () => {
    const { url } = await startRelay({ replicaBytes: 2 ** 20 });
    const world = new TestWorld(4096, 4096);
    for (let y = 0; y < 4096; y += 64) for (let x = 0; x < 4096; x += 64) world.flip(x, y);
    const { uplink } = startSource(url, world);
    await until(() => uplink.status === 'failed');
    assert.match(uplink.reason, /more memory than the 1 MiB/);
    const viewer = startViewer(url);
    await until(() => viewer.status === 'waiting');
    assert.equal(viewer.grid, null);
  });

  test('while nobody watches, the source is asked for a frame a second, no more', async () => {
    const { url } = await startRelay();
    const world = new TestWorld(100, 100);
    const { source, uplink } = startSource(url, world);
    await until(() => uplink.status === 'live');
    const [end] = source.fanout.ends;
    for (let i = 0; i < 20; i++) {
      world.step(5, seeded(i));
      source.publish();
    }
    assert.ok(end!.outbox.frames <= 2, `${end!.outbox.frames} frames sent`);
    const viewer = startViewer(url);
    await until(() => same(world, viewer));
  });
});
