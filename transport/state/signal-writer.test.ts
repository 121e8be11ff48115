import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SIGNAL_LIMITS, SignalError, type SignalValue } from '../wire/signal-value.js';
import { SignalWriter } from './signal-writer.js';

const make = (values: Record<string, unknown> = {}): SignalWriter => {
  const writer = new SignalWriter();
  for (const [name, value] of Object.entries(values)) writer.set(name, value);
  return writer;
};
const values = ({ table }: SignalWriter): Record<string, SignalValue> => ({ ...table.values() });
const types = ({ table }: SignalWriter) => Object.fromEntries(table.schema.map(({ name, type }) => [name, type]));
const refused = (run: () => void, why: RegExp): void =>
  void assert.throws(run, (error: unknown) => error instanceof SignalError && why.test(error.message));

describe('the hand of a source', () => {
  test('makes one version of all that is set within a tick, and none of nothing', () => {
    const writer = make({ a: 1, b: 2 });
    assert.deepEqual(values(writer), {});
    assert.equal(writer.table.version, 0);
    assert.deepEqual(writer.commit(), ['a', 'b']);
    assert.equal(writer.table.version, 1);
    assert.deepEqual(writer.commit(), []);
    writer.set('a', 5);
    writer.set('a', 6);
    writer.set('b', 2);
    assert.deepEqual(writer.commit(), ['a']);
    assert.deepEqual([writer.table.version, writer.table.stamp('a'), writer.table.stamp('b')], [2, 2, 1]);
    writer.set('a', 7);
    writer.set('a', 6);
    writer.set('b', -0 + 2);
    assert.deepEqual(writer.commit(), []);
    assert.equal(writer.table.version, 2, 'what came back to where it was costs nothing');
    assert.deepEqual([...writer.table.changedSince(2)], []);
  });

  test('knows a change by content, not by identity', () => {
    const list = [1, 2];
    const writer = make({ list });
    writer.commit();
    writer.set('list', [1, 2]);
    assert.deepEqual(writer.commit(), []);
    list.push(3);
    assert.deepEqual(values(writer), { list: [1, 2] });
    writer.set('list', list);
    assert.deepEqual(writer.commit(), ['list']);
  });

  test('follows the types of values, as long as they agree', () => {
    const writer = make({ n: 1, b: true, s: 'x', j: [1], nothing: null });
    writer.commit();
    assert.deepEqual(types(writer), { n: 'number', b: 'bool', s: 'string', j: 'json', nothing: 'json' });
    const { schemaVersion } = writer.table;
    for (const [name, value] of Object.entries({ n: 2.5, b: null, s: '', nothing: null })) writer.set(name, value);
    writer.commit();
    assert.equal(writer.table.schemaVersion, schemaVersion);
    writer.set('n', 'two');
    writer.set('nothing', 5);
    assert.deepEqual(writer.commit().sort(), ['n', 'nothing']);
    assert.deepEqual(types(writer), { n: 'json', b: 'bool', s: 'string', j: 'json', nothing: 'number' });
    assert.equal(writer.table.schemaVersion, schemaVersion + 1);
    // What was null may be anything next.
    writer.set('b', 7);
    writer.commit();
    assert.equal(types(writer).b, 'number');
    // Within one tick, the last value counts.
    const quick = make({ x: 1 });
    quick.set('x', 'a');
    quick.commit();
    assert.deepEqual(types(quick), { x: 'string' });
    quick.set('x', null);
    quick.set('x', 5);
    quick.commit();
    assert.deepEqual(types(quick), { x: 'json' });
  });

  test('keeps a type that was given, and refuses what is of another', () => {
    const writer = new SignalWriter();
    writer.declare('n', 'number');
    writer.declare('f', 'f32');
    writer.declare('b', 'bool');
    writer.declare('s', 'string');
    writer.commit();
    assert.deepEqual(writer.table.names(), ['n', 'f', 'b', 's']);
    assert.equal(writer.table.get('n'), undefined);
    refused(() => writer.set('n', 'x'), /its type is "number"/);
    refused(() => writer.set('b', 1), /its type is "bool"/);
    refused(() => writer.set('s', {}), /its type is "string"/);
    refused(() => writer.set('f', '1'), /its type is "f32"/);
    writer.set('f', 0.1);
    writer.set('n', null);
    writer.commit();
    assert.deepEqual(values(writer), { n: null, f: Math.fround(0.1) });
    writer.set('f', 0.1);
    assert.deepEqual(writer.commit(), [], 'rounded, it is the same');
    writer.set('f', 1e300);
    writer.commit();
    assert.equal(writer.table.get('f'), null);
    assert.equal(types(writer).n, 'number');
  });

  test('declares a name again without losing its type, and not against its value', () => {
    const writer = make({ a: 'text' });
    writer.declare('f', 'f32');
    writer.commit();
    const { schemaVersion } = writer.table;
    writer.declare('f');
    writer.declare('a');
    writer.commit();
    assert.equal(writer.table.schemaVersion, schemaVersion);
    assert.deepEqual(types(writer), { a: 'string', f: 'f32' });
    refused(() => writer.declare('a', 'number'), /its type is "number"/);
    writer.set('b', 'text');
    refused(() => writer.declare('b', 'bool'), /its type is "bool"/);
    writer.commit();
    assert.deepEqual(types(writer), { a: 'string', f: 'f32', b: 'string' });
    writer.set('n', 0.1);
    writer.commit();
    writer.declare('n', 'f32');
    assert.deepEqual(writer.commit(), ['n']);
    assert.equal(writer.table.get('n'), Math.fround(0.1));
    writer.set('p', 0.1);
    writer.declare('p', 'f32');
    writer.commit();
    assert.equal(writer.table.get('p'), Math.fround(0.1));
  });

  test('keeps the old value where a new one is refused', () => {
    const writer = make({ a: 1 });
    refused(() => writer.set('a', 1n), /"a" is a bigint/);
    refused(() => writer.set('a', 'x'.repeat(SIGNAL_LIMITS.value)), /"a" is longer/);
    refused(() => writer.set('_a', 1), /"_a" has a name/);
    refused(() => writer.set('', 1), /needs a name/);
    refused(() => writer.declare('a'.repeat(129)), /needs a name/);
    refused(() => writer.set('__proto__', 1), /"__proto__" has a name/);
    refused(() => writer.set('b', Symbol('s')), /symbol/);
    writer.commit();
    assert.deepEqual(values(writer), { a: 1 });
    assert.deepEqual(writer.table.names(), ['a'], 'a name that was refused was not declared');
  });

  test('takes ten thousand signals, and not one more', () => {
    const writer = new SignalWriter();
    for (let i = 0; i < SIGNAL_LIMITS.count; i++) writer.set(`s${i}`, i);
    refused(() => writer.set('more', 1), /up to 10000/);
    refused(() => writer.declare('more'), /up to 10000/);
    assert.equal(writer.commit().length, SIGNAL_LIMITS.count);
    writer.set('s0', -1);
    assert.deepEqual(writer.commit(), ['s0']);
    assert.deepEqual(
      [...writer.table.changedSince(1)].map(({ spec }) => spec.name),
      ['s0'],
    );
  });

  test('takes as many bytes as a channel may have, in one tick or in many', () => {
    const large = 'x'.repeat(60_000);
    const most = Math.floor(SIGNAL_LIMITS.total / 60_008);
    for (const every of [1, 1000]) {
      const writer = new SignalWriter();
      let taken = 0;
      refused(() => {
        for (let i = 0; i < 20; i++) {
          writer.set(`s${i}`, large);
          taken++;
          if (i % every === 0) writer.commit();
        }
      }, /768 KiB/);
      writer.commit();
      assert.equal(taken, most);
      assert.ok(writer.table.bytes <= SIGNAL_LIMITS.total, `${writer.table.bytes}`);
      assert.equal(writer.table.names().length, most);
      // In place of another there is room.
      writer.set('s0', 'y'.repeat(60_000));
      writer.set('s1', '');
      writer.set('new', 'z'.repeat(50_000));
      writer.commit();
      assert.ok(writer.table.bytes <= SIGNAL_LIMITS.total, `${writer.table.bytes}`);
    }
  });

  test('counts names too', () => {
    const writer = new SignalWriter();
    let declared = 0;
    refused(() => {
      for (let i = 0; i < SIGNAL_LIMITS.count; i++) {
        writer.declare(String(i).padStart(128, 'n'));
        declared++;
      }
    }, /768 KiB/);
    assert.ok(declared > 5000, `${declared}`);
    writer.commit();
    assert.ok(writer.table.bytes <= SIGNAL_LIMITS.total, `${writer.table.bytes}`);
  });
});

