import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pino from 'pino';
import { WebSocket } from 'ws';
import {
  connectWebSocket,
  decodeFrame,
  encodeFrame,
  type Link,
  SignalWriter,
  type SocketLike,
  Source,
  Uplink,
} from '../../transport/index.js';
import * as session from '../../transport/wire/session.js';
import { createRelay, type Relay } from '../index.js';
import { makeFolder } from '../testing/folder.js';
import { get } from '../testing/http.js';
import { type Client, connect } from '../testing/sockets.js';
import { forge, keyPair, SECRET } from '../testing/tokens.js';
import { until } from '../testing/until.js';
import type { Verb } from './grant.js';

/** Of the tokens that were shown, nothing may be found anywhere else. */
const shown: string[] = [];
let relay: Relay;
let url = '';
let pairs: Record<'file' | 'next' | 'rsa', Awaited<ReturnType<typeof keyPair>>>;
let folder: ReturnType<typeof makeFolder>;
let source: Source;
let uplink: Uplink;
let commands = 0;
const log: string[] = [];

const ALL = { channels: ['demo*'], can: ['publish', 'subscribe', 'control'] };
const HS = { alg: 'HS256' };
const SCOPED = `scoped ${SECRET}`;
const now = (): number => Math.floor(Date.now() / 1000);
const hs = (claims: object = {}, secret = SECRET, header: object = { kid: 'main' }): string =>
  forge({ ...HS, ...header }, { ...ALL, ...claims }, secret);

before(async () => {
  pairs = { file: await keyPair('file'), next: await keyPair('next'), rsa: await keyPair('rsa', 'RS256') };
  folder = makeFolder({ 'keys.json': JSON.stringify({ keys: [pairs.file.jwk] }) });
  relay = createRelay({
    dist: false,
    sourceGraceMs: 50,
    clockSkewMs: 0,
    log: pino({ level: 'debug' }, { write: (text) => void log.push(text) }),
    keys: [
      { id: 'main', secret: SECRET },
      { id: 'scoped', secret: SCOPED, scope: { channels: ['demo*'], can: ['subscribe'], maxBps: 1e6 } },
      { jwks: join(folder.path, 'keys.json') },
      { jwks: { keys: [pairs.rsa.jwk] } },
    ],
  });
  ({ url } = await relay.listen(0));
  const writer = new SignalWriter();
  writer.set('secret', 'of the channel');
  source = new Source(null, { signals: writer, control: 'viewers', oncommand: () => void commands++ });
  const Socket = WebSocket as unknown as new (url: string) => SocketLike;
  const dial = (to: string): Promise<Link> => connectWebSocket(to.replace(/^http/, 'ws'), 5000, Socket);
  const token = hs({ can: ['publish'] });
  uplink = new Uplink(source, { url: `${url}/peer/demo`, claim: 'claim-of-the-token-matrix', token, connect: dial });
  await until(() => uplink.status === 'live');
});
after(async () => {
  uplink.close();
  await relay.close();
  folder.remove();
});

interface Outcome {
  /** Taken; or the close code, or HTTP status. */
  code: number | 'ok';
  reason: string;
  /** What was heard before, by the types of its frames. */
  heard: string[];
}

/** Frames until one of `type` comes, or the end. */
async function listen(client: Client, type: string): Promise<Outcome & { payload: Uint8Array }> {
  const heard: string[] = [];
  for (;;) {
    const message = await client.next().catch(() => null);
    if (message === null) {
      const { code, reason } = await client.closed;
      return { code, reason, heard, payload: new Uint8Array() };
    }
    const frame = decodeFrame(new Uint8Array(message.data));
    heard.push(frame.type);
    if (frame.type === type) return { code: 'ok', reason: '', heard, payload: frame.payload };
  }
}

let attempts = 0;
const publishFrame = (token?: string): Uint8Array =>
  encodeFrame(
    'Publish',
    session.publish.encode({
      protocol: 1,
      claim: `claim-of-attempt-${++attempts}-x`,
      ...(token !== undefined && { token }),
    }),
  );
const subscribeFrame = (token?: string): Uint8Array =>
  encodeFrame(
    'SubscribeFilter',
    session.subscribe.encode({ protocol: 1, signals: {}, ...(token !== undefined && { token }) }),
  );

