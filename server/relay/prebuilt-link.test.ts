import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SharedMessage } from '../../transport/link/link.js';
import { type Client, client } from '../testing/sockets.js';
import { until } from '../testing/until.js';
import { frameAll, PrebuiltLink } from './prebuilt-link.js';

let server: WebSocketServer;
const clients: Client[] = [];

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** A viewer, and the relay's end of its link. */
async function pair(): Promise<{ viewer: Client; socket: WebSocket; link: PrebuiltLink; tcp: Socket }> {
  const came = once(server, 'connection');
  const viewer = client(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  clients.push(viewer);
  const [socket] = (await came) as [WebSocket];
  await once(viewer.socket, 'open');
  socket.binaryType = 'arraybuffer';
  const { _socket: tcp } = socket as unknown as { _socket: Socket };
  return { viewer, socket, link: new PrebuiltLink(socket), tcp };
}

/** Bytes that tell which message they are of. */
const message = (length: number, seed = length): SharedMessage => ({
  bytes: Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255),
});

/** Counts what goes out by `ws` itself. */
function sends(socket: WebSocket): { readonly count: number } {
  const seen = { count: 0 };
  const { send } = socket;
  socket.send = function (this: WebSocket, ...args: unknown[]) {
    seen.count++;
    return Reflect.apply(send, this, args);
  } as typeof send;
  return seen;
}

async function hears(viewer: Client, messages: readonly SharedMessage[]): Promise<void> {
  for (const { bytes } of messages) {
    const { data, isBinary } = await viewer.next();
    assert.equal(isBinary, true);
    assert.ok(data.equals(bytes), `${data.length} bytes, where ${bytes.length} were sent`);
  }
}

describe('what goes to many viewers', () => {
  test('is framed once, and heard by each as it is, whatever its length', async () => {
    const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 300_000];
    const messages = lengths.map((length) => message(length));
    const all = [await pair(), await pair(), await pair()];
    const buffers = new Set<unknown>();
    for (const { link, socket, tcp, viewer } of all) {
      const sent = sends(socket);
      const { write } = tcp;
      tcp.write = function (this: Socket, ...args: unknown[]) {
        buffers.add(args[0]);
        return Reflect.apply(write, this, args);
      } as typeof write;
      link.sendShared(messages);
      assert.equal(sent.count, 0);
      await hears(viewer, messages);
    }
    assert.equal(buffers.size, 1);
  });

  test('keeps its place among what is sent to one, and among pings and pongs', async () => {
    const { viewer, socket, link } = await pair();
    const pings: string[] = [];
    viewer.socket.on('ping', (data: Buffer) => pings.push(data.toString()));
    const order: SharedMessage[] = [];
    for (let i = 0; i < 60; i++) {
      const one = message(1 + ((i * 977) % 70_000), i);
      order.push(one);
      if (i % 3 === 0) link.send(one.bytes);
      else link.sendShared([one]);
      if (i % 5 === 0) socket.ping(String(i));
      if (i % 7 === 0) viewer.socket.ping();
    }
    await hears(viewer, order);
    assert.deepEqual(
      pings,
      Array.from({ length: 12 }, (_, i) => String(i * 5)),
    );
  });

  test('waits its turn where ws has something of its own under way', async () => {
    const { viewer, socket, link } = await pair();
    const blob = message(50_000, 7);
    const [first, second, third] = [message(10), message(20), message(30)];
    // Of a blob the bytes come later; until then ws keeps all that follows in a queue.
    socket.send(new Blob([blob.bytes as Uint8Array<ArrayBuffer>]) as never);
    const sent = sends(socket);
    link.sendShared([first, second]);
    assert.equal(sent.count, 2);
    await hears(viewer, [blob, first, second]);
    link.sendShared([third]);
    assert.equal(sent.count, 2);
    await hears(viewer, [third]);
  });

  test('goes the usual way where the state of ws looks otherwise', async () => {
    const { viewer, socket } = await pair();
    for (const hidden of ['_socket', '_sender', '_isServer']) {
      const other = new Proxy(socket, {
        get: (at, name) => {
          if (name === hidden) return undefined;
          const value = Reflect.get(at, name, at);
          return typeof value === 'function' ? value.bind(at) : value;
        },
        set: (at, name, value) => Reflect.set(at, name, value, at),
      });
      const sent = sends(socket);
      const messages = [message(200), message(9)];
      new PrebuiltLink(other).sendShared(messages);
      assert.equal(sent.count, 2, hidden);
      await hears(viewer, messages);
    }
  });

  test('is not sent after a close, and what was sent before is heard before it', async () => {
    const { viewer, link } = await pair();
    const before = [message(100_000), message(3)];
    link.sendShared(before);
    link.close(4408, 'enough');
    link.sendShared([message(5)]);
    await hears(viewer, before);
    assert.deepEqual(await viewer.closed, { code: 4408, reason: 'enough' });
    assert.equal(viewer.waiting, 0);
    link.sendShared([message(6)]);
  });

  test('counts as buffered for a viewer that does not read, and tells when it has drained', async () => {
    const { viewer, link } = await pair();
    (viewer.socket as unknown as { _socket: Socket })._socket.pause();
    const big = [message(1_000_000)];
    let sent = 0;
    // The kernels of both sides take some megabytes first.
    while (link.buffered <= link.highWater) {
      link.sendShared(big);
      assert.ok(++sent < 100, 'never full');
      await new Promise(setImmediate);
    }
    let drained = 0;
    link.ondrain = () => drained++;
    (viewer.socket as unknown as { _socket: Socket })._socket.resume();
    for (let i = 0; i < sent; i++) await hears(viewer, big);
    await until(() => drained === 1);
    assert.equal(link.buffered, 0);
  });

  test('does no harm where the viewer has vanished', async () => {
    const { viewer, socket, link } = await pair();
    const gone = once(socket, 'close');
    viewer.socket.terminate();
    const one = [message(1000)];
    const timer = setInterval(() => link.sendShared(one), 1);
    await gone;
    clearInterval(timer);
    link.sendShared(one);
  });
});

test('frames are those of RFC 6455', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 4 }), (lengths) => {
      const messages = lengths.map((length) => message(length));
      const wire = frameAll(messages);
      let at = 0;
      for (const { bytes } of messages) {
        assert.equal(wire[at], 0x82);
        const short = wire[at + 1]!;
        assert.ok(short <= 127);
        const length =
          short < 126 ? short : short === 126 ? wire.readUInt16BE(at + 2) : Number(wire.readBigUInt64BE(at + 2));
        assert.equal(length, bytes.length);
        at += short < 126 ? 2 : short === 126 ? 4 : 10;
        assert.ok(wire.subarray(at, at + length).equals(bytes));
        at += length;
      }
      assert.equal(at, wire.length);
    }),
    { numRuns: 50 },
  );
});
