/** Strangers who say what no viewer and no source would. Each is shown the door, with the code that fits; nobody else notices. */

import { encodeFrame } from 'mpl-kit/transport';
import {
  closeCodeIn,
  deflated,
  deflatedZeros,
  gridMeta,
  gridReset,
  json,
  noTiles,
  publish,
  rawFrame,
  subscribe,
} from '../frames.js';
import type { Scenario } from '../scenario.js';
import { handshake, rawBytes, Stranger } from '../sockets.js';
import type { LocalRelay } from '../stage.js';
import { witnessed } from '../witness.js';

const CLAIM = 'claim-of-a-stranger-1';
const hello = publish(CLAIM);
const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);
const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

/** What is said on `/stream/...`, and the code with which that ends. */
const FROM_VIEWERS: [string, number, ...(Uint8Array | string)[]][] = [
  ['text', 4400, 'hello'],
  ['nothing', 4400, bytes()],
  ['half a header', 4400, bytes(0x33, 0, 0, 0)],
  ['a type that is not known', 4400, bytes(0x99, ...Array(15).fill(0))],
  ['flags that are not known', 4400, bytes(0x33, 0xf0, ...Array(14).fill(0))],
  ['a length that is not so', 4400, subscribe().subarray(0, 20)],
  ['what is no JSON', 4400, encodeFrame('SubscribeFilter', bytes(0x7b, 0x22))],
  ['what is no UTF-8', 4400, encodeFrame('SubscribeFilter', bytes(0x22, 0xff, 0xfe, 0x22))],
  ['JSON without an end', 4400, encodeFrame('SubscribeFilter', new TextEncoder().encode(`{"protocol":${deep}}`))],
  ['another protocol', 4400, json('SubscribeFilter', { protocol: 2 })],
  ['a version that is none', 4400, subscribe({ resume: { epoch: 1, version: -1, seen: 1e300 } })],
  ['tiles', 4403, subscribe(), noTiles(1)],
  ['a claim', 4403, subscribe(), hello],
  ['an ack of nothing', 4400, subscribe(), encodeFrame('Ack', bytes(9, 0, 0, 0, 0))],
  ['a ping of no kind', 4400, subscribe(), encodeFrame('Ping', bytes(7, ...Array(12).fill(0)))],
  ['a flood of pings', 4429, ...Array(800).fill(encodeFrame('Ping', new Uint8Array(13)))],
  ['a flood of subscriptions', 4429, ...Array(60).fill(subscribe())],
  ['more than a viewer may say', 1009, encodeFrame('SubscribeFilter', new Uint8Array(65 * 1024))],
];

/** The same on `/peer/...`. */
const FROM_SOURCES: [string, number, ...(Uint8Array | string)[]][] = [
  ['a short claim', 4400, publish('short')],
  ['a subscription', 4403, subscribe()],
  ['a command', 4403, hello, json('Control', { id: 1, command: 'play' })],
  ['tiles of no grid', 4400, hello, noTiles(1)],
  ['a grid of no size', 4400, hello, gridMeta(1, 0, 5)],
  ['a grid beyond all bounds', 4400, hello, gridMeta(1, 2 ** 40, 2 ** 40)],
  [
    'tiles that make no sense',
    4400,
    hello,
    gridMeta(1, 99, 99),
    gridReset(0),
    encodeFrame('GridTiles', bytes(1, 1, 9, 9, 9)),
  ],
  ['more than a source may say', 1009, hello, encodeFrame('GridTiles', new Uint8Array(2 ** 20 + 1))],
  ['signals without names', 4400, hello, json('SignalSync', { version: 1, signals: { a: 1 } })],
  ['a schema of no types', 4400, hello, json('SchemaAnnounce', { epoch: 1, signals: [['a', 'wood']] })],
];

async function misbehave(at: LocalRelay, path: string, list: typeof FROM_VIEWERS): Promise<number> {
  await Promise.all(
    list.map(async ([what, code, ...messages], i) => {
      const stranger = await Stranger.open(`${at.url}/${path}-${i}`);
      await stranger.send(...messages).expect(code, `${what} on /${path}`);
    }),
  );
  return list.length;
}

const malformed: Scenario = {
  name: 'malformed-frames',
  about: 'whatever a viewer or a source says that it may not: the code that fits, and nobody else notices',
  short: true,
  async run(stage) {
    const at = await stage.relay({ sourceGraceMs: 0 });
    const { over } = await witnessed(stage, at);
    let number = 0;
    for (let round = 0; round < stage.scale(1, 5); round++) {
      number += await misbehave(at, `stream/bad-${round}`, FROM_VIEWERS);
      number += await misbehave(at, `peer/bad-${round}`, FROM_SOURCES);
      // The same among those who watch, which is where it would hurt.
      await misbehave(at, `stream/${stage.channel}`, FROM_VIEWERS.slice(0, 1));
    }
    for (const path of ['/stream/a b', '/peer/', `/stream/${'x'.repeat(65)}`, '/stream/a/b']) {
      await (await Stranger.open(at.url + path)).expect(4404, path);
    }
    await (await Stranger.open(`${at.url}/nowhere`)).expect('HTTP 404', 'a path of nobody');
    await over();
    return `${number} ways to be wrong`;
  },
};

