import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { describe, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { createRelay } from './index.js';
import { get } from './testing/http.js';
import { client, connect } from './testing/sockets.js';

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sends a handshake as written and resolves with the first line of the answer. */
async function handshake(url: string, path: string, extra = ''): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connectTcp(Number(port), hostname);
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${extra}\r\n`,
  );
  const [data] = await once(socket, 'data');
  socket.destroy();
  return String(data).split('\r\n', 1)[0];
}

describe('a relay on a server that somebody has', { timeout: 300_000 }, () => {
  test('takes its own requests and sockets, and leaves all others alone', async () => {
    const relay = createRelay();
    const own = new WebSocketServer({ noServer: true });
    const server = createServer((req, res) => {
      if (!relay.handler(req, res)) res.end(`mine: ${req.url}`);
    });
    server.on('upgrade', (req, socket, head) => {
      if (req.url === '/chat') own.handleUpgrade(req, socket, head, (ws) => ws.send('chat'));
    });
    relay.attach(server);
    const url = await listen(server);

    assert.equal((await get(url, '/healthz')).body.toString(), 'ok\n');
    assert.equal((await get(url, '/shop?a=1')).body.toString(), 'mine: /shop?a=1');
    assert.equal((await get(url, '/streams')).body.toString(), 'mine: /streams');
    const chat = await connect(`${url}/chat`);
    assert.equal((await chat.next()).data.toString(), 'chat');
    const viewer = await connect(`${url}/stream/demo`);

    await relay.close();
    assert.deepEqual(await viewer.closed, { code: 1012, reason: 'the relay is closing' });
    assert.equal(chat.socket.readyState, chat.socket.OPEN);
    assert.equal((await get(url, '/readyz')).status, 503);
    assert.equal((await get(url, '/shop')).status, 200);
    chat.socket.terminate();
    server.close();
  });

  test('attached twice it answers once, and detached not at all', async () => {
    const relay = createRelay();
    const server = createServer();
    const detach = relay.attach(server);
    assert.equal(relay.attach(server), detach);
    const url = await listen(server);
    const viewer = await connect(`${url}/stream/demo`);
    assert.equal(server.listenerCount('upgrade'), 1);
    detach();
    assert.equal(server.listenerCount('upgrade'), 0);
    assert.equal(viewer.socket.readyState, viewer.socket.OPEN);
    await relay.close();
    server.close();
  });

  test('alone on a server, it answers handshakes that are nobody’s', async () => {
    const relay = createRelay();
    const { url } = await relay.listen(0);
    assert.match(await handshake(url, '/chat'), /^HTTP\/1\.1 404/);
    assert.match(await handshake(url, '/signal'), /^HTTP\/1\.1 404/);
    assert.match(await handshake(url, '/signal/other/id'), /^HTTP\/1\.1 404/);
    assert.match(await handshake(url, '/stream/demo'), /^HTTP\/1\.1 101/);
    assert.match(await handshake(url, '/stream/demo', 'Sec-WebSocket-Protocol: ,,\r\n'), /^HTTP\/1\.1 400/);
    await relay.close();
  });
});

describe('sockets', { timeout: 300_000 }, () => {
  test('what is no channel name is refused in a way that a page can read', async () => {
    const relay = createRelay();
    const { url } = await relay.listen(0);
    for (const room of ['peer', 'stream']) {
      for (const rest of ['', '/', '/a/b', '/a/', '/%20', '/%zz', '/a%00', `/${'x'.repeat(65)}`]) {
        const { code, reason } = await client(`${url}/${room}${rest}`).closed;
        assert.equal(code, 4404, rest);
        assert.match(reason, /1 to 64 of A-Z/);
      }
    }
    assert.deepEqual(relay.channels(), []);
    await relay.close();
  });

  test('there are only so many channels, viewers and sockets', async () => {
    const relay = createRelay({ awaitedChannels: 2, maxViewers: 2, maxConnections: 5 });
    const { url } = await relay.listen(0);
    const open = [await connect(`${url}/stream/a`), await connect(`${url}/stream/a`), await connect(`${url}/stream/b`)];
    const third = await client(`${url}/stream/a`).closed;
    assert.equal(third.code, 1013);
    assert.match(third.reason, /viewers/);
    const channel = await client(`${url}/stream/c`).closed;
    assert.equal(channel.code, 1013);
    assert.match(channel.reason, /channels/);
    for (const id of ['x', 'y']) open.push(await connect(`${url}/signal/peerjs?key=peerjs&id=${id}&token=t`));
    assert.match(await handshake(url, '/stream/b'), /^HTTP\/1\.1 503/);
    open[0].socket.close();
    await open[0].closed;
    assert.match(await handshake(url, '/stream/b'), /^HTTP\/1\.1 101/);
    await relay.close();
  });

  test('one address makes only so many connections a second; behind a proxy, each of its clients', async () => {
    for (const trustProxy of [false, true]) {
      const relay = createRelay({ connectionRate: 3, trustProxy });
      const { url } = await relay.listen(0);
      const from = (address: string) => handshake(url, '/stream/a', `X-Forwarded-For: 9.9.9.9, ${address}\r\n`);
      const answers = await Promise.all(['1.1.1.1', '1.1.1.1', '1.1.1.1', '1.1.1.1', '2.2.2.2', '3.3.3.3'].map(from));
      const refused = answers.filter((line) => /^HTTP\/1\.1 429/.test(line)).length;
      assert.equal(refused, trustProxy ? 1 : 3);
      await relay.close();
    }
  });

  test('a message in too many fragments closes the socket', async () => {
    const relay = createRelay({ maxFragments: 8 });
    const { url } = await relay.listen(0);
    const viewer = await connect(`${url}/stream/a`);
    for (let i = 0; i < 10; i++) viewer.socket.send(Buffer.alloc(1), { fin: false });
    assert.equal((await viewer.closed).code, 1008);
    await relay.close();
  });

  test('a source may send larger messages than a viewer', async () => {
    const relay = createRelay({ sourcePayload: 4096, viewerPayload: 1024 });
    const { url } = await relay.listen(0);
    const code = async (room: string, bytes: number): Promise<number> => {
      const peer = await connect(`${url}/${room}/a`);
      peer.socket.send(Buffer.alloc(bytes));
      return (await peer.closed).code;
    };
    assert.equal(await code('stream', 1025), 1009);
    assert.equal(await code('stream', 1024), 4400);
    assert.equal(await code('peer', 4097), 1009);
    assert.equal(await code('peer', 4096), 4400);
    await relay.close();
  });

  test('a relay closes at once, even on a socket that does not answer', async () => {
    const relay = createRelay();
    const { url } = await relay.listen(0);
    const deaf = await connect(`${url}/stream/a`);
    deaf.socket.pause();
    const idle = connectTcp(Number(new URL(url).port), '127.0.0.1');
    await once(idle, 'connect');
    const start = performance.now();
    const closing = relay.close();
    assert.equal(relay.close(), closing, 'closing twice is closing once');
    await closing;
    assert.ok(performance.now() - start < 10_000);
    await assert.rejects(relay.listen(0), /closed/);
    deaf.socket.terminate();
    idle.destroy();
  });
});

test('two relays cannot have one port, and the second can be closed all the same', async () => {
  const [one, two] = [createRelay(), createRelay()];
  const { port, host } = await one.listen(0);
  assert.equal(host, '127.0.0.1');
  await assert.rejects(two.listen(port), { code: 'EADDRINUSE' });
  await two.close();
  await one.close();
});
