/** What the end-to-end tests share: a real relay process, real browsers, and pages with the kit's tags in them. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import type { MplHost, MplViewer } from '../components/index.js';
import { chromium, chromiumArgs, firefox } from '../scripts/browsers.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface RelayProcess {
  url: string;
  port: number;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Starts `mpl serve` as anyone would, on a free port or the one given. */
export function startRelay(port = 0, ...flags: string[]): Promise<RelayProcess> {
  const args = ['dist/server/cli.js', 'serve', '--port', String(port), '--demo', 'e2e/pages', ...flags];
  const child: ChildProcess = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let out = '';
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    child.once('exit', (code) => reject(new Error(`the relay ended with ${code}: ${out}`)));
    child.stdout!.on('data', (data) => {
      out += data;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(out);
      if (!found) return;
      resolve({
        url: found[0],
        port: Number(found[1]),
        kill: () => {
          child.kill('SIGKILL');
          return gone;
        },
      });
    });
  });
}

export const hasFirefox = firefox !== undefined;

export function launch(kind: 'chrome' | 'firefox' = 'chrome'): Promise<Browser> {
  if (kind === 'firefox') return puppeteer.launch({ browser: 'firefox', executablePath: firefox!, headless: true });
  return puppeteer.launch({
    executablePath: chromium!,
    headless: true,
    args: [
      ...chromiumArgs,
      // All pages are looked at here, though only one can be in front.
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      '--disable-backgrounding-occluded-windows',
    ],
  });
}

export type Tag = 'mpl-host' | 'mpl-viewer';
type Screen = MplHost & MplViewer;

/** A tag in a page of its own. */
export class TagPage {
  readonly errors: string[] = [];

  constructor(
    readonly page: Page,
    readonly tag: Tag,
  ) {
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    relay: RelayProcess,
    tag: Tag,
    attributes: Record<string, string>,
    path = '/',
  ): Promise<TagPage> {
    const opened = new TagPage(await browser.newPage(), tag);
    await opened.page.goto(relay.url + path);
    await opened.add(attributes);
    return opened;
  }

  async add(attributes: Record<string, string>): Promise<void> {
    await this.page.evaluate(
      async (tag, given) => {
        await customElements.whenDefined(tag);
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
        document.body.append(element);
      },
      this.tag,
      { channel: 'test', 'ice-servers': 'none', ...attributes },
    );
  }

  /** Runs a function on the element in the page. As text over the debugger, so that no policy of the page forbids it. */
  eval<T, A extends unknown[]>(run: (element: Screen, ...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    const given = args.map((arg) => `, ${JSON.stringify(arg)}`).join('');
    return this.page.evaluate(`(${run})(document.querySelector('${this.tag}')${given})`) as Promise<T>;
  }

  /** Waits until this holds of the element. */
  async until(what: (element: Screen) => boolean, timeout = 60_000): Promise<void> {
    const end = performance.now() + timeout;
    while (!(await this.eval(what))) {
      if (performance.now() > end) {
        const now = await this.eval((element) => JSON.stringify(element.stats));
        assert.fail(`${this.tag}: ${what} never came true; ${now}; errors: ${this.errors.join(' | ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

/** Pauses the host and sees that every viewer comes to the very same cells. */
export async function assertEqual(host: TagPage, viewers: TagPage[]): Promise<number> {
  await host.eval((element) => element.pause());
  const truth = await host.eval((element) => element.digest());
  for (const viewer of viewers) {
    const seen = await viewer.eval(async (element, version) => {
      const end = performance.now() + 60_000;
      for (;;) {
        const digest = await element.digest();
        if (digest.version === version || performance.now() > end) return digest;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }, truth.version);
    assert.deepEqual(seen, truth);
  }
  return truth.version;
}

/** While all runs on: at `wanted` versions at which both were caught, host and viewer have the same digest. */
export async function assertEqualWhileRunning(host: TagPage, viewer: TagPage, wanted = 1): Promise<void> {
  const collect = (page: TagPage) =>
    page.eval(async (element) => {
      const seen: Record<number, string> = {};
      const end = performance.now() + 300;
      while (performance.now() < end) {
        const { version, hash } = await element.digest();
        seen[version] = hash;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return seen;
    });
  let common = 0;
  const end = performance.now() + 60_000;
  while (common < wanted) {
    assert.ok(performance.now() < end, `both were caught at ${common} versions only`);
    const [truth, seen] = await Promise.all([collect(host), collect(viewer)]);
    for (const version of Object.keys(seen).map(Number)) {
      if (truth[version] === undefined) continue;
      assert.equal(seen[version], truth[version], `version ${version}`);
      common++;
    }
  }
}
