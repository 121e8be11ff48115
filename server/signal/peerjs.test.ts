/** The signaling with the client it is for: peerjs, as published, in a real browser. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { createRelay } from '../index.js';

const chrome = (() => {
  for (const name of [process.env.CHROME_PATH, 'chromium', 'chromium-browser', 'google-chrome']) {
    try {
      if (name) return execFileSync('sh', ['-c', 'command -v "$1"', '-', name], { encoding: 'utf8' }).trim();
    } catch {}
  }
  return '';
})();

/** What a page of this test has. */
interface Lab {
  /** A peer, open, or the type of the error that kept it from opening. */
  open(id: string, options?: object): Promise<string>;
  /** Connects two peers of this page or another and returns the answer to `hello`, or the error's type. */
  call(from: string, to: string): Promise<string>;
  /** Breaks the socket without a word to the server, as a lost network would, and comes back. */
  reconnect(id: string): Promise<string>;
  drop(id: string): void;
}

const script = `
import { Peer } from 'peerjs';
const peers = new Map();
const server = { host: location.hostname, port: +location.port, path: '/signal', config: { iceServers: [] } };
const settled = (peer) => new Promise((resolve) => {
  peer.once('open', () => resolve('open'));
  peer.once('error', (error) => resolve(error.type));
});
globalThis.lab = {
  open(id, options) {
    const peer = id ? new Peer(id, { ...server, ...options }) : new Peer({ ...server, ...options });
    peers.set(id || 'anonymous', peer);
    peer.on('connection', (conn) => conn.on('data', (data) => conn.send(data + ' to you too')));
    return settled(peer);
  },
  call: (from, to) => new Promise((resolve) => {
    const peer = peers.get(from);
    const onerror = (error) => resolve(error.type);
    peer.once('error', onerror);
    const conn = peer.connect(to, { serialization: 'json', reliable: true });
    conn.on('open', () => conn.send('hello'));
    conn.on('data', (data) => { peer.off('error', onerror); resolve(data); });
  }),
  reconnect(id) {
    const peer = peers.get(id);
    peer.disconnect();
    const done = settled(peer);
    peer.reconnect();
    return done;
  },
  drop: (id) => peers.get(id).destroy(),
};
`;

describe('peerjs in a browser', {
  timeout: 300_000,
  skip: chrome ? false : 'no Chromium or Chrome found; set CHROME_PATH',
}, () => {
  const relay = createRelay();
  const server = createServer();
  let browser: Browser;
  let page: Page;
  let other: Page;

  before(async () => {
    const bundle = await build({
      stdin: { contents: script, resolveDir: import.meta.dirname },
      bundle: true,
      format: 'iife',
      write: false,
      logLevel: 'error',
    });
    server.on('request', (req, res) => {
      if (relay.handler(req, res)) return;
      res.setHeader('Content-Type', req.url === '/lab.js' ? 'text/javascript' : 'text/html');
      res.end(req.url === '/lab.js' ? bundle.outputFiles[0].text : '<!doctype html><script src="/lab.js"></script>');
    });
    relay.attach(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await puppeteer.launch({
      executablePath: chrome,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-features=WebRtcHideLocalIpsWithMdns',
        '--allow-loopback-in-peer-connection',
      ],
    });
    // Without a network but loopback, candidates of it are gathered only with this permission.
    await browser.defaultBrowserContext().overridePermissions(origin, ['camera', 'microphone']);
    [page, other] = [await browser.newPage(), await browser.newPage()];
    await Promise.all([page.goto(origin), other.goto(origin)]);
  });

  after(async () => {
    await browser?.close();
    await relay.close();
    server.close();
  });

  /** Calls one function of the page's lab. */
  const run = (where: Page, method: keyof Lab, ...args: unknown[]): Promise<string> =>
    where.evaluate(
      (name, list) =>
        (globalThis as unknown as { lab: Record<string, (...a: unknown[]) => string> }).lab[name](...list),
      method,
      args,
    );

  test('two pages meet and talk', async () => {
    assert.equal(await run(page, 'open', 'host'), 'open');
    assert.equal(await run(other, 'open', 'guest'), 'open');
    assert.equal(await run(other, 'call', 'guest', 'host'), 'hello to you too');
  });

  test('a peer without an id is given one', async () => {
    assert.equal(await run(other, 'open', ''), 'open');
    assert.equal(await run(other, 'call', 'anonymous', 'host'), 'hello to you too');
  });

  test('a call to nobody fails at once', async () => {
    let quickest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      assert.equal(await run(other, 'call', 'guest', 'nobody'), 'peer-unavailable');
      quickest = Math.min(quickest, performance.now() - start);
    }
    // PeerServer answers after five to ten seconds.
    assert.ok(quickest < 4500, `${quickest} ms`);
  });

  test('a peer that reconnects is open again and can be called', async () => {
    assert.equal(await run(page, 'reconnect', 'host'), 'open');
    assert.equal(await run(other, 'call', 'guest', 'host'), 'hello to you too');
  });

  test('an id is taken until its peer goes, then free', async () => {
    assert.equal(await run(other, 'open', 'host'), 'unavailable-id');
    await run(page, 'drop', 'host');
    // The page's close and the other's open race on two sockets; whoever is late asks again.
    let answer = 'unavailable-id';
    for (let i = 0; i < 50 && answer === 'unavailable-id'; i++) answer = await run(other, 'open', 'host');
    assert.equal(answer, 'open');
  });

  test('a wrong key is told as such', async () => {
    assert.equal(await run(page, 'open', 'x', { key: 'wrong' }), 'invalid-key');
  });
});
