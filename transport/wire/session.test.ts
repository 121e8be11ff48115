import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { writeJson } from './bytes.js';
import { WireError } from './errors.js';
import * as session from './session.js';

const refuse = (read: () => unknown, why: RegExp) =>
  assert.throws(read, (error) => error instanceof WireError && error.code === 4400 && why.test(error.message));

interface Codec {
  encode(message: never): Uint8Array;
  decode(payload: Uint8Array): unknown;
}

const rect = { x: 1, y: 2, width: 3, height: 4 };
const rights = { control: true, view: rect, maxBps: 1e6, expires: 60_000 };
const report = { generation: 5, rate: 60.5, engine: 'wasm', fps: 30, tilesChanged: 17 };

/** Of each message: a good one with every field, the fields it cannot do without, and wrong values for each field. */
const messages: Record<
  string,
  { codec: Codec; good: Record<string, unknown>; needs: string[]; wrong: [string, unknown][] }
> = {
  Publish: {
    codec: session.publish,
    good: { protocol: 1, claim: 'sixteen-or-more-characters', peer: 'p', maxPeers: 4 },
    needs: ['protocol', 'claim'],
    wrong: [
      ['protocol', 2],
      ['protocol', '1'],
      ['claim', 'x'.repeat(15)],
      ['claim', 'x'.repeat(65)],
      ['claim', 1234567890123456],
      ['peer', 'x'.repeat(4097)],
      ['peer', null],
      ['maxPeers', -1],
      ['maxPeers', 1.5],
    ],
  },
  SubscribeFilter: {
    codec: session.subscribe,
    good: {
      protocol: 1,
      resume: { epoch: 1, version: 2, seen: 3, window: rect },
      update: true,
      session: 'abcd.0123456789abcdef',
      name: 'Ada',
      token: 'secret',
      window: rect,
      lod: 0,
      standby: false,
      maxFps: 0.5,
      maxBps: 1e5,
    },
    needs: ['protocol'],
    wrong: [
      ['resume', null],
      ['resume', []],
      ['resume', { epoch: 1, version: 2 }],
      ['resume', { epoch: 1, version: -2, seen: 3 }],
      ['resume', { epoch: 1, version: 2 ** 53, seen: 3 }],
      ['resume', { epoch: 1, version: 2, seen: 3, window: {} }],
      ['update', 1],
      ['session', 'abcd'],
      ['session', 'abcd.short'],
      ['name', 'x'.repeat(41)],
      ['token', 7],
      ['window', { ...rect, x: -1 }],
      ['window', { ...rect, width: 65_537 }],
      ['window', [0, 0, 1, 1]],
      ['lod', 17],
      ['maxBps', 0],
      ['standby', 'yes'],
      ['maxFps', 0],
      ['maxFps', -1],
      ['maxFps', null],
    ],
  },
  Welcome: {
    codec: session.welcome,
    good: { protocol: 1, channel: 'demo', state: 'live', resume: 'merged', epoch: 7, answers: 1, peers: true, rights },
    needs: ['protocol', 'channel', 'state', 'resume'],
    wrong: [
      ['state', 'dead'],
      ['resume', ''],
      ['epoch', '7'],
      ['answers', -1],
      ['peers', 1],
      ['rights', null],
    ],
  },
  Status: {
    codec: session.status,
    good: {
      state: 'waiting',
      reason: 'away',
      viewers: 3,
      source: { ...report, population: 9, engineReason: 'no GPU' },
    },
    needs: ['state'],
    wrong: [
      ['state', 'toString'],
      ['reason', 4],
      ['viewers', 0.1],
      ['source', 'me'],
      ['source', { ...report, generation: -1 }],
      ['source', { ...report, rate: 'fast' }],
      ['source', {}],
    ],
  },
  ControlState: {
    codec: session.controlState,
    good: {
      control: 'viewers',
      desk: 7,
      controllers: 'one',
      controller: { id: 'abcd', name: 'Ada' },
      asking: [{ id: 'efgh' }],
      paused: false,
      speed: 60,
      rule: 'B3/S23',
      neighborhood: 'moore',
      wrap: 'torus',
      width: 64,
      height: 64,
      pattern: 'gun.rle',
    },
    needs: ['control', 'paused', 'speed', 'rule', 'neighborhood', 'wrap', 'width', 'height', 'pattern'],
    wrong: [
      ['control', 'all'],
      ['desk', -1],
      ['controllers', 2],
      ['controller', { id: 'a b' }],
      ['controller', { id: 'abcd', name: 'x'.repeat(41) }],
      ['asking', [{}]],
      ['asking', Array(65).fill({ id: 'abcd' })],
      ['paused', 0],
      ['speed', null],
      ['neighborhood', 'hex'],
      ['wrap', 'mobius'],
      ['width', -1],
      ['height', 1.5],
      ['pattern', 7],
    ],
  },
  ControlReply: {
    codec: session.controlReply,
    good: { id: 4, ok: false, reason: 'watching only', retry: true },
    needs: ['id', 'ok'],
    wrong: [
      ['id', -4],
      ['ok', 'no'],
      ['reason', {}],
      ['retry', 1],
    ],
  },
  Introduce: {
    codec: session.introduce,
    good: { peer: 'mpl-1', rights, session: 'abcd.0123456789abcdef', refused: 'full' },
    needs: ['peer'],
    wrong: [
      ['peer', 1],
      ['rights', 'yes'],
      ['rights', { view: rect }],
      ['rights', { control: true, view: { ...rect, width: 0 } }],
      ['rights', { control: true, expires: -1 }],
      ['session', 'a.b'],
      ['refused', true],
    ],
  },
  Error: {
    codec: session.errorMessage,
    good: { code: 4400, reason: 'bad' },
    needs: ['code', 'reason'],
    wrong: [
      ['code', 4400.5],
      ['reason', null],
    ],
  },
};

