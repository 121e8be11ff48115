import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Reader, readJson, Writer, writeJson } from './bytes.js';
import { WireError } from './errors.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a varint', () => {
  const golden: [number, string][] = [
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [2 ** 32 - 1, 'ffffffff0f'],
    [2 ** 32, '8080808010'],
    [2 ** 49, '8080808080808001'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
  ];
  for (const [value, bytes] of golden) {
    test(`${value} is ${bytes}`, () => {
      assert.equal(hex(new Writer(1).varint(value).take()), bytes);
      assert.equal(new Reader(Buffer.from(bytes, 'hex')).varint(), value);
    });
  }

  test('comes back whatever it was', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { maxLength: 20 }), (values) => {
        const writer = new Writer(1);
        for (const value of values) writer.varint(value);
        const reader = new Reader(writer.take());
        for (const value of values) assert.equal(reader.varint(), value);
        reader.end();
      }),
    );
  });

  for (const bytes of ['ffffffffffffff10', 'ffffffffffffffff7f', '808080808080808001', '80'.repeat(1000)]) {
    test(`over 2^53 is refused: ${bytes.slice(0, 20)}`, () => {
      assert.throws(() => new Reader(Buffer.from(bytes, 'hex')).varint(), WireError);
    });
  }

  test('cut off is refused', () => {
    for (const bytes of ['', '80', 'ffff']) {
      assert.throws(() => new Reader(Buffer.from(bytes, 'hex')).varint(), /ends at byte/);
    }
  });
});

describe('a reader', () => {
  test('gives what a writer wrote, and moves on by as much', () => {
    const bytes = new Writer(1).u8(1).u16(0x2345).u32(0x89abcdef).f32(1.5).f64(Math.PI).put(Uint8Array.of(9, 8)).take();
    assert.equal(hex(bytes.subarray(0, 7)), '014523efcdab89');
    const reader = new Reader(bytes);
    assert.deepEqual(
      [reader.u8(), reader.u16(), reader.u32(), reader.f32(), reader.f64()],
      [1, 0x2345, 0x89abcdef, 1.5, Math.PI],
    );
    assert.equal(reader.at, 19);
    assert.equal(reader.left, 2);
    assert.deepEqual([...reader.rest()], [9, 8]);
    reader.end();
  });

  test('never goes past the end, and stays where it was when asked to', () => {
    for (const size of [1, 2, 4, 4, 8]) {
      for (let length = 0; length < size; length++) {
        // What lies behind the view in the same buffer is nobody's business.
        const reader = new Reader(new Uint8Array(32).subarray(3, 3 + length));
        const read = { 1: () => reader.u8(), 2: () => reader.u16(), 4: () => reader.u32(), 8: () => reader.f64() }[
          size
        ]!;
        assert.throws(read, WireError);
        assert.equal(reader.at, 0);
      }
    }
    assert.throws(() => new Reader(new Uint8Array(3)).f32(), WireError);
    assert.throws(() => new Reader(new Uint8Array(3)).skip(4), WireError);
    assert.throws(() => new Reader(new Uint8Array(3)).end(), /3 bytes too many/);
  });
});

describe('a writer', () => {
  test('grows without losing what it holds, and gives a copy', () => {
    const writer = new Writer(1);
    for (let i = 0; i < 1000; i++) writer.u8(i);
    const taken = writer.take();
    assert.deepEqual(
      [...taken],
      Array.from({ length: 1000 }, (_, i) => i & 255),
    );
    writer.clear();
    writer.u8(77);
    assert.equal(taken[0], 0);
    assert.deepEqual([...writer.take()], [77]);
  });
});

describe('JSON', () => {
  test('is an object in UTF-8, or refused', () => {
    assert.deepEqual(readJson(writeJson({ a: 'ü', b: [1] })), { a: 'ü', b: [1] });
    for (const text of ['', '[]', 'null', '3', '"x"', '{', '{"a":}', '\ufeff{']) {
      assert.throws(() => readJson(new TextEncoder().encode(text)), WireError, text);
    }
    assert.throws(() => readJson(Uint8Array.of(0x7b, 0xff, 0x7d)), /not JSON/);
    assert.throws(() => readJson(new TextEncoder().encode('['.repeat(100_000))), WireError);
  });
});
