import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../testing/world.js';
import { decompress } from '../wire/deflate.js';
import { Deflater } from './deflater.js';

// Small enough for the budget, however slow this machine is just now.
const even = new Uint8Array(10_000).map((_, i) => i >> 8);
const random = seeded(1);
const noise = new Uint8Array(10_000).map(() => random() * 256);

describe('the deflater', () => {
  test('compresses what pays, each time', () => {
    const deflater = new Deflater();
    for (let i = 0; i < 5; i++) {
      const out = deflater.try(even)!;
      assert.ok(out.length < even.length / 4);
      assert.deepEqual(decompress(out, even.length), even);
    }
  });

  test('leaves alone what is small', () => {
    assert.equal(new Deflater().try(new Uint8Array(511)), null);
    assert.notEqual(new Deflater().try(new Uint8Array(512)), null);
  });

  test('leaves alone what would take too much of a frame', () => {
    assert.equal(new Deflater().try(new Uint8Array(60_000)), null);
  });

  test('gives noise a rest, and tries again after eight frames', () => {
    const deflater = new Deflater();
    assert.equal(deflater.try(noise), null);
    const results = Array.from({ length: 10 }, () => deflater.try(even) !== null);
    assert.deepEqual(results.slice(0, 9), [...Array(8).fill(false), true]);
  });
});
