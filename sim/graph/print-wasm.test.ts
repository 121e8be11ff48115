import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { mix } from '../life/soup.js';
import { parseRule } from '../rule/parse.js';
import { makeRule, type TotalisticRule } from '../rule/rule.js';
import { NaiveLife } from '../testing/naive.js';
import { compileRows } from './print-wasm.js';

const KEEP = 16;
const EAST = 32;
/** Nine blocks, the one in the middle computed into a tenth. */
const BLOCKS = 1024;
const OUT = BLOCKS * 10;

type Rows = (...pointersAndRows: number[]) => bigint;

async function kernel(
  rule: TotalisticRule,
  shared = false,
): Promise<{ rows: Rows; rowsCut: Rows; memory: WebAssembly.Memory }> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
  const bytes = compileRows(rule, { keep: KEEP, east: EAST, shared });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return { rows: instance.exports.rows as Rows, rowsCut: instance.exports.rowsCut as Rows, memory };
}

interface Scene {
  rule: TotalisticRule;
  seed: number;
  density: number;
  /** Cells across, 128 for a whole block. */
  width: number;
  /** Rows of the grid's block, first group and groups to compute; the last may be cut short by `height`. */
  height: number;
  first: number;
  groups: number;
}

/** Computes a run of groups and compares every cell and every flag with the naive algorithm. */
async function check({ rule, seed, density, width, height, first, groups }: Scene): Promise<void> {
  const { rows, rowsCut, memory } = await kernel(rule);
  const bytes = new Uint8Array(memory.buffer);
  const words = new Uint32Array(memory.buffer);
  const naive = new NaiveLife(3 * 128, 3 * 64, rule, false);
  const cut = width < 128;
  // Beyond the last column of the grid nothing lives.
  for (let y = 0; y < 192; y++)
    for (let x = 0; x < 384; x++) {
      const outside = cut && x >= 128 + width;
      const alive = !outside && mix(seed + y * 384 + x) >>> 0 < density * 2 ** 32;
      if (!alive) continue;
      naive.cells[y * 384 + x] = 1;
      bytes[BLOCKS + (((y >> 6) * 3 + (x >> 7)) << 10) + ((y & 63) << 4) + ((x & 127) >> 3)] |= 1 << (x & 7);
    }
  const old = new Uint8Array(1024);
  for (let i = 0; i < 1024; i++) old[i] = mix(seed ^ (i + 77777)) & mix(i) & 255;
  for (let x = 0; x < width; x++) bytes[KEEP + (x >> 3)] |= 1 << (x & 7);
  bytes[EAST + ((width - 1) >> 3)] |= 1 << ((width - 1) & 7);
  const block = (bx: number, by: number) => BLOCKS + ((by * 3 + bx) << 10);
  const y0 = first * 8;
  const y1 = Math.min(y0 + groups * 8, height);
  naive.step();
  // The old generation is the new one here and there, so that flags are not always set.
  for (let y = y0; y < y1; y++)
    for (let x = 0; x < 128; x++) {
      const group = (y >> 3) + (seed & 7);
      const alive = x < width && naive.cells[(64 + y) * 384 + 128 + x];
      const bit = 1 << (x & 7);
      const at = (y << 4) + (x >> 3);
      const same = group % 3 === 0 || (group % 3 === 1 && !(x === 0 || x === 70) && y % 8 !== 7);
      if (same) old[at] = alive ? old[at] | bit : old[at] & ~bit;
    }
  bytes.set(old, OUT);
  const at = (bx: number, y: number) => block(bx, 1) + (y << 4);
  const above = (bx: number) => (y0 > 0 ? at(bx, y0 - 1) : block(bx, 0) + 1008);
  // Below the last row of the block the grid goes on in the block to the south.
  const below = (bx: number) => (y1 < 64 ? at(bx, y1) : block(bx, 2));
  const result = (cut ? rowsCut : rows)(
    ...[at(1, y0), at(0, y0), at(2, y0)],
    ...[above(1), above(0), above(2)],
    ...[below(1), below(0), below(2)],
    OUT + (y0 << 4),
    y1 - y0,
  );
  let any = 0;
  let north = 0;
  let south = 0;
  let west = 0;
  let east = 0;
  const expected = old.slice();
  for (let y = y0; y < y1; y++)
    for (let x = 0; x < 128; x++) {
      const alive = x < width && naive.cells[(64 + y) * 384 + 128 + x] === 1;
      const bit = 1 << (x & 7);
      const i = (y << 4) + (x >> 3);
      if (alive === ((old[i] & bit) !== 0)) continue;
      expected[i] ^= bit;
      const group = 1 << ((y - y0) >> 3);
      any |= group;
      if ((y - y0) % 8 === 0) north |= group;
      if ((y - y0) % 8 === 7 || y === y1 - 1) south |= group;
      if (x === 0) west |= group;
      if (x === width - 1) east |= group;
    }
  assert.deepEqual(bytes.slice(OUT, OUT + 1024), expected, 'cells');
  const flags = [0, 8, 16, 24, 32, 40].map((shift) => Number((result >> BigInt(shift)) & 255n));
  assert.deepEqual(flags, [any, north, south, west, east, 0], 'flags');
  assert.equal(words[0], 0, 'nothing else is written');
}

const rule = fc.oneof(
  fc
    .constantFrom('B3/S23', 'B36/S23', 'B2/S', 'B1357/S1357', 'B3678/S34678', 'B/S', 'B012345678/S012345678')
    .map((text) => parseRule(text) as TotalisticRule),
  fc
    .record({ birth: fc.nat(511), survival: fc.nat(511), neumann: fc.boolean() })
    .map(({ birth, survival, neumann }) =>
      neumann ? makeRule(birth & 31, survival & 31, 'von-neumann') : makeRule(birth, survival),
    ),
);

describe('kernels generated for a rule', () => {
  test('hundreds of rules: every cell and every flag as the naive algorithm has it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rule,
          seed: fc.nat(),
          density: fc.constantFrom(0.1, 0.3, 0.5, 0.9),
          width: fc.oneof(fc.constant(128), fc.integer({ min: 1, max: 127 })),
          height: fc.oneof(fc.constant(64), fc.integer({ min: 57, max: 64 })),
          first: fc.nat(7),
          groups: fc.integer({ min: 1, max: 8 }),
        }),
        check,
      ),
      { numRuns: 300, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: false },
    );
  });

  test('memory that is shared', async () => {
    const { rows, memory } = await kernel(parseRule('B3/S23') as TotalisticRule, true);
    // A blinker.
    new Uint8Array(memory.buffer).fill(7 << 4, BLOCKS + 80, BLOCKS + 81);
    const at = BLOCKS;
    const zero = BLOCKS + 2048;
    assert.equal(rows(at, zero, zero, zero, zero, zero, zero, zero, zero, OUT, 64), 1n);
    const out = new Uint8Array(memory.buffer);
    assert.deepEqual([out[OUT + 64], out[OUT + 80], out[OUT + 96], out[OUT + 112]], [32, 32, 32, 0]);
  });
});
