import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NAMED_RULES, parseRule, RuleError } from '../index.js';
import { allClasses, LETTERS } from './hensel.js';
import { withoutNeighborhood } from './parse.js';
import { makeGenerationsRule, makeIsotropicRule, makeRule, type Rule, type TwoStateRule } from './rule.js';

const read = (texts: string[], canonical: string) => {
  for (const text of texts) assert.equal(parseRule(text).text, canonical, text);
};

describe('two states', () => {
  test('the forms people type', () => {
    read(['B3/S23', 'b3/s23', 'B3S23', 'b3s23', '23/3', 'S23/B3', ' B3/S23 ', 'B3/S32', 'B3 / S 2 3'], 'B3/S23');
    read(['Life', 'life', "Conway's Life", 'B3/23', '23/B3', 'S23B3', 'B33/S23', 'B3_S23', 'B3/S23M'], 'B3/S23');
    read(['highlife'], 'B36/S23');
    read(['Day & Night'], 'B3678/S34678');
    read(['2x2'], 'B36/S125');
    read(['B2/S', '/2', 'B2', 'b2/'], 'B2/S');
    read(['b/s', 'S', '/'], 'B/S');
    read(['B0123478/S01234678'], 'B0123478/S01234678');
  });

  test('von Neumann by suffix or by choice', () => {
    read(['B2/S013V', 'b2s013v', '013/2V'], 'B2/S013V');
    assert.equal(parseRule('B2/S013', 'von-neumann').text, 'B2/S013V');
    assert.equal(parseRule('B3/S23M', 'moore').text, 'B3/S23');
    assert.deepEqual(parseRule(withoutNeighborhood('B2/S013V'), 'moore'), parseRule('B2/S013'));
  });

  test('every named rule can be read, also from its canonical text', () => {
    for (const [name, text] of Object.entries(NAMED_RULES)) {
      assert.equal(parseRule(name).text, text);
      assert.equal(parseRule(text).text, text);
    }
  });

  test('the masks are what the digits say', () => {
    assert.deepEqual(parseRule('B0368/S17'), {
      kind: 'totalistic',
      birth: 0b101001001,
      survival: 0b010000010,
      neighborhood: 'moore',
      text: 'B0368/S17',
      states: 2,
      planes: 1,
    });
  });

  test('letters of Hensel: the shortest form, and the digit alone where all are named', () => {
    read(['B2-a/S12', 'b2-A/s12', 'B2cekin/S12', 'B2ceikn/S12', '12/2-a', 'Just Friends', 'B2-a / S12'], 'B2-a/S12');
    read(['B3/S2-i34q'], 'B3/S2-i34q');
    read(['B2nic/S'], 'B2cin/S');
    read(['B4-qjrtwz/S'], 'B4aceikny/S');
    read(['B2aceikn3/S', 'B2-3/S', 'B2-3-/S'], 'B23/S');
    read(['B2-aceikn3/S'], 'B3/S');
    read(['B2a2c/S', 'B2ac/S', 'B2aca/S'], 'B2ac/S');
    read(['B3/2a34', 'B3/S2a34'], 'B3/S2a34');
    read(['b8s8'], 'B8/S8');
  });

  test('a table of letters counts what the digits count', () => {
    const all = (counts: number[]) => Array.from({ length: 9 }, (_, n) => (counts.includes(n) ? allClasses(n) : 0));
    const life = makeIsotropicRule(all([3]), all([2, 3]));
    assert.deepEqual(life, parseRule('B3/S23'));
    const less = parseRule('B3-j/S23') as TwoStateRule;
    const more = parseRule('B3j/S23') as TwoStateRule;
    assert.ok(less.kind === 'isotropic' && more.kind === 'isotropic');
    for (let index = 0; index < 512; index++) {
      let count = 0;
      for (let bit = 0; bit < 9; bit++) if (bit !== 4) count += (index >> bit) & 1;
      const expected = index & 16 ? count === 2 || count === 3 : count === 3;
      assert.equal(less.table[index] | more.table[index], expected ? 1 : 0, `index ${index}`);
      assert.equal(less.table[index] & more.table[index], expected && index & 16 ? 1 : 0, `index ${index}`);
    }
    // An L of three, with the corner of the square they lack left over: 3j is eight of the 56.
    assert.equal(
      more.table.reduce((sum, bit) => sum + bit, 0),
      8 + 28 + 56,
    );
  });
});

