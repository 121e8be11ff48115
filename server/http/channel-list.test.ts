import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { joinRelays } from '../cluster/testing/stage.js';
import type { ChannelInfo } from '../index.js';
import { get } from '../testing/http.js';
import { closeAll, startRelay, startSource } from '../testing/signals.js';
import { forge, SECRET } from '../testing/tokens.js';
import { until } from '../testing/until.js';

afterEach(closeAll);

const KEYS = { keys: [{ secret: SECRET }] };

const token = (claims: Record<string, unknown>): string =>
  forge({ alg: 'HS256' }, { can: ['subscribe'], exp: Date.now() / 1000 + 600, ...claims }, SECRET);
const shows = (text: string) => ({ authorization: `Bearer ${text}` });
const everything = token({ channels: ['*'], can: ['publish'] });

async function list(url: string, shown?: string): Promise<string[]> {
  const { status, body } = await get(url, '/channels', shown === undefined ? {} : shows(shown));
  assert.equal(status, 200);
  return (JSON.parse(body.toString()) as ChannelInfo[]).map(({ name }) => name).sort();
}

/** Sources of these channels, at this relay. */
async function startSources(url: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    const { uplink, set } = startSource(url, name, false, everything);
    set({ a: 1 });
    await until(() => uplink.status === 'live');
  }
}

describe('the list of channels', { timeout: 300_000 }, () => {
  test('of an open relay is for anyone', async () => {
    const { url } = await startRelay();
    await startSources(url, 'one', 'two');
    assert.deepEqual(await list(url), ['one', 'two']);
    assert.deepEqual(await list(url, 'whatever'), ['one', 'two']);
  });

  test('of one with keys holds what a token may watch or publish, and is empty without', async () => {
    const { url } = await startRelay(KEYS);
    await startSources(url, 'club-a', 'club-b', 'secret');
    assert.deepEqual(await list(url), []);
    assert.deepEqual(await list(url, token({ channels: ['club-*'] })), ['club-a', 'club-b']);
    assert.deepEqual(await list(url, token({ channels: ['secret', 'x'], can: ['publish'] })), ['secret']);
    assert.deepEqual(await list(url, token({ channels: ['*'] })), ['club-a', 'club-b', 'secret']);
    assert.deepEqual(await list(url, token({ channels: ['*'], can: ['control'] })), []);
  });

  test('is refused to what is no token, and to one in a URL', async () => {
    const { url } = await startRelay(KEYS);
    await startSources(url, 'secret');
    const forged = forge({ alg: 'HS256' }, { channels: ['*'], can: ['subscribe'] }, `not ${SECRET}`);
    const unsigned = forge({ alg: 'none' }, { channels: ['*'], can: ['subscribe'] }, null);
    const expired = token({ channels: ['*'], exp: Date.now() / 1000 - 600 });
    for (const wrong of ['x', forged, unsigned, expired]) {
      const { status, headers, body } = await get(url, '/channels', shows(wrong));
      assert.equal(status, 401);
      assert.match(headers['www-authenticate']!, /invalid_token/);
      assert.doesNotMatch(body.toString(), /secret/);
    }
    const right = token({ channels: ['*'] });
    const { status, body } = await get(url, `/channels?token=${right}`);
    assert.equal(status, 400);
    assert.ok(!body.toString().includes(right));
  });

  test('can be asked for by pages elsewhere, and is bounded', async () => {
    const { url } = await startRelay({ ...KEYS, requestRate: 5 });
    const asked = await get(url, '/channels', { 'access-control-request-headers': 'authorization' }, 'OPTIONS');
    assert.equal(asked.status, 204);
    assert.match(asked.headers['access-control-allow-headers']!, /authorization/i);
    const answers = await Promise.all(Array.from({ length: 30 }, () => get(url, '/channels', shows('x'))));
    assert.ok(answers.some(({ status, headers }) => status === 429 && headers['retry-after'] !== undefined));
  });

  test('holds those of joined relays, for whom they are', async () => {
    const { urls } = await joinRelays(2, KEYS);
    await startSources(urls[0]!, 'club-a', 'secret');
    const club = token({ channels: ['club-*'] });
    for (const url of urls) {
      // The list of all relays is made anew a few times a second.
      while ((await list(url, club)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.deepEqual(await list(url, club), ['club-a']);
      assert.deepEqual(await list(url), []);
    }
  });

  test('is all there is to learn: a channel that may not be seen answers as one that is not', async () => {
    const { url } = await startRelay(KEYS);
    await startSources(url, 'secret');
    const other = shows(token({ channels: ['club-*'], can: ['subscribe', 'publish'] }));
    for (const headers of [{}, other, shows('x')]) {
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT']) {
        for (const path of ['channels/NAME/signals', 'channels/NAME/signals?sse', 'channels/NAME', 'stream/NAME']) {
          const [there, not] = await Promise.all(
            ['secret', 'absent'].map(async (name) => {
              const answer = await get(url, `/${path.replace('NAME', name)}`, headers, method);
              const { date: _, ...rest } = answer.headers;
              return { status: answer.status, headers: rest, body: answer.body.toString() };
            }),
          );
          assert.deepEqual(there, not, `${method} ${path}`);
        }
      }
    }
  });
});

test('metrics tell no names to strangers where there are keys', async () => {
  const { url, relay } = await startRelay(KEYS);
  await startSources(url, 'secret');
  const inside = (await relay.listenMetrics(0)).url;
  const read = async (at: string, headers = {}) => (await get(at, '/metrics', headers)).body.toString();
  assert.match(await read(inside), /mpl_channel_viewers\{channel="secret"\} 0/);
  const outside = await read(url);
  assert.match(outside, /mpl_channel_viewers\{channel="\(others\)"\} 0/);
  assert.doesNotMatch(outside, /secret/);
  const asking = await startRelay({ ...KEYS, metricsToken: 'only-for-prometheus' });
  await startSources(asking.url, 'secret');
  assert.match(await read(asking.url, shows('only-for-prometheus')), /channel="secret"/);
  assert.match(await read((await startRelay()).url), /mpl_viewers/);
});
