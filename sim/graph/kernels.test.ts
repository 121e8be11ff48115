import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RuleError } from '../errors.js';
import * as K from '../life/js/kernel.js';
import { maskColumn } from '../life/js/rules.js';
import { mix } from '../life/soup.js';
import { allClasses } from '../rule/hensel.js';
import { parseRule } from '../rule/parse.js';
import { makeGenerationsRule, makeIsotropicRule, makeRule, type Rule, type TwoStateRule } from '../rule/rule.js';
import { BLOCKS, blockAt, EAST, KEEP, OUT, PLANE, rowsOf, type Scene, Stage } from '../testing/stage.js';
import { interpretColumn } from './interpret.js';
import { compileKernel } from './print-js.js';
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
  checkBlock(stage, instance.exports);
}

const HEAD_AT = 64;

/** The functions for blocks, in memory as before: what `rows` does for each of the groups, all of them in one go. */
function checkBlock(stage: Stage, exports: WebAssembly.Exports): void {
  const { scene, memory, bytes } = stage;
  if (scene.width < 128 || scene.height % 8 !== 0) return;
  const { rows, whole, blind, some } = exports as Record<string, Rows>;
  const groups = scene.height / 8;
  const last = (by: number) => (by === 0 ? 1008 : 0);
  const around = [0, 1, 2, 3, 5, 6, 7, 8].map((i) => blockAt(i % 3, Math.floor(i / 3)) + last(Math.floor(i / 3)));
  const head = new Uint32Array(memory.buffer, HEAD_AT, 10);
  const own = blockAt(1, 1);
  head.set([...around, own, groups - 1]);
  const out = () => (scene.rule.planes > 1 ? bytes.slice(OUT) : bytes.slice(OUT, OUT + 1024));
  for (const marked of [255, 1 << (scene.seed & 7), scene.seed >> 3, scene.seed >> 11].map(
    (m) => m & ((1 << groups) - 1),
  )) {
    if (marked === 0) continue;
    stage.restore();
    head.set([...around, own, groups - 1]);
    let flags = 0n;
    for (let g = 0; g < groups; g++) {
      if (!((marked >> g) & 1)) continue;
      const y = g << 7;
      const side = (d: number, bx: number) => [
        g > 0 ? blockAt(bx, 1) + y - 16 : around[d],
        g < groups - 1 ? blockAt(bx, 1) + y + 128 : around[d + 5],
      ];
      const [n, s] = side(1, 1);
      const [nl, sl] = side(0, 0);
      const [nr, sr] = side(2, 2);
      const here = [own, blockAt(0, 1), blockAt(2, 1)].map((at) => at + y);
      flags |= rows(...here, n, nl, nr, s, sl, sr, OUT + y, 8) << BigInt(g);
    }
    const cells = out();
    stage.restore();
    head.set([...around, own, groups - 1]);
    assert.equal(some(HEAD_AT, 0, OUT - own, marked), flags, `flags of groups ${marked.toString(2)}`);
    assert.deepEqual(out(), cells, `groups ${marked.toString(2)}`);
    if (marked !== 255) continue;
    stage.restore();
    head.set([...around, own, groups - 1]);
    assert.equal(whole(HEAD_AT, 0, OUT - own), flags, 'flags of a whole block');
    assert.deepEqual(out(), cells, 'a whole block');
    stage.restore();
    head.set([...around, own, groups - 1]);
    blind(HEAD_AT, 0, OUT - own);
    assert.deepEqual(out(), cells, 'a whole block, blindly');
  }
}

const PIECES = [K.ANY, K.NORTHERN, K.SOUTHERN, K.WESTERN, K.EASTERN];

