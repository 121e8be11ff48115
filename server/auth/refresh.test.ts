import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import {
  connectWebSocket,
  type Link,
  Receiver,
  type ReceiverOptions,
  type SocketLike,
  Source,
  type SourceOptions,
  type TokenSource,
  Uplink,
} from '../../transport/index.js';
import { seeded, TestWorld } from '../../transport/testing/world.js';
import { closeAll, later, startRelay } from '../testing/signals.js';
import { forge, SECRET } from '../testing/tokens.js';
import { until } from '../testing/until.js';

afterEach(closeAll);

const ALL = ['publish', 'subscribe', 'control'];
let made = 0;

/** A token of its own that lasts so many ms. */
const token = (ms: number, claims: object = {}): string => {
  const exp = (Date.now() + ms) / 1000;
  return forge({ alg: 'HS256' }, { channels: ['demo'], can: ALL, exp, jti: `${++made}`, ...claims }, SECRET);
};

const start = () => startRelay({ keys: [{ secret: SECRET }], clockSkewMs: 0 });

/** A socket of the relay, counted. */
function dialer(url: string) {
  const dial = {
    opened: 0,
    sockets: [] as WebSocket[],
    connect: (): Promise<Link> => {
      dial.opened++;
      class Socket extends WebSocket {
        constructor(to: string) {
          super(to);
          dial.sockets.push(this);
        }
      }
      return connectWebSocket(url.replace(/^http/, 'ws'), 5000, Socket as unknown as new (url: string) => SocketLike);
    },
  };
  return dial;
}

function publish(url: string, shown: TokenSource | undefined, options: SourceOptions = {}, cells = 20) {
  const world = new TestWorld(256, 256);
  const random = seeded(1);
  const source = new Source(world, { maxFps: 120, ...options });
  const dial = dialer(`${url}/peer/demo`);
  const claim = 'claim-of-a-source-with-tokens';
  const uplink = new Uplink(source, { url: '', claim, connect: dial.connect, ...(shown && { token: shown }) });
  const step = (): void => {
    world.step(cells, random);
    source.publish();
  };
  const timer = setInterval(step, 10);
  later(() => {
    clearInterval(timer);
    uplink.close();
  });
  return { source, uplink, dial, step, stop: () => clearInterval(timer) };
}

function watch(url: string, shown: TokenSource | undefined, options: Partial<ReceiverOptions> = {}) {
  const dial = dialer(`${url}/stream/demo`);
  const receiver = new Receiver({ connect: dial.connect, ...(shown && { token: shown }), ...options });
  const statuses: string[] = [];
  receiver.listen(({ type }) => type === 'status' && statuses.push(`${receiver.status} ${receiver.reason}`.trim()));
  receiver.start();
  later(() => receiver.stop());
  return { receiver, dial, statuses };
}

