import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { forge, SECRET } from '../server/testing/tokens.js';
import { launch, type RelayProcess, startRelay } from './harness.js';
import { SitePage } from './site-page.js';

let browser: Browser;
let relay: RelayProcess;
before(async () => {
  [browser, relay] = await Promise.all([
    launch(),
    startRelay(0, '--demo', 'demo', '--secret', SECRET, '--log-level', 'error'),
  ]);
});
after(async () => {
  await browser.close();
  await relay.kill();
});

const token = (can: string[]): string =>
  forge({ alg: 'HS256' }, { channels: ['demo'], can, exp: Date.now() / 1000 + 600, jti: can.join() }, SECRET);

test('the demo on a relay with keys takes a token from a field or the fragment, never from the query', async () => {
  const viewer = await SitePage.open(browser, `${relay.url}/viewer.html?channel=demo&token=${token(['subscribe'])}`);
  await viewer.until("document.querySelector('.token output')?.textContent.includes('asks for a token to watch')");
  assert.equal(await viewer.run("return view.hasAttribute('token')"), false);
  assert.deepEqual(await viewer.barriers(), []);
  await viewer.page.type('.token input', token(['subscribe']));
  await viewer.page.keyboard.press('Enter');
  await viewer.until("view.status === 'waiting' && document.querySelector('.token') === null");

  const host = await SitePage.open(browser, `${relay.url}/host.html?channel=demo#token=${token(['publish'])}`);
  await host.until("host.status === 'live'");
  assert.equal(host.page.url(), `${relay.url}/host.html?channel=demo`);
  await viewer.until("view.status === 'live' && view.version > 10");
  // A reload has it still.
  await host.page.reload();
  await host.until("host?.status === 'live'");
});
