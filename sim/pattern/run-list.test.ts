import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MAX_SIDE } from '../life/grid.js';
import { RunList } from './run-list.js';

type Run = [x: number, y: number, length: number, state: number];

/** What runs of the same cells should be: those that go on where the one before ends are one. */
function joined(runs: readonly Run[]): Run[] {
  const list: Run[] = [];
  for (const [x, y, length, state] of runs) {
    const last = list.at(-1);
    if (last && last[1] === y && last[0] + last[2] === x && last[3] === state) last[2] += length;
    else list.push([x, y, length, state]);
  }
  return list;
}
function listed(list: RunList): Run[] {
  const runs: Run[] = [];
  for (const share of list.visit((...run) => runs.push(run))) assert.ok(share >= 0 && share < 1);
  return runs;
}

describe('a list of runs', () => {
  const side = MAX_SIDE / 2 - 40;
  const run = fc.tuple(
    fc.oneof(fc.integer({ min: -side, max: 0 }), fc.integer({ min: 0, max: 40 })),
    fc.oneof(fc.integer({ min: -side, max: side }), fc.integer({ min: 0, max: 2 })),
    fc.oneof(fc.integer({ min: 1, max: side - 1 }), fc.integer({ min: 1, max: 3 })),
    fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 255 })),
  );

  test('gives back what was added, in its order, wherever it is counted from', () => {
    fc.assert(
      fc.property(
        fc.array(run, { maxLength: 200 }),
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.boolean(),
        (runs, far, lone) => {
          const added = runs.map(([x, y, length, state]): Run => [x + far, y - far, length, lone ? 1 : state]);
          const list = new RunList();
          for (const one of added) assert.equal(list.add(...one), true);
          const expected = joined(added).map(([x, y, length, state]): Run => [x - 7, y + 5, length, state]);
          list.from(7, -5);
          assert.deepEqual(listed(list), expected);
          assert.equal(list.count, expected.length);
          assert.deepEqual(
            [...list.runs()],
            expected.flatMap((one) => one.slice(0, 3)),
          );
          const states = expected.map(([, , , state]) => state);
          assert.deepEqual([...(list.states() ?? [])], states.some((state) => state > 1) ? states : []);
          assert.equal(
            list.cells(),
            expected.reduce((sum, [, , length]) => sum + length, 0),
          );
          if (expected.length === 0) return assert.equal(list.box, undefined);
          const x = Math.min(...expected.map((one) => one[0]));
          const y = Math.min(...expected.map((one) => one[1]));
          const width = Math.max(...expected.map((one) => one[0] + one[2])) - x;
          const height = Math.max(...expected.map((one) => one[1])) - y + 1;
          assert.deepEqual(list.box, { x, y, width, height });
        },
      ),
    );
  });

  test('of millions takes two bytes each', () => {
    const list = new RunList();
    const before = process.memoryUsage().arrayBuffers;
    for (let y = 0; y < 100; y++) for (let x = 0; x < 60_000; x += 2) list.add(x, y, 1);
    assert.equal(list.count, 3_000_000);
    const took = process.memoryUsage().arrayBuffers - before;
    assert.ok(took < 12e6, `${took} bytes`);
    let next = 0;
    let pieces = 0;
    for (const _ of list.visit((x, y) => {
      assert.ok(x === (next % 30_000) * 2 && y === Math.floor(next / 30_000));
      next++;
    }))
      pieces++;
    assert.equal(next, 3_000_000);
    assert.ok(pieces > 50);
  });

  test('refuses what no grid can hold', () => {
    const list = new RunList();
    assert.equal(list.add(0, 0, 1), true);
    assert.equal(list.add(MAX_SIDE, 0, 1), false);
  });
});
