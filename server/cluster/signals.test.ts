/** Signals that several sources share, or that are posted, and are asked for, at any relay. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { closeAll, holds, startReceiver, startSource } from '../testing/signals.js';
import { until } from '../testing/until.js';
import { joinRelays } from './testing/stage.js';

afterEach(closeAll);

const signalsOf = (url: string): string => `${url}/channels/demo/signals`;

// biome-ignore lint/suspicious/noExplicitAny: whatever the relay says.
async function ask(url: string, method = 'GET', body?: unknown): Promise<{ status: number; json: any }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, ...(body !== undefined && { headers, body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
}

describe('sources that share a channel, at several relays', { timeout: 300_000 }, () => {
  it('are heard everywhere, and of each signal the last write counts', async () => {
    const { urls } = await joinRelays(3);
    const one = startSource(urls[0]!, 'demo', true);
    one.set({ a: 1, both: 'one' });
    await until(() => one.uplink.status === 'live');
    const two = startSource(urls[1]!, 'demo', true);
    two.set({ b: 2 });
    const receivers = urls.map((url) => startReceiver(url));
    await until(() => receivers.every((receiver) => holds(receiver, { a: 1, both: 'one', b: 2 })));
    two.set({ both: 'two' });
    await until(() => receivers.every((receiver) => receiver.signals?.get('both') === 'two'));
    // Of writes within one round trip either may win; one that knows of the other is the later.
    let again = 0;
    await until(() => {
      one.set({ both: `one again, ${++again}` });
      return receivers.every((receiver) => String(receiver.signals?.get('both')).startsWith('one again'));
    });
    // Who wants it alone has to wait for both to go.
    const alone = startSource(urls[2]!);
    await until(() => alone.uplink.status === 'failed');
    assert.match(alone.uplink.reason, /sources that share it, at another relay/);
    const second = startSource(urls[2]!, 'demo', true);
    second.set({ c: 3 });
    await until(() => receivers.every((receiver) => receiver.signals?.get('c') === 3));
    for (const source of [one, two, second]) source.uplink.close();
    alone.set({ mine: true });
    alone.uplink.retryNow();
    await until(() => receivers.every((receiver) => holds(receiver, { mine: true })));
  });

  it('come again when the relay that joins them is gone', async () => {
    const { urls, relays } = await joinRelays(3);
    const [one, two] = [startSource(urls[1]!, 'demo', true), startSource(urls[2]!, 'demo', true)];
    // The first of all is that at the relay which is about to close.
    const first = startSource(urls[0]!, 'demo', true);
    first.set({ first: true });
    await until(() => [first, one, two].every(({ uplink }) => uplink.status === 'live'));
    one.set({ a: 1 });
    two.set({ b: 2 });
    const receiver = startReceiver(urls[2]!);
    await until(() => holds(receiver, { first: true, a: 1, b: 2 }) || holds(receiver, { first: true, b: 2, a: 1 }));
    await relays[0]!.relay.close();
    one.set({ a: 10 });
    two.set({ b: 20 });
    await until(() => receiver.signals?.get('a') === 10 && receiver.signals?.get('b') === 20);
  });
});

describe('signals by plain HTTP, at any relay', { timeout: 300_000 }, () => {
  it('are posted to the one that has the channel, and asked for anywhere', async () => {
    const { urls, network } = await joinRelays(3);
    const [a, b, c] = urls.map(signalsOf) as [string, string, string];
    assert.equal((await ask(b)).status, 404);
    assert.deepEqual(await ask(a, 'POST', { count: 1 }), { status: 200, json: { version: 1, changed: ['count'] } });
    for (let count = 2; count < 6; count++) {
      const at = [a, b, c][count % 3]!;
      assert.deepEqual(await ask(at, 'POST', { count }), { status: 200, json: { version: count, changed: ['count'] } });
      // What was posted is there for the very next request, wherever that comes.
      for (const url of [a, b, c]) assert.deepEqual(await ask(url), { status: 200, json: { count } });
    }
    const wrong = await ask(b, 'POST', { _hidden: 1 });
    assert.deepEqual([wrong.status, wrong.json.signal], [400, '_hidden']);
    const large = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`s${i}`, 'x'.repeat(60_000)]));
    const full = await ask(c, 'POST', {
      ...large,
      s15: 'x'.repeat(60_000),
      s16: 'x'.repeat(60_000),
      s17: 'x'.repeat(60_000),
    });
    assert.equal(full.status, 413);
    assert.equal((await ask(b, 'DELETE')).status, 204);
    await until(() => !network.broker.keys().includes('o:demo'));
    assert.equal((await ask(b, 'DELETE')).status, 404);
  });

  it('are not taken where a source has the channel, at whichever relay', async () => {
    const { urls } = await joinRelays(2);
    const source = startSource(urls[0]!);
    source.set({ n: 1 });
    await until(() => source.uplink.status === 'live');
    const refused = await ask(signalsOf(urls[1]!), 'POST', { n: 2 });
    assert.deepEqual([refused.status, /another source/.test(refused.json.error)], [409, true]);
  });

  it('are those of now: a source that rests is woken first, from any relay', async () => {
    const { urls } = await joinRelays(2);
    const source = startSource(urls[0]!);
    source.set({ n: 0 });
    await until(() => source.uplink.status === 'live');
    for (let n = 1; n < 4; n++) {
      // What it says while nobody watches comes once a second.
      source.set({ n: n * 10 });
      source.set({ n });
      assert.deepEqual(await ask(signalsOf(urls[1]!)), { status: 200, json: { n } });
    }
  });

  it('are those of now, however long the source takes to wake', async () => {
    const { urls } = await joinRelays(2);
    const source = startSource(urls[0]!);
    source.set({ n: 0 });
    await until(() => source.uplink.status === 'live');
    // What it is asked for from now on, it hears late.
    const [end] = source.source.fanout.ends;
    const { onmessage } = end!.link;
    end!.link.onmessage = (message) => void setTimeout(() => onmessage!(message.slice()), 300);
    source.set({ n: 1 });
    assert.deepEqual(await ask(signalsOf(urls[1]!)), { status: 200, json: { n: 1 } });
  });

  it('are those of now, however late messages come between the relays', async () => {
    const { urls, network } = await joinRelays(2);
    const [a, b] = urls.map(signalsOf) as [string, string];
    network.delays = (topic) => (topic === 'c:demo' ? 100 : 10);
    await ask(a, 'POST', { n: 0 });
    for (let n = 1; n < 4; n++) {
      await ask(a, 'POST', { n });
      assert.deepEqual(
        (await Promise.all([ask(b), ask(b)])).map(({ json }) => json.n),
        [n, n],
      );
    }
    const receiver = startReceiver(urls[1]!);
    await until(() => holds(receiver, { n: 3 }));
    // Somebody watches there: its own picture is late, the answer is not.
    await ask(a, 'POST', { n: 4 });
    assert.deepEqual(await ask(b), { status: 200, json: { n: 4 } });
  });

  it('are what is held, in time, where the relay of the source does not answer', async () => {
    const { urls, network } = await joinRelays(2);
    const source = startSource(urls[0]!);
    source.set({ n: 1 });
    await until(() => source.uplink.status === 'live');
    const receiver = startReceiver(urls[1]!);
    await until(() => holds(receiver, { n: 1 }));
    network.loses = () => true;
    assert.deepEqual(await ask(signalsOf(urls[1]!)), { status: 200, json: { n: 1 } });
  });

  it('are all the same of many who ask at once', async () => {
    const { urls } = await joinRelays(2);
    const [a, b] = urls.map(signalsOf) as [string, string];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i % 2 ? a : b, 'POST', { i, same: i })));
    assert.ok(
      answers.every(({ status }) => status === 200),
      JSON.stringify(answers),
    );
    const { json } = await ask(a);
    assert.equal(json.i, json.same);
    assert.deepEqual((await ask(b)).json, json);
  });
});
