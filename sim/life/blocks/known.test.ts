import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createLife, type EngineChoice, parsePattern } from '../../index.js';

/** Where Debian's package of Golly keeps its patterns. */
const GOLLY = '/usr/share/golly/Patterns/Life';
const breeder = `${GOLLY}/Breeders/breeder.lif`;

for (const [engine, generations] of [
  ['wasm', 4000],
  ['js', 1000],
] as [EngineChoice, number][])
  test(`the breeder has the populations that Golly counts, engine ${engine}`, {
    skip: !existsSync(breeder) && 'Golly is not here',
  }, async () => {
    const life = await createLife({ width: 8192, height: 8192, engine });
    life.load(parsePattern(await readFile(breeder, 'utf8')));
    for (const [generation, population] of [
      [1000, 6427],
      [3000, 18530],
      [4000, 28342],
    ]) {
      if (generation > generations) break;
      life.step(generation - life.generation);
      assert.equal(life.population(), population);
    }
  });
