// All tests, browsers included. Closes with one line over all suites: "N passed, N failed".
// `npm test -- node` runs only the suites named: check, node, browser, e2e.

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needBrowsers } from './browsers.js';
import { needRedis } from './redis.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function testFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

const nodeTests = (files) => [
  '--import',
  'tsx',
  '--test',
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  '--test-reporter=./scripts/tally.js',
  '--test-reporter-destination=stdout',
  ...files,
];

const suites = {
  check: () => ['scripts/check.js'],
  // Two files at a time: most of them wait for something, most of the time.
  node: () =>
    nodeTests(['--test-concurrency=2', ...['sim', 'transport', 'server', 'stress', 'deploy'].flatMap(testFiles)]),
  browser: () => ['node_modules/@web/test-runner/dist/bin.js'],
  e2e: () => nodeTests(testFiles('e2e')),
};

/** Runs one suite; its last count is its result. A suite that ends badly without a count has failed. */
function run(name, args) {
  return new Promise((resolve) => {
    console.log(`\n=== ${name}`);
    const began = Date.now();
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let tail = '';
    child.stdout.on('data', (data) => {
      process.stdout.write(data);
      tail = (tail + data).slice(-20_000);
    });
    child.on('close', (code) => {
      const counts = [...tail.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
      const [passed, failed, skipped] = counts ? counts.slice(1).map((n) => Number(n ?? 0)) : [0, 0, 0];
      const broken = failed === 0 && (code !== 0 || passed === 0) ? 1 : 0;
      console.log(`=== ${name}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
      resolve({ name, passed, failed: failed + broken, skipped });
    });
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`there is no suite "${unknown[0]}"; there are ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
const names = wanted.length > 0 ? wanted : Object.keys(suites);

if (names.includes('browser') || names.includes('e2e')) needBrowsers();
if (names.includes('node')) needRedis();
const built = spawnSync(process.execPath, ['scripts/build.js', '--if-stale'], { cwd: root, stdio: 'inherit' });
const results = built.status === 0 ? [] : [{ name: 'build', passed: 0, failed: 1, skipped: 0 }];
for (const name of names) results.push(await run(name, suites[name]()));

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log('');
for (const { name, passed, failed, skipped } of results) {
  console.log(`${name.padEnd(8)} ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