describe('tokens that end', () => {
  test('are followed by others, and no connection is lost', async () => {
    const { url } = await start();
    const asked = { source: 0, viewer: 0 };
    const source = publish(url, () => {
      asked.source++;
      return token(2800, { can: ['publish'] });
    });
    const { receiver, dial, statuses } = watch(url, async () => {
      asked.viewer++;
      return token(2500, { can: ['subscribe'] });
    });
    await until(() => receiver.status === 'live');
    const { frames } = receiver.counts;
    await until(() => asked.source >= 3 && asked.viewer >= 4);
    assert.ok(receiver.counts.frames > frames);
    assert.equal(dial.opened, 1);
    assert.equal(source.dial.opened, 1);
    assert.equal(receiver.counts.reconnects + source.uplink.reconnects, 0);
    assert.equal(statuses.filter((text) => /reconnecting|failed/.test(text)).length, 0, statuses.join());
    source.stop();
    source.step();
    await until(() => receiver.version === source.source.fanout.grid!.version);
    const { digest } = await import('../../transport/index.js');
    assert.equal((await receiver.digest()).hash, (await digest(source.source.fanout.grid!)).hash);
  });

  test('and by none, close the link with the reason; another one opens it again', async () => {
    const { url } = await start();
    const source = publish(url, token(60_000));
    const { receiver, dial } = watch(url, token(2500));
    await until(() => receiver.status === 'live');
    await until(() => receiver.status === 'failed');
    assert.match(receiver.reason, /the token has expired/);
    assert.ok(receiver.grid, 'the last picture stays');
    receiver.token = token(60_000);
    await until(() => receiver.status === 'live');
    assert.equal(dial.opened, 2);
    // Of a source, too.
    const { uplink } = source;
    uplink.token = token(500);
    await until(() => uplink.status === 'failed');
    assert.match(uplink.reason, /the token has expired/);
    await until(() => receiver.status === 'waiting');
    uplink.token = token(60_000);
    await until(() => uplink.status === 'live' && receiver.status === 'live');
    assert.equal(source.dial.opened, 2);
    assert.equal(dial.opened, 2);
  });

  test('are not the end where another one is set in time', async () => {
    const { url } = await start();
    publish(url, token(60_000));
    const { receiver, dial } = watch(url, token(3000));
    await until(() => receiver.status === 'live');
    for (let i = 0; i < 3; i++) receiver.token = token(60_000);
    await until(() => (receiver.rights?.expires ?? 0) > 10_000);
    await new Promise((resolve) => setTimeout(resolve, 3200));
    assert.equal(receiver.status, 'live');
    assert.equal(dial.opened, 1);
  });

  test('that were refused are not shown again, and a function is asked until it has another', async () => {
    const { url } = await start();
    publish(url, token(60_000));
    const expired = token(-1000);
    let next = expired;
    let asked = 0;
    const { receiver, dial } = watch(url, () => {
      asked++;
      return next;
    });
    await until(() => asked >= 3);
    assert.equal(dial.opened, 1);
    assert.equal(receiver.status, 'connecting');
    assert.match(receiver.reason, /the token was refused, and there is no other one yet/);
    next = token(60_000);
    receiver.retryNow();
    await until(() => receiver.status === 'live');
    assert.equal(dial.opened, 2);
  });

  test('a function that fails, or gives no text, is asked again, and says why', async () => {
    const { url } = await start();
    publish(url, token(60_000));
    const answers: (() => unknown)[] = [
      () => Promise.reject(new Error('log in first')),
      () => undefined,
      () => {
        throw new Error('not now');
      },
    ];
    const { receiver, statuses } = watch(
      url,
      () => (answers.shift()?.() ?? (answers.length ? '' : token(60_000))) as string,
    );
    while (receiver.status !== 'live') {
      receiver.retryNow();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const told = statuses.join('\n');
    for (const why of ['log in first', 'what was given is no text', 'not now']) {
      assert.match(told, new RegExp(`no token could be had: ${why}`));
    }
  });

  test('that are wrong end the link, and what is right begins another', async () => {
    const { url } = await start();
    publish(url, token(60_000));
    const { receiver, dial } = watch(url, token(60_000));
    await until(() => receiver.status === 'live');
    receiver.token = 'nonsense';
    await until(() => receiver.status === 'failed');
    assert.match(receiver.reason, /not a token/);
    assert.doesNotMatch(receiver.reason, /nonsense/);
    let asked = 0;
    receiver.token = () => {
      asked++;
      return token(60_000);
    };
    await until(() => receiver.status === 'live');
    assert.equal(dial.opened, 2);
    assert.ok(asked >= 1);
  });
});

describe('rights', () => {
  test('become those of the newest token, and the link stays', async () => {
    const { url } = await start();
    let commands = 0;
    publish(url, token(60_000), { control: 'viewers', oncommand: () => void commands++ });
    const view = { x: 0, y: 0, width: 128, height: 128 };
    const { receiver, dial } = watch(url, token(60_000, { can: ['subscribe'], view, maxBps: 1e6 }));
    await until(() => receiver.status === 'live');
    const { expires, ...rights } = receiver.rights!;
    assert.ok(expires! > 30_000);
    assert.deepEqual(rights, { control: false, view, maxBps: 1e6 });
    await assert.rejects(receiver.command({ command: 'pause' }), /does not grant to steer/);
    await assert.rejects(receiver.digest({ x: 0, y: 0, width: 256, height: 256 }), /may not|rights|token|see/);
    receiver.token = token(60_000);
    await until(() => receiver.rights?.control === true);
    assert.equal(receiver.rights!.view, undefined);
    await receiver.command({ command: 'pause' });
    assert.equal(commands, 1);
    const { width } = receiver.grid!;
    assert.equal(width, 256);
    await receiver.digest();
    receiver.token = token(60_000, { can: ['subscribe'] });
    await until(() => receiver.rights?.control === false);
    await assert.rejects(receiver.command({ command: 'pause' }), /does not grant to steer/);
    assert.equal(commands, 1);
    assert.equal(dial.opened, 1);
  });

  test('of a token for another channel end the link', async () => {
    const { url } = await start();
    publish(url, token(60_000));
    const { receiver } = watch(url, token(60_000));
    await until(() => receiver.status === 'live');
    receiver.token = token(60_000, { channels: ['other'] });
    await until(() => receiver.status === 'failed');
    assert.match(receiver.reason, /for other channels/);
  });

  test('cannot be widened by what a receiver asks for', async () => {
    const { url } = await start();
    const { source, stop, step } = publish(url, token(60_000));
    const view = { x: 64, y: 64, width: 128, height: 128 };
    const options = { window: { x: 0, y: 0, width: 4, height: 4 }, maxBps: 1e9 };
    const { receiver } = watch(url, token(60_000, { view, maxBps: 1e6 }), options);
    await until(() => receiver.status === 'live' && receiver.version > 20);
    stop();
    step();
    await until(() => receiver.version === source.fanout.grid!.version && receiver.whole);
    const { grid } = receiver;
    const outside = source.fanout.grid!;
    const words = (of: typeof outside, key: number) => Array.from(of.tile(key, 0)?.words ?? []).some(Boolean);
    for (let key = 0; key < 16; key++) {
      const [x, y] = [key % 4, key >> 2];
      const within = x >= 1 && x < 3 && y >= 1 && y < 3;
      assert.ok(words(outside, key), `the source has ${key}`);
      assert.equal(words(grid!, key), within, `tile ${key}`);
    }
  });

  test('cap the bytes of a receiver, however many it asks for, until a token allows more', async () => {
    const { url } = await start();
    // Ten kilobytes a step, or so.
    publish(url, token(60_000), {}, 4000);
    const maxBps = 8_000;
    const { receiver, dial } = watch(url, token(60_000, { maxBps }), { maxBps: 1e9 });
    const free = watch(url, token(60_000)).receiver;
    await until(() => receiver.status === 'live' && free.status === 'live');
    assert.equal(receiver.rights!.maxBps, maxBps);
    // What the other one is sent in the same time is many times as much, on a slow machine too.
    const [from, freely, began] = [receiver.counts.bytes, free.counts.bytes, performance.now()];
    await until(() => free.counts.bytes - freely > 400_000);
    const seconds = (performance.now() - began) / 1000;
    const had = receiver.counts.bytes - from;
    // A frame that is begun is sent whole, and what is no state is not counted.
    assert.ok(had < maxBps * seconds + 40_000, `${had} bytes in ${seconds} s`);
    receiver.maxBps = undefined;
    receiver.token = token(60_000);
    await until(() => receiver.rights?.maxBps === undefined);
    const then = receiver.counts.bytes;
    await until(() => receiver.counts.bytes - then > 200_000);
    assert.equal(dial.opened, 1);
  });
});
