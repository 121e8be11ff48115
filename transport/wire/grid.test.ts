import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Writer } from './bytes.js';
import { WireError } from './errors.js';
import {
  beginGridTiles,
  decodeGridMeta,
  decodeGridReset,
  decodeGridTiles,
  encodeGridMeta,
  encodeGridReset,
  type GridMeta,
} from './grid.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const refuse = (read: () => unknown, why: RegExp) =>
  assert.throws(read, (error) => error instanceof WireError && why.test(error.message));

describe('GridMeta', () => {
  const meta: GridMeta = { epoch: 0xdeadbeef, width: 200, height: 65536, planes: 1 };

  test('has the bytes of the example', () => {
    assert.equal(hex(encodeGridMeta(meta)), 'efbeaddec80180800401');
    assert.deepEqual(decodeGridMeta(Buffer.from('efbeaddec80180800401', 'hex')), meta);
  });

  test('comes back', () => {
    const side = fc.integer({ min: 1, max: 65536 });
    fc.assert(
      fc.property(
        fc.record(
          {
            epoch: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
            width: side,
            height: side,
            planes: fc.integer({ min: 1, max: 8 }),
          },
          { noNullPrototype: true },
        ),
        (meta) => assert.deepEqual(decodeGridMeta(encodeGridMeta(meta)), meta),
      ),
    );
  });

  test('is refused for a side or planes out of range, cut off, or with more behind it', () => {
    for (const side of [0, 65537, 2 ** 40]) {
      refuse(() => decodeGridMeta(encodeGridMeta({ ...meta, width: side })), /is not in 1..65536/);
      refuse(() => decodeGridMeta(encodeGridMeta({ ...meta, height: side })), /is not in 1..65536/);
    }
    for (const planes of [0, 9, 255]) refuse(() => decodeGridMeta(encodeGridMeta({ ...meta, planes })), /1..8/);
    const good = encodeGridMeta(meta);
    for (let n = 0; n < good.length; n++) refuse(() => decodeGridMeta(good.subarray(0, n)), /ends at byte/);
    refuse(() => decodeGridMeta(new Uint8Array([...good, 0])), /1 bytes too many/);
  });
});

describe('GridReset', () => {
  test('is a version and nothing else', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (version) => assert.equal(decodeGridReset(encodeGridReset(version)), version)),
    );
    refuse(() => decodeGridReset(new Uint8Array()), /ends at byte/);
    refuse(() => decodeGridReset(Uint8Array.of(1, 2)), /too many/);
  });
});

describe('GridTiles', () => {
  const begin = (version: number, base?: number): Uint8Array => {
    const out = new Writer(1);
    beginGridTiles(out, version, base);
    return out.put(Uint8Array.of(2, 0)).take();
  };

  test('has the bytes of the examples', () => {
    assert.equal(hex(begin(5)), '00050200');
    assert.equal(hex(begin(300, 299)), '02ac02ab020200');
    assert.deepEqual(decodeGridTiles(Buffer.from('03ac02ab020200', 'hex')), {
      version: 300,
      base: 299,
      whole: true,
      batch: Buffer.from('0200', 'hex'),
    });
  });

  test('comes back, with a base and without', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.option(fc.maxSafeNat(), { nil: undefined }), (a, b) => {
        const version = Math.max(a, b ?? 0);
        const base = b === undefined ? undefined : Math.min(a, b);
        const tiles = decodeGridTiles(begin(version, base));
        assert.equal(tiles.version, version);
        assert.equal(tiles.base, base);
        assert.equal(tiles.whole, false);
        assert.deepEqual([...tiles.batch], [2, 0]);
      }),
    );
  });

  test('is refused with unknown bits, a base from the future, or cut off', () => {
    for (const bits of [4, 8, 255]) refuse(() => decodeGridTiles(Uint8Array.of(bits, 5)), /bits 0x/);
    refuse(() => decodeGridTiles(begin(5, 6)), /base 6 is newer than the version 5/);
    for (const bytes of ['', '00', '0280', '0205']) {
      refuse(() => decodeGridTiles(Buffer.from(bytes, 'hex')), /ends at byte/);
    }
  });
});
