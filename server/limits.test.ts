/** Every limit over a real relay: what goes over it is refused, and the very same is taken where there is more room. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { connectWebSocket, type SocketLike, Source, Uplink } from '../transport/index.js';
import { TestWorld } from '../transport/testing/world.js';
import { compress } from '../transport/wire/deflate.js';
import { encodeFrame } from '../transport/wire/frame.js';
import type { SubscribeMessage } from '../transport/wire/messages.js';
import * as session from '../transport/wire/session.js';
import { FLAG } from '../transport/wire/types.js';
import { mintToken } from './auth/mint.js';
import type { Relay, RelayLimits, RelayOptions } from './index.js';
import { LIMIT_NAMES } from './options.js';
import { get } from './testing/http.js';
import { scrape } from './testing/scrape.js';
import { closeAll, later, startRelay } from './testing/signals.js';
import { Client } from './testing/sockets.js';
import { SECRET } from './testing/tokens.js';
import { until } from './testing/until.js';

afterEach(closeAll);

interface Setting {
  relay: Relay;
  url: string;
  /** Milliseconds that something may take that happens only over the limit. */
  patience: number;
}

interface Case {
  over: RelayOptions;
  within: RelayOptions;
  /** Does the same under both, and says what came of it. */
  run(setting: Setting): Promise<unknown>;
  /** What comes of it over the limit, and within. */
  outcome: [refused: unknown, taken: unknown];
}

const text = (value: string) => new TextEncoder().encode(value);
const ping = encodeFrame('Ping', session.encodePing({ echo: false, time: 1, upstream: 0 }));
const hello = encodeFrame('Publish', session.publish.encode({ protocol: 1, claim: 'claim-of-one-who-tries' }));
const subscribe = (more: Partial<SubscribeMessage> = {}) =>
  encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1, ...more }));

const standing = (reason?: string) =>
  encodeFrame('Status', session.status.encode({ state: 'live', ...(reason && { reason }) }));

/** A socket, and the status by which it was refused if it was. */
async function open(url: string, path: string, options = {}): Promise<Client | number> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, { perMessageDeflate: false, ...options });
  const client = new Client(socket);
  later(() => socket.terminate());
  return Promise.race([
    once(socket, 'open').then(() => client),
    once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
  ]);
}

/** The code by which it was closed, or "open" once everything sent has been seen. */
async function fate(client: Client | number): Promise<number | 'open'> {
  if (typeof client === 'number') return client;
  return Promise.race([client.closed.then(({ code }) => code), client.settled().then(() => 'open' as const)]);
}

/** Sends all of it, and says what becomes of who did. */
async function sends(url: string, path: string, messages: readonly (Uint8Array | string)[]): Promise<number | 'open'> {
  const client = (await open(url, path)) as Client;
  for (const message of messages) client.socket.send(message);
  return fate(client);
}

/** A connection that asks for nothing yet; and whether it is cut off in this time. */
async function idle(url: string): Promise<(patience: number) => Promise<string>> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  later(() => socket.destroy());
  let gone = false;
  socket.on('error', () => {});
  socket.on('close', () => (gone = true));
  socket.resume();
  await once(socket, 'connect');
  return async (patience) => ((await happens(() => gone, patience)) ? 'cut' : 'open');
}

async function firstOfTwo(url: string, patience: number): Promise<string> {
  const first = await idle(url);
  await idle(url);
  return first(patience);
}

/** A source that has sent most of its first message, and goes no further. */
async function unfinished(url: string): Promise<Client> {
  const client = (await open(url, '/peer/a')) as Client;
  client.socket.send(new Uint8Array(5000), { fin: false });
  return client;
}

const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);
const both = async (url: string, path: string, other = path) => {
  await fate(await open(url, path));
  return fate(await open(url, other));
};

/** Waits a while for what only happens over the limit. */
async function happens(what: () => boolean, patience: number): Promise<boolean> {
  return until(what, patience).then(
    () => true,
    () => false,
  );
}

async function closes(client: Client | number, patience: number): Promise<number | 'open'> {
  let code: number | 'open' = 'open';
  void (client as Client).closed.then((closed) => (code = closed.code));
  await happens(() => code !== 'open', patience);
  return code;
}

/** The next frame of tiles. */
async function tiles(client: Client): Promise<Buffer> {
  for (;;) {
    const { data } = await client.next();
    if (data[0] === 0x52) return data;
  }
}

