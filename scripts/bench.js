// All measurements, or those named: `npm run bench -- wire sizes`. Prints tables, and writes the numbers as JSON to
// bench/results.json, or where `--json FILE` says. `--quick` makes short work of those that take long.

import { execFileSync, fork, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from './browsers.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ALL = ['engines', 'gpu', 'wire', 'latency', 'signals', 'relay', 'sizes'];

function arguments_() {
  try {
    const options = { json: { type: 'string' }, quick: { type: 'boolean' } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.find((name) => !ALL.includes(name));
    if (unknown !== undefined) throw new Error(`there is no measurement "${unknown}"`);
    const json = values.json === undefined ? join(root, 'bench', 'results.json') : resolve(values.json);
    return { json, quick: values.quick === true, names: positionals.length > 0 ? positionals : ALL };
  } catch (error) {
    console.error(`${error.message}\nusage: npm run bench -- [${ALL.join('|')} ...] [--quick] [--json FILE]`);
    process.exit(2);
  }
}

function chromiumVersion() {
  if (chromium === undefined) return 'no Chromium';
  const version = execFileSync(chromium, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return version.trim().split(/\s+/, 2).join(' ');
}

/** Each in a process of its own: the code that one has made hot is no help and no burden to the next. */
function measure(name) {
  return new Promise((done) => {
    const file = join(root, 'bench', `${name}.ts`);
    const child = fork(file, quick ? ['--quick'] : [], { cwd: root, execArgv: ['--import', 'tsx'] });
    let data = null;
    child.on('message', (message) => (data = message));
    child.on('close', (code) => done(code === 0 ? data : null));
  });
}

const { json, names, quick } = arguments_();
const { status } = spawnSync(process.execPath, ['scripts/build.js', '--if-stale'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(1);

const machine = {
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  chromium: chromiumVersion(),
};
console.log(`${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; ${machine.chromium}\n`);

const results = { machine };
for (const name of names) {
  const began = Date.now();
  results[name] = await measure(name);
  if (results[name] === null) process.exitCode = 1;
  console.log(`\n(${name}: ${((Date.now() - began) / 1000).toFixed(0)} s)\n`);
}
writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
console.log(`numbers: ${relative(process.cwd(), json)}`);
