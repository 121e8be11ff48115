// Weighs what a page downloads, and compares it with sizes.json: bytes change on purpose or not at all.
// `node scripts/sizes.js --update` writes down what is there now.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

/** What may go by unnoticed. To shrink much is a reason to look too: something may be missing. */
const GROWTH = 0.01;
const LOSS = 0.05;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const file = join(root, 'sizes.json');
if (!existsSync(join(root, 'dist/mpl.js'))) {
  console.error('There is no dist/mpl.js to weigh: run `npm run build` first.');
  process.exit(1);
}

register();
const { run } = await import('../bench/sizes.ts');
const now = new Map((await run()).map(({ entry, raw, gzip }) => [entry.trim(), { raw, gzip }]));

if (process.argv.includes('--update')) {
  const lines = Array.from(
    now,
    ([entry, size]) => `  ${JSON.stringify(entry)}: { "raw": ${size.raw}, "gzip": ${size.gzip} }`,
  );
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
  console.log(`sizes.json: ${now.size} entries written`);
  process.exit(0);
}

/** What is wrong with an entry, or nothing. */
function complaint(before, after) {
  if (before === undefined) return 'is new';
  if (after === undefined) return 'is gone';
  for (const unit of ['gzip', 'raw']) {
    const change = after[unit] / before[unit] - 1;
    if (change <= GROWTH && change >= -LOSS) continue;
    const percent = `${change > 0 ? '+' : ''}${(change * 100).toFixed(1)} %`;
    return `${change > 0 ? 'grew' : 'shrank'} from ${before[unit]} to ${after[unit]} bytes ${unit} (${percent})`;
  }
  return undefined;
}

const then = new Map(Object.entries(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}));
let failed = 0;
for (const entry of new Set([...then.keys(), ...now.keys()])) {
  const why = complaint(then.get(entry), now.get(entry));
  if (why === undefined) continue;
  failed++;
  console.error(`${entry} ${why}`);
}
if (failed > 0) {
  console.error('If that is meant: `npm run build && node scripts/sizes.js --update`, and commit sizes.json.');
  process.exitCode = 1;
} else {
  const { raw, gzip } = now.get('dist/mpl.js (all of it in one file)') ?? { raw: 0, gzip: 0 };
  console.log(`${now.size} sizes as written in sizes.json; dist/mpl.js: ${raw} bytes, ${gzip} gzip`);
}
