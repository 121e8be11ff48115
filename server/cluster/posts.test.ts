/** Signals that were posted outlive the relay that held them. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { startRedis, type TestRedis } from '../testing/redis.js';
import { run } from '../testing/run.js';
import { closeAll, holds, later, startReceiver, startRelay } from '../testing/signals.js';
import { until } from '../testing/until.js';

afterEach(closeAll);

const LEASE = 1_000;

async function untilReady(ready: () => Promise<boolean>): Promise<void> {
  for (;;) if (await ready()) return;
}

async function signals(url: string, method = 'GET', body?: object): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const init = { method, ...(body && { headers, body: JSON.stringify(body) }) };
  const answer = await fetch(`${url}/channels/demo/signals`, init);
  return { status: answer.status, text: (await answer.text()).trim() };
}

describe('signals posted to one of several relays', { timeout: 300_000 }, () => {
  const redis = async (): Promise<TestRedis> => {
    const started = await startRedis();
    later(() => started.stop());
    return started;
  };
  const relay = async ({ url }: TestRedis) => {
    const started = await startRelay({ redis: url, leaseMs: LEASE });
    await untilReady(async () => (await fetch(`${started.url}/readyz`)).status === 200);
    return started;
  };
  const kept = async ({ ask }: TestRedis): Promise<string> => String(await ask('GET', 'mpl:s:demo'));

  it('are there at another when that one closes, for who watches and for who asks', async () => {
    const at = await redis();
    const [one, two, three] = [await relay(at), await relay(at), await relay(at)];
    await signals(one.url, 'POST', { t: 21.5, name: 'kitchen' });
    const watching = startReceiver(two.url);
    await until(() => holds(watching, { t: 21.5, name: 'kitchen' }));
    // Of two at once neither is lost.
    await Promise.all([signals(one.url, 'POST', { t: 22 }), signals(two.url, 'POST', { u: 1 })]);
    await one.relay.close();
    await until(() => holds(watching, { t: 22, name: 'kitchen', u: 1 }) && watching.status === 'live');
    assert.deepEqual(JSON.parse((await signals(three.url)).text), { t: 22, name: 'kitchen', u: 1 });
    // And with the next, where nobody watches.
    watching.stop();
    await signals(three.url, 'POST', { u: 2 });
    await two.relay.close();
    assert.deepEqual(JSON.parse((await signals(three.url)).text), { t: 22, name: 'kitchen', u: 2 });
    // What was ended is not there again.
    assert.equal((await signals(three.url, 'DELETE')).status, 204);
    await untilReady(async () => (await kept(at)) === 'null');
    const four = await relay(at);
    await three.relay.close();
    assert.equal((await signals(four.url)).status, 404);
  });

  it('are there once its lease has run out, if it is killed', async () => {
    const at = await redis();
    const doomed = run(['serve', '--port', '0', '--no-open', '--redis', at.url, '--lease-ms', `${LEASE}`]);
    later(() => doomed.child.kill('SIGKILL'));
    const [, one] = await doomed.printed(/channels +(http:\S+)\/channels/);
    await untilReady(async () => (await fetch(`${one}/readyz`)).status === 200);
    const two = await relay(at);
    for (let i = 0; i < 20; i++) assert.equal((await signals(one!, 'POST', { i, [`s${i % 3}`]: 'x' })).status, 200);
    const watching = startReceiver(two.url);
    await until(() => watching.signals?.get('i') === 19);
    await untilReady(async () => (await kept(at)).includes('"i":19'));
    doomed.child.kill('SIGKILL');
    await untilReady(async () => (await signals(two.url, 'POST', { after: true })).status === 200);
    await until(() => holds(watching, { i: 19, s0: 'x', s1: 'x', s2: 'x', after: true }));
  });
});
