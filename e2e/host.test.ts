import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { WebSocket } from 'ws';
import { createLife } from '../sim/index.js';
import { encodeFrame } from '../transport/index.js';
import { publish } from '../transport/wire/session.js';
import {
  assertEqual,
  assertEqualWhileRunning,
  launch,
  type RelayProcess,
  startRelay,
  type Tag,
  TagPage,
} from './harness.js';

let browser: Browser;
let relay: RelayProcess;
let pages: TagPage[] = [];
let count = 0;
let channel = '';

before(async () => {
  [browser, relay] = await Promise.all([launch(), startRelay()]);
});
after(async () => {
  await browser.close();
  await relay.kill();
});
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
  channel = '';
});

/** One relay serves all of these tests, so each has a channel of its own. */
async function open(tag: Tag, attributes: Record<string, string> = {}): Promise<TagPage> {
  channel ||= `host-${count++}`;
  const page = await TagPage.open(browser, relay, tag, { channel, ...attributes });
  pages.push(page);
  return page;
}
const errorsOf = (...opened: TagPage[]): string[] => opened.flatMap((page) => page.errors);

const SOUP = { sim: 'life', grid: '512x512', density: '0.3', seed: '7', speed: '20' };

describe('a host', () => {
  test('without a relay: from page to page, introduced by a PeerServer alone', async () => {
    const alone = { server: 'none', signal: `${relay.url}/signal` };
    const host = await open('mpl-host', { ...SOUP, ...alone });
    const viewers = await Promise.all([open('mpl-viewer', alone), open('mpl-viewer', alone)]);
    for (const viewer of viewers) await viewer.until((element) => element.status === 'live' && element.version > 20);
    assert.equal(await viewers[0]!.eval((element) => element.link), 'webrtc');
    assert.equal(await host.eval((element) => element.link), 'webrtc');
    const channels = (await (await fetch(`${relay.url}/channels`)).json()) as { name: string }[];
    assert.ok(!channels.some(({ name }) => name === channel), 'the relay knows nothing of it');
    await assertEqualWhileRunning(host, viewers[0]!);
    await assertEqual(host, viewers);
    assert.deepEqual(errorsOf(host, ...viewers), []);
  });

  test('with viewers that want nothing but WebRTC', async () => {
    const host = await open('mpl-host', SOUP);
    const viewer = await open('mpl-viewer', { transport: 'p2p' });
    await viewer.until((element) => element.status === 'live' && element.version > 10);
    assert.equal(await viewer.eval((element) => element.link), 'webrtc');
    await assertEqual(host, [viewer]);
    assert.deepEqual(errorsOf(host, viewer), []);
  });

  test('is steered by those who have the token, and by nobody else', async () => {
    const host = await open('mpl-host', { ...SOUP, control: 'token', token: 'open sesame' });
    const tokens: Record<string, string>[] = [{ token: 'open sesame' }, { token: 'open says me' }, {}];
    const viewers = await Promise.all(tokens.map((token) => open('mpl-viewer', { transport: 'relay', ...token })));
    const [right, wrong, none] = viewers as [TagPage, TagPage, TagPage];
    for (const viewer of viewers)
      await viewer.until((element) => element.status === 'live' && element.controlState !== null);
    const pause = (viewer: TagPage): Promise<string> =>
      viewer.eval((element) =>
        element.pause().then(
          () => 'granted',
          (error: Error) => error.message,
        ),
      );
    assert.match(await pause(wrong), /the token is not the right one/);
    assert.match(await pause(none), /asks for a token/);
    assert.equal(await host.eval((element) => element.controlState!.paused), false);
    assert.equal(await pause(right), 'granted');
    await wrong.until((element) => element.controlState!.paused);
    await assertEqual(host, viewers);
  });

  test('on a channel that is taken says so, and has it as soon as the other page is closed', async () => {
    const first = await open('mpl-host', SOUP);
    await first.until((element) => element.status === 'live');
    const [second, viewer] = await Promise.all([
      open('mpl-host', { ...SOUP, seed: '8', grid: '300x200' }),
      open('mpl-viewer', { transport: 'relay' }),
    ]);
    await second.until((element) => element.status === 'failed');
    assert.match(await second.eval((element) => element.reason), new RegExp(`"${channel}" has another source`));
    await assertEqual(first, [viewer]);
    pages = pages.filter((page) => page !== first);
    await first.close();
    await second.until((element) => element.status === 'live');
    await viewer.until((element) => element.status === 'live' && element.stats.width === 300);
    await assertEqual(second, [viewer]);
  });

  test('has the cells of two who draw at the same time, all of them', async () => {
    const host = await open('mpl-host', { grid: '300x200', density: '0', paused: '', control: 'viewers' });
    const viewers = await Promise.all([open('mpl-viewer', { transport: 'relay' }), open('mpl-viewer')]);
    for (const viewer of viewers) await viewer.until((element) => element.status === 'live');
    const draw = (viewer: TagPage, y: number) =>
      viewer.eval(async (element, row) => {
        const strokes: Promise<void>[] = [];
        for (let i = 0; i < 20; i++) {
          const x = 10 * i + (row % 2);
          strokes.push(element.request({ command: 'draw', alive: true, cells: [x, row, x + 2, row + 2] }));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await Promise.all(strokes);
      }, y);
    await Promise.all(viewers.map((viewer, i) => draw(viewer, 50 + i)));
    await assertEqual(host, viewers);
    const truth = await createLife({ width: 300, height: 200 });
    for (const row of [50, 51])
      for (let i = 0; i < 20; i++) truth.draw([10 * i + (row % 2), row, 10 * i + (row % 2) + 2, row + 2], true);
    assert.deepEqual(await host.eval((element) => element.digest()), await truth.digest());
  });

  test('of sixteen million cells, as fast as it goes', async () => {
    const host = await open('mpl-host', { ...SOUP, grid: '4096x4096', speed: 'max' });
    const viewers = await Promise.all([open('mpl-viewer', { transport: 'relay' }), open('mpl-viewer')]);
    for (const viewer of viewers) await viewer.until((element) => element.status === 'live');
    const from = await host.eval((element) => element.version);
    await host.eval(async (element, version) => {
      while (element.version <= version + 20) await new Promise((resolve) => setTimeout(resolve, 20));
    }, from);
    // It hears what it is told, however busy it is.
    await assertEqual(host, viewers);
    assert.deepEqual(errorsOf(host, ...viewers), []);
  });

  test('goes on while its tab is behind another', async () => {
    const host = await open('mpl-host', SOUP);
    const viewer = await open('mpl-viewer', { transport: 'relay' });
    await viewer.until((element) => element.status === 'live');
    await viewer.page.bringToFront();
    assert.equal(await host.eval(() => document.visibilityState), 'hidden');
    const { version } = await host.eval((element) => element.digest());
    await viewer.eval(async (element, from) => {
      while (element.version <= from + 15) await new Promise((resolve) => setTimeout(resolve, 20));
    }, version);
    await assertEqual(host, [viewer]);
  });

  test('takes no notice of rubbish on the channels beside it', async () => {
    const host = await open('mpl-host', SOUP);
    const viewer = await open('mpl-viewer', { transport: 'relay' });
    await viewer.until((element) => element.status === 'live');
    const base = relay.url.replace('http', 'ws');
    const hello = encodeFrame('Publish', publish.encode({ protocol: 1, claim: 'rubbish-rubbish-rubbish' }));
    const noise = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(Math.random() * 256)));
    /** Sends these, and resolves with the code with which the relay lets go of it. */
    const send = (path: string, ...messages: (Uint8Array | string)[]): Promise<number> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(base + path);
        socket.on('open', () => messages.forEach((message) => void socket.send(message)));
        socket.on('close', resolve);
        socket.on('error', reject);
        setTimeout(() => reject(new Error(`${path} was left open`)), 60_000).unref();
      });
    const spoilt = Buffer.from(encodeFrame('GridTiles', noise(400)));
    const codes = await Promise.all([
      send(`/peer/${channel}-b`, noise(1000)),
      send(`/peer/${channel}-c`, hello, noise(15)),
      send(`/peer/${channel}-d`, hello, spoilt),
      send(`/peer/${channel}-e`, 'words'),
      send(`/stream/${channel}-b`, noise(64)),
      // On the very channel: as a viewer that sends frames of a source, and as a source that is another.
      send(`/stream/${channel}`, encodeFrame('GridTiles', noise(400))),
      send(`/peer/${channel}`, hello, spoilt),
    ]);
    for (const code of codes) assert.ok(code >= 4400 || code === 1003 || code === 1007, `codes ${codes}`);
    await assertEqualWhileRunning(host, viewer);
    await assertEqual(host, [viewer]);
    assert.deepEqual(
      await Promise.all([host, viewer].map((page) => page.eval((element) => element.stats.reconnects))),
      [0, 0],
    );
  });
});