/** Shows a token in the first message, or as a subprotocol, and asks for this. */
async function tryTo(
  verb: Verb,
  token: string | undefined,
  how: 'message' | 'protocol' = 'message',
  channel = 'demo',
): Promise<Outcome> {
  if (token) shown.push(token);
  const protocols = how === 'protocol' ? ['mpl', `mpl.token.${token}`] : [];
  const side = verb === 'publish' ? 'peer' : 'stream';
  // A source of its own, for each that is to publish: the channel "demo" has one.
  const name = verb === 'publish' ? `${channel}-${++attempts}` : channel;
  const client = await connect(`${url}/${side}/${name}`, {}, protocols);
  if (how === 'protocol') assert.equal(client.socket.protocol, 'mpl');
  const message = how === 'message' ? token : undefined;
  client.socket.send(verb === 'publish' ? publishFrame(message) : subscribeFrame(message));
  if (verb === 'publish') {
    const outcome = await listen(client, 'SubscribeFilter');
    client.socket.close();
    return outcome;
  }
  let outcome = await listen(client, 'Welcome');
  if (verb === 'control' && outcome.code === 'ok') {
    client.socket.send(encodeFrame('Control', session.control.encode({ id: 1, command: 'pause' })));
    const before = commands;
    const reply = await listen(client, 'ControlReply');
    const { ok, reason = '' } = session.controlReply.decode(reply.payload);
    assert.equal(commands, ok ? before + 1 : before);
    outcome = { ...reply, code: ok ? 'ok' : 0, reason };
  }
  client.socket.close();
  return outcome;
}

const VERBS: Verb[] = ['publish', 'subscribe', 'control'];

