import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLife, patternByName } from '../index.js';

test('where there is no WebAssembly, the TypeScript engine works, and says why', async () => {
  // A file of its own: each is a process of its own, and nothing was compiled in it before.
  const saved = globalThis.WebAssembly;
  try {
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    for (const engine of ['auto', 'wasm', 'gpu'] as const) {
      const life = await createLife({ width: 500, height: 500, engine });
      assert.equal(life.engine, 'js');
      assert.match(life.engineReason, /WebAssembly cannot be used here: /);
      life.load(patternByName('r-pentomino')!);
      life.step(1103);
      assert.equal(life.population(), 116);
    }
  } finally {
    globalThis.WebAssembly = saved;
  }
});
