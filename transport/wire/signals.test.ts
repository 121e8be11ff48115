import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { signalJson, signalName, signalSchema } from '../testing/signals.js';
import { WireError } from './errors.js';
import { subscribe } from './session.js';
import { SIGNAL_LIMITS } from './signal-value.js';
import { decodeSignalJson, encodeSignalJson, MAX_HOPS, MAX_SELECT, schema } from './signals.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const deep = (n: number, open = '[', close = ']'): string => `${open.repeat(n)}${close.repeat(n)}`;
const wire = (run: () => unknown, why = /./): void => {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof WireError, `${(error as Error)?.stack}`);
    assert.match(error.message, why);
    assert.ok(error.message.length < 400, `${error.message.length} characters`);
    return true;
  });
};
const any = (): boolean => true;
const diff = (text: string) => decodeSignalJson(bytes(text), false, any);

describe('signals as JSON', () => {
  test('come back as they went, names and values of any kind', () => {
    const version = fc.maxSafeNat().map((v) => Math.floor(v / 2));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(signalName, signalJson, version), { selector: ([name]) => name }),
        version,
        version,
        fc.boolean(),
        (entries, a, b, older) => {
          const [base, top] = a < b ? [a, b] : [b, a + 1];
          const versions = older
            ? Object.fromEntries(entries.map(([name, , v]): [string, number] => [name, base + 1 + (v % (top - base))]))
            : undefined;
          const texts = entries.map(([name, value]) => [name, JSON.stringify(value)] as const);
          const names = new Set(entries.map(([name]) => name));
          const has = (name: string): boolean => names.has(name);
          for (const from of [undefined, base]) {
            const payload = encodeSignalJson(top, from, texts, versions);
            const update = decodeSignalJson(payload, from === undefined, has);
            assert.equal(update.version, top);
            assert.equal(update.base, from ?? 0);
            assert.equal(update.full, from === undefined);
            assert.equal(update.delta, false);
            const values = update.values(() => assert.fail('JSON says no differences'));
            assert.deepEqual(new Map(values), new Map(entries.map(([name, value]) => [name, value])));
            assert.deepEqual(update.versions, versions && new Map(Object.entries(versions)));
          }
        },
      ),
    );
  });

  test('are what the original protocol says', () => {
    const payload = encodeSignalJson(7, 6, [
      ['count', '3'],
      ['doubled', '6'],
    ]);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(payload)), {
      version: 7,
      base: 6,
      signals: { count: 3, doubled: 6 },
    });
  });

  test('are refused if they are anything else', () => {
    const good = '{"version":5,"base":4,"signals":{"a":1}}';
    assert.deepEqual(diff(good).values(any as never), [['a', 1]]);
    for (const [text, why] of [
      ['', /JSON/],
      ['5', /not an object/],
      ['null', /not an object/],
      ['[]', /not an object/],
      ['"signals"', /not an object/],
      ['{}', /version/],
      ['{"version":5,"signals":{}}', /base/],
      ['{"version":-1,"base":0,"signals":{}}', /version/],
      ['{"version":1.5,"base":0,"signals":{}}', /version/],
      ['{"version":"5","base":0,"signals":{}}', /version/],
      ['{"version":9007199254740992,"base":0,"signals":{}}', /version/],
      ['{"version":1e999,"base":0,"signals":{}}', /version/],
      ['{"version":5,"base":6,"signals":{}}', /base/],
      ['{"version":5,"base":5,"signals":{"a":1}}', /base/],
      ['{"version":5,"base":-1,"signals":{}}', /base/],
      ['{"version":5,"base":null,"signals":{}}', /base/],
      ['{"version":5,"base":4}', /signals/],
      ['{"version":5,"base":4,"signals":null}', /signals/],
      ['{"version":5,"base":4,"signals":[1]}', /signals/],
      ['{"version":5,"base":4,"signals":"a"}', /signals/],
      ['{"version":5,"base":4,"signals":{"a":1e999}}', /finite/],
      ['{"version":5,"base":4,"signals":{"a":[{"b":-1e999}]}}', /finite/],
      [`{"version":5,"base":4,"signals":{"a":${deep(33)}}}`, /deep/],
      [`{"version":5,"base":4,"signals":{"a":${deep(20_000)}}}`, /deep/],
      [`{"version":5,"base":4,"signals":${deep(20_000, '{"a":', '}').replace('{"a":}', '{}')}}`, /deep|JSON/],
      ['{"version":5,"base":4,"signals":{"a":1},"versions":5}', /versions/],
      ['{"version":5,"base":4,"signals":{"a":1},"versions":null}', /versions/],
      ['{"version":5,"base":4,"signals":{"a":1},"versions":{"a":-1}}', /versions/],
      ['{"version":5,"base":4,"signals":{"a":1},"versions":{"a":"5"}}', /versions/],
      ['{"version":5,"base":4,"signals":{"a":1},"versions":{"a":6}}', /versions/],
      ['{"version":5,"base":4,"signals":{"a":1},"versions":{"a":4}}', /versions/],
      ['{"version":5,"base":4,"signals":{"a":1},"versions":{"a":9007199254740991}}', /versions/],
    ] as const) {
      wire(() => diff(text), why);
    }
    // What nobody knows is passed over.
    assert.deepEqual(diff('{"version":5,"base":4,"signals":{"a":1},"more":{"__proto__":1}}').values(any as never), [
      ['a', 1],
    ]);
  });

  test('speak of what was announced, and of nothing that an object has by itself', () => {
    const has = (name: string): boolean => name === 'a';
    const say = (signals: string, more = '') =>
      decodeSignalJson(bytes(`{"version":5,"base":4,"signals":${signals}${more}}`), false, has);
    assert.deepEqual(
      say('{"a":{"__proto__":{"x":1}}}').values(any as never)[0]![1],
      JSON.parse('{"__proto__":{"x":1}}'),
    );
    for (const name of ['b', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'x'.repeat(10_000)]) {
      wire(() => say(`{"a":1,${JSON.stringify(name)}:2}`), /not announced/);
      wire(() => say('{"a":1}', `,"versions":{${JSON.stringify(name)}:2}`), /versions/);
    }
  });
});

