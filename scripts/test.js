// All tests, browsers included. Closes with one line over all suites: "N passed, N failed".
// `npm test -- sim check` runs only the suites named: browser, e2e, server, sim, check.

import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needBrowsers } from './browsers.js';
import { needRedis } from './redis.js';
import { filesIn, transpile, transpiled } from './transpile.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** But for those that need a browser. */
const testFiles = (folder) => filesIn(folder, /(?<!\.browser)\.test\.ts$/);

const nodeTests = (files, flags) => [
  ...flags,
  '--test',
  // A file that hangs is ended, and named.
  '--test-timeout=900000',
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  '--test-reporter=./scripts/tally.js',
  '--test-reporter-destination=stdout',
  ...files,
];

/** Two files at a time: most of them wait for something, most of the time. */
const inNode = (...folders) =>
  nodeTests(folders.flatMap(testFiles).map(transpiled), ['--enable-source-maps', '--test-concurrency=2']);

// The longest first.
const suites = {
  browser: () => ['node_modules/@web/test-runner/dist/bin.js'],
  e2e: () => nodeTests(testFiles('e2e'), ['--import', 'tsx']),
  server: () => inNode('server', 'stress', 'deploy'),
  sim: () => inNode('sim', 'transport'),
  check: () => ['scripts/check.js'],
};

/** Suites at a time. They share nothing but the machine, and wait now and then; three would save another twelfth of the time. */
const LANES = Math.min(2, availableParallelism());

/** Runs one suite; its last count is its result. A suite that ends badly without a count has failed. */
function run(name, args, print) {
  return new Promise((resolve) => {
    print(`\n=== ${name}\n`);
    const began = Date.now();
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let tail = '';
    child.stderr.on('data', print);
    child.stdout.on('data', (data) => {
      print(data);
      tail = (tail + data).slice(-20_000);
    });
    child.on('close', (code) => {
      const counts = [...tail.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
      const [passed, failed, skipped] = counts ? counts.slice(1).map((n) => Number(n ?? 0)) : [0, 0, 0];
      const broken = failed === 0 && (code !== 0 || passed === 0) ? 1 : 0;
      const names = [...tail.matchAll(/^failed: (.*\n.*)$/gm)].map(([, what]) => `${name}: ${what}`);
      if (broken) names.push(`${name}: ended with code ${code}`);
      print(`=== ${name}: ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
      resolve({ name, passed, failed: failed + broken, skipped, names });
    });
  });
}

/** Runs these, some at a time. What each prints stays together: the first speaks as it goes, the others when it is done. */
async function runAll(names) {
  const results = [];
  const said = names.map(() => []);
  const ended = names.map(() => false);
  let speaks = 0;
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < names.length; i = next++) {
      const print = (data) => (i === speaks ? process.stdout.write(data) : said[i].push(data));
      results[i] = await run(names[i], suites[names[i]](), print);
      ended[i] = true;
      while (ended[speaks]) for (const data of said[++speaks] ?? []) process.stdout.write(data);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`there is no suite "${unknown[0]}"; there are ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
const names = wanted.length > 0 ? wanted : Object.keys(suites);

if (names.includes('browser') || names.includes('e2e')) needBrowsers();
if (names.includes('server')) needRedis();
const built = spawnSync(process.execPath, ['scripts/build.js', '--if-stale'], { cwd: root, stdio: 'inherit' });
const results = built.status === 0 ? [] : [{ name: 'build', passed: 0, failed: 1, skipped: 0, names: ['build'] }];
if (built.status === 0 && (names.includes('server') || names.includes('sim'))) await transpile();
if (built.status === 0) results.push(...(await runAll(names)));

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log('');
for (const { name, passed, failed, skipped } of results) {
  console.log(`${name.padEnd(8)} ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}
// Once more at the end, where it is found: which failed, and below it why.
for (const name of results.flatMap(({ names }) => names)) console.log(`✘ ${name}`);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
