import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { makeFolder } from '../testing/folder.js';
import { closeAll, later } from '../testing/signals.js';
import { until } from '../testing/until.js';
import { watchText } from './watch-file.js';

afterEach(closeAll);

function watching(path: string) {
  const seen = { changes: 0 };
  later(watchText(path, () => seen.changes++));
  return seen;
}

describe('a file that is watched', { timeout: 300_000 }, () => {
  test('is told of when it holds something else, however that came to be', async () => {
    const folder = makeFolder({ 'keys.json': 'one' });
    later(() => folder.remove());
    const path = join(folder.path, 'keys.json');
    const [seen, other] = [watching(path), watching(path)];
    writeFileSync(path, 'two');
    await until(() => seen.changes >= 1 && other.changes >= 1);
    writeFileSync(`${path}.new`, 'three');
    renameSync(`${path}.new`, path);
    await until(() => seen.changes >= 2);
    // It is gone for a while: nobody knows what it would say.
    rmSync(path);
    writeFileSync(join(folder.path, 'else'), 'more');
    writeFileSync(path, 'three');
    writeFileSync(path, 'four');
    await until(() => seen.changes >= 3);
    await until(() => other.changes >= 3);
  });

  test('may be a link by way of another, as secrets of Kubernetes are', async () => {
    const folder = makeFolder({ 'first/keys.json': 'one' });
    later(() => folder.remove());
    const at = (name: string): string => join(folder.path, name);
    symlinkSync('first', at('..data'));
    symlinkSync(join('..data', 'keys.json'), at('keys.json'));
    const seen = watching(at('keys.json'));
    mkdirSync(at('second'));
    writeFileSync(at('second/keys.json'), 'two');
    symlinkSync('second', at('..new'));
    renameSync(at('..new'), at('..data'));
    await until(() => seen.changes >= 1);
  });

  test('is left alone afterwards', async () => {
    const folder = makeFolder({ 'keys.json': 'one' });
    later(() => folder.remove());
    const path = join(folder.path, 'keys.json');
    let changes = 0;
    const stop = watchText(path, () => changes++);
    const seen = watching(path);
    stop();
    writeFileSync(path, 'two');
    await until(() => seen.changes >= 1);
    assert.equal(changes, 0);
  });
});
