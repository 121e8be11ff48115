// What needs no run: types, lint and format, who imports whom, the package's entries.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const checks = [
  ['types', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
  ['lint and format', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'],
  [
    'import rules',
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    '-c',
    '.dependency-cruiser.mjs',
    'sim',
    'transport',
    'components',
    'server',
    'stress',
  ],
  ['entries in Node', 'scripts/import-entries.js'],
  ['docs/elements.md', 'scripts/elements-doc.js', '--check'],
  ['sizes', 'scripts/sizes.js'],
  ['package entries', 'node_modules/publint/src/cli.js', '--strict'],
];

const failed = [];
for (const [name, command, ...args] of checks) {
  const { status } = spawnSync(process.execPath, [join(root, command), ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
}
for (const name of failed) console.log(`failed: ${name}`);
console.log(`\n${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
