import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLife, GridError, MAX_SIDE, parseGrid, RuleError } from '../index.js';

describe('grids', () => {
  test('sizes are read', () => {
    assert.deepEqual(parseGrid('4096x2048'), { width: 4096, height: 2048 });
    assert.deepEqual(parseGrid(' 1 X 65536 '), { width: 1, height: MAX_SIDE });
    assert.deepEqual(parseGrid('640×480'), { width: 640, height: 480 });
    assert.deepEqual(parseGrid('512'), { width: 512, height: 512 });
  });

  test('bad sizes are refused, with the input and the way out', async () => {
    for (const text of [
      '',
      'x',
      '0x5',
      '5x0',
      '65537x1',
      '-3x4',
      '3.5x4',
      '4096x',
      '1x1x1',
      'NaN',
      '1e3x4',
      '99999999999999999999x1',
    ])
      assert.throws(() => parseGrid(text), GridError, text);
    assert.throws(() => parseGrid('70000x5'), /70000.*1 to 65536/);
    await assert.rejects(createLife({ width: 0, height: 5 }), GridError);
    await assert.rejects(createLife({ width: 5.5, height: 5 }), GridError);
    await assert.rejects(createLife({ width: 5, height: 5, wrap: 'klein' as 'torus' }), GridError);
    await assert.rejects(createLife({ width: 5, height: 5, rule: 'B9/S' }), RuleError);
    await assert.rejects(createLife({ width: 5, height: 5, engine: 'steam' as 'js' }), RangeError);
  });
});
