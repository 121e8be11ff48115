import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Grid } from './grid.js';

/** 10 x 5 tiles. */
const grid = (): Grid => {
  const made = new Grid({ epoch: 1, width: 600, height: 320, planes: 1 });
  made.clear(0);
  return made;
};
const known = (g: Grid): number[] => Array.from({ length: g.tiles }, (_, key) => key).filter((key) => g.knows(key));

describe('what is known of a grid', () => {
  test('is nothing at first, then what came, then all of the windows that came whole', () => {
    const g = grid();
    assert.deepEqual(known(g), []);
    g.touch(3, 1);
    assert.deepEqual(known(g), [3]);
    assert.deepEqual(g.know({ x: 2, y: 0, width: 3, height: 2 }), [2, 4, 12, 13, 14]);
    assert.deepEqual(known(g), [2, 3, 4, 12, 13, 14]);
    assert.deepEqual(g.know({ x: 2, y: 0, width: 3, height: 2 }), []);
    assert.deepEqual(g.know({ x: 4, y: 1, width: 2, height: 1 }), [15]);
    assert.equal(g.know(null).length, 50 - 7);
    assert.equal(known(g).length, 50);
    assert.deepEqual(g.know({ x: 0, y: 0, width: 1, height: 1 }), []);
  });

  test('is forgotten outside of a window, and when it begins anew', () => {
    const g = grid();
    g.know(null);
    g.touch(49, 1);
    const window = { x: 1, y: 1, width: 2, height: 1 };
    assert.deepEqual(new Set(g.clearOutside(window)).size, 48);
    assert.deepEqual(known(g), [11, 12]);
    assert.deepEqual(g.know({ x: 3, y: 1, width: 1, height: 1 }), [13]);
    // The same window as before counts anew, once it was forgotten.
    g.clear(2);
    assert.deepEqual(known(g), []);
    assert.deepEqual(g.know({ x: 3, y: 1, width: 1, height: 1 }), [13]);
    g.know({ x: 0, y: 0, width: 0, height: 0 });
    assert.deepEqual(known(g), [13]);
  });
});
