import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { seeded } from '../testing/world.js';
import { WireError } from './errors.js';
import { decodeS8, encodeS8, S8_MAX } from './s8.js';

/** A plane of `stride` words a row at `offset`, with each of its cells set by chance; all other words are rubbish. */
function plane(seed: number, density: number, stride: number, offset: number): Uint32Array {
  const random = seeded(seed);
  const words = Uint32Array.from({ length: offset + 64 * stride }, () => random() * 2 ** 32);
  for (let row = 0; row < 64; row++) {
    for (let w = 0; w < 2; w++) {
      let word = 0;
      for (let bit = 0; bit < 32; bit++) if (random() < density) word |= 1 << bit;
      words[offset + row * stride + w] = word;
    }
  }
  return words;
}

const packed = (words: Uint32Array, offset: number, stride: number): number[] =>
  Array.from({ length: 128 }, (_, i) => words[offset + (i >> 1) * stride + (i & 1)]!);

const anyPlane = {
  seed: fc.integer(),
  density: fc.constantFrom(0, 0.0002, 0.002, 0.02, 0.3, 0.5, 1),
  stride: fc.integer({ min: 2, max: 5 }),
  offset: fc.integer({ min: 0, max: 40 }),
};

describe('S8', () => {
  test('has the bytes of the example', () => {
    const words = new Uint32Array(128);
    words[0] = 0b101; // row 0, columns 0 and 2
    words[2 * 2 + 1] = 1 << 31; // row 2, column 63
    words[63 * 2] = 0x100; // row 63, column 8
    const out = new Uint8Array(S8_MAX);
    const end = encodeS8(words, 0, 2, out, 0);
    // bands 0 and 7 | blocks 0 and 7 | row 0: 101 | row 2: bit 7 | block 1 | row 7: bit 0
    assert.equal(Buffer.from(out.subarray(0, end)).toString('hex'), '81810105048002' + '8001');
    assert.equal(encodeS8(new Uint32Array(128), 0, 2, out, 0), 1);
    assert.equal(out[0], 0);
  });

  test('brings any plane back, from any stride, to any place', () => {
    fc.assert(
      fc.property(fc.record(anyPlane), fc.nat(20), fc.nat(50), ({ seed, density, stride, offset }, at, to) => {
        const words = plane(seed, density, stride, offset);
        const out = new Uint8Array(at + S8_MAX + 1).fill(0xee);
        const end = encodeS8(words, offset, stride, out, at);
        assert.ok(end - at >= 1 && end - at <= S8_MAX);
        assert.equal(out[at - 1] ?? 0xee, 0xee);
        assert.equal(out[end], 0xee);
        const back = new Uint32Array(to + 130);
        assert.equal(decodeS8(out, at, back, to), end);
        assert.deepEqual([...back.subarray(to, to + 128)], packed(words, offset, stride));
        assert.ok(back.subarray(0, to).every((word) => word === 0) && back[to + 128] === 0);
      }),
      { numRuns: 500 },
    );
  });

  test('decodes by XOR: what a delta says is flipped, and nothing else', () => {
    fc.assert(
      fc.property(fc.record(anyPlane), fc.integer(), ({ seed, density, stride, offset }, other) => {
        const delta = plane(seed, density, stride, offset);
        const old = plane(other, 0.5, 2, 0);
        const out = new Uint8Array(S8_MAX);
        const end = encodeS8(delta, offset, stride, out, 0);
        const now = old.slice();
        decodeS8(out.subarray(0, end), 0, now, 0);
        const flips = packed(delta, offset, stride);
        assert.deepEqual(
          [...now],
          Array.from(old, (word, i) => (word ^ flips[i]!) >>> 0),
        );
      }),
    );
  });

  test('of a full plane is longest, 585 bytes', () => {
    const out = new Uint8Array(S8_MAX);
    assert.equal(encodeS8(new Uint32Array(128).fill(0xffffffff), 0, 2, out, 0), 585);
  });

  test('is checked without being written, and refused at every cut', () => {
    const words = plane(5, 0.05, 2, 0);
    const out = new Uint8Array(S8_MAX);
    const end = encodeS8(words, 0, 2, out, 0);
    assert.equal(decodeS8(out, 0, null, 0), end);
    for (let cut = 0; cut < end; cut++) {
      assert.throws(() => decodeS8(out.subarray(0, cut), 0, null, 0), WireError, `cut at ${cut}`);
    }
  });
});
