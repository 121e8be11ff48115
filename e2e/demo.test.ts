import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launch, type RelayProcess, startRelay } from './harness.js';
import { SitePage } from './site-page.js';

let browser: Browser;
let relay: RelayProcess;
let pages: SitePage[] = [];

before(async () => {
  // As the relay comes: with its own site.
  [browser, relay] = await Promise.all([launch(), startRelay(0, '--demo', 'demo')]);
});
after(async () => {
  await browser.close();
  await relay.kill();
});
afterEach(async () => {
  await Promise.all(pages.map(({ page }) => page.close()));
  pages = [];
});

const open = async (path: string): Promise<SitePage> => {
  const page = await SitePage.open(browser, relay.url + path);
  pages.push(page);
  return page;
};

/** Pauses the world, and sees that the windows come to the same cells. */
async function assertSameCells(host: SitePage, ...windows: SitePage[]): Promise<string> {
  await host.run('await host.pause()');
  const truth = await host.run<{ version: number; hash: string }>('return host.digest()');
  for (const window of windows) {
    await window.until(`(await view.digest()).version === ${truth.version}`);
    assert.deepEqual(await window.run('return view.digest()'), truth);
  }
  await host.run('await host.play()');
  return truth.hash;
}

describe('the demo', () => {
  test('starts with a world and its window, the same cells in both', async () => {
    const start = await open('/');
    await start.until("host?.status === 'live' && view?.status === 'live' && view.version > 10");
    assert.equal(await start.run('return host.channel'), 'demo');
    await assertSameCells(start, start);
    await start.click('#check');
    await start.until("document.querySelector('#digests').textContent.includes('Equal, to the bit.')");
    await start.until("/kbit\\/s/.test(document.querySelector('#wire').textContent)");
    assert.deepEqual(await start.barriers(), []);
    assert.deepEqual(start.problems, []);
  });

  test('says so where the address names no channel', async () => {
    const window = await open('/viewer.html?channel=no%20name');
    await window.until("view?.status === 'failed'");
    assert.match(await window.run<string>('return view.reason'), /"no name" is no name of a channel/);
    assert.equal(await window.run("return document.querySelector('.share').hidden"), true);
    const world = await open('/host.html?channel=no%20name');
    await world.until(
      "(host?.shadowRoot?.querySelector('#toast')?.textContent ?? '').includes('is no name of a channel')",
    );
    await world.until("host.status === 'live' && host.channel === 'demo'");
  });

  test('changes its world by the buttons of patterns', async () => {
    const start = await open('/');
    await start.until("host?.status === 'live' && view?.status === 'live'");
    const buttons = await start.run<{ pattern: string; grid: string; wrap: string }[]>(
      "return [...document.querySelectorAll('#patterns button')].map(({ dataset }) => ({ ...dataset }))",
    );
    assert.ok(buttons.length >= 5);
    const seen = new Set<string>();
    for (const [i, { pattern = '', grid, wrap = 'torus' }] of buttons.entries()) {
      await start.click(`#patterns button:nth-child(${i + 1})`);
      const name = /(\w[\w-]*)\.rle$/.exec(pattern)?.[1] ?? '';
      const [width, height] = grid.split('x');
      const state = 'view.controlState';
      await start.until(`${state}.pattern === '${name}' && ${state}.width === ${width} && ${state}.wrap === '${wrap}'`);
      await start.until(`view.stats.width === ${width} && view.stats.height === ${height} && view.version > 0`);
      seen.add(await assertSameCells(start, start));
    }
    assert.equal(seen.size, buttons.length, 'they are different worlds');
    for (const [command, paused] of [
      ['--pause', true],
      ['--play', false],
    ] as const) {
      await start.click(`button[commandfor=world][command="${command}"]`);
      await start.until(`view.controlState.paused === ${paused}`);
    }
    assert.deepEqual(start.problems, []);
  });

  test('has a world that fills its page, and windows in other pages', async () => {
    const [host, viewer, embed] = await Promise.all([
      open('/host.html'),
      open('/viewer.html?channel=demo'),
      open('/embed.html'),
    ]);
    await host.until("host?.status === 'live'");
    for (const page of [viewer, embed]) await page.until("view?.status === 'live' && view.version > 10");
    await viewer.until("view.link === 'webrtc'");
    await assertSameCells(host, viewer, embed);
    for (const page of [host, viewer, embed]) {
      await page.page.bringToFront();
      assert.deepEqual(await page.barriers(), [], page.page.url());
    }
    for (const page of [host, viewer]) {
      await page.page.bringToFront();
      await page.click('[data-drawer]');
      assert.deepEqual(await page.barriers(), [], `${page.page.url()}, its drawer the other way`);
    }
    for (const page of [host, viewer, embed]) assert.deepEqual(page.problems, [], page.page.url());
  });

  test('gives a second visitor a channel of their own, and takes worlds from the address', async () => {
    const first = await open('/');
    await first.until("host?.status === 'live'");
    const second = await open('/');
    await second.until("host?.status === 'live' && view?.status === 'live' && host.channel !== 'demo'");
    await assertSameCells(second, second);
    const asked = await open('/host.html?channel=mine&pattern=pulsar&grid=64x64&speed=3&rule=B36%2FS23');
    await asked.until("host?.status === 'live' && host.controlState !== null");
    assert.deepEqual(
      await asked.run(
        'const { channel, controlState: { pattern, width, speed, rule } } = host; return { channel, pattern, width, speed, rule }',
      ),
      {
        channel: 'mine',
        pattern: 'pulsar',
        width: 64,
        speed: 3,
        rule: 'B36/S23',
      },
    );
    assert.equal(await first.run('return host.status'), 'live');
    assert.deepEqual([...first.problems, ...asked.problems], []);
  });

  test('waits at a window before there is a world', async () => {
    const viewer = await open('/viewer.html?channel=nobody');
    await viewer.until("view?.status === 'waiting'");
    assert.deepEqual(await viewer.barriers(), []);
    assert.deepEqual(viewer.problems, []);
  });
});
