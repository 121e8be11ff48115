// Builds the package: kernels, modules with types, the one-file bundle, the manifest.
// `--if-stale` does nothing where dist/ is newer than every source.

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leanFolder } from './lean-text.js';
import { buildOneFile } from './one-file.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const stamp = at('dist', '.built');

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const sources = [
  'demo',
  'sim',
  'transport',
  'components',
  'server',
  'scripts',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
if (process.argv.includes('--if-stale') && existsSync(stamp)) {
  // Generated kernels lie among the sources, and are older than the stamp of the build that made them.
  if (Math.max(...sources.map((path) => newest(at(path)))) < statSync(stamp).mtimeMs) process.exit(0);
}

const run = (command, ...args) =>
  execFileSync(process.execPath, [at(command), ...args], { cwd: root, stdio: 'inherit' });
const began = Date.now();

rmSync(at('dist'), { recursive: true, force: true });
run('scripts/build-wasm.js');
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
await leanFolder(at('dist/components'));
chmodSync(at('dist/server/cli.js'), 0o755);

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { MPL_ONE_FILE: 'true' },
};

// The world's worker without imports of packages, so that it runs wherever the modules are served from.
await build({
  ...common,
  entryPoints: ['components/mpl-host/world.worker.ts'],
  outfile: 'dist/components/mpl-host/world.worker.js',
});

await buildOneFile(common);

// The site goes with the package: `npx mpl serve` shows it.
cpSync(at('demo'), at('dist/demo'), { recursive: true });

run(
  'node_modules/@custom-elements-manifest/analyzer/cem.js',
  'analyze',
  '--litelement',
  '--globs',
  'components/{mpl-*,screen}/*.ts',
  '--exclude',
  '**/*.test.ts',
  '--quiet',
);

writeFileSync(stamp, '');
console.log(`built in ${((Date.now() - began) / 1000).toFixed(1)} s`);
