import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkName, isSignalValue, SIGNAL_LIMITS, SignalError, toSignalValue, wrongName } from './signal-value.js';

const refused = (value: unknown, why: RegExp): void => {
  assert.throws(
    () => toSignalValue('x', value),
    (error: unknown) => error instanceof SignalError && error.signal === 'x' && why.test(error.message),
    `${typeof value}`,
  );
};
const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
};

describe('a value of a signal', () => {
  const date = new Date(0);
  const own = JSON.parse('{"__proto__":{"a":1},"constructor":2,"hasOwnProperty":3,"toString":null}');
  const cases: [string, unknown, unknown][] = [
    ['NaN', Number.NaN, null],
    ['Infinity', Number.POSITIVE_INFINITY, null],
    ['-Infinity', Number.NEGATIVE_INFINITY, null],
    ['-0', -0, 0],
    ['undefined', undefined, null],
    ['null', null, null],
    ['the largest number', Number.MAX_VALUE, Number.MAX_VALUE],
    ['the smallest', 5e-324, 5e-324],
    [
      'what JSON leaves out',
      { a: undefined, b: () => 1, c: Symbol('c'), d: [undefined, () => 1] },
      { d: [null, null] },
    ],
    ['NaN and -0 within', [Number.NaN, -0, { x: Number.POSITIVE_INFINITY }], [null, 0, { x: null }]],
    ['a Date', date, date.toJSON()],
    ['an invalid Date', new Date(Number.NaN), null],
    ['toJSON', { toJSON: () => ({ a: -0 }) }, { a: 0 }],
    ['toJSON that says nothing', { toJSON: () => undefined }, null],
    ['a boxed number', new Number(-0), 0],
    ['a Map', new Map([[1, 2]]), {}],
    ['names of prototypes as keys', own, own],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['half a character', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['whole ones', '🙂\u2028\u0000', '🙂\u2028\u0000'],
    ['half a character by toJSON', { toJSON: () => '\ud800' }, '\ufffd'],
    ['half a character in a box', new String('\udc00'), '\ufffd'],
  ];
  for (const [what, value, expected] of cases) {
    test(`is plain JSON: ${what}`, () => {
      const made = toSignalValue('x', value);
      assert.deepEqual(made, expected);
      assert.ok(!Object.is(made, -0));
      assert.equal(JSON.stringify(made), JSON.stringify(JSON.parse(JSON.stringify(made))));
    });
  }

  test('does not change the prototype of anything', () => {
    const made = toSignalValue('x', JSON.parse('{"__proto__":{"polluted":true}}')) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(made), Object.prototype);
    assert.equal(made.polluted, undefined);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  test('is a copy: what is changed in place later is not told', () => {
    const list = [1, { a: 2 }];
    const made = toSignalValue('x', list);
    list.push(3);
    (list[1] as { a: number }).a = 9;
    assert.deepEqual(made, [1, { a: 2 }]);
  });

  test('is refused, with the name of the signal and the reason', () => {
    refused(1n, /bigint/);
    refused([1n], /BigInt/i);
    refused(Symbol('s'), /symbol/);
    refused(() => 1, /function/);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    refused(cycle, /circular/i);
    const thrower = (what: unknown) => ({
      toJSON() {
        throw what;
      },
    });
    refused(thrower(new Error('not today')), /not today/);
    refused(thrower('a text'), /a text/);
    refused(thrower(null), /null/);
    refused(thrower(undefined), /undefined/);
  });

  test('is as deep as may be, and no deeper', () => {
    assert.deepEqual(toSignalValue('x', nested(SIGNAL_LIMITS.depth)), nested(SIGNAL_LIMITS.depth));
    refused(nested(SIGNAL_LIMITS.depth + 1), /deeper than 32/);
    refused(nested(100_000), /deeper than 32/);
  });

  test('is as large as may be in JSON, and no larger', () => {
    const most = SIGNAL_LIMITS.value;
    assert.equal((toSignalValue('x', 'a'.repeat(most - 2)) as string).length, most - 2);
    refused('a'.repeat(most - 1), /64 KiB/);
    refused('a'.repeat(most + 1), /64 KiB/);
    // Two characters each, in JSON: what a receiver counts is what a source counts.
    refused('"'.repeat(most / 2), /64 KiB/);
    refused('\n'.repeat(most / 2), /64 KiB/);
    assert.equal((toSignalValue('x', '"'.repeat(most / 2 - 1)) as string).length, most / 2 - 1);
    refused(['a'.repeat(most - 3)], /64 KiB/);
    toSignalValue('x', ['a'.repeat(most - 4)]);
  });

  test('is the same again, and after JSON, whatever it was made from', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true }),
        (value) => {
          let made: unknown;
          try {
            made = toSignalValue('x', value);
          } catch (error) {
            assert.ok(error instanceof SignalError, `${error}`);
            return;
          }
          assert.ok(isSignalValue(made));
          assert.deepEqual(JSON.parse(JSON.stringify(made)), made);
          assert.deepEqual(toSignalValue('x', made), made);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('that came out of JSON is checked for depth and for numbers that are none', () => {
    for (const text of ['1e999', '-1e999', '[1e999]', '{"a":{"b":[1,-1e400]}}', JSON.stringify(nested(33))]) {
      assert.equal(isSignalValue(JSON.parse(text)), false, text);
    }
    for (const text of ['-0', '1e308', '[]', '{"__proto__":{}}', JSON.stringify(nested(32))]) {
      assert.equal(isSignalValue(JSON.parse(text)), true, text);
    }
    assert.equal(isSignalValue(JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)), false);
  });
});

describe('a name of a signal', () => {
  test('is a text of 1 to 128 characters, without "_" in front or control characters', () => {
    for (const name of [
      'a',
      'a'.repeat(128),
      'a_',
      'a b',
      ' ',
      '🙂',
      '0',
      'constructor',
      'toString',
      'hasOwnProperty',
    ]) {
      assert.equal(wrongName(name), null, name);
      checkName(name);
    }
    for (const name of [
      '',
      'a'.repeat(129),
      '_',
      '_x',
      '__proto__',
      'a\u0000',
      '\n',
      '\u007f',
      '\u0085',
      '\ud800',
      'a\udc00',
    ]) {
      assert.notEqual(wrongName(name), null, JSON.stringify(name));
      assert.throws(() => checkName(name), SignalError);
    }
    for (const name of [undefined, null, 1, {}, [], Symbol('s'), Object.create(null)]) {
      assert.notEqual(wrongName(name), null);
      assert.throws(() => checkName(name), SignalError);
    }
  });
});
