import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { seeded } from '../testing/world.js';
import { Reader, Writer } from './bytes.js';
import { compress, decompress } from './deflate.js';
import { WireError } from './errors.js';

const LIMIT = 1 << 20;
const claim = (length: number, data: Uint8Array): Uint8Array => new Writer(16).varint(length).put(data).take();
const refuse = (payload: Uint8Array, why: RegExp, limit = LIMIT) =>
  assert.throws(
    () => decompress(payload, limit),
    (error) => error instanceof WireError && why.test(error.message),
  );

describe('a compressed payload', () => {
  test('comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) =>
        assert.deepEqual(Buffer.from(decompress(compress(bytes), LIMIT)), Buffer.from(bytes)),
      ),
    );
    const long = new Uint8Array(300_000).map((_, i) => (i * i) >> 7);
    assert.deepEqual(Buffer.from(decompress(compress(long), LIMIT)), Buffer.from(long));
    const small = compress(long);
    assert.equal(new Reader(small).varint(), long.length);
    assert.ok(small.length < long.length / 2);
  });

  test('made by another deflate is read as well', () => {
    const bytes = Buffer.from('a tile is 64 by 64 cells. '.repeat(50));
    for (const level of [0, 1, 6, 9]) {
      assert.deepEqual(Buffer.from(decompress(claim(bytes.length, deflateRawSync(bytes, { level })), LIMIT)), bytes);
    }
  });

  test('is refused when it lies about its length, either way', () => {
    const bytes = Buffer.from('a tile is 64 by 64 cells. '.repeat(50));
    const data = deflateRawSync(bytes);
    for (const length of [0, 1, bytes.length - 1, bytes.length + 1, bytes.length * 2]) {
      refuse(claim(length, data), /not of the \d+ bytes it states/);
      refuse(claim(length, deflateRawSync(bytes, { level: 0 })), /not of the|cannot be inflated/);
    }
  });

  test('is refused above the limit, or above what deflate can do, before a byte of it is made', () => {
    const bytes = new Uint8Array(1000);
    refuse(compress(bytes), /more than is allowed/, 999);
    assert.equal(decompress(compress(bytes), 1000).length, 1000);
    refuse(claim(Number.MAX_SAFE_INTEGER, new Uint8Array(100)), /more than is allowed/);
    refuse(claim(LIMIT, new Uint8Array(100)), /more than is allowed/);
  });

  test('is refused cut off at any place, and for rubbish', () => {
    const random = seeded(1);
    const whole = compress(new Uint8Array(400).map(() => random() * 9));
    for (let n = 0; n < whole.length; n++) refuse(whole.subarray(0, n), /./);
    for (let i = 0; i < 2000; i++) {
      const payload = claim(
        50,
        new Uint8Array(60).map(() => random() * 256),
      );
      try {
        assert.equal(decompress(payload, LIMIT).length, 50);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }
  });

  test('that is a bomb is not inflated to its end', () => {
    // 64 KiB that inflate to 64 MiB: first said to be what they are, then to make ten bytes.
    const bomb = deflateRawSync(Buffer.alloc(2 ** 26));
    const time = (run: () => void): number => {
      const began = performance.now();
      run();
      return performance.now() - began;
    };
    const full = time(() => decompress(claim(2 ** 26, bomb), 2 ** 26));
    // The quickest of a few: any one of them may be interrupted.
    const tries = [1, 2, 3, 4, 5].map(() => time(() => refuse(claim(10, bomb), /not of the 10 bytes/)));
    const refused = Math.min(...tries);
    assert.ok(refused < full / 3, `${refused} ms to refuse what takes ${full} ms`);
  });
});
