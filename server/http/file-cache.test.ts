import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../testing/folder.js';
import { FileCache } from './file-cache.js';

test('the cache stays within its bytes and lets the longest unused go', async () => {
  const text = 'abcdefgh'.repeat(1250);
  const folder = makeFolder(Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`${i}.txt`, text])));
  const cache = new FileCache(35_000);
  const get = async (i: number) => {
    const path = join(folder.path, `${i}.txt`);
    return cache.get(path, await stat(path));
  };
  const first = await get(0);
  await get(1);
  await get(2);
  assert.equal(cache.size, 30_000);
  assert.equal(await get(0), first, 'kept');
  const second = await get(1);
  await get(3);
  assert.equal(cache.size, 30_000);
  assert.equal(await get(0), first, 'used lately, so 2 went');
  assert.equal(await get(1), second);
  const path = join(folder.path, '0.txt');
  const [once, twice] = await Promise.all([cache.coded(path, first, 'gzip'), cache.coded(path, first, 'gzip')]);
  assert.equal(once, twice, 'compressed once');
  assert.equal(cache.size, 30_000 + once!.length);
  for (let i = 0; i < 60; i++) {
    await get(i % 6);
    assert.ok(cache.size <= 35_000);
  }
  folder.remove();
  await assert.rejects(cache.get(join(folder.path, 'gone.txt'), { mtimeMs: 0, size: 0 } as never), /ENOENT/);
});