const Dial = WebSocket as unknown as new (url: string) => SocketLike;

/** A world of 2 MiB, and whether the relay takes it. */
async function publishLarge({ url }: Setting): Promise<string> {
  const world = new TestWorld(4096, 4096);
  for (let x = 0; x < 4096; x += 64) for (let y = 0; y < 4096; y += 64) world.flip(x, y);
  world.version++;
  const options = { url: '', claim: 'claim-of-a-large-world', connect: () => dial(url, '/peer/large') };
  const uplink = new Uplink(new Source(world), options);
  later(() => uplink.close());
  const viewer = (await open(url, '/stream/large')) as Client;
  viewer.socket.send(subscribe());
  let whole = false;
  viewer.socket.on('message', (data: Buffer) => {
    // The last chunk of a picture says that it is.
    if (data[0] === 0x52 && (data[16]! & 1) !== 0) whole = true;
  });
  await until(() => uplink.status === 'failed' || whole);
  return uplink.status === 'failed' ? uplink.reason : 'taken';
}
const dial = (url: string, path: string) => connectWebSocket(url.replace('http', 'ws') + path, 20_000, Dial);

/** Names of signals, in as many bytes as there is room for. */
const schema = (spaces: number): Uint8Array => {
  const signals = Array.from({ length: 400 }, (_, i) => [`signal-${i}`, 'number']);
  const bytes = compress(text(JSON.stringify({ epoch: 1, signals }) + ' '.repeat(spaces)));
  return encodeFrame('SchemaAnnounce', bytes, { flags: FLAG.COMPRESSED });
};

const MIB = 2 ** 20;

/** Shown elsewhere, where there is what they need. */
const ELSEWHERE = {
  leaseMs: 'cluster/view.test.ts',
  cutOffMs: 'metrics/metrics.test.ts',
  jwksMs: 'auth/rotation.test.ts',
} as const;

