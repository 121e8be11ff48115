import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TokenScope, Verb } from './grant.js';
import { VERBS } from './grant.js';
import { covers, isPattern, matches } from './patterns.js';
import { exceeds } from './scope.js';

const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.'), minLength: 1, maxLength: 4 });
const pattern = fc.oneof(
  name,
  name.map((start) => `${start}*`),
  fc.constant('*'),
);
const rect = fc.record({
  x: fc.nat(3),
  y: fc.nat(3),
  width: fc.integer({ min: 1, max: 4 }),
  height: fc.integer({ min: 1, max: 4 }),
});
const scope: fc.Arbitrary<TokenScope> = fc.record(
  {
    channels: fc.array(pattern, { minLength: 1, maxLength: 3 }),
    can: fc.subarray<Verb>([...VERBS], { minLength: 1 }),
    view: rect,
    maxBps: fc.integer({ min: 1, max: 4 }),
  },
  { requiredKeys: ['channels', 'can'] },
);

describe('a pattern', () => {
  test('is a name, or ends in one star', () => {
    for (const text of ['a', 'demo-1', '*', 'demo*', `${'x'.repeat(63)}*`, 'x'.repeat(64)])
      assert.ok(isPattern(text), text);
    for (const text of ['', '**', '*a', 'a*b', 'a b', 'ä', 'x'.repeat(65), `${'x'.repeat(64)}*`]) {
      assert.ok(!isPattern(text), text);
    }
    assert.ok(!matches('demo', 'demo2') && matches('demo*', 'demo') && matches('*', 'x') && !matches('demo', 'dem'));
  });

  test('covers another exactly if it means all that the other means', () => {
    fc.assert(
      fc.property(pattern, pattern, name, (wide, narrow, channel) => {
        if (covers(wide, narrow) && matches(narrow, channel)) assert.ok(matches(wide, channel));
        // A name that only the narrow one means shows where it is not covered.
        if (!covers(wide, narrow)) {
          const shown = narrow.replace('*', '_');
          assert.ok(matches(narrow, shown) && !matches(wide, shown), `${wide} ${narrow} ${shown}`);
        }
      }),
    );
  });
});

test('whatever a token within its scope allows, the scope allows', () => {
  fc.assert(
    fc.property(scope, scope, name, fc.nat(8), fc.nat(8), (token, key, channel, x, y) => {
      if (exceeds(token, key) !== null) return;
      const reaches = (one: TokenScope) => one.channels.some((wide) => matches(wide, channel));
      const sees = ({ view }: TokenScope) =>
        !view || (x >= view.x && y >= view.y && x < view.x + view.width && y < view.y + view.height);
      if (reaches(token)) assert.ok(reaches(key));
      for (const verb of token.can) assert.ok(key.can.includes(verb));
      if (sees(token)) assert.ok(sees(key));
      assert.ok((token.maxBps ?? Infinity) <= (key.maxBps ?? Infinity));
    }),
    { numRuns: 1000 },
  );
});
