/** The limit of latency: the same pages, sizes and rates over links with nothing of the kit around them. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Page } from 'puppeteer-core';
import { WebSocketServer } from 'ws';

/** Milliseconds that each message took. */
export interface BareTransits {
  /** From page to page through a server that passes on what it hears. */
  socket: number[];
  /** Over a data channel. */
  channel: number[];
}

const COUNT = 100;

export async function measureBare(from: Page, to: Page, bytes: number, perSecond: number): Promise<BareTransits> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      for (const other of server.clients) if (other !== socket) other.send(data);
    });
  });
  await once(server, 'listening');
  try {
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const page of [from, to]) await page.evaluate((at) => globalThis.BARE.openSocket(at), url);
    const offer = await from.evaluate(() => globalThis.BARE.offer());
    const answer = await to.evaluate((given) => globalThis.BARE.answer(given), offer);
    await from.evaluate((given) => globalThis.BARE.accept(given), answer);
    const measure = async (by: 'socket' | 'channel', count: number) => {
      await from.evaluate((...given) => globalThis.BARE.send(...given), by, Math.round(bytes), count, 1000 / perSecond);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return to.evaluate(() => globalThis.BARE.take());
    };
    // The first ones pay for what is made at first use.
    for (const by of ['socket', 'channel'] as const) await measure(by, 10);
    return { socket: await measure('socket', COUNT), channel: await measure('channel', COUNT) };
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
}
