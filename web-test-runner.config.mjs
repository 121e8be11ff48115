// Tests of the elements, in a real browser against a real relay: npx wtr [--files one.test.ts]
// BROWSER=firefox runs them there.

import { spawn } from 'node:child_process';
import { relative } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter, summaryReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { build } from 'esbuild';
import { chromium, chromiumArgs, firefox } from './scripts/browsers.js';

const root = fileURLToPath(new URL('.', import.meta.url));

const inFirefox = process.env.BROWSER === 'firefox';
const executablePath = inFirefox ? firefox : chromium;
if (!executablePath) {
  console.error(`No ${inFirefox ? 'Firefox' : 'Chromium'} found. Install one, or set CHROME_PATH or FIREFOX_PATH.`);
  process.exit(1);
}

// A dependency of PeerJS is CommonJS, which browsers do not load. And the world's worker is one file, as it comes: there is
// one in each of a hundred tests.
await build({
  absWorkingDir: root,
  entryPoints: { peerjs: 'peerjs', 'world.worker': 'components/mpl-host/world.worker.ts' },
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: 'inline',
  outdir: `${root}.wtr`,
  logLevel: 'error',
});

/** Starts a relay as anyone would, and reads from its greeting where it is. */
function startRelay() {
  const args = ['--import', 'tsx', 'server/cli.ts', 'serve', '--port', '0', '--no-demo'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const url = /channels\s+(http\S+)\/channels/.exec(output)?.[1];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the relay ended (${code}) before it was ready:\n${output}`)));
  });
  return { child, ready };
}

const relay = startRelay();
const relayUrl = await relay.ready;
const stopRelay = () => relay.child.kill();
process.once('exit', stopRelay);

const sources = {
  name: 'sources',
  resolveImport: ({ source }) => (source === 'peerjs' ? '/.wtr/peerjs.js' : undefined),
};

const bundledWorker = (ctx, next) => {
  if (ctx.path === '/components/mpl-host/world.worker.js') ctx.url = '/.wtr/world.worker.js';
  return next();
};

/** A pattern that never ends is sent by /endless.rle, of so many bytes as `?says`; how many are under way, says /endless. */
let endless = 0;
const endlessPattern = (ctx, next) => {
  if (ctx.path === '/endless') ctx.body = String(endless);
  else if (ctx.path === '/endless.rle') {
    endless++;
    const row = 'bo$'.repeat(1000);
    let sent = 0;
    const body = new Readable({
      read() {
        setTimeout(() => this.push(sent++ === 0 ? 'x = 9, y = 9\n' : row), 5);
      },
      destroy(error, done) {
        endless--;
        done(error);
      },
    });
    ctx.type = 'application/octet-stream';
    if (ctx.query.says) ctx.set('content-length', ctx.query.says);
    ctx.body = body;
  } else return next();
};

/** Last lines of the output: what failed, a line for the name and one for the reason, then "N passed, N failed, N skipped". */
const tally = {
  onTestRunFinished({ sessions }) {
    let [passed, skipped] = [0, 0];
    const failed = [];
    const walk = (suite, name) => {
      for (const test of suite.tests) {
        if (test.skipped) skipped++;
        else if (test.passed) passed++;
        else
          failed.push(
            `${name} > ${test.name}\n  ${test.error?.message?.replace(/\s+/g, ' ').slice(0, 300) ?? 'no reason told'}`,
          );
      }
      for (const inner of suite.suites) walk(inner, inner.name ? `${name} > ${inner.name}` : name);
    };
    for (const { testFile, testResults, errors } of sessions) {
      const file = relative(root, testFile);
      if (testResults) walk(testResults, file);
      // It did not load, or it crashed.
      if (!testResults || errors.length > 0) failed.push(`${file}\n  ${errors[0]?.message ?? 'no result'}`);
    }
    stopRelay();
    // A new line first: what shows progress leaves signs in this one.
    console.log(
      `\n${failed.map((name) => `failed: ${name}\n`).join('')}\n${passed} passed, ${failed.length} failed, ${skipped} skipped`,
    );
  },
};

// A group of its own, since pages get WebGPU only with a flag: npx wtr --group gpu
const gpu = {
  name: 'gpu',
  files: ['sim/**/*.browser.test.ts', 'components/**/*.browser.test.ts'],
  browsers: [
    chromeLauncher({
      launchOptions: { executablePath, headless: true, args: [...chromiumArgs, '--enable-unsafe-webgpu'] },
    }),
  ],
};
const some = process.argv.includes('--files');

export default {
  groups: inFirefox || some ? [] : [gpu],
  files: ['components/**/*.test.ts', '!components/**/*.browser.test.ts'],
  rootDir: root,
  nodeResolve: true,
  concurrency: 1,
  middleware: [bundledWorker, endlessPattern],
  plugins: [sources, esbuildPlugin({ ts: true, tsconfig: `${root}tsconfig.json`, target: 'es2022' })],
  browsers: [
    chromeLauncher({
      launchOptions: inFirefox
        ? { browser: 'firefox', executablePath, headless: true }
        : { executablePath, headless: true, args: chromiumArgs },
    }),
  ],
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 300_000,
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith('Lit is in dev mode'),
  testFramework: { config: { ui: 'bdd', timeout: 60_000 } },
  testRunnerHtml: (framework) =>
    `<!doctype html><html lang="en"><head><title>Tests</title></head><body><script>globalThis.RELAY = ${JSON.stringify(relayUrl)}</script><script type="module" src="/components/testing/nodes.ts"></script><script type="module" src="${framework}"></script></body></html>`,
  reporters: [
    defaultReporter({ reportTestResults: true, reportTestProgress: false }),
    ...(process.env.VERBOSE ? [summaryReporter()] : []),
    tally,
  ],
};
