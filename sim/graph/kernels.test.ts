import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RuleError } from '../errors.js';
import { type Column, type ColumnKernel, flags } from '../life/js/kernel.js';
import { maskColumn } from '../life/js/rules.js';
import { allClasses } from '../rule/hensel.js';
import { parseRule } from '../rule/parse.js';
import { makeGenerationsRule, makeIsotropicRule, makeRule, type Rule, type TwoStateRule } from '../rule/rule.js';
import { BLOCKS, blockAt, EAST, KEEP, OUT, PLANE, rowsOf, type Scene, Stage } from '../testing/stage.js';
import { interpretColumn } from './interpret.js';
import { compileColumn } from './print-js.js';
import { compileRows } from './print-wasm.js';
import { printWgslColumn } from './print-wgsl.js';
import { type Program, programOf } from './program.js';

type Rows = (...pointersAndRows: number[]) => bigint;

async function checkWasm(stage: Stage): Promise<void> {
  const { scene } = stage;
  const [sky, nextSky] = scene.skies;
  const bytes = compileRows(scene.rule, { keep: KEEP, east: EAST, planeStride: PLANE, sky, nextSky });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: stage.memory } });
  const [y0, y1] = rowsOf(scene);
  const at = (bx: number, y: number) => blockAt(bx, 1) + (y << 4);
  const above = (bx: number) => (y0 > 0 ? at(bx, y0 - 1) : blockAt(bx, 0) + 1008);
  // Below the last row of the block the grid goes on in the block to the south.
  const below = (bx: number) => (y1 < 64 ? at(bx, y1) : blockAt(bx, 2));
  const sides = [1, 0, 2];
  const pointers = [...sides.map((bx) => at(bx, y0)), ...sides.map(above), ...sides.map(below), OUT + (y0 << 4)];
  const rows = instance.exports[scene.width < 128 ? 'rowsCut' : 'rows'] as Rows;
  const result = rows(...pointers, y1 - y0);
  stage.assertCells('WebAssembly');
  const { any, north, south, west, east } = stage.flags;
  const masks = [0, 8, 16, 24, 32, 40].map((shift) => Number((result >> BigInt(shift)) & 255n));
  assert.deepEqual(masks, [any, north, south, west, east, 0], 'flags');
}

/** A kernel for columns of words goes over the columns of the block. */
function checkColumns(stage: Stage, name: string, kernel: ColumnKernel): void {
  stage.restore();
  const { scene } = stage;
  const words = new Int32Array(stage.memory.buffer);
  const [y0, y1] = rowsOf(scene);
  const row = (bx: number, k: number, y: number) => {
    const [by, inner] = y < 0 ? [0, 63] : y < 64 ? [1, y] : [2, 0];
    return (blockAt(bx, by) >> 2) + inner * 4 + k;
  };
  const lastWord = (scene.width - 1) >> 5;
  // `dst` lies elsewhere, at the same indices.
  const dst = words.subarray((OUT - blockAt(1, 1)) >> 2);
  for (let k = 0; k <= lastWord; k++) {
    const left = k === 0 ? [0, 3] : [1, k - 1];
    const right = k === 3 ? [2, 0] : [1, k + 1];
    const lastBit = k === lastWord ? (scene.width - 1) & 31 : 31;
    const column: Column = {
      ...{ c: row(1, k, y0), l: row(left[0], left[1], y0), r: row(right[0], right[1], y0) },
      ...{ n: row(1, k, y0 - 1), nl: row(left[0], left[1], y0 - 1), nr: row(right[0], right[1], y0 - 1) },
      ...{ s: row(1, k, y1), sl: row(left[0], left[1], y1), sr: row(right[0], right[1], y1) },
      ...{ rows: y1 - y0, leftBit: 31, lastBit },
    };
    const changes = Array.from({ length: y1 - y0 }, (_, y) =>
      stage.expected.reduce((any, expected, p) => {
        const at = ((y0 + y) << 4) + k * 4;
        const now = new DataView(expected.buffer).getInt32(at, true);
        return any | (now ^ new DataView(stage.memory.buffer).getInt32(OUT + p * PLANE + at, true));
      }, 0),
    );
    const all = changes.reduce((any, word) => any | word, 0);
    const wanted = flags(all, changes[0], changes[changes.length - 1], lastBit);
    assert.equal(kernel(words, dst, column), wanted, `${name}, flags of column ${k}`);
  }
  // What lies beyond the last word of the grid is nobody's.
  stage.assertCells(name, (lastWord + 1) * 32);
}

