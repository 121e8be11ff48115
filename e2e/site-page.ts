/** A page of the demo, and all that went wrong on it. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'puppeteer-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class SitePage {
  readonly problems: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) this.problems.push(message.text());
    });
    page.on('requestfailed', (request) => this.problems.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on('response', (response) => {
      if (response.status() >= 400) this.problems.push(`${response.url()}: ${response.status()}`);
    });
  }

  static async open(browser: Browser, url: string): Promise<SitePage> {
    const opened = new SitePage(await browser.newPage());
    await opened.page.goto(url);
    return opened;
  }

  /** Waits until this JavaScript holds in the page; `host` and `view` are its first screens. */
  async until(holds: string, timeout = 60_000): Promise<void> {
    const end = performance.now() + timeout;
    while (!(await this.run(`return ${holds}`))) {
      if (performance.now() > end) assert.fail(`${this.page.url()}: ${holds} never came true; ${this.problems}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Runs a function body in the page. As text over the debugger, so that no policy of the page forbids it. */
  run<T>(body: string): Promise<T> {
    const screens = `const [host, view] = ['mpl-host', 'mpl-viewer'].map((tag) => document.querySelector(tag));`;
    return this.page.evaluate(`(async () => { ${screens} ${body} })()`) as Promise<T>;
  }

  async click(selector: string): Promise<void> {
    await this.run(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  /** What axe finds wrong: rule and elements. */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(axe);
    return this.run(`
      const { violations } = await axe.run(document, { resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', '));`);
  }
}
