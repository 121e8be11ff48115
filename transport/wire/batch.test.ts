import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { seeded } from '../testing/world.js';
import { applyRecord, BatchWriter, MODE, type Plane, readBatch } from './batch.js';
import { Reader, Writer } from './bytes.js';
import { WireError } from './errors.js';
import { encodeS8, S8_MAX } from './s8.js';

const TILES = 4000;
const NONE = new Uint32Array(128);

function cells(random: () => number, density: number): Uint32Array {
  const words = new Uint32Array(128);
  for (let i = 0; i < 4096; i++) if (random() < density) words[i >> 5]! |= 1 << (i & 31);
  return words;
}

const xor = (a: Uint32Array, b: Uint32Array): Uint32Array => a.map((word, i) => word ^ b[i]!);
const asPlane = (words: Uint32Array): Plane => ({ words, offset: 0, stride: 2 });
const s8Length = (words: Uint32Array): number => encodeS8(words, 0, 2, new Uint8Array(S8_MAX), 0);

function write(run: (batch: BatchWriter) => void): Uint8Array {
  const out = new Writer(1);
  run(new BatchWriter(out));
  return out.take();
}

describe('a batch', () => {
  test('has the bytes of the example', () => {
    const one = new Uint32Array(128);
    one[0] = 1;
    const bytes = write((batch) => {
      batch.add(0, [asPlane(NONE)]);
      batch.add(3, [asPlane(one)], [asPlane(NONE)]);
      batch.add(4, [asPlane(one)], [asPlane(one)]);
      batch.add(200, [asPlane(one)]);
    });
    // key 0, absolute, empty | gap 2, delta, empty | gap 0, absolute | gap 195, absolute
    assert.equal(Buffer.from(bytes).toString('hex'), '0200' + '0800' + '0201010101' + '8e0601010101');
  });

  test('takes each tile in its shortest form and brings all of them back', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 8 }),
        fc.uniqueArray(fc.nat(TILES - 1), { maxLength: 12 }),
        fc.boolean(),
        (seed, planes, keys, withDeltas) => {
          const random = seeded(seed);
          const any = () =>
            Array.from({ length: planes }, () => cells(random, [0, 0.001, 0.02, 0.5][Math.floor(random() * 4)]!));
          const tiles = keys
            .sort((a, b) => a - b)
            .map((key) => {
              const old = any();
              const fresh = random() < 0.5 ? any() : old.map((words) => xor(words, cells(random, 0.001)));
              return { key, old, fresh, deltas: fresh.map((words, i) => xor(words, old[i]!)) };
            });
          const bytes = write((batch) => {
            for (const { key, fresh, deltas } of tiles)
              batch.add(key, fresh.map(asPlane), withDeltas ? deltas.map(asPlane) : undefined);
            assert.equal(batch.tiles, tiles.length);
          });
          const records = readBatch(bytes, TILES, planes);
          assert.deepEqual(
            records.map(({ key }) => key),
            tiles.map(({ key }) => key),
          );
          for (const [i, record] of records.entries()) {
            const { old, fresh, deltas } = tiles[i]!;
            const length = (all: Uint32Array[]) => all.reduce((sum, words) => sum + s8Length(words), 0);
            const absolute = length(fresh);
            const delta = withDeltas ? length(deltas) : Number.POSITIVE_INFINITY;
            const best = Math.min(absolute, delta);
            const mode = best >= 512 * planes ? MODE.RAW : delta < absolute ? MODE.DELTA : MODE.ABSOLUTE;
            assert.equal(record.mode, mode);
            const replica = new Uint32Array(planes * 128 + 2).fill(0xabcdef);
            for (const [plane, words] of old.entries()) replica.set(words, 1 + plane * 128);
            applyRecord(bytes, record, replica, 1, planes);
            assert.deepEqual(
              [...replica.subarray(1, -1)],
              fresh.flatMap((words) => [...words]),
            );
            assert.equal(replica[0], 0xabcdef);
            assert.equal(replica.at(-1), 0xabcdef);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('in the end has nothing to say of no tiles', () => {
    assert.deepEqual(readBatch(new Uint8Array(), 1, 1), []);
  });

  const refused: [string, string, RegExp][] = [
    ['a key outside the grid', '2a00', /tile 10 is outside the grid of 10 tiles/],
    ['a key far outside', 'feffffffffffff0f00', /outside the grid/],
    ['keys that add up to one outside', '220022000000', /outside the grid/],
    ['a mode nobody knows', '0300', /tile 0 has mode 3/],
    ['a tag cut off', '020080', /ends at byte/],
    ['no content', '02', /cut off/],
    ['content cut off', '02810101', /cut off/],
    ['raw content cut off', `01${'00'.repeat(511)}`, /ends at byte/],
    ['a second plane that is missing', '0200', /cut off/],
  ];
  for (const [what, bytes, why] of refused) {
    test(`is refused with ${what}`, () => {
      const planes = what.includes('second') ? 2 : 1;
      assert.throws(
        () => readBatch(Buffer.from(bytes, 'hex'), 10, planes),
        (error) => error instanceof WireError && why.test(error.message),
      );
    });
  }

  test('is refused with a delta where there is no version it could be against', () => {
    const bytes = Buffer.from('00000200', 'hex');
    assert.equal(readBatch(bytes, 10, 1).length, 2);
    assert.throws(() => readBatch(bytes, 10, 1, false), /tile 0 is a delta in a frame without a base/);
    assert.equal(readBatch(bytes.subarray(2), 10, 1, false).length, 1);
  });

  test('never names a tile twice, nor goes back: keys only grow', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        let records: ReturnType<typeof readBatch>;
        try {
          records = readBatch(bytes, TILES, 1);
        } catch (error) {
          assert.ok(error instanceof WireError);
          return;
        }
        for (let i = 1; i < records.length; i++) assert.ok(records[i]!.key > records[i - 1]!.key);
      }),
      { numRuns: 2000 },
    );
  });

  test('tags are varints, so a key of the largest grid is written and read', () => {
    const bytes = write((batch) => batch.add(2 ** 20 - 1, [asPlane(NONE)]));
    assert.equal(new Reader(bytes).varint(), (2 ** 20 - 1) * 4 + MODE.ABSOLUTE);
    assert.equal(readBatch(bytes, 2 ** 20, 1)[0]!.key, 2 ** 20 - 1);
  });
});