describe('more states', () => {
  test('Generations, in all forms', () => {
    read(['345/2/4', 'B2/S345/4', 'B2/S345/C4', 'b2/s345/g4', 'S345/B2/4', 'g4b2s345', 'C4/B2/S345'], '345/2/4');
    read(['B2S345/4', 'B2S345G4', 'B2/345/4', 'Star Wars', '345/2/04', '345_2_4', ' 345 / 2 / 4 '], '345/2/4');
    read(['/2/3', 'B2/S/3', 'B2/S/C3', 'B2//3', "Brian's Brain"], '/2/3');
    read(['//3'], '//3');
    read(['23/3/2', 'B3/S23/C2'], 'B3/S23');
    read(['B3/S23/5V', '23/3/5v'], '23/3/5V');
    read(['2-a/3/5', 'B3/S2-a/5'], '2-a/3/5');
    read(['g4b2s3c5'], '3c5/2/4');
    read(['B2c/S3-k/12'], '3-k/2c/12');
    assert.equal(parseRule('23/3/5', 'von-neumann').text, '23/3/5V');
    const rule = parseRule('B2/S345/25');
    assert.deepEqual(rule, {
      kind: 'generations',
      base: parseRule('B2/S345'),
      neighborhood: 'moore',
      text: '345/2/25',
      states: 25,
      planes: 5,
    });
    assert.deepEqual(
      [3, 4, 5, 8, 9, 128, 129, 256].map((n) => parseRule(`/2/${n}`).planes),
      [2, 2, 3, 3, 4, 7, 8, 8],
    );
  });

  test('Larger than Life, in any order and case', () => {
    const bosco = 'R5,C0,M1,S34..58,B34..45,NM';
    read([bosco, 'r5,c0,m1,s34..58,b34..45,nm', 'R5, C2, M1, B34..45, S34..58, NM', 'R5,C1,M1,S34..58,B34..45'], bosco);
    read(['5,34,45,34,58', 'Bosco', 'Bugs'], bosco);
    read(['R1,C3,M0,S2..3,B3..3,NN'], 'R1,C3,M0,S2..3,B3..3,NN');
    read(['R10,C256,M1,S0..349,B1..349,NC'], 'R10,C256,M1,S0..349,B1..349,NC');
    assert.deepEqual(parseRule('R3,C9,M0,S1..24,B0..3,NN'), {
      kind: 'larger',
      range: 3,
      middle: false,
      survival: [1, 24],
      birth: [0, 3],
      neighborhood: 'von-neumann',
      text: 'R3,C9,M0,S1..24,B0..3,NN',
      states: 9,
      planes: 4,
    });
    assert.equal(parseRule('R2,M1,S1..3,B2..3', 'von-neumann').text, 'R2,C0,M1,S1..3,B2..3,NN');
    assert.equal(parseRule(withoutNeighborhood('R2,C0,M1,S1..3,B2..3,NN'), 'moore').text, 'R2,C0,M1,S1..3,B2..3,NM');
  });
});

const bad: [string, number, RegExp][] = [
  ['', 1, /empty/],
  ['B3/S29', 6, /"9" at character 6.*0 to 8/],
  ['23', 2, /lacks a "\/"/],
  ['hello', 1, /"h" at character 1/i],
  ['B3/S23H', 7, /hexagonal/],
  ['B3/B23', 4, /twice/],
  ['B3/S23VV', 8, /nothing may follow/],
  ['B3/S23V/5', 8, /nothing may follow/],
  ['B5/S23V', 2, /only four/],
  ['345/2/4V', 3, /only four/],
  ['3B/S', 1, /begins with/],
  ['B3//S23', 4, /one "\/"/],
  ['B3/S23;', 7, /";"/],
  ['B3/S23/', 7, /number of states/],
  ['B3/S23/C', 8, /number of states/],
  ['B3/S23/1', 8, /2 to 256 states/],
  ['B3/S23/257', 8, /2 to 256 states/],
  ['B3/S23/1000000000', 8, /2 to 256 states/],
  ['B3/S23/C4x', 10, /whole number/],
  ['B3/S23/4/5', 9, /at most two/],
  ['g4b2s3/5', 8, /no more/],
  ['c', 1, /lacks a "\/"/],
  ['g4', 2, /lacks a "\/"/],
  ['B2x/S', 3, /no rule has this letter/],
  ['B1a/S', 3, /after a 1 the letters are c, e/],
  ['B5z/S', 3, /after a 5 the letters are/],
  ['B8c/S', 3, /no letter may follow a 8/],
  ['Bc/S', 2, /stands after the count/],
  ['B-3/S', 2, /stands after the count/],
  ['B2ac-a/S', 5, /right after a digit/],
  ['B2--a/S', 4, /right after a digit/],
  ['B3ac/S2-aV', 3, /not among the four/],
  ['B3/S23:T100', 7, /leave out what begins/],
  ['R5', 2, /lacks M/],
  ['R5,C0,M1,S34..58', 16, /lacks B/],
  ['R0,C0,M1,S34..58,B34..45,NM', 2, /1 to 10 cells far/],
  ['R11,C0,M1,S34..58,B34..45,NM', 2, /1 to 10 cells far/],
  ['R5,C257,M1,S34..58,B34..45,NM', 5, /at most 256 states/],
  ['R5,C1000000000,M1,S34..58,B34..45,NM', 5, /too big/],
  ['R5,C0,M2,S34..58,B34..45,NM', 8, /M is 1/],
  ['R5,C0,M1,S34..122,B34..45,NM', 10, /survival counts are 0 to 121/],
  ['R5,C0,M0,S34..121,B34..45,NM', 10, /survival counts are 0 to 120/],
  ['R2,C0,M1,S1..14,B1..2,NN', 10, /0 to 13/],
  ['R3,C0,M1,S1..2,B1..38,NC', 16, /birth counts are 0 to 37/],
  ['R5,C0,M1,S34..58,B45..34,NM', 18, /above the most/],
  ['R5,C0,M1,S34-58,B34-45,NM', 13, /joined by ".."/],
  ['R5,C0,M1,S34..58,B34..45,NX', 27, /"NM" \(Moore\)/],
  ['R5,C0,M1,S34..58,S34..45,NM', 18, /given twice/],
  ['R5,C0,M1,Q34..58,B34..45,NM', 10, /the parts of this rule/],
  ['R5,C0,M1,S34..58,B34..45,', 25, /the text ends/],
  ['R5 C0', 4, /set apart by ","/],
  ['5,34,45,34', 10, /the text ends/],
  ['5,34,45,34,58,7', 14, /five numbers/],
  ['R100,C0,M1,S5612..9776,B5612..7585,NN', 2, /1 to 10 cells far/],
  [`B3/S${'2'.repeat(600)}`, 500, /at most 500/],
];