/** A kernel for pieces of blocks computes some of the block. */
function checkPieces(stage: Stage, name: string, kernel: K.BlockKernel, whole: boolean, blind = false): void {
  const { scene } = stage;
  const { seed, width, planes } = { ...scene, planes: scene.rule.planes };
  const height = whole ? 64 : scene.height;
  if (whole && (width < 128 || scene.height < 64)) return;
  stage.restore();
  const words = new Int32Array(stage.memory.buffer);
  const before = words.slice();
  const word = (bx: number, by: number, inner: number) => (blockAt(bx, by) >> 2) + inner * 4;
  // Below the last row of the block the grid goes on in the block to the south, or where the test has it.
  const south = height === 64 ? [1, 0, 2].map((bx) => word(bx, 2, 0)) : [1, 0, 2].map((bx) => word(bx, 1, height));
  const at = new Int32Array(K.TOLD);
  at.set(
    [1, 0, 2].map((bx) => word(bx, 1, 0)),
    K.OWN,
  );
  at.set(
    [1, 0, 2].map((bx) => word(bx, 0, 63)),
    K.ABOVE,
  );
  at.set(south, K.BELOW);
  at.set([height, (width - 1) >> 5, (width - 1) & 31, 3, 31], K.ROWS);
  // Some of the groups of rows, some of the pieces in them; or all.
  const groups = ((2 << ((height - 1) >> 3)) - 1) & (((1 << scene.groups) - 1) << scene.first);
  const marked = Math.imul(groups, 0x01010101) & (blind || seed % 3 === 0 ? -1 : mix(seed));
  // `dst` lies elsewhere, at the same indices.
  const shift = (OUT - blockAt(1, 1)) >> 2;
  kernel(words, words.subarray(shift), at, marked);
  const told = [0, 0, 0, 0, 0];
  for (let piece = 0; piece < 32; piece++) {
    const k = piece >> 3;
    const last = Math.min(height, ((piece & 7) + 1) * 8);
    for (let y = (piece & 7) * 8; y < last && k <= (width - 1) >> 5; y++)
      for (let p = 0; p < planes; p++) {
        const index = (OUT + p * PLANE) / 4 + y * 4 + k;
        const old = before[index];
        const expected = new DataView(stage.expected[p].buffer).getInt32(y * 16 + k * 4, true);
        const wanted = (marked >>> piece) & 1 ? expected : old;
        assert.equal(words[index], wanted, `${name}, plane ${p}, row ${y}, word ${k}`);
        const diff = wanted ^ old;
        const bit = 1 << piece;
        if (diff !== 0) told[0] |= bit;
        if (diff !== 0 && (y & 7) === 0) told[1] |= bit;
        if (diff !== 0 && y === last - 1) told[2] |= bit;
        if (diff & 1) told[3] |= bit;
        if ((diff >>> (k === (width - 1) >> 5 ? (width - 1) & 31 : 31)) & 1) told[4] |= bit;
        before[index] = wanted;
      }
  }
  if (blind) told.fill(marked);
  assert.deepEqual(
    PIECES.map((index) => at[index]),
    told,
    `${name}, what it tells`,
  );
  // Nothing else was touched.
  assert.deepEqual(words, before, name);
}

function checkKernel(stage: Stage, name: string, { whole, cut, blind }: K.Kernel): void {
  checkPieces(stage, name, whole, true);
  if (blind) {
    const all = new Stage({ ...stage.scene, width: 128, height: 64, first: 0, groups: 8 });
    checkPieces(all, `${name}, blind`, blind, true, true);
  }
  checkPieces(stage, `${name}, cut`, cut, false);
}

/** What is printed as WGSL, in the little that it shares with JavaScript but for how things are written. */
function wgslColumn(made: Program): K.ColumnKernel {
  const { declarations, above, first, next, turn } = printWgslColumn(made, PLANE / 4);
  const stores = made.next.map((_, plane) => {
    const at = `to + ${(plane * PLANE) / 4}`;
    return `const new${plane} = next${plane} & keep; diff |= new${plane} ^ dst[${at}]; dst[${at}] = new${plane};`;
  });
  const body = `
    const { rows, leftBit, lastBit } = column;
    const keep = lastBit === 31 ? -1 : (1 << (lastBit + 1)) - 1;
    ${declarations}
    let p = column.n, pl = column.nl, pr = column.nr, diff = 0;
    { ${above} }
    p = column.c; pl = column.l; pr = column.r;
    let to = p;
    { ${first} }
    for (let y = 1; y <= rows; y++) {
      if (y === rows) { p = column.s; pl = column.sl; pr = column.sr; } else { p += 4; pl += 4; pr += 4; }
      ${next}
      diff = 0;
      ${stores.join('\n')}
      changes[y - 1] = diff;
      to += 4;
      ${turn}
    }`;
  const text = body
    .replace(/\blet (?=v|next)/g, 'const ')
    .replace(/(\d)u\b/g, '$1')
    .replace(/>>/g, '>>>');
  return new Function('source', 'dst', 'column', 'changes', text) as K.ColumnKernel;
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
          checkKernel(stage, 'compiled', compileKernel(made, PLANE / 4)!);
          checkKernel(stage, 'interpreted', K.byColumns(interpretColumn(made, PLANE / 4)));
          checkKernel(stage, 'as WGSL', K.byColumns(wgslColumn(made)));
          if (scene.rule.kind === 'totalistic' && scene.skies[0] + scene.skies[1] === 0)
            checkKernel(stage, 'masks', K.byColumns(maskColumn(scene.rule)));
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
