/** Readers that do not read, and askers that do not ask to the end: bounded, and let go. */

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { makeFolder } from '../testing/folder.js';
import { get } from '../testing/http.js';
import { scrape } from '../testing/scrape.js';
import { closeAll, later, startRelay } from '../testing/signals.js';
import { until } from '../testing/until.js';

afterEach(closeAll);

/** Asks, and reads nothing of the answer. */
function reader(url: string, asks: string): { socket: Socket; cut: boolean } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const one = { socket, cut: false };
  later(() => socket.destroy());
  socket.on('connect', () => socket.write(asks));
  socket.on('error', () => (one.cut = true));
  socket.on('close', () => (one.cut = true));
  return one;
}

/** With a script of four megabytes. */
function folder(): string {
  const { path, remove } = makeFolder({ 'mpl.js': Buffer.alloc(2 ** 22, 'x') });
  later(remove);
  return path;
}

const ASKS = 'GET /mpl.js HTTP/1.1\r\nHost: x\r\n\r\n';

describe('plain connections', () => {
  test('of readers that do not read are so many of one address, and the next visitor is served', async () => {
    const dist = folder();
    const { url } = await startRelay({ dist, addressRequests: 10 });
    for (let i = 0; i < 40; i++) reader(url, ASKS);
    // They do not hear of it: they do not read.
    const cut = async () => (await scrape(url)).value('mpl_refusals_total', { reason: 'http-address' });
    while ((await cut()) < 30) await new Promise(setImmediate);
    for (let i = 0; i < 20; i++) assert.equal((await get(url, '/healthz')).status, 200);
  });

  test('that have had their time go, whether they read or write too slowly; those that were upgraded stay', async () => {
    const dist = folder();
    const { url } = await startRelay({ dist, answerMs: 200 });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/stream/a`);
    later(() => socket.terminate());
    const stream = await fetch(`${url}/channels/a/signals?sse`);
    assert.equal(stream.status, 200);
    const gone = [reader(url, ASKS), reader(url, 'GET /mpl.js HTTP/1.1\r\nHost: x\r\nX-'), reader(url, '')];
    for (const { socket } of gone.slice(1)) socket.resume();
    await until(() => gone.slice(1).every(({ cut }) => cut));
    const cut = async () => (await scrape(url)).value('mpl_refusals_total', { reason: 'unread' });
    while ((await cut()) < 3) await new Promise(setImmediate);
    assert.equal(socket.readyState, WebSocket.OPEN);
    const chunk = await stream.body!.getReader().read();
    assert.equal(chunk.done, false);
  });
});
