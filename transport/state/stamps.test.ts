import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeded } from '../testing/world.js';
import { Grid } from './grid.js';
import { encodeStamps, takeStamps } from './stamps.js';

const shape = { epoch: 7, width: 640, height: 640, planes: 1 };

/** A replica that was begun at `since`, and changed here and there up to `version`. */
function changed(seed: number, since: number, version: number): Grid {
  const random = seeded(seed);
  const grid = new Grid(shape);
  grid.clear(since);
  for (let at = since; at <= version; at += 1 + Math.floor(random() * 5)) {
    for (let n = random() * 20; n > 0; n--) grid.touch(Math.floor(random() * grid.tiles), at);
  }
  grid.reached(version, true);
  return grid;
}

test('whoever takes them knows what changed since any version, as the one they are of', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(2 ** 40), fc.nat(300), (seed, since, more) => {
      const from = changed(seed, since, since + more);
      const to = new Grid(shape);
      // As it is after a keyframe: all of it is news of now.
      to.clear(from.version);
      for (const key of from.changedSince(-1)) to.touch(key, from.version);
      to.reached(from.version, true);
      assert.ok(takeStamps(to, encodeStamps(from)));
      assert.equal(to.since, from.since);
      for (let at = since - 1; at <= since + more; at++) {
        assert.deepEqual([...to.changedSince(at)], [...from.changedSince(at)]);
      }
    }),
    { numRuns: 200 },
  );
});

test('they are of one state, and no other takes them', () => {
  const stamps = encodeStamps(changed(1, 10, 60));
  for (const [epoch, version] of [
    [8, 60],
    [7, 61],
  ] as const) {
    const other = new Grid({ ...shape, epoch });
    other.clear(version);
    other.touch(3, version);
    assert.equal(takeStamps(other, stamps), false);
    assert.deepEqual([other.since, other.stamp(3)], [version, version]);
  }
});

test('what is no stamps is refused, and does nothing', () => {
  const grid = changed(1, 10, 60);
  const before = [...grid.changedSince(30)];
  const stamps = encodeStamps(grid);
  const small = new Grid({ ...shape, width: 64, height: 64 });
  assert.throws(() => takeStamps(small, stamps), /no tile/);
  for (let length = 0; length < stamps.length; length++) {
    try {
      takeStamps(grid, stamps.subarray(0, length));
    } catch (error) {
      assert.equal((error as Error).name, 'WireError');
    }
  }
  assert.deepEqual([...grid.changedSince(30)], before);
});
