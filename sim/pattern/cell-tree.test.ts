import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CellTree } from './cell-tree.js';

test('the box of a tree is that of its living cells, and its leaves hold them all', () => {
  const word = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 31 }).map((bit) => (1 << bit) >>> 0),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { minLength: 16, maxLength: 16 }), (leaves) => {
      const tree = new CellTree();
      const ids = leaves.map(([low, high]) => (low === 0 && high === 0 ? 0 : tree.leaf(low, high)));
      const four = [0, 4, 8, 12].map((i) => tree.node(4, ids[i], ids[i + 1], ids[i + 2], ids[i + 3]));
      tree.node(5, four[0], four[1], four[2], four[3]);
      const cells: [number, number][] = [];
      leaves.forEach((words, leaf) => {
        const x = (leaf >> 2) % 2 === 0 ? 0 : 16;
        const y = leaf >> 3 === 0 ? 0 : 16;
        for (let bit = 0; bit < 64; bit++)
          if ((words[bit >> 5] >>> (bit & 31)) & 1)
            cells.push([x + (leaf & 1) * 8 + (bit & 7), y + ((leaf >> 1) & 1) * 8 + (bit >> 3)]);
      });
      const found: [number, number][] = [];
      for (const { id, x, y } of tree.leaves())
        tree.eachRun(id, (dx, dy, length, state) => {
          assert.equal(state, 1);
          for (let i = 0; i < length; i++) found.push([x + dx + i, y + dy]);
        });
      const order = ([ax, ay]: [number, number], [bx, by]: [number, number]) => ay - by || ax - bx;
      assert.deepEqual(found.sort(order), cells.sort(order));
      assert.equal(tree.population(), cells.length);
      if (cells.length === 0) return assert.equal(tree.box(), undefined);
      const [xs, ys] = [cells.map(([x]) => x), cells.map(([, y]) => y)];
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      assert.deepEqual(tree.box(), { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 });
    }),
    { numRuns: 300 },
  );
});
