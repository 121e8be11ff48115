import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type { MplViewer } from '../components/index.js';
import type { Transport } from '../transport/index.js';
import {
  assertEqual,
  assertEqualWhileRunning,
  hasFirefox,
  launch,
  type RelayProcess,
  startRelay,
  type Tag,
  TagPage,
} from './harness.js';

let browser: Browser;
let relay: RelayProcess;
let pages: TagPage[] = [];

before(async () => {
  browser = await launch();
});
after(() => browser.close());
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  for (const page of pages) await page.close();
  pages = [];
  await relay.kill();
});

async function open(
  tag: Tag,
  attributes: Record<string, string> = {},
  path?: string,
  from = browser,
): Promise<TagPage> {
  const page = await TagPage.open(from, relay, tag, attributes, path);
  pages.push(page);
  return page;
}

const SOUP = { sim: 'life', grid: '512x512', density: '0.3', seed: '7', speed: '20' };

describe('from one page to another', () => {
  test('over the relay: the same cells at the same versions', async () => {
    const host = await open('mpl-host', SOUP);
    const viewer = await open('mpl-viewer', { transport: 'relay' });
    await viewer.until((element) => element.status === 'live' && element.version > 20);
    assert.equal(await viewer.eval((element) => element.link), 'websocket');
    await assertEqualWhileRunning(host, viewer, 5);
    await assertEqual(host, [viewer]);
    assert.deepEqual([...host.errors, ...viewer.errors], []);
  });

  test('over WebRTC, after a first picture over the relay', async () => {
    const host = await open('mpl-host', SOUP);
    const viewer = await open('mpl-viewer');
    await viewer.until((element) => element.status === 'live');
    await viewer.until((element) => element.link === 'webrtc');
    await assertEqualWhileRunning(host, viewer, 5);
    await assertEqual(host, [viewer]);
  });

  test('forced from link to link in mid-stream, again and again', async () => {
    const host = await open('mpl-host', { ...SOUP, speed: '60' });
    const viewer = await open('mpl-viewer');
    for (let i = 0; i < 3; i++) {
      await viewer.until((element) => element.link === 'webrtc');
      await assertEqualWhileRunning(host, viewer);
      await viewer.eval((element) => void element.setAttribute('transport', 'relay'));
      await viewer.until((element) => element.link === 'websocket');
      await assertEqualWhileRunning(host, viewer);
      await viewer.eval((element) => void element.setAttribute('transport', 'auto'));
    }
    await viewer.until((element) => element.link === 'webrtc');
    await assertEqual(host, [viewer]);
  });

  test('only what is in view, wherever the picture is moved to, by either link', async () => {
    const host = await open('mpl-host', { ...SOUP, grid: '1024x1024' });
    const viewer = await open('mpl-viewer', { interactive: '' });
    await viewer.until((element) => element.link === 'webrtc');
    const { page } = viewer;
    await page.bringToFront();
    await page.mouse.move(300, 200);
    assert.equal(await viewer.eval((element) => element.stats.window), null);
    for (let i = 0; i < 12; i++) await page.mouse.wheel({ deltaY: -150 });
    await viewer.until((element) => element.stats.window !== null);
    const links: [Transport, (element: MplViewer) => boolean, number][] = [
      ['auto', (element) => element.link === 'webrtc', 60],
      ['relay', (element) => element.link === 'websocket', 540],
    ];
    for (const [transport, carries, to] of links) {
      await viewer.eval((element, to) => void element.setAttribute('transport', to), transport);
      await viewer.until(carries);
      const old = await viewer.eval((element) => element.stats.window);
      await page.mouse.move(300, 200);
      await page.mouse.down();
      await page.mouse.move(to, 200, { steps: 8 });
      await page.mouse.up();
      await viewer.until((element) => element.stats.tilesPending === 0);
      const window = await viewer.eval((element) => element.stats.window!);
      assert.notDeepEqual(window, old);
      assert.ok(window.width * window.height < 128, `${window.width} x ${window.height} of 16 x 16 tiles`);
      // Neither is a part less exact than the whole, nor is it the whole that is sent for it.
      await host.eval((element) => element.pause());
      const rect = { x: window.x * 64, y: window.y * 64, width: window.width * 64, height: window.height * 64 };
      const truth = await host.eval((element, part) => element.digest(part), rect);
      await viewer.eval(async (element, version) => {
        while (element.version !== version) await new Promise((resolve) => setTimeout(resolve, 20));
      }, truth.version);
      assert.deepEqual(await viewer.eval((element, part) => element.digest(part), rect), truth);
      assert.deepEqual(await viewer.eval((element) => element.stats.window), window);
      await assertEqual(host, [viewer]);
      await host.eval((element) => element.play());
    }
    assert.deepEqual([...host.errors, ...viewer.errors], []);
  });

  test('five viewers of mixed transport', async () => {
    const host = await open('mpl-host', { ...SOUP, 'max-peers': '2' });
    const viewers: TagPage[] = [];
    for (const transport of ['relay', 'auto', 'relay', 'auto', 'auto'])
      viewers.push(await open('mpl-viewer', { transport }));
    for (const viewer of viewers) await viewer.until((element) => element.status === 'live' && element.version > 10);
    // Three would be taken directly, and the host takes two: those that are ready first.
    const direct = [viewers[1]!, viewers[3]!, viewers[4]!];
    await Promise.all(
      direct.map((viewer) =>
        viewer.until((element) => element.link === 'webrtc' || /as many direct viewers/.test(element.stats.linkReason)),
      ),
    );
    const links = await Promise.all(direct.map((viewer) => viewer.eval((element) => element.link)));
    assert.deepEqual(links.sort(), ['webrtc', 'webrtc', 'websocket']);
    await assertEqual(host, viewers);
  });

  test('a viewer that joins at generation 1,000', async () => {
    const host = await open('mpl-host', { ...SOUP, speed: 'max' });
    await host.until((element) => element.stats.generation > 1000);
    const viewer = await open('mpl-viewer');
    await viewer.until((element) => element.status === 'live' && element.version > 1000);
    await assertEqual(host, [viewer]);
  });

  test('a viewer that was there before its host', async () => {
    const viewer = await open('mpl-viewer');
    await viewer.until((element) => element.status === 'waiting');
    const host = await open('mpl-host', SOUP);
    await viewer.until((element) => element.status === 'live');
    await assertEqual(host, [viewer]);
  });

  test('after the relay was killed and started again', async () => {
    const host = await open('mpl-host', SOUP);
    const viewer = await open('mpl-viewer', { transport: 'relay' });
    await viewer.until((element) => element.status === 'live');
    const { port } = relay;
    await relay.kill();
    await viewer.until((element) => element.status === 'reconnecting');
    relay = await startRelay(port);
    await viewer.until((element) => element.status === 'live');
    await assertEqual(host, [viewer]);
  });

  test('over WebRTC, the relay may die: the picture goes on', async () => {
    const host = await open('mpl-host', SOUP);
    const viewer = await open('mpl-viewer');
    await viewer.until((element) => element.link === 'webrtc');
    await relay.kill();
    const version = await viewer.eval((element) => element.version);
    const end = performance.now() + 60_000;
    while ((await viewer.eval((element) => element.version)) < version + 20) {
      assert.ok(performance.now() < end, 'the picture stopped');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(await viewer.eval((element) => element.status), 'live');
    await assertEqual(host, [viewer]);
  });

  test('after the host was reloaded', async () => {
    const host = await open('mpl-host', SOUP);
    const viewer = await open('mpl-viewer');
    await viewer.until((element) => element.link === 'webrtc' && element.version > 20);
    await host.page.reload();
    await host.add({ ...SOUP, seed: '8', grid: '300x200' });
    await viewer.until((element) => element.status === 'live' && element.stats.width === 300);
    await viewer.until((element) => element.link === 'webrtc');
    await assertEqual(host, [viewer]);
  });
});

describe('steering', () => {
  test('a viewer steers where the host allows it, and is refused with a reason where not', async () => {
    const host = await open('mpl-host', { ...SOUP, control: 'viewers' });
    const viewer = await open('mpl-viewer', { transport: 'relay' });
    await viewer.until((element) => element.status === 'live');
    await viewer.eval((element) => element.pause());
    const before = await host.eval((element) => element.digest());
    await viewer.eval((element) => element.step(10));
    const stepped = await host.eval((element) => element.digest());
    assert.equal(stepped.version, before.version + 10);
    await viewer.eval((element) => element.request({ command: 'draw', alive: true, cells: [3, 3, 4, 3, 5, 3] }));
    await assertEqual(host, [viewer]);
    await host.eval((element) => void element.setAttribute('control', 'none'));
    const refusal = await viewer.eval((element) =>
      element.request({ command: 'clear' }).then(
        () => 'granted',
        (error: Error) => error.message,
      ),
    );
    assert.match(refusal, /watching only/);
  });
});

describe('where the page forbids much', () => {
  test('a strict Content-Security-Policy: no eval, no inline style, no blob', async () => {
    const host = await open('mpl-host', SOUP, '/strict.html');
    const viewer = await open('mpl-viewer', {}, '/strict.html');
    await viewer.until((element) => element.status === 'live' && element.version > 5);
    await assertEqual(host, [viewer]);
    assert.deepEqual([...host.errors, ...viewer.errors], []);
  });
});

describe('Firefox', { skip: !hasFirefox && 'there is no Firefox here' }, () => {
  let fox: Browser;
  before(async () => {
    fox = await launch('firefox');
  });
  after(() => fox.close());

  for (const transport of ['relay', 'auto']) {
    test(`watches a host in Chromium, transport="${transport}"`, async () => {
      const host = await open('mpl-host', SOUP);
      const viewer = await open('mpl-viewer', { transport }, '/', fox);
      await viewer.until((element) => element.status === 'live');
      if (transport === 'auto') await viewer.until((element) => element.link === 'webrtc');
      await assertEqual(host, [viewer]);
    });

    test(`is watched from Chromium, transport="${transport}"`, async () => {
      const host = await open('mpl-host', SOUP, '/', fox);
      const viewer = await open('mpl-viewer', { transport });
      await viewer.until((element) => element.status === 'live');
      if (transport === 'auto') await viewer.until((element) => element.link === 'webrtc');
      await assertEqual(host, [viewer]);
    });
  }
});
