import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { forge, SECRET } from '../server/testing/tokens.js';
import { launch, type RelayProcess, startRelay } from './harness.js';
import { SitePage } from './site-page.js';

const serve = () => startRelay(0, '--demo', 'demo', '--secret', SECRET, '--log-level', 'error');

let browser: Browser;
let relay: RelayProcess;
before(async () => {
  [browser, relay] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser.close();
  await relay.kill();
});

const token = (can: string[], channels = ['demo']): string =>
  forge({ alg: 'HS256' }, { channels, can, exp: Date.now() / 1000 + 600, jti: can.join() }, SECRET);

test('the demo on a relay with keys takes a token from a field or the fragment, never from the query', async () => {
  const viewer = await SitePage.open(browser, `${relay.url}/viewer.html?channel=demo&token=${token(['subscribe'])}`);
  await viewer.until("document.querySelector('.token output')?.textContent.includes('asks for a token to watch')");
  assert.equal(await viewer.run("return view.hasAttribute('token')"), false);
  const help = await viewer.run("return document.querySelector('.token code').textContent");
  assert.equal(help, "npx mpl token --channel 'demo' --can subscribe");
  assert.deepEqual(await viewer.barriers(), []);
  // One that is refused does not stay in the way of the next.
  await viewer.page.type('.token input', 'no token');
  await viewer.page.keyboard.press('Enter');
  await viewer.until("document.querySelector('.token output').textContent.includes('not a token')");
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

test('on a relay with keys, too, a host that finds the channel taken has one of its own, if its token is for that', async (t) => {
  const relay = await serve();
  t.after(() => relay.kill());
  const rights = ['publish', 'subscribe'];
  const open = (channels: string[]) =>
    SitePage.open(browser, `${relay.url}/host.html?grid=64x64#token=${token(rights, channels)}`);
  const first = await open(['demo*']);
  await first.until("host.status === 'live' && host.channel === 'demo'");
  const second = await open(['demo*']);
  await second.until("host.status === 'live' && host.channel.startsWith('demo-')");
  const bound = await open(['demo']);
  await bound.until("host.status === 'failed' && host.reason.includes('another source')");
  assert.equal(await bound.run('return host.channel'), 'demo');
});
