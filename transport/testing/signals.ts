/** Signals for property tests: names, types and values of every kind there may be. */

import fc from 'fast-check';
import { type SignalType, type SignalValue, wrongName } from '../wire/signal-value.js';
import type { SignalSpec } from '../wire/signals.js';

/** Names that an object has before anybody gives it any. */
export const PROTOTYPE_NAMES = ['constructor', 'hasOwnProperty', 'toString', 'valueOf', 'isPrototypeOf'];

/** Any name a signal may have. */
export const signalName: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'count', '0', '1', ' ', 'ä', '名', '🙂', '"', '\\', '.', '-') },
  { weight: 1, arbitrary: fc.constantFrom(...PROTOTYPE_NAMES) },
  {
    weight: 4,
    arbitrary: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .map((name) => name.replace(/\p{Cc}|^_+/gu, '').slice(0, 100) || 'x')
      .filter((name) => wrongName(name) === null),
  },
);

/** Numbers around every edge of the codings. */
export const signalNumber: fc.Arbitrary<number> = fc
  .oneof(
    fc.integer({ min: -300, max: 300 }),
    fc.maxSafeInteger(),
    fc.constantFrom(2 ** 50, -(2 ** 50), 2 ** 50 + 1, 2 ** 51, -(2 ** 51), 2 ** 53, 2 ** 63, 1e21, 1e308, 5e-324),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  .map((n) => n + 0);

const text = fc.string({ unit: 'grapheme', maxLength: 30 });

/** Any value, as it is after it was normalised. */
export const signalJson: fc.Arbitrary<SignalValue> = fc
  .jsonValue({ maxDepth: 6, depthSize: 'small' })
  // Through text once: JSON knows no -0.
  .map((value) => JSON.parse(JSON.stringify(value)) as SignalValue);

export const signalType: fc.Arbitrary<SignalType> = fc.constantFrom('number', 'f32', 'bool', 'string', 'json');

/** A value of this type, or now and then null. */
export function signalOf(type: SignalType): fc.Arbitrary<SignalValue> {
  const values: Record<SignalType, fc.Arbitrary<SignalValue>> = {
    number: signalNumber,
    f32: fc.float({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    bool: fc.boolean(),
    string: text,
    json: signalJson,
  };
  return fc.oneof({ weight: 6, arbitrary: values[type] }, { weight: 1, arbitrary: fc.constant(null) });
}

export const signalSchema = (most: number): fc.Arbitrary<SignalSpec[]> =>
  fc.uniqueArray(fc.record({ name: signalName, type: signalType }), { selector: ({ name }) => name, maxLength: most });
