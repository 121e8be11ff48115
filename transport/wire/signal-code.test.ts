import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { signalOf, signalSchema } from '../testing/signals.js';
import { seeded } from '../testing/world.js';
import { Writer } from './bytes.js';
import { WireError } from './errors.js';
import { type CodedSignal, decodeSignals, encodeSignals } from './signal-code.js';
import type { SignalValue } from './signal-value.js';
import type { SignalSpec } from './signals.js';

const none = (): undefined => undefined;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const wire = (run: () => unknown, why = /./): void => {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof WireError, `${(error as Error)?.stack}`);
    assert.match(error.message, why);
    return true;
  });
};

/** A schema, which of it is told, each with its value and what the receiver holds. */
const telling = (most: number) =>
  signalSchema(most).chain((schema) =>
    fc.record({
      schema: fc.constant(schema),
      told: fc.tuple(
        ...schema.map(({ type }) =>
          fc.record({
            value: signalOf(type),
            held: fc.option(signalOf(type), { nil: undefined }),
            chosen: fc.integer({ min: 0, max: 9 }),
          }),
        ),
      ),
      /** Of ten. */
      share: fc.constantFrom(0, 1, 5, 10),
      version: fc.maxSafeNat().map((v) => Math.max(1, v)),
      back: fc.integer({ min: 1, max: 1000 }),
      delta: fc.boolean(),
    }),
  );

