import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { forge, SECRET } from '../server/testing/tokens.js';
import { assertEqual, launch, type RelayProcess, startRelay, type Tag, TagPage } from './harness.js';

/** Time that the tokens of a page last, ms: long enough for a busy machine to fetch the next before this one ends. */
const SHORT = 6_000;

let browser: Browser;
let relay: RelayProcess;
let pages: TagPage[] = [];
let made = 0;

before(async () => {
  browser = await launch();
});
after(() => browser.close());
beforeEach(async () => {
  relay = await startRelay(0, '--secret', SECRET, '--clock-skew-ms', '0', '--log-level', 'error');
});
afterEach(async () => {
  for (const page of pages) await page.close();
  pages = [];
  await relay.kill();
});

const token = (can: string[], ms = 600_000, claims: object = {}): string =>
  forge(
    { alg: 'HS256' },
    { channels: ['test'], can, exp: (Date.now() + ms) / 1000, jti: `${++made}`, ...claims },
    SECRET,
  );

async function open(tag: Tag, attributes: Record<string, string>): Promise<TagPage> {
  const page = await TagPage.open(browser, relay, tag, attributes);
  pages.push(page);
  return page;
}

/** From now on, its tokens come from here, each time one is needed. Returns how often that was. */
async function give(page: TagPage, can: string[], ms: number): Promise<() => number> {
  let asked = 0;
  await page.page.exposeFunction('another', () => {
    asked++;
    return token(can, ms);
  });
  await page.eval((element) => {
    element.getToken = () => (window as unknown as { another(): Promise<string> }).another();
  });
  return () => asked;
}

const host = (attributes: Record<string, string> = {}): Promise<TagPage> =>
  open('mpl-host', { sim: 'life', grid: '256x256', density: '0.3', seed: '7', speed: '20', ...attributes });

describe('a relay with keys', () => {
  test('is nothing for pages without a token, until they are given one', async () => {
    const source = await host({ 'max-peers': '0' });
    const viewer = await open('mpl-viewer', {});
    for (const page of [source, viewer]) {
      await page.until((element) => element.status === 'failed');
      assert.match(
        await page.eval((element) => element.reason),
        /asks for a token to (publish|watch), and none was shown/,
      );
    }
    const asked = await give(source, ['publish'], 600_000);
    await source.until((element) => element.status === 'live');
    assert.equal(asked(), 1);
    await viewer.eval((element, shown) => void element.setAttribute('token', shown), token(['subscribe']));
    await viewer.until((element) => element.status === 'live');
    await assertEqual(source, [viewer]);
    assert.ok(!(await viewer.eval((element) => JSON.stringify(element.stats))).includes('eyJ'));
    // What lies within an element has its tokens, too, also those that it comes to have.
    const shows = (): Promise<string> =>
      viewer.eval((element) => element.querySelector('mpl-signal')!.shadowRoot!.textContent!.trim());
    await viewer.eval((element) => {
      element.innerHTML = '<mpl-signal name="generation" placeholder="none"></mpl-signal>';
      element.removeAttribute('token');
    });
    await give(viewer, ['subscribe'], 600_000);
    const end = performance.now() + 60_000;
    while (!/^\d/.test(await shows())) {
      assert.ok(performance.now() < end, `the signal shows ${await shows()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  test('lets pages go on without a drop, by relay and directly, as one token follows the other', async () => {
    const source = await host({ token: token(['publish'], SHORT), control: 'viewers' });
    const viewers = [
      await open('mpl-viewer', { token: token(['subscribe'], SHORT), transport: 'relay' }),
      await open('mpl-viewer', { token: token(['subscribe'], SHORT) }),
      await open('mpl-viewer', { token: token(['subscribe'], SHORT), transport: 'relay' }),
    ];
    const asked = [await give(source, ['publish'], SHORT)];
    for (const viewer of viewers.slice(0, 2)) asked.push(await give(viewer, ['subscribe'], SHORT));
    // The third has an attribute that somebody changes.
    await viewers[2]!.eval((element, shown) => void element.setAttribute('token', shown), token(['subscribe']));
    for (const page of [source, viewers[1]!]) await page.until((element) => element.link === 'webrtc');
    const watch = (page: TagPage) =>
      page.eval((element) => {
        const log: string[] = [];
        Object.assign(window, { log });
        const first = `${element.status} ${element.link}`;
        element.addEventListener('mpl-status', () => {
          const now = `${element.status} ${element.link}`;
          // How it stands by now may be told a moment later; a drop is told as something else.
          if (now !== first) log.push(now);
        });
      });
    for (const page of [source, ...viewers]) {
      await page.until((element) => element.status === 'live');
      await watch(page);
    }
    const before = asked.map((count) => count());
    const end = performance.now() + 120_000;
    while (asked.some((count, i) => count() < before[i]! + 2)) {
      assert.ok(performance.now() < end, 'tokens were not asked for');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const page of [source, ...viewers]) {
      const log = await page.page.evaluate(() => (window as unknown as { log: string[] }).log);
      assert.deepEqual(log, [], page.tag);
      assert.equal(await page.eval((element) => element.stats.reconnects), 0);
    }
    assert.equal(await viewers[1]!.eval((element) => element.link), 'webrtc');
    await assertEqual(source, viewers);
  });

  test('vouches for viewers, and a host that they reach directly keeps them to it', async () => {
    const source = await host({ token: token(['publish']), control: 'viewers' });
    const view = { x: 64, y: 0, width: 128, height: 128 };
    const viewer = await open('mpl-viewer', { token: token(['subscribe'], 600_000, { view }) });
    await viewer.until((element) => element.link === 'webrtc' && element.version > 20);
    await assert.rejects(
      viewer.eval((element) => element.pause()),
      /does not grant to steer/,
    );
    await assert.rejects(
      viewer.eval((element) => element.digest()),
      /RightsError|may/,
    );
    await source.eval((element) => element.pause());
    const rect = JSON.stringify(view);
    const seen = `(element) => element.digest(${rect})`;
    const truth = await source.page.evaluate(`(${seen})(document.querySelector('mpl-host'))`);
    let shown: unknown;
    const end = performance.now() + 60_000;
    do {
      shown = await viewer.page.evaluate(`(${seen})(document.querySelector('mpl-viewer'))`);
    } while (JSON.stringify(shown) !== JSON.stringify(truth) && performance.now() < end);
    assert.deepEqual(shown, truth);
    // Another token counts on the direct link, too.
    await viewer.eval((element, given) => void element.setAttribute('token', given), token(['subscribe', 'control']));
    await viewer.until((element) => element.refusal === '');
    assert.equal(await viewer.eval((element) => element.link), 'webrtc');
    await viewer.eval((element) => element.play());
    await assertEqual(source, [viewer]);
    assert.equal(await viewer.eval((element) => element.link), 'webrtc');
  });
});
