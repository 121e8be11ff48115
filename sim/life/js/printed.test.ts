import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { printModule } from '../../testing/printed.js';

test('the kernels of plain Life are those that are printed of it now', async () => {
  const text = await readFile(new URL('./printed.ts', import.meta.url), 'utf8');
  assert.equal(text, printModule(), 'run "node --import tsx scripts/print-kernels.ts"');
});
