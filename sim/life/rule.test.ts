import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLife, GridError, MAX_SIDE, NAMED_RULES, parseGrid, parseRule, RuleError } from '../index.js';

describe('rules', () => {
  test('the forms people type', () => {
    for (const text of [
      'B3/S23',
      'b3/s23',
      'B3S23',
      'b3s23',
      '23/3',
      'S23/B3',
      ' B3/S23 ',
      'Life',
      'life',
      "Conway's Life",
      'B3/S32',
    ])
      assert.equal(parseRule(text).text, 'B3/S23', text);
    assert.equal(parseRule('highlife').text, 'B36/S23');
    assert.equal(parseRule('Day & Night').text, 'B3678/S34678');
    assert.equal(parseRule('2x2').text, 'B36/S125');
    assert.equal(parseRule('B2/S').text, 'B2/S');
    assert.equal(parseRule('/2').text, 'B2/S');
    assert.equal(parseRule('b/s').text, 'B/S');
    assert.equal(parseRule('B0123478/S01234678').text, 'B0123478/S01234678');
    assert.equal(parseRule('B3/S23M').neighborhood, 'moore');
  });

  test('von Neumann by suffix or by choice', () => {
    assert.equal(parseRule('B2/S013V').text, 'B2/S013V');
    assert.equal(parseRule('b2s013v').neighborhood, 'von-neumann');
    assert.equal(parseRule('B2/S013', 'von-neumann').text, 'B2/S013V');
    assert.equal(parseRule('013/2V').text, 'B2/S013V');
  });

  test('every named rule can be read, also from its canonical text', () => {
    for (const [name, text] of Object.entries(NAMED_RULES)) {
      assert.equal(parseRule(name).text, text);
      assert.equal(parseRule(text).text, text);
    }
  });

  test('the masks are what the digits say', () => {
    assert.deepEqual(parseRule('B0368/S17'), {
      birth: 0b101001001,
      survival: 0b010000010,
      neighborhood: 'moore',
      states: 2,
      text: 'B0368/S17',
    });
  });

  const bad: [string, number, RegExp][] = [
    ['', 1, /empty/],
    ['B3/S29', 6, /"9" at character 6.*0 to 8/],
    ['B3', 2, /lacks survivals/],
    ['S23', 3, /lacks births/],
    ['23', 2, /lacks a "\/"/],
    ['hello', 1, /"h" at character 1/i],
    ['B3/S23H', 7, /hexagonal/],
    ['B2-a/S12', 3, /count all neighbours alike/],
    ['B2/S345/C4', 8, /two states/],
    ['345/2/4', 6, /two states/],
    ['B3/B23', 4, /twice/],
    ['B3/S23VV', 8, /nothing may follow/],
    ['B5/S23V', 2, /only four/],
    ['3B/S', 1, /begins with/],
    ['B3//S23', 4, /one "\/"/],
    ['B3/S23;', 7, /";"/],
  ];
  for (const [text, column, message] of bad)
    test(`refuses "${text}"`, () => {
      assert.throws(
        () => parseRule(text),
        (error: unknown) => {
          assert.ok(error instanceof RuleError);
          assert.match(error.message, message);
          if (column > 0) assert.equal(error.column, column, error.message);
          return true;
        },
      );
    });

  test('refuses a suffix that contradicts the neighbourhood, and unknown ones', () => {
    assert.throws(() => parseRule('B2/S013V', 'moore'), RuleError);
    assert.throws(() => parseRule('B3/S23', 'hex' as 'moore'), /"hex" is unknown/);
    assert.throws(() => parseRule(undefined as unknown as string), RuleError);
  });
});

describe('grids', () => {
  test('sizes are read', () => {
    assert.deepEqual(parseGrid('4096x2048'), { width: 4096, height: 2048 });
    assert.deepEqual(parseGrid(' 1 X 65536 '), { width: 1, height: MAX_SIDE });
    assert.deepEqual(parseGrid('640×480'), { width: 640, height: 480 });
    assert.deepEqual(parseGrid('512'), { width: 512, height: 512 });
  });

  test('bad sizes are refused, with the input and the way out', async () => {
    for (const text of [
      '',
      'x',
      '0x5',
      '5x0',
      '65537x1',
      '-3x4',
      '3.5x4',
      '4096x',
      '1x1x1',
      'NaN',
      '1e3x4',
      '99999999999999999999x1',
    ])
      assert.throws(() => parseGrid(text), GridError, text);
    assert.throws(() => parseGrid('70000x5'), /70000.*1 to 65536/);
    await assert.rejects(createLife({ width: 0, height: 5 }), GridError);
    await assert.rejects(createLife({ width: 5.5, height: 5 }), GridError);
    await assert.rejects(createLife({ width: 5, height: 5, wrap: 'klein' as 'torus' }), GridError);
    await assert.rejects(createLife({ width: 5, height: 5, rule: 'B9/S' }), RuleError);
    await assert.rejects(createLife({ width: 5, height: 5, engine: 'steam' as 'js' }), RangeError);
  });
});
