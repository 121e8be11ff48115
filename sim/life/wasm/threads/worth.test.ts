import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Worth } from './worth.js';

/** Share of generations that are computed together, where these are the milliseconds a group. */
function share(worth: Worth, generations: number, alone: number, together: number): number {
  let count = 0;
  for (let i = 0; i < generations; i++) {
    if (worth.together) count++;
    const groups = 1000 + (i % 7);
    worth.add(groups * (worth.together ? together : alone), groups);
  }
  return count / generations;
}

describe('whether helpers are worth calling', () => {
  test('the quicker way is nearly always taken', () => {
    assert.ok(share(new Worth(), 20_000, 2, 1) > 0.99);
    assert.ok(share(new Worth(), 20_000, 1, 1.5) < 0.01);
  });

  test('and when it is the other one later, that is found out', () => {
    const worth = new Worth();
    share(worth, 20_000, 2, 1);
    assert.equal(worth.better, true);
    assert.ok(share(worth, 20_000, 1, 2) < 0.25);
    assert.equal(worth.better, false);
    assert.ok(share(worth, 20_000, 2, 1) > 0.75);
  });
});