describe('what is announced of signals', () => {
  const say = (message: unknown) => schema.decode(bytes(JSON.stringify(message)));

  test('comes back as it went', () => {
    fc.assert(
      fc.property(signalSchema(50), fc.nat(), (specs, epoch) => {
        const message = {
          epoch,
          signals: specs.map(({ name, type }) => [name, type] as [string, typeof type]),
          hops: [{ id: epoch, channel: 'x', from: [1, 2] }],
        };
        assert.deepEqual(schema.decode(schema.encode(message)), message);
      }),
    );
  });

  test('has names that are names, each once, and not too many', () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => [`s${i}`, 'number']);
    assert.equal(say({ epoch: 1, signals: many(SIGNAL_LIMITS.count) }).signals.length, 10_000);
    wire(() => say({ epoch: 1, signals: many(SIGNAL_LIMITS.count + 1) }), /signals/);
    assert.deepEqual(say({ epoch: 1, signals: [] }).signals, []);
    for (const signals of [
      undefined,
      null,
      {},
      [['a']],
      [['a', 'number', 1]],
      [['a', 'i32']],
      [['a', null]],
      [['a', 'constructor']],
      ['a'],
      [null],
      [['', 'json']],
      [['_a', 'json']],
      [['__proto__', 'json']],
      [['a\n', 'json']],
      [['\ud800', 'json']],
      [['a'.repeat(129), 'json']],
      [[1, 'json']],
      [
        ['a', 'json'],
        ['a', 'number'],
      ],
    ]) {
      wire(() => say({ epoch: 1, signals }), /signals/);
    }
    assert.equal(say({ epoch: 1, signals: [['a'.repeat(128), 'json']] }).signals.length, 1);
    for (const epoch of [undefined, null, -1, 0.5, '1', 2 ** 53]) wire(() => say({ epoch, signals: [] }), /epoch/);
  });

  test('says where they come from within bounds, and passes on nothing that nobody knows', () => {
    const hop = { id: 1, channel: 'a', from: [] };
    const hops = (value: unknown) => say({ epoch: 1, signals: [], hops: value });
    assert.deepEqual(hops([{ ...hop, more: { x: 1 } }]).hops, [hop]);
    assert.equal(hops(Array(MAX_HOPS).fill(hop)).hops!.length, MAX_HOPS);
    for (const wrong of [
      null,
      [],
      {},
      [null],
      [5],
      ['hop'],
      [{}],
      [{ ...hop, id: -1 }],
      [{ ...hop, channel: 5 }],
      [{ ...hop, from: {} }],
      [{ ...hop, from: ['a'] }],
      [{ ...hop, from: Array(MAX_HOPS + 1).fill(1) }],
      Array(MAX_HOPS + 1).fill(hop),
    ]) {
      wire(() => hops(wrong), /hops/);
    }
    // Deeper than could be written again.
    const text = `{"epoch":1,"signals":[],"hops":[{"id":1,"channel":"a","from":[],"more":${deep(50_000)}}]}`;
    JSON.stringify(schema.decode(bytes(text)));
  });

  test('is nothing but an object of JSON', () => {
    for (const text of ['', 'null', '[]', '1', '{', '{"epoch":1}', deep(50_000), '\u0000']) {
      wire(() => schema.decode(bytes(text)));
    }
    wire(() => schema.decode(new Uint8Array([0xff, 0xfe])));
  });
});

describe('what a receiver asks of signals', () => {
  const ask = (signals: unknown) => subscribe.decode(bytes(JSON.stringify({ protocol: 1, signals })));

  test('has names that may be, and not too many', () => {
    const select = Array.from({ length: MAX_SELECT }, (_, i) => `s${i}`);
    assert.equal(ask({ select }).signals!.select!.length, MAX_SELECT);
    wire(() => ask({ select: [...select, 'x'] }), /signals/);
    assert.deepEqual(ask({ select: ['constructor', 'constructor'], extra: 1 }).signals, {
      select: ['constructor', 'constructor'],
    });
    for (const wrong of [null, 5, [], 'all', { select: 'a' }, { select: {} }, { select: ['_a'] }, { select: [''] }]) {
      wire(() => ask(wrong), /signals/);
    }
    for (const resume of [null, 1, {}, { epoch: 1 }, { epoch: 1, version: -1 }, { epoch: '1', version: 1 }]) {
      wire(() => ask({ resume }), /signals/);
    }
  });
});
