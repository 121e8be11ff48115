import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PROTOTYPE_NAMES } from '../testing/signals.js';
import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import { SIGNAL_LIMITS, type SignalValue } from '../wire/signal-value.js';
import { decodeSignalJson, encodeSignalJson, type SignalSpec, type SignalUpdate } from '../wire/signals.js';
import { SignalTable } from './signal-table.js';

const json = (...names: string[]): SignalSpec[] => names.map((name) => ({ name, type: 'json' }));
function tableOf(...names: string[]): SignalTable {
  const table = new SignalTable(1);
  table.declare(json(...names));
  return table;
}
const snapshot = (table: SignalTable): string =>
  JSON.stringify([
    table.version,
    table.previous,
    table.bytes,
    table.schema,
    [...table.changedSince(-2)].map(({ spec, value, text, stamp }) => [spec, value, text, stamp]),
  ]);
const update = (table: SignalTable, text: string, full = false): SignalUpdate =>
  decodeSignalJson(new TextEncoder().encode(text), full, (name) => table.has(name));
const values = (table: SignalTable): Record<string, SignalValue> => ({ ...table.values() });

describe('a table of signals', () => {
  test('holds of each the latest write, in whatever order they come', () => {
    const write = fc.record({ name: fc.constantFrom('a', 'b'), version: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(
        fc.uniqueArray(write, { selector: ({ name, version }) => `${name} ${version}`, maxLength: 16 }),
        // Few values, so that a later write is often of what is held already.
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 16, maxLength: 16 }),
        fc.boolean(),
        (writes, value, own) => {
          const table = tableOf('a', 'b');
          const latest = new Map<string, { version: number; value: number }>();
          writes.forEach(({ name, version }, i) => {
            const told = { version: 20, values: [[name, JSON.stringify(value[i])]] as const };
            // Each by itself, or as a source of several says it: with its own version.
            table.apply(
              own
                ? update(table, new TextDecoder().decode(encodeSignalJson(20, 0, told.values, { [name]: version })))
                : update(table, new TextDecoder().decode(encodeSignalJson(version, 0, told.values))),
            );
            if (version > (latest.get(name)?.version ?? 0)) latest.set(name, { version, value: value[i]! });
          });
          for (const [name, { version, value }] of latest) {
            assert.equal(table.get(name), value, name);
            assert.equal(table.stamp(name), version, name);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('tells what changed since any version, and differences from the one before', () => {
    const table = tableOf('a', 'b', 'c');
    table.put('a', 1, 1);
    table.put('b', 1, 1);
    table.reached(1);
    table.put('a', 2, 2);
    table.reached(2);
    const since = (version: number) => [...table.changedSince(version)].map(({ spec }) => spec.name);
    assert.deepEqual(since(-1), ['a', 'b']);
    assert.deepEqual(since(0), ['a', 'b']);
    assert.deepEqual(since(1), ['a']);
    assert.deepEqual(since(2), []);
    assert.equal(table.previous, 1);
    assert.equal(table.entry('a')!.before, 1);
    assert.equal(table.entry('b')!.before, undefined);
    table.reached(2);
    assert.equal(table.previous, 1);
  });

  test('tells the same of many, whether all are looked at or those that changed lately', () => {
    const names = Array.from({ length: 100 }, (_, i) => `s${i}`);
    const version = fc.integer({ min: 0, max: 3 });
    const write = fc.record({
      kind: fc.constantFrom('put', 'put', 'put', 'restamp', 'reached', 'declare'),
      name: fc.constantFrom(...names),
      // Of several sources, one may be behind.
      ahead: fc.integer({ min: -2, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 200, size: 'max' }), fc.array(version), (writes, back) => {
        const table = tableOf(...names);
        writes.forEach(({ kind, name, ahead }, i) => {
          if (kind === 'reached') table.reached(table.version + Math.max(1, ahead));
          else if (kind === 'declare') table.declare(json(name, ...names.slice(i).filter((other) => other !== name)));
          else if (kind === 'put') table.put(name, i, Math.max(0, table.version + ahead));
          else if (table.has(name)) table.restamp(name, Math.max(table.stamp(name), table.version + ahead));
        });
        for (const since of [-2, -1, ...back.map((versions) => table.version - versions)]) {
          const all = table.names().filter((name) => table.stamp(name) > since);
          assert.deepEqual(
            table.changedSince(since).map(({ spec }) => spec.name),
            all,
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test('takes differences only where they follow', () => {
    const table = tableOf('a');
    table.put('a', 1, 5);
    table.reached(5);
    const told = (full: boolean, base: number, delta: boolean) =>
      table.fits({ full, base, delta, version: 9, values: () => [] });
    assert.ok(told(true, 0, false));
    assert.ok(told(false, 5, true));
    assert.ok(told(false, 5, false));
    assert.ok(told(false, 3, false));
    assert.ok(!told(false, 6, false));
    assert.ok(!told(false, 4, true));
    assert.ok(!told(false, 6, true));
  });

  test('has names that objects have by themselves', () => {
    const table = tableOf(...PROTOTYPE_NAMES, '0');
    for (const name of [...PROTOTYPE_NAMES, '0']) {
      assert.equal(table.get(name), undefined);
      assert.equal(table.stamp(name), -1);
    }
    assert.equal(table.get('__proto__'), undefined);
    assert.deepEqual(Object.keys(table.values()), []);
    assert.equal(table.values().toString, undefined);
    table.apply(update(table, '{"version":1,"base":0,"signals":{"constructor":1,"toString":"x","0":{"__proto__":2}}}'));
    assert.deepEqual(Object.keys(table.values()).sort(), ['0', 'constructor', 'toString']);
    assert.equal(JSON.stringify(table.get('0')), '{"__proto__":2}');
  });

  test('is as it was after an update that it cannot take', () => {
    const table = tableOf('a', 'b');
    table.apply(update(table, '{"version":4,"signals":{"a":1,"b":"x"}}', true));
    const before = snapshot(table);
    const long = JSON.stringify('x'.repeat(SIGNAL_LIMITS.value - 1));
    const big = (why: RegExp) => (error: unknown) =>
      error instanceof WireError && error.code === CLOSE.tooBig.code && why.test(error.message);
    assert.throws(
      () => table.apply(update(table, `{"version":5,"base":4,"signals":{"a":2,"b":${long}}}`)),
      big(/too large/),
    );
    assert.equal(snapshot(table), before);
    const halfway: SignalUpdate = {
      ...{ full: false, version: 5, base: 4, delta: false },
      values: () => {
        throw new WireError('no');
      },
    };
    assert.throws(() => table.apply(halfway), WireError);
    assert.equal(snapshot(table), before);
  });

  test('is never larger than a channel may be, in bytes of UTF-8', () => {
    const names = Array.from({ length: 30 }, (_, i) => `s${i}`);
    const table = tableOf(...names);
    const text = JSON.stringify('ä'.repeat(20_000));
    let taken = 0;
    assert.throws(
      () => {
        for (const [i, name] of names.entries()) {
          table.apply(update(table, `{"version":${i + 1},"base":${i},"signals":{"${name}":${text}}}`));
          taken++;
        }
      },
      (error: unknown) => error instanceof WireError && error.code === CLOSE.tooBig.code,
    );
    assert.equal(taken, Math.floor(SIGNAL_LIMITS.total / 40_002));
    assert.ok(table.bytes <= SIGNAL_LIMITS.total);
    assert.equal(table.version, taken);
    // What makes it smaller is taken.
    table.apply(update(table, `{"version":50,"base":20,"signals":{"s0":1}}`));
    assert.equal(table.get('s0'), 1);
  });

  test('keeps what was declared again, and forgets the rest', () => {
    const table = tableOf('a', 'b');
    table.apply(update(table, '{"version":1,"signals":{"a":1,"b":2}}', true));
    const bytes = table.bytes;
    const { schemaVersion } = table;
    assert.equal(table.declare(json('a', 'b')), false);
    assert.equal(table.schemaVersion, schemaVersion);
    assert.equal(table.declare(json('b', 'c')), true);
    assert.equal(table.schemaVersion, schemaVersion + 1);
    assert.deepEqual(values(table), { b: 2 });
    assert.deepEqual(table.names(), ['b', 'c']);
    assert.equal(table.put('a', 5, 9), false);
    table.declare(json('a', 'b'));
    assert.deepEqual(values(table), { b: 2 }, 'what was forgotten does not come back');
    table.put('a', 1, 10);
    assert.equal(table.bytes, bytes);
    assert.equal(table.declare([{ name: 'a', type: 'number' }, ...json('b')]), true, 'another type is news');
    assert.deepEqual(values(table), { a: 1, b: 2 });
  });

  test('says nothing of -0, and of where it comes from only what is new', () => {
    const table = tableOf('a');
    table.apply(update(table, '{"version":1,"base":0,"signals":{"a":-0}}'));
    assert.ok(Object.is(table.get('a'), 0));
    const { schemaVersion } = table;
    table.hops = [{ id: 1, channel: 'x', from: [] }];
    table.hops = [{ id: 1, channel: 'x', from: [] }];
    assert.equal(table.schemaVersion, schemaVersion + 1);
    assert.deepEqual(table.announce(), {
      epoch: 1,
      signals: [['a', 'json']],
      hops: [{ id: 1, channel: 'x', from: [] }],
    });
  });
});
