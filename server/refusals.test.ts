/** Whoever runs a relay hears of those that it refused: each reason is told at the default level, and counted. */

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import pino from 'pino';
import { encodeFrame } from '../transport/wire/frame.js';
import * as session from '../transport/wire/session.js';
import type { RelayOptions } from './index.js';
import { get } from './testing/http.js';
import { scrape } from './testing/scrape.js';
import { closeAll, startRelay, startSource } from './testing/signals.js';
import { connect } from './testing/sockets.js';
import { forge, SECRET } from './testing/tokens.js';
import { until } from './testing/until.js';

afterEach(closeAll);

type Line = Record<string, unknown>;

/** A relay, and what it writes at this level. */
async function start(options: RelayOptions = {}, level = 'warn') {
  const lines: Line[] = [];
  const log = pino({ level, base: null, timestamp: false }, { write: (text) => void lines.push(JSON.parse(text)) });
  const { relay, url } = await startRelay({ ...options, log });
  const metrics = (await relay.listenMetrics(0)).url;
  const shows = { authorization: `Bearer ${options.metricsToken ?? ''}` };
  /** Looks until so many are counted: answers of `/metrics` are good for a moment. */
  const refused = async (reason: string, count: number): Promise<void> => {
    for (let tries = 0; ; tries++) {
      const counted = (await scrape(metrics, shows)).value('mpl_refusals_total', { reason });
      if (counted === count) return;
      assert.ok(tries < 1000 && counted < count, `${counted} of ${count} were counted`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const told = async (holds: (line: Line) => boolean): Promise<Line> => {
    await until(() => lines.some(holds));
    return lines.find(holds)!;
  };
  return { url, metrics, lines, refused, told };
}

const post = (url: string, channel: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/channels/${channel}/signals`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"n":1}',
  });

const token = (claims: Line): string =>
  forge({ alg: 'HS256' }, { channels: ['demo'], can: ['subscribe'], sub: 'ada', ...claims }, SECRET);

describe('whoever is refused is told of at the default level, and counted by reason', { timeout: 300_000 }, () => {
  test('viewers beyond maxViewers, by WebSocket and as event streams', async () => {
    const { url, refused, told } = await start({ maxViewers: 1 });
    await (await connect(`${url}/stream/demo`)).settled();
    const second = await connect(`${url}/stream/demo`);
    assert.equal((await second.closed).code, 1013);
    const line = await told(({ msg }) => msg === 'a viewer was refused');
    assert.deepEqual([line.level, line.channel, line.reason], [40, 'demo', 'try-later']);
    assert.match(String(line.told), /as many viewers/);
    await refused('viewers', 1);
    assert.equal((await get(url, '/channels/demo/signals?sse')).status, 503);
    const request = await told(({ msg }) => msg === 'a request was refused');
    assert.deepEqual([request.path, request.status, request.address], ['/channels/demo/signals', 503, '127.0.0.1']);
    await refused('viewers', 2);
  });

  test('channels beyond maxChannels, by WebSocket and by POST', async () => {
    const { url, refused, told } = await start({ maxChannels: 1 });
    const { uplink, set } = startSource(url, 'one');
    set({ a: 1 });
    await until(() => uplink.status === 'live');
    const other = await connect(`${url}/peer/two`);
    other.socket.send(encodeFrame('Publish', session.publish.encode({ protocol: 1, claim: 'claim-of-the-other-one' })));
    assert.equal((await other.closed).code, 1013);
    assert.match(String((await told(({ msg }) => msg === 'a source was refused')).told), /as many channels/);
    await refused('channels', 1);
    assert.equal((await post(url, 'two')).status, 503);
    await told(({ msg, path }) => msg === 'a request was refused' && path === '/channels/two/signals');
    await refused('channels', 2);
  });

  test('signaling peers beyond signalPeers', async () => {
    const { url, refused, told } = await start({ signalPeers: 1 });
    const peer = (id: string) => connect(`${url}/signal/peerjs?key=peerjs&id=${id}&token=x`);
    await (await peer('one')).settled();
    assert.equal((await (await peer('two')).closed).code, 1013);
    await told(({ msg }) => msg === 'a peer was refused');
    await refused('peers', 1);
  });

  test('requests beyond requestRate, at most so many lines a second', async () => {
    const { url, lines, refused, told } = await start({ requestRate: 3 });
    const statuses = await Promise.all(Array.from({ length: 300 }, async () => (await post(url, 'demo')).status));
    const refusals = statuses.filter((status) => status === 429).length;
    assert.ok(refusals > 200);
    const line = await told(({ reason }) => reason === 'requests');
    assert.deepEqual([line.level, line.method, line.status], [40, 'POST', 429]);
    await refused('requests', refusals);
    assert.ok(lines.length < 200, `${lines.length} lines`);
  });

  test('rights that are not shown, or are not enough, by WebSocket and by HTTP', async () => {
    const { url, lines, refused, told } = await start({ keys: [{ secret: SECRET }], metricsToken: 'for-prometheus' });
    const closed = await connect(`${url}/stream/demo`, {}, ['mpl', `mpl.token.${token({ can: ['publish'] })}`]);
    assert.equal((await closed.closed).code, 4401);
    const line = await told(({ msg }) => msg === 'a viewer was let go');
    assert.deepEqual([line.reason, line.subject], ['unauthorized', 'ada']);
    await refused('unauthorized', 1);
    const requests: [status: number, path: string, request: Promise<{ status: number }>][] = [
      [401, '/channels/demo/signals', post(url, 'demo')],
      [401, '/channels', get(url, '/channels', { authorization: 'Bearer x' })],
      [401, '/metrics', get(url, `/metrics?x=${token({})}`)],
      [401, '/signal/other/id', get(url, '/signal/other/id')],
      [403, '/channels/other/signals', post(url, 'other', { authorization: `Bearer ${token({ can: ['publish'] })}` })],
    ];
    for (const [status, path, request] of requests) {
      assert.equal((await request).status, status, path);
      await told((one) => one.msg === 'a request was refused' && one.path === path && one.status === status);
    }
    assert.equal((await told(({ status }) => status === 403)).subject, 'ada');
    await refused('unauthorized', 5);
    await refused('forbidden', 1);
    assert.doesNotMatch(JSON.stringify(lines), /eyJ|Bearer [^T]/);
  });

  test('pages that may not come here', async () => {
    const { url, refused, told } = await start({ origins: ['https://app.example'] });
    const origin = 'https://other.example';
    assert.equal((await (await connect(`${url}/stream/demo`, { origin })).closed).code, 4403);
    await told(({ msg, reason }) => msg === 'a viewer was let go' && reason === 'forbidden');
    assert.equal((await get(url, '/channels', { origin })).status, 403);
    await told(({ status }) => status === 403);
    await refused('forbidden', 2);
  });
});

describe('logs say whose connection it is', { timeout: 300_000 }, () => {
  test('of sources, viewers, readers of events and those who post', async () => {
    const { url, lines, told } = await start({ keys: [{ secret: SECRET }] }, 'debug');
    const text = token({ can: ['subscribe', 'publish'] });
    const posted = await post(url, 'demo', { authorization: `Bearer ${text}` });
    assert.equal(posted.status, 200);
    assert.equal((await told(({ msg }) => msg === 'signals were posted')).subject, 'ada');
    const protocols = ['mpl', `mpl.token.${text}`];
    const viewer = await connect(`${url}/stream/demo`, {}, protocols);
    await told(({ msg, subject }) => msg === 'a viewer showed a token' && subject === 'ada');
    viewer.socket.close(1000);
    await told(({ msg, subject }) => msg === 'a viewer left' && subject === 'ada');
    const stop = new AbortController();
    const headers = { authorization: `Bearer ${text}` };
    await fetch(`${url}/channels/demo/signals?sse`, { headers, signal: stop.signal });
    await told(({ msg, subject }) => msg === 'a reader came' && subject === 'ada');
    stop.abort();
    await told(({ msg, subject }) => msg === 'a reader left' && subject === 'ada');
    const source = await connect(`${url}/peer/demo`, {}, protocols);
    const line = await told(({ msg, subject }) => msg === 'a source showed a token' && subject === 'ada');
    assert.equal(line.level, 30);
    source.socket.close();
    assert.doesNotMatch(JSON.stringify(lines), /eyJ/);
  });
});