for (const [name, { codec, good, needs, wrong }] of Object.entries(messages)) {
  describe(name, () => {
    test('comes back', () => {
      assert.deepEqual(codec.decode(codec.encode(good as never)), good);
      const bare = Object.fromEntries(needs.map((field) => [field, good[field]]));
      assert.deepEqual(codec.decode(writeJson(bare)), bare);
    });

    test('is refused without a field it needs, which is named', () => {
      for (const field of needs) {
        const { [field]: _, ...rest } = good;
        refuse(() => codec.decode(writeJson(rest)), new RegExp(`^${name}\\.${field} is missing`));
      }
    });

    for (const [field, value] of wrong) {
      test(`is refused with ${field} ${JSON.stringify(value).slice(0, 40)}, which is named`, () => {
        refuse(() => codec.decode(writeJson({ ...good, [field]: value })), new RegExp(`^${name}\\.${field} is `));
      });
    }

    test('is not fooled by what every object inherits, and passes over what a later version may add', () => {
      const later = codec.decode(writeJson({ ...good, later: 1 })) as typeof good;
      for (const [field, value] of Object.entries(good)) assert.deepEqual(later[field], value);
      const text = JSON.stringify(good).replace(
        '{',
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
      );
      codec.decode(new TextEncoder().encode(text));
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
      // A field that is only there by inheritance is not there.
      const inherited = `{"__proto__":${JSON.stringify(good)}}`;
      refuse(() => codec.decode(new TextEncoder().encode(inherited)), /is missing/);
    });
  });
}

