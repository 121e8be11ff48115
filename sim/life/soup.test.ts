import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLife, type EngineChoice } from '../index.js';
import { mix } from './soup.js';

const ENGINES: EngineChoice[] = ['js', 'wasm'];

describe('soups', () => {
  test('are the same on every engine, and what the formula says', async () => {
    for (const [width, height] of [
      [130, 70],
      [64, 64],
      [1, 200],
    ]) {
      const hashes = new Set<string>();
      for (const engine of ENGINES) {
        const life = await createLife({ width, height, engine });
        life.soup({ density: 0.37, seed: 12345 });
        hashes.add((await life.digest()).hash);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const i = y * width + x;
            const value = mix((mix(12345) + Math.imul(i + 1, 0x9e3779b9)) | 0) >>> 0;
            assert.equal(life.get(x, y), value < 0.37 * 2 ** 32);
          }
      }
      assert.equal(hashes.size, 1);
    }
  });

  test('stay what they are: a change here would break every link that names a seed', async () => {
    const life = await createLife({ width: 256, height: 256 });
    life.soup({ density: 0.5, seed: 1 });
    assert.equal(life.population(), 32698);
  });

  test('have the density asked for, and differ by seed', async () => {
    const life = await createLife({ width: 1024, height: 1024 });
    for (const density of [0, 0.001, 0.18, 0.5, 1]) {
      life.soup({ density, seed: 5 });
      const spread = 6 * Math.sqrt(density * (1 - density) * 2 ** 20);
      assert.ok(Math.abs(life.population() - density * 2 ** 20) <= spread, `${density}: ${life.population()}`);
    }
    const hashes = new Set<string>();
    for (const seed of [0, 1, -1, 2 ** 31, 7]) {
      life.soup({ density: 0.5, seed });
      hashes.add((await life.digest()).hash);
    }
    assert.equal(hashes.size, 5);
  });
});