/** Not even WebSocket frames as they should be. What is said after the handshake, and the code that is heard. */
const BELOW: [string, number, () => Buffer[]][] = [
  ['a frame without a mask', 1002, () => [rawFrame({ op: 2, masked: false, payload: bytes(1) })]],
  ['reserved bits', 1002, () => [rawFrame({ op: 2, reserved: 0x40, payload: bytes(1) })]],
  ['an opcode that is not known', 1002, () => [rawFrame({ op: 3, payload: bytes(1) })]],
  ['a long ping', 1002, () => [rawFrame({ op: 9, length: 126, payload: new Uint8Array(126) })]],
  ['a ping in parts', 1002, () => [rawFrame({ op: 9, fin: false })]],
  ['a continuation of nothing', 1002, () => [rawFrame({ op: 0, payload: bytes(1) })]],
  ['a second start', 1002, () => [rawFrame({ op: 2, fin: false }), rawFrame({ op: 2 })]],
  ['text that is none', 1007, () => [rawFrame({ op: 1, payload: bytes(0xff) })]],
  ['a close of no kind', 1002, () => [rawFrame({ op: 8, payload: bytes(0x03, 0xed) })]],
  ['a length beyond all bounds', 1009, () => [rawFrame({ op: 2, length: 2 ** 53 })]],
  ['a length that is too long', 1009, () => [rawFrame({ op: 2, length: 2 ** 31 })]],
  ['a thousand fragments', 1008, () => Array.from({ length: 1000 }, (_, i) => rawFrame({ op: i ? 0 : 2, fin: false }))],
  [
    'a thousand fragments of a byte',
    1008,
    () => Array.from({ length: 1000 }, (_, i) => rawFrame({ op: i ? 0 : 2, fin: false, payload: bytes(7) })),
  ],
  [
    'too much, in fragments',
    1009,
    () =>
      Array.from({ length: 60 }, (_, i) => rawFrame({ op: i ? 0 : 2, fin: false, payload: new Uint8Array(20_000) })),
  ],
];

const below: Scenario = {
  name: 'broken-sockets',
  about: 'unmasked, oversized and tiny fragments, lengths that lie, noise: the connection ends, nothing is kept',
  short: true,
  async run(stage) {
    const at = await stage.relay({ sourceGraceMs: 0 });
    const { over } = await witnessed(stage, at);
    const { random } = stage;
    const request = handshake(`/stream/${stage.channel}`);
    await Promise.all(
      BELOW.map(async ([what, code, frames]) => {
        const answer = await rawBytes(at.port, (socket) => {
          socket.write(request);
          for (const frame of frames()) socket.write(frame);
        });
        const heard = closeCodeIn(answer);
        if (heard !== code) throw new Error(`${what} was answered with ${heard}, not with ${code}`);
      }),
    );
    const noisy = stage.scale(20, 300);
    for (let i = 0; i < noisy; i++) {
      const noise = random.bytes(random.int(400));
      // Some break off in the middle of the handshake, or of a message.
      const text = random.chance(0.3) ? request.slice(0, random.int(request.length)) : request;
      await rawBytes(at.port, (socket) => {
        socket.write(text);
        socket.end(noise);
      });
    }
    await over();
    return `${BELOW.length} ways to be wrong, ${noisy} times noise`;
  },
};

const MIB = 2 ** 20;
const ROUNDS = 4;

const decompressionBomb: Scenario = {
  name: 'decompression-bomb',
  about: 'payloads that inflate to a thousand times their size, or lie about it, cost neither memory nor time',
  async run(stage) {
    const at = await stage.relayProcess({ sourceGraceMs: 0 });
    const { over, leave } = await witnessed(stage, at);
    const start = [hello, gridMeta(1, 640, 640), gridReset(0)];
    const [huge, small, above] = [64 * MIB, 1000, MIB + 1].map(deflatedZeros) as [Uint8Array, Uint8Array, Uint8Array];
    const bombs: [string, Uint8Array][] = [
      ['64 MiB', deflated('GridTiles', huge, 64 * MIB)],
      ['64 MiB that say they are one', deflated('GridTiles', huge, MIB)],
      ['64 MiB that say they are a thousand bytes', deflated('GridTiles', huge, 1000)],
      ['a thousand bytes that say they are one MiB', deflated('GridTiles', small, MIB)],
      ['a length beyond all numbers', deflated('GridTiles', small, 2 ** 52)],
      ['just above the limit', deflated('GridTiles', above, MIB + 1)],
      ['signals of 64 MiB', deflated('SchemaAnnounce', huge, 64 * MIB)],
    ];
    const { rss, holdings } = await at.probe(true);
    let most = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(
        bombs.map(async ([what, frame], i) => {
          const stranger = await Stranger.open(`${at.url}/peer/bomb-${i}`);
          const end = await stranger.send(...start, frame).closed;
          if (!/^(4400|1009)/.test(end)) throw new Error(`${what} ended with "${end}"`);
        }),
      );
      most = Math.max(most, (await at.probe()).rss - rss);
    }
    await over();
    // What was inflated until the lie was seen is garbage soon; all of them at once would be seven times 64 MiB a round.
    if (most > 192 * MIB) throw new Error(`the relay took ${(most / MIB).toFixed(0)} MiB more`);
    const kept = (await at.probe(true)).holdings.bytes - holdings.bytes;
    if (kept > 6 * MIB) throw new Error(`the relay kept ${(kept / MIB).toFixed(1)} MiB`);
    leave();
    await at.expectEmpty();
    return `${bombs.length * ROUNDS} of them, at most ${(most / MIB).toFixed(0)} MiB more`;
  },
};

export const hostile: Scenario[] = [malformed, below, decompressionBomb];
