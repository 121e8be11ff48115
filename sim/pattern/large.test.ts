import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Pattern, type PatternError, parsePattern, patternReader } from '../index.js';

/** Reads piece by piece; checks that the pieces are many, and go forward. */
function readSlowly(text: string): Pattern {
  const reader = patternReader(text);
  let at = 0;
  for (let pieces = 0; ; pieces++) {
    const { done, value } = reader.next();
    if (done) {
      assert.ok(pieces >= Math.floor(text.length / 2 ** 19), `${pieces} pieces of ${text.length} characters`);
      return value;
    }
    assert.ok(value >= at && value <= text.length);
    at = value;
  }
}

const ROWS = 20;
const PAIRS = 30_000;

describe('large files', () => {
  const cells = (row: (y: number) => string): string => Array.from({ length: ROWS }, (_, y) => row(y)).join('');
  const files = {
    rle: `x = ${PAIRS * 2}, y = ${ROWS}\n${cells(() => `${'bo'.repeat(PAIRS)}$`)}!`,
    'multi-state RLE': `x = ${PAIRS * 2}, y = ${ROWS}, rule = 345/2/4\n${cells(() => `${'.B'.repeat(PAIRS)}$`)}!`,
    plaintext: `!Name: large\n${cells(() => `${'.O'.repeat(PAIRS)}\n`)}`,
    'Life 1.05': `#Life 1.05\n#P 0 0\n${cells(() => `${'.*'.repeat(PAIRS)}\n`)}`,
    'Life 1.06': `#Life 1.06\n${cells((y) => Array.from({ length: PAIRS }, (_, x) => `${2 * x + 1} ${y}\n`).join(''))}`,
  };
  for (const [format, text] of Object.entries(files))
    test(`are read piece by piece: ${format}`, () => {
      const pattern = readSlowly(text);
      assert.equal(pattern.runs.length, 3 * ROWS * PAIRS);
      const x0 = format === 'Life 1.06' ? 0 : 1;
      for (let i = 0; i < ROWS * PAIRS; i++) {
        const x = x0 + 2 * (i % PAIRS) - (format === 'Life 1.05' ? 1 : 0);
        if (
          pattern.runs[3 * i] !== x ||
          pattern.runs[3 * i + 1] !== Math.floor(i / PAIRS) ||
          pattern.runs[3 * i + 2] !== 1
        )
          assert.fail(`run ${i} is ${pattern.runs.subarray(3 * i, 3 * i + 3)}`);
      }
      assert.equal(pattern.states?.length, format === 'multi-state RLE' ? ROWS * PAIRS : undefined);
      assert.ok(pattern.states?.every((state) => state === 2) ?? true);
      assert.deepEqual(parsePattern(text), pattern);
    });

  test('are refused at the character that is wrong', () => {
    const text = `${files.rle.slice(0, 1_000_000)}?${files.rle.slice(1_000_000)}`;
    assert.throws(
      () => readSlowly(text),
      (error: PatternError) => error.name === 'PatternError' && error.line === 2,
    );
  });

  test('that are cut off in a count say so', () => {
    assert.throws(() => readSlowly(`${files.rle.slice(0, 1_000_000)}12`), /ends after a count/);
  });
});