describe('a token, for every verb', () => {
  const refused: [name: string, make: () => string | undefined | Promise<string>, why: RegExp][] = [
    ['none', () => undefined, /asks for a token to (publish|watch), and none was shown/],
    ['empty', () => '', /not a token/],
    ['garbage', () => 'open sesame', /not a token/],
    ['wrong', () => hs({}, `wrong ${SECRET}`), /not signed by a key/],
    ['altered', () => hs().replace(/\.[^.]+\./, `.${hs({ channels: ['*'] }).split('.')[1]}.`), /not signed by a key/],
    ['expired', () => hs({ exp: now() - 1 }), /has expired/],
    ['not yet valid', () => hs({ nbf: now() + 60 }), /not valid yet/],
    ['of other channels', () => hs({ channels: ['demon', 'other*'] }), /for other channels/],
    ['of another key', () => hs({}, `another ${SECRET}`, {}), /not signed by a key/],
    ['of an unknown key', () => hs({}, SECRET, { kid: 'unknown' }), /names no key/],
    ['of the right key by another name', () => hs({}, SECRET, { kid: 'scoped' }), /not signed by a key/],
    ['alg none', () => forge({ alg: 'none' }, ALL, null), /names no key or algorithm/],
    ['alg none, with a signature', () => forge({ alg: 'none', kid: 'main' }, ALL, SECRET), /names no key or algorithm/],
    ['a public key as a secret', () => forge({ ...HS, kid: 'rsa' }, ALL, pairs.rsa.pem), /names no key|not signed/],
    ['a public key as a secret, unnamed', () => forge(HS, ALL, pairs.rsa.pem), /not signed by a key/],
    ['oversized', () => hs({ more: 'x'.repeat(5000) }), /longer than 4096/],
    ['beyond its key: can', () => hs({}, SCOPED, { kid: 'scoped' }), /more than its key may give/],
    [
      'beyond its key: channels',
      () => hs({ channels: ['*'], can: ['subscribe'], maxBps: 1 }, SCOPED, { kid: 'scoped' }),
      /more than its key/,
    ],
    [
      'beyond its key: maxBps',
      () => hs({ can: ['subscribe'] }, SCOPED, { kid: 'scoped' }),
      /more than its key may give/,
    ],
    ['of a key not yet there', () => pairs.next.sign(ALL), /names no key/],
    ['with a claim that may not be', () => hs({ view: 'all' }), /says what it may not/],
  ];
  for (const [name, make, why] of refused) {
    test(`${name}: refused, and nothing of the channel told`, async () => {
      for (const verb of VERBS) {
        const { code, reason, heard } = await tryTo(verb, await make());
        assert.equal(code, 4401, `${verb}: ${reason}`);
        assert.match(reason, why, verb);
        assert.deepEqual(heard, [], verb);
      }
    });
  }

  const right: [name: string, make: () => string | Promise<string>][] = [
    ['right', () => hs()],
    ['right, its key unnamed', () => hs({}, SECRET, {})],
    ['right, with time left', () => hs({ nbf: now() - 5, exp: now() + 600 })],
    ['of a key in a file', () => pairs.file.sign(ALL)],
    ['of an RSA key', () => pairs.rsa.sign(ALL)],
  ];
  for (const [name, make] of right) {
    test(`${name}: taken, in the message and as a subprotocol`, async () => {
      for (const verb of VERBS) {
        for (const how of ['message', 'protocol'] as const) {
          const { code, reason } = await tryTo(verb, await make(), how);
          assert.equal(code, 'ok', `${verb} ${how}: ${reason}`);
        }
      }
    });
  }

  test('counts for its verbs only', async () => {
    for (const verb of VERBS) {
      for (const can of VERBS) {
        // Who steers has to see what.
        const token = hs({ can: verb === 'control' ? ['subscribe', can] : [can] });
        const { code, reason } = await tryTo(verb, token);
        if (verb === can) assert.equal(code, 'ok', `${verb} ${can}: ${reason}`);
        else assert.match(reason, /does not grant to/, `${verb} ${can}`);
      }
    }
    // Not even where the source lets every viewer steer.
    assert.equal(source.control, 'viewers');
  });

  test('a subprotocol that is wrong is refused without a word', async () => {
    shown.push(hs({}, `wrong ${SECRET}`));
    for (const side of ['peer', 'stream']) {
      const client = await connect(`${url}/${side}/demo`, {}, ['mpl', `mpl.token.${shown.at(-1)}`]);
      const { code, reason } = await client.closed;
      assert.equal(code, 4401);
      assert.match(reason, /not signed by a key/);
      assert.equal(client.waiting, 0);
    }
  });

  test('in a URL is refused, even a right one', async () => {
    shown.push(hs());
    for (const path of ['peer/demo', 'stream/demo']) {
      for (const name of ['token', 'access_token', 'jwt']) {
        const client = await connect(`${url}/${path}?${name}=${shown.at(-1)}`);
        const { code, reason } = await client.closed;
        assert.equal(code, 4401);
        assert.match(reason, /a token in a URL ends up in logs/);
      }
    }
    const { status, body } = await get(url, `/channels/demo/signals?token=${shown.at(-1)}`);
    assert.equal(status, 400);
    assert.match(body.toString(), /a token in a URL/);
  });

  test('of a key that came into the file, and not of the one that left it', async () => {
    writeFileSync(join(folder.path, 'keys.json'), JSON.stringify({ keys: [pairs.next.jwk] }));
    const token = await pairs.next.sign(ALL);
    const end = performance.now() + 10_000;
    while ((await tryTo('subscribe', token)).code !== 'ok') assert.ok(performance.now() < end, 'never taken');
    for (const verb of VERBS) assert.equal((await tryTo(verb, token)).code, 'ok');
    const { code, reason } = await tryTo('subscribe', await pairs.file.sign({ ...ALL, jti: 'after' }));
    assert.equal(code, 4401);
    assert.match(reason, /names no key/);
  });
});