describe('what is no rule', () => {
  for (const [text, column, message] of bad)
    test(`refuses "${text.slice(0, 40)}"`, () => {
      assert.throws(
        () => parseRule(text),
        (error: unknown) => {
          assert.ok(error instanceof RuleError, String(error));
          assert.match(error.message, message);
          assert.equal(error.column, column, error.message);
          return true;
        },
      );
    });

  test('refuses a suffix that contradicts the neighbourhood, and unknown ones', () => {
    for (const [text, set] of [
      ['B2/S013V', 'moore'],
      ['23/3/5V', 'moore'],
      ['R5,C0,M1,S34..58,B34..45,NM', 'von-neumann'],
      ['R2,C0,M1,S3..5,B3..5,NC', 'moore'],
    ] as const)
      assert.throws(() => parseRule(text, set), /but the neighbourhood is set to/);
    assert.throws(() => parseRule('B3/S23', 'hex' as 'moore'), /"hex" is unknown/);
    assert.throws(() => parseRule(undefined as unknown as string), RuleError);
  });

  test('any text is read or refused with a RuleError that points into it', () => {
    const readOrRefuse = (text: string) => {
      let rule: Rule;
      try {
        rule = parseRule(text);
      } catch (error) {
        assert.ok(error instanceof RuleError, String(error));
        assert.ok(error.column >= 1 && error.column <= Math.max(1, text.length), `${error.column}: ${error.message}`);
        return;
      }
      assert.ok(rule.states >= 2 && rule.states <= 256 && 2 ** rule.planes >= rule.states);
      assert.deepEqual(parseRule(rule.text), rule, text);
    };
    const piece = fc.constantFrom(...'BbSs/CcGgVMHRN_-:,.. 0123456789aceijknqrtwyz'.split(''), '..', '34..58', ',C0');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 20 }).map((list) => list.join('')),
        ),
        readOrRefuse,
      ),
      { numRuns: 20_000 },
    );
    for (const text of ['\u0000', '\n', '9'.repeat(400), 'R'.repeat(400), `R5${','.repeat(400)}`, '/'.repeat(400), '-'])
      readOrRefuse(text);
  });
});

describe('canonical text', () => {
  const masks = fc.tuple(...LETTERS.map((_, n) => fc.integer({ min: 0, max: allClasses(n) })));
  const whole = fc.tuple(...LETTERS.map((_, n) => fc.constantFrom(0, allClasses(n))));
  const states = fc.oneof(fc.constant(2), fc.integer({ min: 3, max: 256 }));

  test('is read back as the same rule', () => {
    fc.assert(
      fc.property(fc.oneof(masks, whole), fc.oneof(masks, whole), states, (birth, survival, count) => {
        const rule = makeGenerationsRule(makeIsotropicRule(birth, survival), count);
        assert.deepEqual(parseRule(rule.text), rule);
        assert.deepEqual(parseRule(rule.text.toLowerCase()), rule);
        assert.deepEqual(parseRule(rule.text.toUpperCase()), rule);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.nat(31), fc.nat(31), states, (birth, survival, count) => {
        const rule = makeGenerationsRule(makeRule(birth, survival, 'von-neumann'), count);
        assert.deepEqual(parseRule(rule.text), rule);
      }),
    );
  });
});
