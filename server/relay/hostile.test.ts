import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { Writer } from '../../transport/wire/bytes.js';
import { compress } from '../../transport/wire/deflate.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import { encodeGridMeta, encodeGridReset } from '../../transport/wire/grid.js';
import * as session from '../../transport/wire/session.js';
import { FLAG } from '../../transport/wire/types.js';
import { createRelay, type Relay } from '../index.js';

let relay: Relay;
let url = '';

before(async () => {
  relay = createRelay({ dist: false, sourceGraceMs: 0 });
  url = (await relay.listen(0)).url.replace('http', 'ws');
});
after(() => relay.close());

/** Opens a socket, lets `run` do its worst, and says with which code it was closed. */
function closedWith(path: string, run: (socket: WebSocket) => void): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url + path);
    socket.on('open', () => run(socket));
    socket.on('close', (code) => resolve(code));
    socket.on('error', () => {});
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);
const hello = encodeFrame('Publish', session.publish.encode({ protocol: 1, claim: 'claim-of-a-hostile-one' }));
const subscribe = encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1 }));
const ping = encodeFrame('Ping', session.encodePing({ echo: false, time: 1, upstream: 0 }));

describe('a relay among strangers', () => {
  test('is not brought down by JSON of any depth, from either side', async () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const viewer = encodeFrame('SubscribeFilter', bytes(`{"protocol":${deep}}`));
    assert.equal(await closedWith('/stream/deep', (socket) => socket.send(viewer)), 4400);
    const status = encodeFrame('Status', bytes(`{"state":"live","extra":${deep}}`));
    assert.equal(
      await closedWith('/peer/deep', (socket) => {
        socket.send(hello);
        socket.send(status);
        socket.send(encodeFrame('Ack', new Uint8Array(3)));
      }),
      4403,
    );
  });

  test('takes no memory for a million empty tiles, and refuses a million full ones before it takes any', async () => {
    const tiles = 2 ** 18;
    const shape = encodeFrame('GridMeta', encodeGridMeta({ epoch: 1, width: 32768, height: 32768, planes: 8 }));
    const reset = encodeFrame('GridReset', encodeGridReset(0));
    const frame = (bandMask: number) => {
      const out = new Writer().u8(1).varint(1);
      const count = bandMask === 0 ? 100_000 : tiles / 4;
      for (let i = 0; i < count; i++) {
        out.varint(2);
        for (let plane = 0; plane < 8; plane++) {
          if (bandMask === 0) out.u8(0);
          else out.u8(1).u8(1).u8(1).u8(1);
        }
      }
      return encodeFrame('GridTiles', compress(out.take()), { flags: FLAG.COMPRESSED });
    };
    const before = process.memoryUsage().arrayBuffers;
    const code = await closedWith('/peer/large', (socket) => {
      socket.send(hello);
      for (const message of [shape, reset, frame(0)]) socket.send(message);
      socket.send(encodeFrame('Ack', new Uint8Array(3)));
    });
    assert.equal(code, 4403);
    // Twelve bytes a tile for the index, and nothing for what is empty.
    assert.ok(
      process.memoryUsage().arrayBuffers - before < 40e6,
      `${process.memoryUsage().arrayBuffers - before} bytes`,
    );
    const full = await closedWith('/peer/large', (socket) => {
      socket.send(hello);
      for (const message of [shape, reset, frame(1)]) socket.send(message);
    });
    // Too long when inflated, or too much memory: refused either way.
    assert.ok(full === 4400 || full === 1009, `${full}`);
  });

  test('closes who floods it with messages or subscriptions', async () => {
    const flood = (message: Uint8Array) => (socket: WebSocket) => {
      for (let i = 0; i < 1000; i++) socket.send(message);
    };
    assert.equal(await closedWith('/stream/flood', flood(ping)), 4429);
    assert.equal(await closedWith('/stream/flood', flood(subscribe)), 4429);
    const ack = encodeFrame('Ack', session.encodeAck({ frames: 0, heldMs: 0 }));
    assert.equal(await closedWith('/stream/flood', flood(ack)), 4429);
  });

  test('answers a command it does not know, and goes on', async () => {
    const control = encodeFrame('Control', bytes('{"id":7,"command":"explode"}'));
    const answer = await new Promise<Buffer>((resolve) => {
      const socket = new WebSocket(`${url}/stream/command`);
      socket.on('open', () => socket.send(control));
      socket.on('message', (data: Buffer) => {
        if (data[0] !== 0x77) return;
        resolve(data);
        socket.close();
      });
    });
    assert.match(answer.subarray(16).toString(), /"id":7,"ok":false,"reason":"the command \\"explode\\" is not known/);
  });

  test('gives one address so many sockets, and room again when one closes', async () => {
    const small = createRelay({ dist: false, addressConnections: 2 });
    const to = `${(await small.listen(0)).url.replace('http', 'ws')}/stream/one`;
    const open = (): Promise<WebSocket | number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(to);
        socket.on('open', () => resolve(socket));
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode!));
      });
    const first = (await open()) as WebSocket;
    assert.ok((await open()) instanceof WebSocket);
    assert.equal(await open(), 429);
    first.terminate();
    let again = await open();
    // The relay hears of the end of the first a turn later.
    for (let i = 0; i < 100 && typeof again === 'number'; i++) again = await open();
    assert.ok(again instanceof WebSocket);
    await small.close();
  });
});
