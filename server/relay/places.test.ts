/** Who may only watch, or post, keeps no source out; and what channels take is counted, whichever way it grows. */

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { memoryLinks } from '../../transport/index.js';
import { Tally } from '../metrics/tally.js';
import { resolveOptions } from '../options.js';
import { scrape } from '../testing/scrape.js';
import { closeAll, holds, startReceiver, startRelay, startSource } from '../testing/signals.js';
import { until } from '../testing/until.js';
import { createHub } from './create-hub.js';
import { Places } from './places.js';

afterEach(closeAll);

const limits = { maxChannels: 2, awaitedChannels: 2, addressChannels: 1, replicasBytes: 1000 };

describe('places for channels', () => {
  test('are for those with a source, and apart from these for those that are waited for', () => {
    let refused = 0;
    const places = new Places(limits, () => refused++);
    places.wait('a', '10.0.0.1');
    places.wait('a', '10.0.0.2');
    assert.throws(() => places.wait('b', '10.0.0.1'), /this address waits/);
    places.wait('b', '10.0.0.2');
    assert.throws(() => places.wait('c', '10.0.0.3'), /as many channels are waited for/);
    assert.deepEqual([places.of('c').take(), places.of('d').take(), places.of('e').take()], [true, true, false]);
    assert.equal(refused, 3);
    // One that comes to have a source is waited for no more.
    places.forget('c');
    assert.equal(places.of('a').take(), true);
    places.wait('f', '10.0.0.1');
    places.of('a').leave();
    assert.equal(places.of('c').take(), true);
    places.forget('a');
    places.forget('b');
    places.wait('b', '10.0.0.2');
  });

  test('know what all take from what each says, and forget those that are gone', () => {
    const places = new Places(limits, () => {});
    places.of('a').holds(300);
    places.of('b').holds(500);
    assert.deepEqual([places.roomFor('a'), places.roomFor('b'), places.roomFor('c')], [500, 700, 200]);
    places.of('a').holds(100);
    places.forget('b');
    assert.deepEqual([places.roomFor('a'), places.roomFor('c')], [1000, 900]);
  });

  test('are there for sources, however many channels are waited for', async () => {
    const { relay, url } = await startRelay({ maxChannels: 1, awaitedChannels: 3 });
    const waiting = ['x', 'y', 'z'].map((name) => startReceiver(url, name));
    await until(() => relay.channels().length === 3);
    const source = startSource(url, 'lesson');
    source.set({ n: 1 });
    await until(() => source.uplink.status === 'live');
    const other = startSource(url, 'x');
    other.set({ n: 2 });
    await until(() => /as many channels/.test(other.uplink.reason));
    source.uplink.close();
    // The place is free once nobody waits for that source any more.
    await until(() => holds(waiting[0]!, { n: 2 }));
  });

  test('are not taken by posts of nothing', async () => {
    const { relay, url } = await startRelay();
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/channels/a/signals`, { method: 'POST', headers, body: '{}' });
    assert.deepEqual([answer.status, await answer.json()], [200, { version: 0, changed: [] }]);
    assert.equal(relay.channels().length, 0);
  });

  test('of channels with several sources count what is held of each', async () => {
    const { relay, url } = await startRelay({ replicasBytes: 2 ** 20 });
    const values = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`s${i}`, 'x'.repeat(20_000)]));
    const sources = [];
    for (let i = 0; i < 3; i++) {
      const source = startSource(url, 'm', true);
      sources.push(source);
      source.set(values);
      await until(() => source.uplink.status === 'live');
      const most = 160_000 * (i + 2);
      while ((await scrape(url)).value('mpl_replica_bytes') <= most) await new Promise(setImmediate);
    }
    const more = Array.from({ length: 4 }, () => startSource(url, 'm', true));
    for (const { set } of more) set(values);
    await until(() => more.some(({ uplink }) => uplink.status === 'failed'));
    const failed = more.find(({ uplink }) => uplink.status === 'failed')!;
    assert.match(failed.uplink.reason, /no room for these signals/);
    assert.ok((await scrape(url)).value('mpl_replica_bytes') <= 2 ** 20);
    assert.equal(relay.channels().length, 1);
  });

  test('are found without a look at every channel', () => {
    const hub = createHub(resolveOptions({ awaitedChannels: 10_000 }), new Tally(), null);
    for (let i = 0; i < 100; i++) hub.watch(memoryLinks()[0], `c${i}`);
    const channel = hub.find('c0')!;
    let looks = 0;
    for (const other of hub.all())
      Object.defineProperty(other, 'bytes', {
        get: () => {
          looks++;
          return 0;
        },
      });
    assert.equal(channel.room(), 1024 * 2 ** 20);
    assert.equal(looks, 0);
    hub.close();
  });
});