describe('a door', () => {
  test('closes on who says nothing, or too much', async () => {
    const small = createRelay({ dist: false, helloMs: 50, keys: [{ secret: SECRET }] });
    const at = (await small.listen(0)).url;
    const silent = await connect(`${at}/stream/demo`);
    assert.deepEqual(await silent.closed, { code: 4408, reason: 'no first message' });
    const strange = await connect(`${at}/stream/demo`);
    strange.socket.send('rubbish');
    assert.deepEqual(await strange.closed, { code: 4408, reason: 'nothing came that shows a right (SubscribeFilter)' });
    const chatty = await connect(`${url}/stream/demo`);
    const ping = encodeFrame('Ping', session.encodePing({ echo: false, time: 1, upstream: 0 }));
    for (let i = 0; i < 600; i++) chatty.socket.send(ping);
    assert.equal((await chatty.closed).code, 4429);
    assert.equal(chatty.waiting, 0);
    const broken = await connect(`${url}/stream/demo`);
    broken.socket.send(encodeFrame('SubscribeFilter', new TextEncoder().encode('{"protocol":')));
    assert.equal((await broken.closed).code, 4400);
    // Nobody who was not let in has made a channel.
    assert.deepEqual(small.channels(), []);
    await small.close();
  });

  test('lets in whoever came, in the order of what was said', async () => {
    const client = await connect(`${url}/stream/demo`);
    const ping = (time: number) => encodeFrame('Ping', session.encodePing({ echo: false, time, upstream: 0 }));
    client.socket.send(ping(7));
    client.socket.send(subscribeFrame(hs()));
    client.socket.send(encodeFrame('Control', session.control.encode({ id: 3, command: 'play' })));
    const first = decodeFrame(new Uint8Array((await client.next()).data));
    assert.equal(first.type, 'Ping');
    assert.equal(session.decodePing(first.payload).time, 7);
    const reply = await listen(client, 'ControlReply');
    assert.deepEqual(session.controlReply.decode(reply.payload), { id: 3, ok: true });
    assert.ok(reply.heard.includes('Welcome'));
    client.socket.close();
  });

  test('tells a viewer its rights, whatever it asked for', async () => {
    const client = await connect(`${url}/stream/demo`);
    const view = { x: 64, y: 64, width: 128, height: 64 };
    const token = hs({ can: ['subscribe'], view, maxBps: 1000, exp: now() + 100 });
    const wide = { protocol: 1, token, window: { x: 0, y: 0, width: 1000, height: 1000 }, maxBps: 1e9 } as const;
    client.socket.send(encodeFrame('SubscribeFilter', session.subscribe.encode(wide)));
    const { payload } = await listen(client, 'Welcome');
    const { rights } = session.welcome.decode(payload);
    assert.ok(rights!.expires! > 90_000 && rights!.expires! <= 100_000, `${rights!.expires}`);
    assert.deepEqual({ ...rights, expires: 0 }, { control: false, view, maxBps: 1000, expires: 0 });
    client.socket.close();
  });
});

describe('signals by HTTP', () => {
  const PATH = '/channels/demo/signals';
  const ask = (token: string | undefined, method = 'GET', headers: Record<string, string> = {}) =>
    fetch(url + PATH, {
      method,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(method === 'POST' && { body: '{"a":1}' }),
    });
  const json = { 'content-type': 'application/json' };

  test('ask for the same rights', async () => {
    const none = await ask(undefined);
    assert.equal(none.status, 401);
    assert.equal(none.headers.get('www-authenticate'), 'Bearer realm="mpl"');
    const events = { accept: 'text/event-stream' };
    for (const [method, headers, verb] of [
      ['GET', {}, 'subscribe'],
      ['GET', events, 'subscribe'],
      ['POST', json, 'publish'],
      ['DELETE', {}, 'publish'],
    ] as const) {
      const wrong = await ask(hs({}, `wrong ${SECRET}`), method, headers);
      assert.equal(wrong.status, 401, method);
      assert.match(wrong.headers.get('www-authenticate')!, /invalid_token/);
      const other = await ask(hs({ can: [verb === 'publish' ? 'subscribe' : 'publish'] }), method, headers);
      assert.equal(other.status, 403, method);
      assert.match(other.headers.get('www-authenticate')!, /insufficient_scope/);
      const { error } = (await other.json()) as { error: string };
      assert.match(error, /does not grant to/);
    }
    const right = await ask(hs({ can: ['subscribe'] }));
    assert.deepEqual(await right.json(), { secret: 'of the channel' });
    // The channel has a source; the right to try is another matter.
    assert.equal((await ask(hs({ can: ['publish'] }), 'POST', json)).status, 409);
    const own = `${url}/channels/demo-posted/signals`;
    const headers = { ...json, authorization: `Bearer ${hs({ can: ['publish'] })}` };
    assert.equal((await fetch(own, { method: 'POST', headers, body: '{"a":1}' })).status, 200);
  });

  test('and a stream of them ends with the token', async () => {
    const stream = await ask(hs({ can: ['subscribe'], exp: now() + 2 }), 'GET', { accept: 'text/event-stream' });
    assert.equal(stream.status, 200);
    const text = await stream.text();
    assert.match(text, /of the channel/);
  });
});

test('nothing of a token is found where others can read it', async () => {
  const channels = await (await fetch(`${url}/channels`)).text();
  const written = log.join('');
  assert.ok(shown.length > 50 && log.length > 100);
  assert.match(written, /does not grant to/);
  for (const token of shown) {
    for (const part of token.split('.')) {
      if (part.length > 8) assert.ok(!channels.includes(part) && !written.includes(part));
    }
  }
});
