import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { seeded, TestWorld } from '../testing/world.js';
import type { Rect } from '../wire/messages.js';
import { digest } from './digest.js';
import type { TileGrid, TileView } from './tile.js';

/** The digest by its definition, a cell at a time. */
function slowly(grid: TileGrid, { x, y, width, height }: Rect): string {
  const tilesX = Math.ceil(grid.width / 64);
  const hash = createHash('sha256');
  for (let plane = 0; plane < grid.planes; plane++) {
    for (let cy = y; cy < y + height; cy++) {
      const row = new Uint8Array(Math.ceil(width / 8));
      for (let i = 0; i < width; i++) {
        const cx = x + i;
        const { words, offset, stride } = grid.tile(Math.floor(cy / 64) * tilesX + Math.floor(cx / 64), plane);
        const word = words[offset + (cy % 64) * stride + Math.floor((cx % 64) / 32)]!;
        if ((word >>> (cx % 32)) & 1) row[i >> 3]! |= 1 << (i & 7);
      }
      hash.update(row);
    }
  }
  return hash.digest('hex');
}

/** Two tiles side by side, four words a row, as an engine keeps them. */
function wide(grid: TestWorld): TileGrid {
  const { width, height, planes, version } = grid;
  const tile = (key: number, plane = 0): TileView => {
    const { words, offset } = grid.tile(key, plane);
    const block = new Uint32Array(256).fill(0xffffffff);
    for (let row = 0; row < 64; row++) {
      block[row * 4 + 2] = words[offset + row * 2]!;
      block[row * 4 + 3] = words[offset + row * 2 + 1]!;
    }
    return { words: block, offset: 2, stride: 4 };
  };
  return { width, height, planes, version, tile };
}

describe('the digest', () => {
  test('of a grid known by heart', () => {
    const world = new TestWorld(3, 2);
    world.flip(0, 0);
    world.flip(2, 1);
    world.version = 41;
    assert.deepEqual(digest(world), {
      version: 41,
      hash: createHash('sha256').update(Uint8Array.of(1, 4)).digest('hex'),
    });
  });

  test('is what its definition says, of any rectangle, planes and stride', () => {
    const places = fc.record({
      seed: fc.integer(),
      width: fc.integer({ min: 1, max: 300 }),
      height: fc.integer({ min: 1, max: 150 }),
      planes: fc.integer({ min: 1, max: 3 }),
      corner: fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.double({ min: 0, max: 0.999, noNaN: true })),
      size: fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.double({ min: 0, max: 0.999, noNaN: true })),
    });
    fc.assert(
      fc.property(places, ({ seed, width, height, planes, corner, size }) => {
        const world = new TestWorld(width, height, planes);
        world.step(width * height, seeded(seed));
        const x = Math.floor(corner[0] * width);
        const y = Math.floor(corner[1] * height);
        const rect = {
          x,
          y,
          width: 1 + Math.floor(size[0] * (width - x)),
          height: 1 + Math.floor(size[1] * (height - y)),
        };
        assert.equal(digest(world, rect).hash, slowly(world, rect));
        assert.equal(digest(wide(world), rect).hash, slowly(world, rect));
        const all = { x: 0, y: 0, width, height };
        assert.equal(digest(world).hash, slowly(world, all));
      }),
      { numRuns: 150 },
    );
  });

  test('refuses a rectangle that is empty, or not of the grid', () => {
    const world = new TestWorld(100, 50);
    const bad: Rect[] = [
      { x: 0, y: 0, width: 0, height: 1 },
      { x: 0, y: 0, width: 1, height: -1 },
      { x: -1, y: 0, width: 1, height: 1 },
      { x: 0, y: 49, width: 1, height: 2 },
      { x: 99, y: 0, width: 2, height: 1 },
      { x: 0.5, y: 0, width: 1, height: 1 },
      { x: 0, y: 0, width: Number.NaN, height: 1 },
    ];
    for (const rect of bad) assert.throws(() => digest(world, rect), RangeError, JSON.stringify(rect));
  });
});