/** What is printed as WGSL, in the little that it shares with JavaScript but for how things are written. */
function wgslColumn(made: Program): ColumnKernel {
  const { declarations, above, first, next, turn } = printWgslColumn(made, PLANE / 4);
  const stores = made.next.map((_, plane) => {
    const at = `to + ${(plane * PLANE) / 4}`;
    return `const new${plane} = next${plane} & keep; diff |= new${plane} ^ dst[${at}]; dst[${at}] = new${plane};`;
  });
  const body = `
    const { rows, leftBit, lastBit } = column;
    const keep = lastBit === 31 ? -1 : (1 << (lastBit + 1)) - 1;
    ${declarations}
    let p = column.n, pl = column.nl, pr = column.nr, all = 0, top = 0, diff = 0;
    { ${above} }
    p = column.c; pl = column.l; pr = column.r;
    let to = p;
    { ${first} }
    for (let y = 1; y <= rows; y++) {
      if (y === rows) { p = column.s; pl = column.sl; pr = column.sr; } else { p += 4; pl += 4; pr += 4; }
      ${next}
      diff = 0;
      ${stores.join('\n')}
      all |= diff;
      if (y === 1) top = diff;
      to += 4;
      ${turn}
    }
    return flags(all, top, diff, lastBit);`;
  const text = body
    .replace(/\blet (?=v|next)/g, 'const ')
    .replace(/(\d)u\b/g, '$1')
    .replace(/>>/g, '>>>');
  const column = new Function('flags', 'source', 'dst', 'column', text);
  return (src, dst, where) => column(flags, src, dst, where);
}

const totalistic = fc
  .record({ birth: fc.nat(511), survival: fc.nat(511), neumann: fc.boolean() })
  .map(({ birth, survival, neumann }) =>
    neumann ? makeRule(birth & 31, survival & 31, 'von-neumann') : makeRule(birth, survival),
  );
const known = fc
  .constantFrom('B3/S23', 'B36/S23', 'B2/S', 'B1357/S1357', 'B3678/S34678', 'B/S', 'B012345678/S012345678', 'B0/S')
  .map((text) => parseRule(text) as TwoStateRule);
const masks = fc.array(fc.nat(8191), { minLength: 9, maxLength: 9 });
const isotropic = fc.record({ birth: masks, survival: masks }).map(({ birth, survival }) =>
  makeIsotropicRule(
    birth.map((mask, n) => mask & allClasses(n)),
    survival.map((mask, n) => mask & allClasses(n)),
  ),
);
const twoState = fc.oneof(
  { weight: 1, arbitrary: known },
  { weight: 3, arbitrary: totalistic },
  { weight: 1, arbitrary: isotropic },
);
const generations = fc
  .record({ base: twoState, states: fc.oneof(fc.integer({ min: 3, max: 12 }), fc.integer({ min: 13, max: 256 })) })
  .map(({ base, states }) => makeGenerationsRule(base, states));

const scene = (rule: fc.Arbitrary<Rule>): fc.Arbitrary<Scene> =>
  fc
    .record({
      rule,
      lit: fc.record({ odd: fc.boolean(), now: fc.nat(), next: fc.nat() }),
      seed: fc.nat(),
      density: fc.constantFrom(0.1, 0.3, 0.5, 0.9),
      width: fc.oneof(fc.constant(128), fc.integer({ min: 1, max: 127 })),
      height: fc.oneof(fc.constant(64), fc.integer({ min: 57, max: 64 })),
      first: fc.nat(7),
      groups: fc.integer({ min: 1, max: 8 }),
    })
    .map(({ lit, ...rest }) => ({
      ...rest,
      skies: lit.odd ? [lit.now % rest.rule.states, lit.next % rest.rule.states] : [0, 0],
    }));

const families: [string, fc.Arbitrary<Rule>, number][] = [
  ['totalistic', fc.oneof(known, totalistic), 200],
  ['isotropic', isotropic, 60],
  ['Generations', generations, 120],
];

describe('kernels made for a rule do as the naive algorithm does, cells and flags', () => {
  for (const [family, rule, numRuns] of families)
    test(`${family} rules: in WebAssembly, in JavaScript, as WGSL, interpreted`, async () => {
      await fc.assert(
        fc.asyncProperty(scene(rule), async (scene) => {
          const stage = new Stage(scene);
          await checkWasm(stage);
          const made = programOf(scene.rule, ...scene.skies);
          checkColumns(stage, 'compiled', compileColumn(made, PLANE / 4)!);
          checkColumns(stage, 'interpreted', interpretColumn(made, PLANE / 4));
          checkColumns(stage, 'as WGSL', wgslColumn(made));
          if (scene.rule.kind === 'totalistic' && scene.skies[0] + scene.skies[1] === 0)
            checkColumns(stage, 'masks', maskColumn(scene.rule));
        }),
        { numRuns, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
      );
    });

  test('in memory that is shared', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const bytes = compileRows(parseRule('B3/S23'), { keep: KEEP, east: EAST, shared: true });
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    const cells = new Uint8Array(memory.buffer);
    // A blinker.
    cells[BLOCKS + 80] = 7 << 4;
    const zero = BLOCKS + 2048;
    const result = (instance.exports.rows as Rows)(BLOCKS, ...new Array(8).fill(zero), OUT, 64);
    assert.equal(result, 1n);
    assert.deepEqual([cells[OUT + 64], cells[OUT + 80], cells[OUT + 96], cells[OUT + 112]], [32, 32, 32, 0]);
  });

  test('Larger than Life is refused: its cells look further', () => {
    assert.throws(() => programOf(parseRule('R2,C2,S2..3,B3..3')), RuleError);
  });
});
