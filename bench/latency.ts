/**
 * How old a picture is when it is there: from the end of a step in the host's worker to the moment at which a replica in
 * another page equals it. Real Chromium, real relay, real WebRTC, all at once and all on this machine.
 */
import type { Browser } from 'puppeteer-core';
import { launch, type RelayProcess, startRelay, TagPage } from '../e2e/harness.js';
import { type BareTransits, measureBare } from './bare.js';
import { buildPages } from './pages/build.js';
import type { Join } from './pages/join.js';
import type { Mark, Marks } from './pages/marks.js';
import { main, median, quantile, table } from './table.js';

const SPEED = 20;
const SECONDS = 12;
const JOINS = 9;

const WORLDS = {
  'soup 1024x1024, density 0.18': { grid: '1024x1024', density: '0.18', seed: '1' },
  "Gosper's gun, 512x512": { grid: '512x512', pattern: 'gosper-gun' },
};

interface Quantiles {
  p50: number;
  p99: number;
}

interface Row extends Quantiles {
  world: string;
  /** Where the picture is, and how it came there. */
  to: string;
  /** Of the versions stepped, how many were shown. */
  shown: number;
  stepped: number;
  /** The same bytes over the same kind of link with nothing of the kit; null for the host's own picture. */
  bare: Quantiles | null;
}

interface WorldResult {
  rows: Row[];
  /** Of it, at the host: capture, encode, deflate, give to the links; ms. */
  publish: Quantiles;
  /** Bytes of a picture's frames, mean. */
  frameBytes: number;
  clocks: { of: string; offset: number; error: number }[];
}

export interface LatencyResult {
  worlds: Record<string, WorldResult>;
  /** Viewers that come one after another while the soup runs. */
  joins: { auto: Join[]; relay: Join[] };
}

const quantiles = (values: number[]): Quantiles => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const take = (page: TagPage): Promise<Marks> => page.eval(() => globalThis.BENCH.take());

/** What the host's worker noted. */
async function takeWorker(host: TagPage): Promise<Marks> {
  const [worker] = host.page.workers();
  if (worker === undefined) throw new Error('the world does not run in a worker');
  return worker.evaluate(() => globalThis.BENCH.take());
}

/** From each mark of `from` to the first of `to` at the same version, ms. */
function between(from: Mark[], to: Mark[]): number[] {
  const first = new Map<number, number>();
  for (const [version, at] of to) if (!first.has(version)) first.set(version, at);
  return from.flatMap(([version, at]) => (first.has(version) ? [first.get(version)! - at] : []));
}

async function checkClocks(host: TagPage, others: Record<string, TagPage>): Promise<WorldResult['clocks']> {
  for (const [name, page] of Object.entries(others)) {
    await page.page.evaluate((mine) => globalThis.BENCH.call(mine), name);
  }
  const clocks = [];
  for (const of of ['worker', ...Object.keys(others)]) {
    clocks.push({ of, ...(await host.page.evaluate((other) => globalThis.BENCH.clockOffset(other), of)) });
  }
  return clocks;
}

async function measureWorld(browser: Browser, relay: RelayProcess, name: keyof typeof WORLDS): Promise<WorldResult> {
  const host = await TagPage.open(browser, relay, 'mpl-host', { ...WORLDS[name], speed: String(SPEED) });
  const viewers = {
    relay: await TagPage.open(browser, relay, 'mpl-viewer', { transport: 'relay' }),
    webrtc: await TagPage.open(browser, relay, 'mpl-viewer', { transport: 'auto' }),
  };
  await viewers.relay.until((element) => element.link === 'websocket' && element.status === 'live');
  await viewers.webrtc.until((element) => element.link === 'webrtc');
  const clocks = await checkClocks(host, viewers);
  await sleep(1000);

  const pages = { host, ...viewers };
  await takeWorker(host);
  for (const page of Object.values(pages)) await take(page);
  // What was stepped while one page after another was asked may be forgotten in some of them.
  const since = await host.eval(() => globalThis.BENCH.clock());
  await sleep(SECONDS * 1000);
  // The worker first: what it has stepped last is still on its way.
  const noted = await takeWorker(host);
  const stepped = noted.stepped.filter(([, at]) => at > since);
  await sleep(300);
  const applied = {} as Record<keyof typeof pages, Mark[]>;
  for (const key of ['host', 'relay', 'webrtc'] as const) applied[key] = (await take(pages[key])).applied;
  const frameBytes = noted.frameBytes / noted.published.length;

  await host.page.evaluate(() => document.querySelector('mpl-host')!.remove());
  const bare = await measureBare(host.page, viewers.relay.page, frameBytes, SPEED);
  for (const page of Object.values(pages)) await page.close();

  const row = (to: string, marks: Mark[], limit: keyof BareTransits | null): Row => {
    const transits = between(stepped, marks);
    const shown = transits.length;
    return {
      world: name,
      to,
      ...quantiles(transits),
      shown,
      stepped: stepped.length,
      bare: limit && quantiles(bare[limit]),
    };
  };
  return {
    rows: [
      row("the host's own page", applied.host, null),
      row('a viewer, by the relay', applied.relay, 'socket'),
      row('a viewer, by WebRTC', applied.webrtc, 'channel'),
    ],
    publish: quantiles(between(stepped, noted.published)),
    frameBytes,
    clocks,
  };
}

