import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Rect, TileWindow } from '../wire/messages.js';
import {
  around,
  checkWindow,
  clip,
  common,
  covers,
  inWindow,
  isNone,
  sameWindow,
  tilesOf,
  tilesWithin,
  type WindowShape,
} from './window.js';

const side = fc.integer({ min: 1, max: 400 });
const shape: fc.Arbitrary<WindowShape> = fc
  .record({ width: side, height: side })
  .map((cells) => ({ ...cells, tilesX: Math.ceil(cells.width / 64), tilesY: Math.ceil(cells.height / 64) }));
const at = fc.integer({ min: 0, max: 9 });
const window: fc.Arbitrary<TileWindow | null> = fc.option(
  fc.record({ x: at, y: at, width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) }),
);
const cell = fc.integer({ min: 0, max: 420 });
const cells = fc.integer({ min: 1, max: 420 });
const rect: fc.Arbitrary<Rect> = fc.record({ x: cell, y: cell, width: cells, height: cells });

const all = ({ tilesX, tilesY }: WindowShape): number[] => Array.from({ length: tilesX * tilesY }, (_, key) => key);
/** The tiles of a window, one by one. */
const keys = (window: TileWindow | null, shape: WindowShape): number[] =>
  all(shape).filter((key) => {
    const [x, y] = [key % shape.tilesX, Math.floor(key / shape.tilesX)];
    if (window === null) return true;
    return x >= window.x && x < window.x + window.width && y >= window.y && y < window.y + window.height;
  });

describe('windows', () => {
  test('are sets of tiles: clipped, in common, around, one within the other', () => {
    fc.assert(
      fc.property(shape, window, window, (shape, one, other) => {
        const [a, b] = [clip(one, shape), clip(other, shape)];
        for (const [clipped, raw] of [[a, one] as const, [b, other] as const]) {
          assert.deepEqual(keys(clipped, shape), keys(raw, shape));
          assert.equal(clipped === null, keys(raw, shape).length === all(shape).length);
          assert.equal(clipped !== null && isNone(clipped), keys(raw, shape).length === 0);
          for (const key of all(shape))
            assert.equal(inWindow(clipped, key, shape.tilesX), keys(raw, shape).includes(key));
        }
        const [inA, inB] = [new Set(keys(a, shape)), keys(b, shape)];
        assert.deepEqual(
          keys(common(a, b), shape),
          inB.filter((key) => inA.has(key)),
        );
        assert.equal(
          covers(a, b),
          inB.every((key) => inA.has(key)),
        );
        for (const key of [...inA, ...inB]) assert.ok(inWindow(around(a, b), key, shape.tilesX));
        assert.ok(covers(around(a, b), a) && covers(around(a, b), b));
        assert.equal(sameWindow(a, b), inA.size === inB.length && inB.every((key) => inA.has(key)));
      }),
      { numRuns: 2000 },
    );
  });

  test('are had of cells: those that a rectangle touches, and those that it holds', () => {
    fc.assert(
      fc.property(shape, rect, (shape, rect) => {
        const touched = new Set<number>();
        const missing = new Set<number>();
        for (let y = 0; y < shape.height; y++) {
          for (let x = 0; x < shape.width; x++) {
            const key = Math.floor(y / 64) * shape.tilesX + Math.floor(x / 64);
            const inside = x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
            (inside ? touched : missing).add(key);
          }
        }
        // The last tiles may reach beyond the grid.
        if (rect.x < shape.width && rect.y < shape.height) {
          const sorted = [...touched].sort((a, b) => a - b);
          assert.deepEqual(keys(clip(tilesOf(rect), shape), shape), sorted);
        }
        const held = all(shape).filter((key) => !missing.has(key));
        const within = tilesWithin(rect, shape);
        assert.deepEqual(keys(within, shape), held);
        assert.equal(within === null, held.length === all(shape).length);
      }),
      { numRuns: 150 },
    );
    assert.equal(tilesWithin(undefined, { width: 1, height: 1, tilesX: 1, tilesY: 1 }), null);
  });

  test('that are none are refused with a reason; large ones are cut to what can be said', () => {
    for (const [x, y, width, height] of [
      [-1, 0, 1, 1],
      [0, 0.5, 1, 1],
      [0, 0, 0, 1],
      [0, 0, 1, Number.NaN],
      [70_000, 0, 1, 1],
      [0, 0, 1, Number.POSITIVE_INFINITY],
    ] as const) {
      assert.throws(() => checkWindow({ x, y, width, height }), /a window counts whole tiles from 0,0 on/);
    }
    assert.equal(checkWindow(null), null);
    const far = { x: 65_000, y: 3, width: 70_000, height: 1e9 };
    assert.deepEqual(checkWindow(far), { x: 65_000, y: 3, width: 536, height: 65_533 });
  });
});
