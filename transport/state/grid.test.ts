import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Grid } from './grid.js';

const shape = { epoch: 1, width: 200, height: 100, planes: 2 };

describe('a grid', () => {
  test('counts the tiles that cover its cells', () => {
    for (const [cells, tiles] of [
      [1, 1],
      [63, 1],
      [64, 1],
      [65, 2],
      [65536, 1024],
    ] as const) {
      const grid = new Grid({ ...shape, width: cells, height: 1 });
      assert.deepEqual([grid.tilesX, grid.tilesY, grid.tiles], [tiles, 1, tiles]);
    }
  });

  test('takes memory only for tiles that are written, each apart from the others', () => {
    const grid = new Grid({ epoch: 1, width: 64 * 40, height: 64 * 20, planes: 3 });
    const before = grid.bytes;
    assert.equal(grid.has(7), false);
    assert.ok(
      grid
        .tile(7, 2)
        .words.subarray(0, 384)
        .every((word) => word === 0),
    );
    for (let key = 0; key < grid.tiles; key += 2) {
      const { words, offset, stride } = grid.writable(key);
      assert.equal(stride, 2);
      words.fill(key + 1, offset, offset + 384);
    }
    for (let key = 0; key < grid.tiles; key++) {
      assert.equal(grid.has(key), key % 2 === 0);
      for (let plane = 0; plane < 3; plane++) {
        const { words, offset } = grid.tile(key, plane);
        const expected = key % 2 === 0 ? key + 1 : 0;
        assert.ok(
          words.subarray(offset, offset + 128).every((word) => word === expected),
          `tile ${key}`,
        );
      }
    }
    const held = grid.bytes - before;
    assert.ok(held >= 400 * 1536 && held <= 512 * 1536, `${held} bytes for 400 tiles of 1536`);
  });

  test('gives a writable tile the same place each time, and lends one view', () => {
    const grid = new Grid(shape);
    const { words, offset } = grid.writable(5);
    words[offset + 128] = 7;
    const again = grid.writable(5);
    assert.equal(again.words, words);
    assert.equal(again.offset, offset);
    assert.equal(grid.tile(5, 1).words[offset + 128], 7);
    // Documented: a view is good until the next call.
    assert.equal(grid.tile(5), grid.tile(6));
  });

  test('knows what changed since a version', () => {
    const grid = new Grid(shape);
    grid.touch(3, 10);
    grid.touch(1, 20);
    grid.touch(7, 2 ** 40);
    grid.touch(3, 21);
    assert.deepEqual([...grid.changedSince(-1)], [1, 3, 7]);
    assert.deepEqual([...grid.changedSince(19)], [1, 3, 7]);
    assert.deepEqual([...grid.changedSince(20)], [3, 7]);
    assert.deepEqual([...grid.changedSince(21)], [7]);
    assert.deepEqual([...grid.changedSince(2 ** 40)], []);
  });

  test('remembers when it was last whole', () => {
    const grid = new Grid(shape);
    assert.equal(grid.wholeVersion, -1);
    grid.reached(5, true);
    grid.reached(8, false);
    assert.deepEqual([grid.version, grid.whole, grid.wholeVersion], [8, false, 5]);
  });

  test('begins again from nothing', () => {
    const grid = new Grid(shape);
    const { words, offset } = grid.writable(2);
    words[offset] = 1;
    grid.touch(2, 4);
    grid.reached(4, true);
    grid.clear(9);
    assert.deepEqual([grid.version, grid.whole, grid.wholeVersion, grid.since], [9, false, -1, 9]);
    assert.equal(grid.tile(2).words[grid.tile(2).offset], 0);
    assert.deepEqual([...grid.changedSince(-1)], []);
  });

  test('is told from others by epoch and shape', () => {
    const grid = new Grid(shape);
    assert.ok(grid.is({ ...shape }));
    for (const field of ['epoch', 'width', 'height', 'planes'] as const) {
      assert.equal(grid.is({ ...shape, [field]: shape[field] + 1 }), false, field);
    }
  });
});
