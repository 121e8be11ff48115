import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseRule } from '../rule/parse.js';
import { makeRule } from '../rule/rule.js';
import { CENTRE, FALSE, Graph, LEFT, type Literal, RIGHT, TRUE } from './graph.js';
import { operations, programOf } from './program.js';
import { type Truth, Truths, truthOf } from './truth.js';

/** Steps of building: an operation on two things made before, each perhaps complemented. */
const steps = fc.array(
  fc.record({ op: fc.constantFrom('and', 'or', 'xor', 'mux'), a: fc.nat(), b: fc.nat(), c: fc.nat(), not: fc.nat(7) }),
  { minLength: 1, maxLength: 40 },
);

/** The nine cells in the order of a case's bits. */
const inputs = (graph: Graph): Literal[] =>
  [-1, 0, 1].flatMap((row) => [graph.input(row, LEFT), graph.input(row, CENTRE), graph.input(row, RIGHT)]);

describe('graphs', () => {
  test('what is built is what was asked for, however it was folded', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        const graph = new Graph();
        const made: { literal: Literal; truth: Truth }[] = inputs(graph).map((literal, bit) => ({
          literal,
          truth: truthOf((i) => ((i >> bit) & 1) === 1),
        }));
        made.push({ literal: FALSE, truth: truthOf(() => false) }, { literal: TRUE, truth: truthOf(() => true) });
        for (const { op, a, b, c, not } of acts) {
          const [x, y, z] = [a, b, c].map((i, at) => {
            const { literal, truth } = made[i % made.length];
            const flip = (not >> at) & 1;
            return { literal: literal ^ flip, truth: truth.map((word) => word ^ -flip) };
          });
          const value = (i: number): [number, number, number] => [x.truth[i], y.truth[i], z.truth[i]];
          if (op === 'and') {
            const truth = x.truth.map((_, i) => value(i)[0] & value(i)[1]);
            made.push({ literal: graph.and(x.literal, y.literal), truth });
          } else if (op === 'or') {
            const truth = x.truth.map((_, i) => value(i)[0] | value(i)[1]);
            made.push({ literal: graph.or(x.literal, y.literal), truth });
          } else if (op === 'xor') {
            const truth = x.truth.map((_, i) => value(i)[0] ^ value(i)[1]);
            made.push({ literal: graph.xor(x.literal, y.literal), truth });
          } else {
            const truth = x.truth.map((word, i) => (word & value(i)[2]) | (~word & value(i)[1]));
            made.push({ literal: graph.mux(x.literal, y.literal, z.literal), truth });
          }
        }
        const truths = new Truths(graph);
        for (const { literal, truth } of made) assert.deepEqual(truths.of(literal), truth);
      }),
      { numRuns: 500 },
    );
  });

  test('a function of one row is the same function of the row below', () => {
    const graph = new Graph();
    const sum = (row: number) => {
      const [l, c, r] = [LEFT, CENTRE, RIGHT].map((meaning) => graph.input(row, meaning));
      return graph.or(graph.and(l, r), graph.and(graph.xor(l, r), c ^ 1)) ^ 1;
    };
    const below = sum(1);
    assert.equal(graph.below(sum(-1)), below);
    assert.equal(graph.below(sum(0)), below);
    assert.equal(graph.rowOf(sum(-1)), -1);
    assert.equal(graph.rowOf(graph.and(sum(0), sum(1))), undefined);
    // Three rows of it cost what one does.
    assert.equal(graph.cost([sum(-1), sum(0), sum(1)]), graph.cost([below]));
  });
});

describe('expressions stay as small as they were found', () => {
  // Operations for a row, besides 8 for looking to the sides and 2 for seeing what changed.
  const most: Record<string, number> = {
    'B3/S23': 19,
    'B36/S23': 19,
    'B2/S': 19,
    'B1357/S1357': 4,
    'B3678/S34678': 24,
    'B35678/S5678': 24,
    'B368/S245': 26,
    'B/S012345678': 0,
    'B/S': 0,
    'B2/S013V': 12,
    'B3/S23V': 12,
    'B2-a/S12': 32,
    'B3/S2-i34q': 40,
    '3/2/3': 21,
    '345/2/4': 29,
  };
  for (const [text, limit] of Object.entries(most))
    test(text, () => {
      assert.ok(operations(programOf(parseRule(text))) <= limit, `${operations(programOf(parseRule(text)))}`);
    });

  test('any rule at all', () => {
    let sum = 0;
    const some = Array.from({ length: 64 }, (_, i) => [(i * 229) % 512, (i * 317 + 71) % 512]);
    for (const [birth, survival] of some) {
      const count = operations(programOf(makeRule(birth, survival)));
      assert.ok(count <= 29, `${birth} ${survival}: ${count}`);
      sum += count;
    }
    assert.ok(sum / some.length <= 25, `${sum / some.length}`);
  });
});
