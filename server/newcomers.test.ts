/** Who has not shown yet who they are costs a relay little, however many they are. */

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, test } from 'node:test';
import { encodeFrame } from '../transport/wire/frame.js';
import * as session from '../transport/wire/session.js';
import { Tally } from './metrics/tally.js';
import { type Newcomer, Newcomers } from './newcomers.js';
import { closeAll, later, startRelay } from './testing/signals.js';
import { SECRET } from './testing/tokens.js';
import { until } from './testing/until.js';

afterEach(closeAll);

/** As far as they matter here. */
class Wire {
  readonly duplex = new PassThrough();
  code = 0;
  gone = false;

  constructor(place: Newcomer) {
    place.watch(this.duplex, this as never);
  }

  close(code: number): void {
    this.code = code;
  }

  terminate(): void {
    this.gone = true;
  }

  async says(length: number): Promise<void> {
    this.duplex.write(Buffer.alloc(length));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('newcomers', () => {
  test('are heard so much each, whatever the pieces, and so much together, the newest longest', async () => {
    const limits = { addressNewcomers: 3, newcomerBytes: 10_000, newcomersBytes: 20_000 };
    const newcomers = new Newcomers(limits, new Tally());
    const places = [1, 2, 3].map(() => newcomers.enter('10.0.0.1', 'peer') as Newcomer);
    assert.equal((newcomers.enter('10.0.0.1', 'peer') as { status: number }).status, 429);
    assert.ok('watch' in newcomers.enter('10.0.0.2', 'peer'));
    const [a, b, c] = places.map((place) => new Wire(place)) as [Wire, Wire, Wire];
    await a.says(9000);
    await b.says(9000);
    assert.deepEqual([a.gone, b.gone, c.gone], [false, false, false]);
    await c.says(9000);
    assert.deepEqual([a.gone, b.gone, c.gone], [true, false, false]);
    assert.equal(a.code, 1013);
    for (let i = 0; i < 30; i++) await c.says(1);
    assert.deepEqual([b.gone, c.gone], [false, true]);
    for (const place of places) place.leave();
    assert.equal(newcomers.bytes, 0);
    assert.ok('watch' in newcomers.enter('10.0.0.1', 'peer'));
  });

  test('that have shown who they are may send what a source may', async () => {
    const newcomers = new Newcomers({ addressNewcomers: 1, newcomerBytes: 1000, newcomersBytes: 1000 }, new Tally());
    const place = newcomers.enter('10.0.0.1', 'peer') as Newcomer;
    const wire = new Wire(place);
    place.leave();
    await wire.says(100_000);
    assert.equal(wire.gone, false);
    assert.ok('watch' in newcomers.enter('10.0.0.1', 'peer'));
  });

  test('cannot make a relay with keys, or a publish token, hold a message of a megabyte each', async () => {
    for (const options of [{ keys: [{ secret: SECRET }] }, { publishToken: SECRET }]) {
      const { url } = await startRelay(options);
      const sockets = Array.from({ length: 40 }, () => stranger(Number(new URL(url).port)));
      await until(() => sockets.every(({ closed }) => closed));
    }
  });

  test('of a relay with a publish token are known by it', async () => {
    const { relay, url } = await startRelay({ publishToken: SECRET, newcomerBytes: 1024 });
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(`${url.replace('http', 'ws')}/peer/a`);
    later(() => socket.terminate());
    let code = 0;
    socket.on('close', (said) => (code = said));
    const hello = { protocol: 1, claim: 'claim-of-somebody-here', token: SECRET } as const;
    socket.on('open', () => {
      socket.send(encodeFrame('Publish', session.publish.encode(hello)));
      socket.send(new Uint8Array(100_000), { fin: false });
      socket.ping();
    });
    await new Promise((resolve) => socket.once('pong', resolve));
    assert.deepEqual([code, relay.channels().length], [0, 1]);
  });
});

/** Begins a message of a source, as long as it may be, and does not end it. */
function stranger(port: number): { closed: boolean; socket: Socket } {
  const socket = connect(port, '127.0.0.1');
  later(() => socket.destroy());
  const one = { closed: false, socket };
  socket.on('error', () => {});
  socket.on('close', () => (one.closed = true));
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13';
  socket.write(`GET /peer/a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n\r\n`);
  socket.once('data', () => {
    const head = Buffer.alloc(14);
    head[0] = 0x82;
    head[1] = 0xff;
    head.writeBigUInt64BE(2n ** 20n, 2);
    socket.write(head);
    socket.write(Buffer.alloc(2 ** 20 - 8, 1));
    socket.resume();
  });
  return one;
}