const CASES: Record<Exclude<keyof RelayLimits, keyof typeof ELSEWHERE>, Case> = {
  maxChannels: {
    over: { maxChannels: 1 },
    within: { maxChannels: 2 },
    run: async ({ url }) => {
      assert.equal(await sends(url, '/peer/a', [hello]), 'open');
      return sends(url, '/peer/b', [hello]);
    },
    outcome: [1013, 'open'],
  },
  awaitedChannels: {
    over: { awaitedChannels: 1 },
    within: { awaitedChannels: 2 },
    run: ({ url }) => both(url, '/stream/a', '/stream/b'),
    outcome: [1013, 'open'],
  },
  addressChannels: {
    over: { addressChannels: 1 },
    within: { addressChannels: 2 },
    run: async ({ url }) => [
      await both(url, '/stream/a', '/stream/b'),
      await post(url, '{"n":1}', 'x'),
      await post(url, '{"n":1}', 'y'),
    ],
    outcome: [
      [1013, 200, 503],
      ['open', 200, 200],
    ],
  },
  maxSources: {
    over: { maxSources: 1 },
    within: { maxSources: 2 },
    run: async ({ url }) => {
      const sharer = (claim: string) =>
        encodeFrame('Publish', session.publish.encode({ protocol: 1, claim, merge: true }));
      assert.equal(await sends(url, '/peer/a', [sharer('claim-of-the-first-one')]), 'open');
      return sends(url, '/peer/a', [sharer('claim-of-the-second-one')]);
    },
    outcome: [1013, 'open'],
  },
  maxViewers: {
    over: { maxViewers: 1 },
    within: { maxViewers: 2 },
    run: ({ url }) => both(url, '/stream/a'),
    outcome: [1013, 'open'],
  },
  maxConnections: {
    over: { maxConnections: 1 },
    within: { maxConnections: 2 },
    run: ({ url }) => both(url, '/stream/a'),
    outcome: [503, 'open'],
  },
  connectionRate: {
    over: { connectionRate: 1 },
    within: { connectionRate: 100 },
    run: async ({ url }) => {
      const fates = await Promise.all(times(8, '/stream/a').map(async (path) => fate(await open(url, path))));
      return fates.includes(429);
    },
    outcome: [true, false],
  },
  addressConnections: {
    over: { addressConnections: 1 },
    within: { addressConnections: 2 },
    run: ({ url }) => both(url, '/stream/a'),
    outcome: [429, 'open'],
  },
  addressNewcomers: {
    over: { addressNewcomers: 1 },
    within: { addressNewcomers: 2 },
    run: ({ url }) => both(url, '/peer/a'),
    outcome: [429, 'open'],
  },
  newcomerBytes: {
    over: { publishToken: SECRET, newcomerBytes: 4096 },
    within: { publishToken: SECRET, newcomerBytes: 16_384 },
    run: async ({ url, patience }) => (await closes(await unfinished(url), patience)) === 'open',
    outcome: [false, true],
  },
  newcomersBytes: {
    over: { keys: [{ secret: SECRET }], newcomersBytes: 8192 },
    within: { keys: [{ secret: SECRET }], newcomersBytes: 65_536 },
    run: async ({ url, patience }) => {
      const first = await unfinished(url);
      await fate(first);
      return [await fate(await unfinished(url)), (await closes(first, patience)) === 'open'];
    },
    outcome: [
      ['open', false],
      ['open', true],
    ],
  },
  maxRequests: {
    over: { maxRequests: 1 },
    within: { maxRequests: 2 },
    run: ({ url, patience }) => firstOfTwo(url, patience),
    outcome: ['cut', 'open'],
  },
  addressRequests: {
    over: { addressRequests: 1 },
    within: { addressRequests: 2 },
    run: ({ url, patience }) => firstOfTwo(url, patience),
    outcome: ['cut', 'open'],
  },
  answerMs: {
    over: { answerMs: 50 },
    within: { answerMs: 60_000 },
    run: async ({ url, patience }) => (await idle(url))(patience),
    outcome: ['cut', 'open'],
  },
  sourcePayload: {
    over: { sourcePayload: 1024 },
    within: { sourcePayload: 4096 },
    run: ({ url }) => sends(url, '/peer/a', [new Uint8Array(2000)]),
    outcome: [1009, 4400],
  },
  viewerPayload: {
    over: { viewerPayload: 1024 },
    within: { viewerPayload: 4096 },
    run: ({ url }) => sends(url, '/stream/a', [new Uint8Array(2000)]),
    outcome: [1009, 4400],
  },
  maxFragments: {
    over: { maxFragments: 4 },
    within: { maxFragments: 8 },
    run: async ({ url }) => {
      const { socket, ...client } = (await open(url, '/stream/a')) as Client;
      for (let i = 0; i < 6; i++) socket.send(new Uint8Array(4), { fin: i === 5 });
      return (await client.closed).code;
    },
    outcome: [1008, 4400],
  },
  maxBufferedChunks: {
    over: { maxBufferedChunks: 16 },
    within: { maxBufferedChunks: 100_000 },
    run: async ({ url }) => {
      const client = (await open(url, '/stream/a')) as Client;
      const { _socket: tcp } = client.socket as unknown as { _socket: Socket };
      let closed = false;
      void client.closed.then(() => (closed = true));
      const length = 300;
      tcp.setNoDelay(true);
      tcp.write(Buffer.from([0x82, 0xfe, length >> 8, length & 255, 0, 0, 0, 0]));
      for (let i = 0; i < length && !closed; i++) {
        tcp.write(Buffer.of(0));
        // So that each byte comes by itself.
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return (await client.closed).code;
    },
    outcome: [1008, 4400],
  },
  inflatedPayload: {
    over: { inflatedPayload: 4096 },
    within: { inflatedPayload: 65_536 },
    run: ({ url }) => sends(url, '/peer/a', [hello, schema(0)]),
    outcome: [4400, 'open'],
  },
  inflateRatio: {
    over: { inflateRatio: 5, inflatedPayload: 16 * MIB },
    within: { inflateRatio: 1032, inflatedPayload: 16 * MIB },
    run: ({ url }) => sends(url, '/peer/a', [hello, schema(2 * MIB)]),
    outcome: [4400, 'open'],
  },
  replicaBytes: {
    over: { replicaBytes: MIB },
    within: { replicaBytes: 4 * MIB },
    run: publishLarge,
    outcome: ['the world takes more memory than the 1 MiB there are for it', 'taken'],
  },
  replicasBytes: {
    over: { replicasBytes: MIB },
    within: { replicasBytes: 4 * MIB },
    run: publishLarge,
    outcome: ['the world takes more memory than the 1 MiB there are for it', 'taken'],
  },
  controlRate: {
    over: { controlRate: 1 },
    within: { controlRate: 100 },
    run: async ({ url }) => {
      const client = (await open(url, '/stream/a')) as Client;
      for (let id = 1; id <= 8; id++)
        client.socket.send(encodeFrame('Control', text(`{"id":${id},"command":"dance"}`)));
      let refused = 0;
      for (let replies = 0; replies < 8; ) {
        const { data } = await client.next();
        if (data[0] !== 0x77) continue;
        replies++;
        if (/too many commands/.test(data.subarray(16).toString())) refused++;
      }
      return refused > 0;
    },
    outcome: [true, false],
  },
  messageRate: {
    over: { messageRate: 1 },
    within: { messageRate: 100 },
    run: ({ url }) => sends(url, '/stream/a', times(20, ping)),
    outcome: [4429, 'open'],
  },
  sourceMessageRate: {
    over: { sourceMessageRate: 1 },
    within: { sourceMessageRate: 100 },
    run: ({ url }) => sends(url, '/peer/a', [hello, ...times(20, ping)]),
    outcome: [4429, 'open'],
  },
  sourceFrameRate: {
    over: { sourceFrameRate: 10 },
    within: { sourceFrameRate: 100 },
    run: ({ url }) => sends(url, '/peer/a', [hello, ...times(100, standing())]),
    outcome: [4429, 'open'],
  },
  sourceByteRate: {
    over: { sourceByteRate: 10_000 },
    within: { sourceByteRate: 1e6 },
    run: ({ url }) => sends(url, '/peer/a', [hello, ...times(60, standing('.'.repeat(500)))]),
    outcome: [4429, 'open'],
  },
  maxSelect: {
    over: { maxSelect: 2 },
    within: { maxSelect: 3 },
    run: async ({ url }) => {
      assert.equal(await post(url, '{"x":1}'), 200);
      const viewer = (await open(url, '/stream/a')) as Client;
      viewer.socket.send(subscribe({ signals: { select: ['x', 'y', 'z'] } }));
      const came = await fate(viewer);
      const why = came === 'open' ? '' : (await viewer.closed).reason;
      return [came, why, (await get(url, '/channels/a/signals?select=x,y,z')).status];
    },
    outcome: [
      [4403, '3 signals are selected, and this relay takes 2 (maxSelect): select fewer, or all', 400],
      ['open', '', 200],
    ],
  },
  selectedBytes: {
    over: { selectedBytes: 12_000 },
    within: { selectedBytes: 1_000_000 },
    run: async ({ url }) => {
      assert.equal(await post(url, '{"x":1}'), 200);
      const selects = async (i: number, ...more: string[]) => {
        const viewer = (await open(url, '/stream/a')) as Client;
        viewer.socket.send(subscribe({ signals: { select: ['x', `name-${i}`, ...more] } }));
        return fate(viewer);
      };
      const fates = [];
      for (let i = 0; i < 10; i++) fates.push(await selects(i));
      // What others have selected already, in whatever order, takes no room; nor do all signals.
      const same = [await selects(0), await selects(0, 'x')];
      const all = (await open(url, '/stream/a')) as Client;
      all.socket.send(subscribe({ signals: {} }));
      const refused = fates.filter((fate) => fate === 1013).length;
      const counted = (await scrape(url)).value('mpl_refusals_total', { reason: 'selections' }) ?? 0;
      const events = await follow(`${url}/channels/a/signals?sse&select=x,other`, /^(event: sync|: .+)$/m);
      return [fates[0], fates[9], refused > 0, counted === refused, ...same, await fate(all), events];
    },
    outcome: [
      [
        ...['open', 1013, true, true, 'open', 'open', 'open'],
        ': too many different selections of signals on this channel (selectedBytes); select all, or come later',
      ],
      ['open', 'open', false, true, 'open', 'open', 'open', 'event: sync'],
    ],
  },
  subscriptionRate: {
    over: { subscriptionRate: 1 },
    within: { subscriptionRate: 100 },
    run: ({ url }) => sends(url, '/stream/a', times(20, subscribe())),
    outcome: [4429, 'open'],
  },
  keyframeRate: {
    over: { keyframeRate: 1, subscriptionRate: 100 },
    within: { keyframeRate: 100, subscriptionRate: 100 },
    run: async ({ relay, url }) => {
      const world = new TestWorld(64, 64);
      const uplink = new Uplink(new Source(world), {
        url: '',
        claim: 'claim-of-a-world',
        connect: () => dial(url, '/peer/a'),
      });
      later(() => uplink.close());
      await until(() => relay.channels()[0]?.state === 'live');
      return sends(url, '/stream/a', times(40, subscribe()));
    },
    outcome: [4429, 'open'],
  },
  keyframeShareMs: {
    over: { keyframeShareMs: 0 },
    within: { keyframeShareMs: 10_000 },
    run: async ({ relay, url }) => {
      const world = new TestWorld(64, 64);
      world.flip(1, 1);
      const source = new Source(world);
      const uplink = new Uplink(source, { url: '', claim: 'claim-of-a-world', connect: () => dial(url, '/peer/a') });
      later(() => uplink.close());
      await until(() => relay.channels()[0]?.state === 'live');
      const first = (await open(url, '/stream/a')) as Client;
      first.socket.send(subscribe());
      const before = await tiles(first);
      world.flip(2, 2);
      world.version++;
      source.publish();
      await tiles(first);
      const second = (await open(url, '/stream/a')) as Client;
      second.socket.send(subscribe());
      const after = await tiles(second);
      // The number of the capture that it was made from.
      return before.readUInt16LE(2) === after.readUInt16LE(2) ? 'shared' : 'its own';
    },
    outcome: ['its own', 'shared'],
  },
  sourceGraceMs: {
    over: { sourceGraceMs: 0 },
    within: { sourceGraceMs: 60_000 },
    run: async ({ relay, url, patience }) => {
      const source = (await open(url, '/peer/a')) as Client;
      source.socket.send(hello);
      await source.next();
      source.socket.close();
      return happens(() => relay.channels().length === 0, patience);
    },
    outcome: [true, false],
  },
  requestRate: {
    over: { requestRate: 1 },
    within: { requestRate: 100 },
    run: async ({ url }) => {
      const answers = await Promise.all(times(8, '/channels/a/signals').map((path) => get(url, path)));
      return answers.some(({ status }) => status === 429);
    },
    outcome: [true, false],
  },
  postBytes: {
    over: { postBytes: 64 },
    within: { postBytes: 4096 },
    run: ({ url }) => post(url, JSON.stringify({ text: 'x'.repeat(200) })),
    outcome: [413, 200],
  },
  postedMs: {
    over: { postedMs: 10, sourceGraceMs: 0 },
    within: { postedMs: 60_000, sourceGraceMs: 0 },
    run: async ({ relay, url, patience }) => {
      assert.equal(await post(url, '{"n":1}'), 200);
      return happens(() => relay.channels().length === 0, patience);
    },
    outcome: [true, false],
  },
  helloMs: {
    over: { helloMs: 10 },
    within: { helloMs: 60_000 },
    run: async ({ url, patience }) => closes(await open(url, '/stream/a'), patience),
    outcome: [4408, 'open'],
  },
  drainMs: {
    over: { drainMs: 0 },
    within: { drainMs: 60_000 },
    run: async ({ relay, url }) => {
      const viewer = (await open(url, '/stream/a')) as Client;
      await fate(viewer);
      const closing = relay.close();
      const answer = await get(url, '/readyz').then(
        ({ status }) => status,
        () => 'gone',
      );
      // Nobody is left to wait for.
      viewer.socket.terminate();
      await closing;
      return answer;
    },
    outcome: ['gone', 503],
  },
  clockSkewMs: {
    over: { keys: [{ secret: SECRET }], clockSkewMs: 0 },
    within: { keys: [{ secret: SECRET }], clockSkewMs: 300_000 },
    run: async ({ url, patience }) => {
      const options = { channels: ['*'], can: ['publish' as const], notBefore: 100 };
      const token = await mintToken(options, { secret: SECRET });
      const client = (await open(url, '/peer/a')) as Client;
      const claim = 'claim-of-one-who-is-early';
      client.socket.send(encodeFrame('Publish', session.publish.encode({ protocol: 1, claim, token })));
      return closes(client, patience);
    },
    outcome: [4401, 'open'],
  },
  pingMs: {
    over: { pingMs: 10 },
    within: { pingMs: 60_000 },
    run: async ({ url, patience }) => closes(await open(url, '/stream/a', { autoPong: false }), patience),
    outcome: [1006, 'open'],
  },
  signalPeers: {
    over: { signalPeers: 1 },
    within: { signalPeers: 2 },
    run: ({ url }) => both(url, peer('x'), peer('y')),
    outcome: [1013, 'open'],
  },
  signalStrangers: {
    over: { signalStrangers: 1, keys: [{ secret: SECRET }] },
    within: { signalStrangers: 2, keys: [{ secret: SECRET }] },
    run: async ({ url }) => {
      const first = await open(url, peer('x'));
      await fate(await open(url, peer('y')));
      return fate(first);
    },
    outcome: [4408, 'open'],
  },
  signalPayload: {
    over: { signalPayload: 1024 },
    within: { signalPayload: 4096 },
    run: ({ url }) => sends(url, peer('x'), ['x'.repeat(2000)]),
    outcome: [1009, 4400],
  },
  signalRate: {
    over: { signalRate: 1 },
    within: { signalRate: 100 },
    run: ({ url }) => sends(url, peer('x'), times(20, '{"type":"HEARTBEAT"}')),
    outcome: [4429, 'open'],
  },
  metricsChannels: {
    over: { metricsChannels: 0 },
    within: { metricsChannels: 10 },
    run: async ({ url }) => {
      await fate(await open(url, '/stream/a'));
      return (await scrape(url)).labelsOf('mpl_channel_viewers', 'channel');
    },
    outcome: [['(others)'], ['a']],
  },
};

function peer(id: string): string {
  return `/signal/peerjs?key=peerjs&id=${id}&token=t`;
}

async function post(url: string, body: string, channel = 'a'): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/channels/${channel}/signals`, { method: 'POST', headers, body })).status;
}

/** The first of an event stream that looks like this. */
async function follow(url: string, sought: RegExp): Promise<string | undefined> {
  let text = '';
  for await (const part of (await fetch(url)).body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    const found = sought.exec(text);
    if (found) return found[0];
  }
  return undefined;
}

describe('limits', { timeout: 300_000 }, () => {
  test('are all looked at', () => {
    assert.deepEqual([...Object.keys(CASES), ...Object.keys(ELSEWHERE)].sort(), [...LIMIT_NAMES].sort());
    for (const [name, path] of Object.entries(ELSEWHERE)) {
      assert.ok(readFileSync(join(import.meta.dirname, path), 'utf8').includes(`${name}:`), name);
    }
  });

  for (const [name, { over, within, run, outcome }] of Object.entries(CASES)) {
    test(name, async () => {
      const [refused, taken] = outcome;
      const strict = await startRelay(over);
      assert.deepEqual(await run({ ...strict, patience: 20_000 }), refused, 'over the limit');
      const roomy = await startRelay(within);
      assert.deepEqual(await run({ ...roomy, patience: 200 }), taken, 'within the limit');
    });
  }

  test('selectedBytes: those who selected before there was a source are let go, as many as there is no room for', async () => {
    const { url } = await startRelay({ selectedBytes: 12_000 });
    const viewers: Client[] = [];
    for (let i = 0; i < 10; i++) {
      const viewer = (await open(url, '/stream/a')) as Client;
      viewer.socket.send(subscribe({ signals: { select: ['x', `name-${i}`] } }));
      assert.equal(await fate(viewer), 'open');
      viewers.push(viewer);
    }
    assert.equal(await post(url, '{"x":1}'), 200);
    const fates = await Promise.all(viewers.map(fate));
    const refused = fates.filter((fate) => fate === 1013).length;
    assert.ok(refused > 0 && refused < 10 && fates.every((fate) => fate === 1013 || fate === 'open'), `${fates}`);
    assert.equal((await scrape(url)).value('mpl_refusals_total', { reason: 'selections' }), refused);
  });

  test('keyframeRate: who says what it holds may come as often as it subscribes', async () => {
    const { relay, url } = await startRelay({ keyframeRate: 1, subscriptionRate: 100 });
    const world = new TestWorld(64, 64);
    const source = new Source(world);
    const uplink = new Uplink(source, { url: '', claim: 'claim-of-a-world', connect: () => dial(url, '/peer/a') });
    later(() => uplink.close());
    await until(() => relay.channels()[0]?.state === 'live');
    const viewer = (await open(url, '/stream/a')) as Client;
    viewer.socket.send(subscribe());
    let epoch: number | undefined;
    while (epoch === undefined) {
      const { data } = await viewer.next();
      if (data[0] === 0x73) epoch = JSON.parse(data.subarray(16).toString()).epoch;
    }
    const resume = { epoch, version: world.version, seen: world.version };
    for (let i = 0; i < 40; i++) viewer.socket.send(subscribe({ resume }));
    assert.equal(await fate(viewer), 'open');
    for (let i = 0; i < 40; i++) viewer.socket.send(subscribe());
    assert.deepEqual(await viewer.closed, { code: 4429, reason: 'more than 1 keyframes a second' });
  });
});
