import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Browser } from 'puppeteer-core';
import { createLife } from '../sim/index.js';
import { hasFirefox, launch, type RelayProcess, startRelay, TagPage } from './harness.js';
import { PackageServer } from './package-server.js';

let browser: Browser;
let isolated: RelayProcess;
let other: RelayProcess;

before(async () => {
  [browser, isolated, other] = await Promise.all([launch(), startRelay(0, '--isolate'), startRelay()]);
});
after(async () => {
  await browser.close();
  await Promise.all([isolated.kill(), other.kill()]);
});

const SIDE = 2048;
const SOUP = { sim: 'life', grid: `${SIDE}x${SIDE}`, density: '0.4', seed: '5', speed: 'max' };

async function assertExact(host: TagPage, side = SIDE, rule = 'B3/S23'): Promise<void> {
  await host.eval((element) => element.pause());
  const { version, hash } = await host.eval((element) => element.digest());
  const life = await createLife({ width: side, height: side, rule, engine: 'wasm' });
  life.soup({ density: 0.4, seed: 5 });
  life.step(version);
  assert.equal((await life.digest()).hash, hash, `version ${version}`);
}

describe('a large world', () => {
  test('is computed by several threads in a page that is isolated, and is the same', async () => {
    const host = await TagPage.open(browser, isolated, 'mpl-host', { channel: 'isolated', ...SOUP });
    assert.equal(await host.page.evaluate('crossOriginIsolated'), true);
    await host.until((element) => /; \d threads/.test(element.stats.engineReason) && element.version > 300);
    await assertExact(host);
    assert.deepEqual(host.errors, []);
    await host.close();
  });

  test('by several threads in Firefox too', { skip: !hasFirefox && 'Firefox is not here' }, async () => {
    const fox = await launch('firefox');
    try {
      const host = await TagPage.open(fox, isolated, 'mpl-host', { channel: 'fox', ...SOUP });
      await host.until((element) => /; \d threads/.test(element.stats.engineReason) && element.version > 100);
      await assertExact(host);
    } finally {
      await fox.close();
    }
  });

  test('by several threads too where the script is from another relay', async () => {
    const page = await browser.newPage();
    // A page that has no script of its own.
    await page.goto(`${isolated.url}/nothing`);
    await page.evaluate((src) => {
      const script = Object.assign(document.createElement('script'), { type: 'module', src });
      document.head.append(script);
    }, `${other.url}/mpl.js`);
    const host = new TagPage(page, 'mpl-host');
    await host.add({ channel: 'elsewhere', ...SOUP });
    await host.until((element) => /; \d threads/.test(element.stats.engineReason) && element.version > 300);
    await assertExact(host);
    assert.equal(await host.eval((element) => element.stats.link), 'websocket');
    await host.close();
  });

  test('by several threads too where the package was bundled by somebody else, for another origin', async () => {
    const files = await PackageServer.start();
    const page = await browser.newPage();
    const workers: string[] = [];
    page.on('workercreated', (worker) => workers.push(worker.url()));
    try {
      await page.goto(`${isolated.url}/nothing`);
      await page.evaluate((src) => {
        const script = Object.assign(document.createElement('script'), { type: 'module', src });
        document.head.append(script);
      }, `${files.url}/mpl-host.js`);
      const host = new TagPage(page, 'mpl-host');
      await host.add({ channel: 'bundled', server: isolated.url, ...SOUP });
      await host.until((element) => /; \d threads/.test(element.stats.engineReason) && element.version > 300);
      await assertExact(host);
      // Its worker comes through a blob, as it must, and so do those that help it.
      assert.ok(workers.length >= 1 && workers.every((url) => url.startsWith('blob:')), workers.join());
    } finally {
      await page.close();
      await files.close();
    }
  });

  test('by one thread in a page that is not, which is said', async () => {
    const host = await TagPage.open(browser, other, 'mpl-host', { channel: 'alone', ...SOUP });
    await host.until((element) =>
      element.stats.engineReason.endsWith('; one thread: the page is not cross-origin isolated'),
    );
    await host.until((element) => element.version > 100);
    await assertExact(host);
    await host.close();
  });

  test('in bands by several workers in a page that is not, where it does not keep up', async () => {
    // Never at rest, seldom shown, so that computing is most of the work; and unknown to HashLife, which else is tried first.
    const world = { ...SOUP, grid: '4096x4096', rule: '345/2/4', 'max-fps': '1' };
    const host = await TagPage.open(browser, other, 'mpl-host', { channel: 'bands', ...world });
    // Whether it stays there is for the machine to say.
    await host.until((element) => /bands/.test(element.stats.engineReason));
    await assertExact(host, 4096, '345/2/4');
    await host.close();
  });

  test('by several threads in Node, with the helpers of the package', async () => {
    const kit: typeof import('../sim/index.js') = await import('../dist/sim/index.js' as string);
    const options = { width: SIDE, height: SIDE };
    const life = await kit.createLife({ ...options, threads: 3 });
    const alone = await createLife(options);
    for (const each of [life, alone]) each.soup({ density: 0.4, seed: 6 });
    const end = performance.now() + 30_000;
    while (!life.engineReason.includes('; 3 threads')) {
      assert.ok(performance.now() < end, life.engineReason);
      for (const each of [life, alone]) each.step(1);
      await setImmediate();
    }
    for (const each of [life, alone]) each.step(200);
    assert.deepEqual(await life.digest(), await alone.digest());
    life.dispose();
  });
});
