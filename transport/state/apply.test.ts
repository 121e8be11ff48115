import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { seeded, TestWorld } from '../testing/world.js';
import { Writer } from '../wire/bytes.js';
import { WireError } from '../wire/errors.js';
import { decodeGridTiles } from '../wire/grid.js';
import { applyTiles, fits } from './apply.js';
import { capture } from './capture.js';
import { type Chunk, ChunkBuilder } from './chunk.js';
import { digest } from './digest.js';
import { Grid } from './grid.js';

const gridFor = (world: TestWorld): Grid =>
  new Grid({ epoch: 1, width: world.width, height: world.height, planes: world.planes });

/** All of a grid that can be seen from outside. */
function everything(grid: Grid): string {
  const parts: unknown[] = [grid.version, grid.whole, grid.wholeVersion, [...grid.changedSince(-1)], grid.bytes];
  for (let key = 0; key < grid.tiles; key++) {
    parts.push(grid.has(key));
    for (let plane = 0; plane < grid.planes; plane++) {
      const { words, offset } = grid.tile(key, plane);
      parts.push(words.subarray(offset, offset + 128).join());
    }
  }
  return JSON.stringify(parts);
}

/** The whole state, as a late joiner gets it. */
function keyframe(grid: Grid): Chunk {
  const builder = new ChunkBuilder(grid.version);
  for (const key of grid.changedSince(-1)) builder.addFrom(grid, key);
  return builder.end(true);
}

function take(grid: Grid, chunk: Chunk): number[] {
  const tiles = decodeGridTiles(chunk.payload);
  assert.ok(fits(grid, tiles));
  assert.deepEqual([tiles.version, tiles.base, tiles.whole], [chunk.version, chunk.base, chunk.whole]);
  const keys = applyTiles(grid, tiles);
  assert.deepEqual(keys, chunk.keys);
  return keys;
}

describe('capture and apply', () => {
  test('the fold of all deltas is the keyframe, and both are the world', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 12 }),
        (seed, width, height, planes, steps) => {
          const random = seeded(seed);
          const world = new TestWorld(width, height, planes);
          const source = gridFor(world);
          const folded = gridFor(world);
          for (const n of steps) {
            // Every few captures the world goes several steps at once.
            for (let i = 0; i < 1 + Math.floor(random() * 3); i++) world.step(n, random);
            for (const chunk of capture(world, source, true).chunks) take(folded, chunk);
            assert.deepEqual(digest(folded), digest(world));
          }
          const joined = gridFor(world);
          take(joined, keyframe(source));
          assert.deepEqual(digest(joined), digest(world));
          assert.ok(joined.whole && folded.whole);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a capture that does not fit one chunk comes in several, the last of them whole', () => {
    const world = new TestWorld(1024, 1024);
    const random = seeded(2);
    world.step(500_000, random);
    const source = gridFor(world);
    const replica = gridFor(world);
    const { chunks, keys } = capture(world, source, true);
    assert.ok(chunks.length > 2);
    assert.deepEqual(
      chunks.map(({ whole }) => whole),
      [...Array(chunks.length - 1).fill(false), true],
    );
    assert.deepEqual(
      chunks.flatMap(({ keys }) => keys),
      keys,
    );
    for (const chunk of chunks) {
      assert.ok(chunk.payload.length < 62 * 1024, `${chunk.payload.length} bytes`);
      assert.equal(replica.whole, false);
      take(replica, chunk);
    }
    assert.deepEqual(digest(replica), digest(world));
  });

  test('only what differs is captured, however much is named', () => {
    const world = new TestWorld(300, 300);
    const source = gridFor(world);
    world.flip(1, 1);
    world.flip(299, 299);
    world.version++;
    assert.deepEqual(capture(world, source, true).keys, [0, 24]);
    world.flip(1, 1);
    world.flip(1, 1);
    world.flip(100, 1);
    world.version++;
    const { keys, chunks } = capture(world, source, true);
    assert.deepEqual(keys, [1]);
    assert.equal(chunks.length, 1);
    world.version++;
    const still = capture(world, source, true);
    assert.deepEqual(still.keys, []);
    assert.deepEqual(
      still.chunks.map(({ whole, payload }) => [whole, payload.length < 16]),
      [[true, true]],
    );
    assert.deepEqual(capture(world, source, false).chunks, []);
  });

  test('a tile named as empty is noted as changed, even where there was nothing', () => {
    // A relay that never had a tile must pass it on as empty to a viewer that has it, from another link, as it was.
    const grid = new Grid({ epoch: 1, width: 200, height: 64, planes: 1 });
    grid.clear(3);
    const tiles = { version: 9, whole: true, batch: Buffer.from('02000600', 'hex') };
    assert.deepEqual(applyTiles(grid, tiles), [0, 2]);
    assert.deepEqual([...grid.changedSince(8)], [0, 2]);
  });

  test('a frame that does not follow does not fit', () => {
    const grid = new Grid({ epoch: 1, width: 64, height: 64, planes: 1 });
    grid.reached(10, true);
    const batch = new Uint8Array();
    const frame = (version: number, base?: number) => ({
      version,
      whole: true,
      batch,
      ...(base !== undefined && { base }),
    });
    assert.ok(fits(grid, frame(10)));
    assert.ok(fits(grid, frame(12)));
    assert.ok(fits(grid, frame(12, 10)));
    assert.equal(fits(grid, frame(9)), false);
    assert.equal(fits(grid, frame(12, 11)), false);
    assert.equal(fits(grid, frame(12, 9)), false);
  });

  test('a bad batch leaves the replica as it was, byte for byte', () => {
    const random = seeded(9);
    const world = new TestWorld(300, 200, 2);
    const source = gridFor(world);
    const replica = gridFor(world);
    world.step(500, random);
    for (const chunk of capture(world, source, true).chunks) take(replica, chunk);
    world.step(500, random);
    const good = capture(world, source, true).chunks[0]!.payload;
    const before = everything(replica);
    // Good up to its last record, which is cut, outside the grid, or of an unknown mode.
    for (const tail of ['02', '0281', 'feff0300', '03', '80']) {
      const bad = new Writer(1).put(good).put(Buffer.from(tail, 'hex')).take();
      assert.throws(() => applyTiles(replica, decodeGridTiles(bad)), WireError);
      assert.equal(everything(replica), before);
    }
    for (let cut = 0; cut < 12; cut++) {
      const bad = good.subarray(0, good.length - 1 - cut);
      assert.throws(() => applyTiles(replica, decodeGridTiles(bad)), WireError, `cut by ${cut + 1}`);
      assert.equal(everything(replica), before);
    }
    // A changed mask or tag shifts all that follows. Most such are refused; on a copy, since some are not.
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const bad = good.slice();
      bad[Math.floor(random() * bad.length)]! ^= 1 << Math.floor(random() * 8);
      const copy = gridFor(world);
      take(copy, keyframe(replica));
      const was = everything(copy);
      try {
        const tiles = decodeGridTiles(bad);
        if (fits(copy, tiles)) applyTiles(copy, tiles);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
        assert.equal(everything(copy), was);
        refused++;
      }
    }
    assert.ok(refused > 50, `${refused} refused`);
    applyTiles(replica, decodeGridTiles(good));
    assert.deepEqual(digest(replica), digest(world));
  });
});