async function measureJoins(browser: Browser, relay: RelayProcess): Promise<LatencyResult['joins']> {
  const soup = WORLDS['soup 1024x1024, density 0.18'];
  const host = await TagPage.open(browser, relay, 'mpl-host', { ...soup, speed: String(SPEED) });
  await host.until((element) => element.version > 10);
  const page = await browser.newPage();
  await page.goto(relay.url);
  await page.evaluate(() => customElements.whenDefined('mpl-viewer').then(() => {}));
  const joins: LatencyResult['joins'] = { auto: [], relay: [] };
  for (let i = 0; i < JOINS; i++) {
    for (const transport of ['auto', 'relay'] as const) {
      const attributes = { channel: 'test', 'ice-servers': 'none', transport };
      joins[transport].push(await page.evaluate((given) => globalThis.joinOnce(given), attributes));
    }
  }
  await page.close();
  await host.close();
  return joins;
}

export async function run(): Promise<LatencyResult> {
  const pages = await buildPages();
  const browser = await launch();
  const relay = await startRelay(0, '--demo', pages.folder);
  try {
    const worlds: LatencyResult['worlds'] = {};
    for (const name of Object.keys(WORLDS) as (keyof typeof WORLDS)[]) {
      worlds[name] = await measureWorld(browser, relay, name);
    }
    return { worlds, joins: await measureJoins(browser, relay) };
  } finally {
    await browser.close();
    await relay.kill();
    pages.remove();
  }
}

const ms = (value: number | undefined | null): string => value?.toFixed(1) ?? '-';

export function format({ worlds, joins }: LatencyResult): string {
  const head = ['picture in', 'p50 ms', 'p99 ms', 'shown', 'bare p50', 'bare p99'];
  const parts: string[] = [];
  for (const [name, { rows, publish, frameBytes, clocks }] of Object.entries(worlds)) {
    const lines = rows.map((row) => [
      row.to,
      ms(row.p50),
      ms(row.p99),
      `${row.shown}/${row.stepped}`,
      ms(row.bare?.p50),
      ms(row.bare?.p99),
    ]);
    const title = `Latency: host step to picture; ${name}, ${SPEED} generations/s, ${Math.round(frameBytes)} B a picture`;
    parts.push(table(title, head, lines));
    const worst = clocks.reduce((a, b) => (Math.abs(b.offset) + b.error > Math.abs(a.offset) + a.error ? b : a));
    const far = Math.abs(worst.offset) + worst.error;
    parts.push(
      `of it at the host (capture, encode, deflate, send): p50 ${ms(publish.p50)}, p99 ${ms(publish.p99)} ms\n` +
        `clocks of the pages agree to ${far.toFixed(2)} ms${far < 1 ? '' : ': TOO FAR APART, do not trust this table'}`,
    );
  }
  const line = (name: string, values: (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return [name, ms(median(known)), ms(Math.min(...known)), ms(Math.max(...known))];
  };
  parts.push(
    table(
      `Joining the soup, ${joins.auto.length} times each, from the element's being put on the page`,
      ['', 'median ms', 'least', 'most'],
      [
        line('first whole picture, relay only', pick(joins.relay, 'picture')),
        line('first whole picture, auto', pick(joins.auto, 'picture')),
        line('picture comes by WebRTC, auto', pick(joins.auto, 'direct')),
        line(`longest gap (${1000 / SPEED} is none), relay only`, pick(joins.relay, 'gap')),
        line(`longest gap (${1000 / SPEED} is none), auto`, pick(joins.auto, 'gap')),
      ],
    ),
  );
  return parts.join('\n\n');
}

const pick = (joins: Join[], key: keyof Join): (number | null)[] => joins.map((join) => join[key]);

await main(import.meta.url, async () => {
  const data = await run();
  return { data, text: format(data) };
});
