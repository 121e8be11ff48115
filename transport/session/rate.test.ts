import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimit } from './rate.js';

test('a bucket lets a burst through, then the rate, and never saves up more than the burst', () => {
  const bucket = new RateLimit(10, 3, 0);
  const taken = (now: number, tries: number) =>
    Array.from({ length: tries }, () => bucket.take(now)).filter(Boolean).length;
  assert.equal(taken(0, 10), 3);
  assert.equal(taken(99, 10), 0);
  assert.equal(taken(200, 10), 2);
  assert.equal(taken(3_600_000, 10), 3);
  // A clock that steps back gives nothing away.
  assert.equal(taken(0, 10), 0);
});