describe('the compact coding of signals', () => {
  test('says what it was told, for any schema, selection, nulls and differences', () => {
    fc.assert(
      fc.property(telling(40), ({ schema, told, share, version, back, delta }) => {
        const signals: CodedSignal[] = [];
        schema.forEach((spec, place) => {
          const { value, held, chosen } = told[place]!;
          if (chosen < share) signals.push({ place, spec, value, ...(held !== undefined && { held }) });
        });
        const held = (name: string): SignalValue | undefined => told[schema.findIndex((s) => s.name === name)]!.held;
        const base = Math.max(0, version - back);
        for (const full of [true, false]) {
          const head = full ? { version } : { version, base, delta };
          const payload = encodeSignals(head, schema.length, signals);
          const update = decodeSignals(payload, full, schema);
          assert.equal(update.version, version);
          assert.equal(update.base, full ? 0 : base);
          assert.equal(update.full, full);
          assert.equal(update.delta, !full && delta);
          const values = update.values(held);
          assert.deepEqual(
            values,
            signals.map(({ spec, value }) => [spec.name, value]),
          );
          for (const [, value] of values) assert.ok(!Object.is(value, -0));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('takes a few bytes where JSON takes a hundred', () => {
    const schema: SignalSpec[] = [
      { name: 'count', type: 'number' },
      { name: 'doubled', type: 'number' },
    ];
    const tick = (version: number, delta: boolean): Uint8Array => {
      const signals = schema.map((spec, place) => ({
        place,
        spec,
        value: version * (place + 1),
        held: (version - 1) * (place + 1),
      }));
      return encodeSignals({ version, base: version - 1, delta }, 2, signals);
    };
    // Bits, version, one back, all of them, and a byte for each difference.
    assert.equal(hex(tick(5, true)), '010501020408');
    assert.equal(tick(5, true).length, 6);
    assert.equal(tick(1_000_000, true).length, 8);
    // Without the base held: 4n as a varint each.
    assert.equal(tick(1_000_000, false).length, 14);
    assert.deepEqual(
      decodeSignals(tick(1_000_000, true), false, schema).values((name) => (name === 'count' ? 999_999 : 1_999_998)),
      [
        ['count', 1_000_000],
        ['doubled', 2_000_000],
      ],
    );
    assert.ok(JSON.stringify({ version: 1e6, base: 999_999, signals: { count: 1e6, doubled: 2e6 } }).length > 60);
  });

  test('counts a few places among many by the gaps between them', () => {
    const schema = Array.from({ length: 1000 }, (_, i): SignalSpec => ({ name: `s${i}`, type: 'bool' }));
    const at = (places: number[]) => places.map((place) => ({ place, spec: schema[place]!, value: true }));
    const places = [0, 1, 130, 999];
    const payload = encodeSignals({ version: 1, base: 0 }, 1000, at(places));
    // Three of the head, which, how many, gaps 0 0 128 868, and the values.
    assert.equal(payload.length, 3 + 1 + 1 + (1 + 1 + 2 + 2) + 4);
    assert.deepEqual(
      decodeSignals(payload, false, schema).values(none),
      places.map((place) => [`s${place}`, true]),
    );
  });

  const schema: SignalSpec[] = [
    { name: 'n', type: 'number' },
    { name: 'f', type: 'f32' },
    { name: 'b', type: 'bool' },
    { name: 's', type: 'string' },
    { name: 'j', type: 'json' },
  ];
  const read = (build: (out: Writer) => Writer, full = false) =>
    decodeSignals(build(new Writer()).take(), full, schema).values(none);
  /** A diff of one signal, by its place, with these bytes for a value. */
  const one = (place: number, build: (out: Writer) => Writer) =>
    read((out) => build(out.u8(0).varint(5).varint(1).u8(1).varint(1).varint(place)));
  const text = (out: Writer, value: string): Writer => {
    const bytes = new TextEncoder().encode(value);
    return out.varint(bytes.length).put(bytes);
  };

  test('is refused where it is not what is written', () => {
    assert.deepEqual(
      one(0, (out) => out.varint(12)),
      [['n', 3]],
    );
    assert.deepEqual(
      one(0, (out) => out.varint(14)),
      [['n', -3]],
    );
    assert.deepEqual(
      one(0, (out) => out.varint(2)),
      [['n', 0]],
    );
    assert.deepEqual(
      one(0, (out) => out.u8(1).f64(-0)),
      [['n', 0]],
    );
    assert.deepEqual(
      one(1, (out) => out.f32(-0)),
      [['f', 0]],
    );
    wire(() => read((out) => out.u8(4).varint(5).varint(1).u8(2)), /bits/);
    wire(() => read((out) => out.u8(0).varint(5).varint(6).u8(2)), /base/);
    wire(() => read((out) => out.u8(0).varint(5).varint(0).u8(2)), /base/);
    wire(() => read((out) => out.u8(1).varint(5).u8(2), true), /differences/);
    wire(() => read((out) => out.u8(0).varint(5).varint(1).u8(3)), /way/);
    wire(() => read((out) => out.u8(0).varint(5).varint(1).u8(1).varint(6)), /schema of 5/);
    wire(() => read((out) => out.u8(0).varint(5).varint(1).u8(1).varint(1).varint(5)), /place 5/);
    wire(() => read((out) => out.u8(0).varint(5).varint(1).u8(1).varint(2).varint(4).varint(0)), /place 5|ends/);
    wire(() => read((out) => out.u8(0).varint(5).varint(1).u8(0).u8(0b100000)), /bits too many/);
    wire(() => read((out) => out.u8(2).varint(5).varint(1).u8(1).varint(1).varint(0).u8(0b10)), /bits too many/);
    wire(() => one(0, (out) => out.varint(3)), /not one of the coding/);
    wire(() => one(0, (out) => out.u8(1).f64(Number.NaN)), /finite/);
    wire(() => one(0, (out) => out.u8(1).f64(Number.POSITIVE_INFINITY)), /finite/);
    wire(() => one(0, (out) => out.put(new Uint8Array(9).fill(255))), /2\^53/);
    wire(() => one(1, (out) => out.f32(Number.NEGATIVE_INFINITY)), /finite/);
    wire(() => one(2, (out) => out.u8(2)), /neither/);
    wire(() => one(3, (out) => out.varint(2).u8(0xc3).u8(0x28)), /UTF-8/);
    wire(() => one(3, (out) => out.varint(2 ** 50).u8(0)), /ends/);
    wire(() => one(4, (out) => text(out, '{')), /JSON/);
    wire(() => one(4, (out) => text(out, '')), /JSON/);
    wire(() => one(4, (out) => text(out, '[1e999]')), /finite/);
    wire(() => one(4, (out) => text(out, `${'['.repeat(33)}${']'.repeat(33)}`)), /deep/);
    wire(() => one(4, (out) => text(out, `${'['.repeat(50_000)}${']'.repeat(50_000)}`)), /deep/);
    wire(() => one(2, (out) => out.u8(1).u8(0)), /too many/);
  });

  test('says nothing but what it says, or a WireError, whatever bytes it is given', () => {
    const random = seeded(5);
    const good = encodeSignals(
      { version: 300, base: 299, delta: true },
      5,
      [7, 0.5, true, 'text', { a: [1] }].map((value, place) => ({
        place,
        spec: schema[place]!,
        value: value as never,
        held: 6,
      })),
    );
    const held = (name: string): SignalValue | undefined => (name === 'n' ? 6 : undefined);
    let refused = 0;
    const read = (bytes: Uint8Array, full: boolean): void => {
      try {
        for (const [, value] of decodeSignals(bytes, full, schema).values(held)) JSON.stringify(value);
      } catch (error) {
        refused++;
        if (!(error instanceof WireError)) assert.fail(`${(error as Error).stack} for ${hex(bytes)}`);
      }
    };
    for (let i = 0; i < 30_000; i++) {
      const bytes = i % 3 === 0 ? new Uint8Array(Math.floor(random() * 30)).map(() => random() * 256) : good.slice();
      for (let j = Math.floor(random() * 4); j > 0; j--)
        bytes[Math.floor(random() * bytes.length)]! ^= 1 << (random() * 8);
      read(i % 3 === 1 ? bytes.subarray(0, random() * bytes.length) : bytes, random() < 0.3);
    }
    assert.ok(refused > 10_000 && refused < 30_000, `${refused}`);
    // Cut short anywhere, or with one byte too many, it is no frame.
    for (let i = 0; i < good.length; i++) wire(() => decodeSignals(good.subarray(0, i), false, schema).values(held));
    wire(() => decodeSignals(new Uint8Array([...good, 0]), false, schema).values(held), /too many/);
  });
});