describe('the hand of one of several sources', () => {
  test('counts names twice, since a full state says of each when it was written', () => {
    const name = (i: number): string => String(i).padStart(100, 'n');
    const most = (merge: boolean): number => {
      const writer = new SignalWriter({ merge });
      const values = Array.from({ length: 9000 }, (_, i) => [name(i), i] as const);
      let taken = 0;
      refused(
        () => {
          for (; ; taken++) writer.set(...values[taken]!);
        },
        merge ? /each name counted twice/ : /768 KiB$/,
      );
      const fresh = new SignalWriter({ merge });
      assert.equal(fresh.whyNoRoom(values.slice(0, taken)), null, 'it says before what it takes');
      assert.equal(fresh.whyNoRoom(values.slice(0, taken + 1))?.signal, name(taken));
      return taken;
    };
    const [alone, shared] = [most(false), most(true)];
    assert.ok(alone > 7000 && shared > 3600 && shared < 4000, `${alone} ${shared}`);
  });

  test('writes above what it has heard of', () => {
    const writer = make({ a: 1 });
    writer.commit();
    writer.witness(40);
    assert.equal(writer.table.stamp('a'), 41, 'what was there before counts as written now');
    writer.set('b', 2);
    assert.deepEqual(writer.commit(), ['b']);
    assert.ok(writer.table.stamp('b') > 41);
    writer.witness(60);
    assert.equal(writer.table.stamp('a'), 41, 'what was written since is as old as it is');
    writer.set('b', 3);
    writer.commit();
    assert.equal(writer.table.stamp('b'), 61);
    writer.witness(5);
    writer.set('b', 4);
    writer.commit();
    assert.equal(writer.table.stamp('b'), 62, 'a clock that was ahead of others stays ahead');
  });

  test('does not pass for newer than what it could not know of', () => {
    const writer = new SignalWriter();
    for (let i = 0; i < 100; i++) {
      writer.set('a', i);
      writer.commit();
    }
    writer.witness(3);
    assert.equal(writer.table.stamp('a'), 4);
    writer.set('b', 1);
    writer.commit();
    assert.equal(writer.table.stamp('b'), 101);
  });

  test('writes again what it wrote before, once others may have written since', () => {
    const writer = make({ a: 1 });
    writer.commit();
    writer.witness(0);
    writer.set('a', 1);
    writer.commit();
    const first = writer.table.stamp('a');
    writer.set('a', 1);
    assert.deepEqual(writer.commit(), [], 'nobody else has written');
    writer.witness(first + 5);
    writer.set('a', 1);
    writer.commit();
    assert.ok(writer.table.stamp('a') > first + 5);
    const { version } = writer.table;
    writer.set('a', 1);
    writer.commit();
    assert.equal(writer.table.version, version);
    assert.equal([...writer.table.changedSince(first + 5)].length, 1);
  });

  test('tells true differences after its clock was set', () => {
    const writer = make({ a: 1 });
    writer.commit();
    writer.set('a', 10);
    writer.commit();
    const { version } = writer.table;
    writer.witness(version + 10);
    // Who stands at the version before holds 10 already, so a difference starts from there.
    const entry = writer.table.entry('a')!;
    assert.equal(writer.table.previous, version);
    assert.ok(entry.stamp > version);
    assert.equal(entry.before, 10);
  });
});