describe('Control', () => {
  const commands = [
    { command: 'play' },
    { command: 'pause' },
    { command: 'reset' },
    { command: 'clear' },
    { command: 'stop' },
    { command: 'step', n: 5 },
    { command: 'speed', value: 0 },
    { command: 'rule', rule: 'B36/S23', neighborhood: 'von-neumann' },
    { command: 'wrap', wrap: 'bounded' },
    { command: 'grid', width: 10, height: 20 },
    { command: 'pattern', text: 'bob$2bo$3o!'.repeat(5000), name: 'glider.rle' },
    { command: 'soup', density: 0.5, seed: 1 },
    { command: 'draw', alive: true, cells: [1, 2, -3, 4] },
  ] as const;

  for (const command of commands) {
    test(`${command.command} comes back, with a token and without`, () => {
      for (const extra of [{ id: 1 }, { id: 2, token: 'sesame' }]) {
        const message = { ...structuredClone(command), ...extra } as Parameters<typeof session.control.encode>[0];
        assert.deepEqual(session.control.decode(session.control.encode(message)), message);
      }
    });
  }

  test('is refused for a command nobody knows, inherited names among them', () => {
    for (const command of ['', 'explode', 'toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      const answer = session.control.decode(writeJson({ id: 1, command })) as session.RefusedCommand;
      assert.equal(answer.id, 1);
      assert.match(answer.refused, /the command ".*" is not known/);
    }
  });

  const wrong: [object, RegExp][] = [
    [{ command: 'step' }, /"step" has a n/],
    [{ command: 'step', n: 1.5 }, /"step" has a n/],
    [{ command: 'speed', value: -1 }, /"speed" has a value/],
    [{ command: 'rule', rule: 'x'.repeat(5000) }, /"rule" has a rule/],
    [{ command: 'rule', rule: 'B3/S23', neighborhood: 'hex' }, /"rule" has a neighborhood/],
    [{ command: 'wrap', wrap: 1 }, /"wrap" has a wrap/],
    [{ command: 'grid', width: 10 }, /"grid" has a height/],
    [{ command: 'pattern', text: 5, name: 'x' }, /"pattern" has a text/],
    [{ command: 'soup', density: 1.1, seed: 1 }, /"soup" has a density/],
    [{ command: 'draw', alive: true, cells: 'all' }, /"draw" has a cells/],
    [{ command: 'draw', alive: true, cells: [1, null] }, /"draw" has a cells/],
    [{ command: 'draw', alive: 1, cells: [] }, /"draw" has a alive/],
  ];
  for (const [message, why] of wrong) {
    test(`is refused: ${JSON.stringify(message).slice(0, 60)}`, () => {
      const answer = session.control.decode(writeJson({ id: 1, ...message })) as session.RefusedCommand;
      assert.equal(answer.id, 1);
      assert.match(answer.refused, why);
    });
  }

  test('refuses a grid of no cells, and one that is too large', () => {
    for (const width of [0, 65_537]) {
      const answer = session.control.decode(writeJson({ id: 1, command: 'grid', width, height: 10 }));
      assert.match((answer as session.RefusedCommand).refused, /width/);
    }
  });

  test('names a wrong value of any depth without following it', () => {
    const deep = `{"protocol":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    refuse(() => session.subscribe.decode(new TextEncoder().encode(deep)), /protocol is a list/);
  });

  test('is refused without an id', () => {
    refuse(() => session.control.decode(writeJson({ command: 'play' })), /Control\.id is missing/);
  });
});

describe('words for people', () => {
  const long = 'y'.repeat(5000);
  const report = { generation: 1, rate: 1, engine: 'js', fps: 1, tilesChanged: 1 };
  for (const [name, came] of [
    [
      'ControlReply',
      () => session.controlReply.decode(session.controlReply.encode({ id: 1, ok: false, reason: long })).reason,
    ],
    ['Status', () => session.status.decode(session.status.encode({ state: 'live', reason: long })).reason],
    ['Introduce', () => session.introduce.decode(session.introduce.encode({ peer: 'p', refused: long })).refused],
    ['Error', () => session.errorMessage.decode(session.errorMessage.encode({ code: 1, reason: long })).reason],
    [
      'a report',
      () =>
        session.status.decode(session.status.encode({ state: 'live', source: { ...report, engineReason: long } }))
          .source!.engineReason,
    ],
  ] as [string, () => string | undefined][]) {
    test(`are cut in ${name}, and come through`, () => {
      const words = came()!;
      assert.equal(words.length, 500);
      assert.ok(words.startsWith('yyyy') && words.endsWith('…'));
    });
  }

  test('that fit are left as they are', () => {
    const message = { id: 1, ok: false, reason: 'y'.repeat(500) };
    assert.deepEqual(session.controlReply.decode(session.controlReply.encode(message)), message);
  });
});

describe('Ack', () => {
  test('has the bytes of the example', () => {
    assert.equal(Buffer.from(session.encodeAck({ frames: 300, heldMs: 1.5 })).toString('hex'), 'ac020000c03f');
  });

  test('comes back; is refused cut off or with more behind it', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.float({ noNaN: true }), (frames, heldMs) =>
        assert.deepEqual(session.decodeAck(session.encodeAck({ frames, heldMs })), { frames, heldMs }),
      ),
    );
    const good = session.encodeAck({ frames: 1, heldMs: 1 });
    for (let n = 0; n < good.length; n++) refuse(() => session.decodeAck(good.subarray(0, n)), /ends at byte/);
    refuse(() => session.decodeAck(new Uint8Array([...good, 0])), /too many/);
  });
});

describe('Ping', () => {
  test('has the bytes of the example', () => {
    const bytes = session.encodePing({ echo: true, time: 1000, upstream: 20 });
    assert.equal(Buffer.from(bytes).toString('hex'), '010000000000408f400000a041');
  });

  test('comes back; is refused of another kind, cut off or with more behind it', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.double({ noNaN: true }), fc.float({ noNaN: true }), (echo, time, upstream) =>
        assert.deepEqual(session.decodePing(session.encodePing({ echo, time, upstream })), { echo, time, upstream }),
      ),
    );
    const good = session.encodePing({ echo: false, time: 1, upstream: 1 });
    for (let n = 0; n < good.length; n++) refuse(() => session.decodePing(good.subarray(0, n)), /ends at byte/);
    refuse(() => session.decodePing(new Uint8Array([...good, 0])), /too many/);
    good[0] = 2;
    refuse(() => session.decodePing(good), /ping kind 2/);
  });
});
