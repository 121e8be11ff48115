/** A token with `maxBps` over a real relay: one bucket for all who show it, whatever they come by. */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Receiver } from '../transport/index.js';
import { seeded } from '../transport/testing/world.js';
import { Authority } from './auth/authority.js';
import { Buckets } from './auth/buckets.js';
import { mintToken, type TokenOptions } from './auth/mint.js';
import { Log } from './log.js';
import { resolveOptions } from './options.js';
import { closeAll, later, startReceiver, startRelay, startSource } from './testing/signals.js';
import { SECRET } from './testing/tokens.js';
import { until } from './testing/until.js';

afterEach(closeAll);

const keys = [{ secret: SECRET }];
const mint = (can: 'publish' | 'subscribe', more: Partial<TokenOptions> = {}) =>
  mintToken({ channels: ['*'], can: [can], ...more }, { secret: SECRET });
const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
const bytesOf = (receiver: Receiver): number => receiver.counts.bytes;

test('by plain GET: 429 until what was answered is paid for', async () => {
  const { url } = await startRelay({ keys });
  const at = `${url}/channels/a/signals`;
  const body = JSON.stringify({ big: 'x'.repeat(30_000) });
  const posted = await fetch(at, { method: 'POST', headers: bearer(await mint('publish')), body });
  assert.equal(posted.status, 200);
  const few = bearer(await mint('subscribe', { maxBps: 1000 }));
  const all = bearer(await mint('subscribe'));
  // At once: none of them may slip in while another is being answered.
  const answers = await Promise.all([1, 2, 3].map(() => fetch(at, { headers: few })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 429, 429]);
  const second = await fetch(at, { headers: few });
  assert.equal(second.status, 429);
  const seconds = Number(second.headers.get('retry-after'));
  assert.ok(seconds > 1 && seconds <= 31, `${seconds}`);
  for (let i = 0; i < 3; i++) assert.equal((await fetch(at, { headers: all })).status, 200);
});

test('sockets with one token have its bytes together, and each has some; so have plain GETs, and another token of its subject', async () => {
  const maxBps = 20_000;
  const { url } = await startRelay({ keys });
  const { set } = startSource(url, 'a', false, await mint('publish'));
  const random = seeded(3);
  const noise = () => Array.from({ length: 150 }, () => Math.floor(random() * 1e9).toString(36)).join('');
  const change = () => set(Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`s${i}`, noise()])));
  change();
  const timer = setInterval(change, 20);
  later(() => clearInterval(timer));
  const token = await mint('subscribe', { maxBps, subject: 'ada' });
  const renewed = await mint('subscribe', { maxBps, subject: 'ada', expiresIn: 1800 });
  const began = performance.now();
  const receivers = [token, token, token, renewed].map((token) => startReceiver(url, 'a', { token }));
  const sum = () => receivers.reduce((sum, one) => sum + bytesOf(one), 0);
  await until(() => sum() > 4 * maxBps);
  const seconds = (performance.now() - began) / 1000;
  // A burst, a frame too many, and what is said beside state.
  const most = maxBps * (seconds + 0.25) + 40_000;
  assert.ok(sum() <= most, `${sum()} bytes in ${seconds} s: ${receivers.map(bytesOf)}`);
  for (const one of receivers) assert.ok(bytesOf(one) > maxBps / 4, `${receivers.map(bytesOf)}`);
  const free = startReceiver(url, 'a', { token: await mint('subscribe') });
  const before = performance.now();
  await until(() => bytesOf(free) > 8 * maxBps);
  assert.ok((performance.now() - before) / 1000 < 60);
  // Among so many, a plain GET finds nothing left, but for a lucky moment; somebody else's finds enough.
  const at = `${url}/channels/a/signals?cached`;
  let status = 0;
  for (let i = 0; i < 20 && status !== 429; i++) ({ status } = await fetch(at, { headers: bearer(token) }));
  assert.equal(status, 429);
  const bob = await mint('subscribe', { maxBps, subject: 'bob' });
  assert.equal((await fetch(at, { headers: bearer(bob) })).status, 200);
});

test('who has a bucket: a subject, or a token without one, by a rate and a scope', async () => {
  const narrow = { secret: `another ${SECRET}`, scope: { channels: ['a'], maxBps: 1000 } };
  const authority = new Authority([...keys, narrow], resolveOptions({}), new Log());
  later(() => authority.close());
  const bucketOf = async (more: Partial<TokenOptions>, secret = SECRET) => {
    const token = await mintToken({ channels: ['a'], can: ['subscribe'], ...more }, { secret });
    return (await authority.admit('subscribe', 'a', token)).bucket;
  };
  const ada = await bucketOf({ subject: 'ada', maxBps: 1000 });
  assert.equal(ada?.perSecond, 1000);
  assert.equal(await bucketOf({ subject: 'ada', maxBps: 1000, expiresIn: 60 }), ada);
  const nobody = await bucketOf({ maxBps: 1000, expiresIn: 61 });
  const others = [
    await bucketOf({ subject: 'bob', maxBps: 1000 }),
    await bucketOf({ subject: 'ada', maxBps: 2000 }),
    await bucketOf({ subject: 'ada', issuer: 'school', maxBps: 1000 }),
    await bucketOf({ subject: 'ada', maxBps: 1000 }, narrow.secret),
    nobody,
    await bucketOf({ maxBps: 1000, expiresIn: 62 }),
  ];
  assert.equal(new Set([ada, ...others]).size, 7);
  assert.equal(await bucketOf({ subject: 'ada' }), null);
  const token = await mint('subscribe', { maxBps: 1000 });
  const bucket = (await authority.admit('subscribe', 'a', token)).bucket;
  assert.equal((await authority.admit('subscribe', 'b', token)).bucket, bucket);
});

test('a bucket is forgotten when nobody uses it and nothing is owed', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const buckets = new Buckets(10);
  const used = buckets.of('used', 1000);
  used.users++;
  const owes = buckets.of('owes', 1000);
  owes.took(1e6);
  for (let i = 0; i < 8; i++) buckets.of(`${i}`, 1000);
  now = 61_000;
  const fresh = buckets.of('fresh', 1000);
  assert.equal(buckets.size, 3);
  assert.deepEqual(
    [buckets.of('used', 1000), buckets.of('owes', 1000), buckets.of('fresh', 1000)],
    [used, owes, fresh],
  );
  for (let i = 0; i < 1000; i++) {
    now += 61_000;
    buckets.of(`later ${i}`, 1000);
    assert.ok(buckets.size <= 20);
  }
  assert.equal(buckets.of('used', 1000), used);
  used.users--;
  for (let i = 0; i < 20; i++) {
    now += 61_000;
    buckets.of(`last ${i}`, 1000);
  }
  assert.notEqual(buckets.of('used', 1000), used);
});
