import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = `
  import { createLife } from './sim/index.js';
  try {
    new Function('');
    throw new Error('Functions may be made of text here.');
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
  }
  for (const rule of ['B3/S23', 'B36/S245', 'B2/S013V', 'B0/S2', 'B2-a/S12', '345/2/4']) {
    const hashes = [];
    for (const engine of ['js', 'wasm']) {
      const life = await createLife({ width: 300, height: 200, rule, engine });
      life.soup({ density: 0.3, seed: 5 });
      life.step(20);
      hashes.push(life.engine, (await life.digest()).hash);
    }
    console.log(rule, hashes[0], hashes[2], hashes[1] === hashes[3]);
  }`;

test('where no function may be made of text, the engine in TypeScript still runs every family', async () => {
  const flags = ['--disallow-code-generation-from-strings', '--import', 'tsx', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    timeout: 60_000,
  });
  assert.deepEqual(stdout.trim().split('\n'), [
    'B3/S23 js wasm true',
    'B36/S245 js wasm true',
    'B2/S013V js wasm true',
    'B0/S2 js wasm true',
    'B2-a/S12 js wasm true',
    '345/2/4 js wasm true',
  ]);
});
