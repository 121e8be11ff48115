/** What every bus does, as tests. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../../testing/until.js';
import type { Bus } from '../bus.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | null): string | null => value && new TextDecoder().decode(value);

/** @param make two buses that are joined */
export function busContract(name: string, make: () => Promise<{ a: Bus; b: Bus; close(): Promise<void> }>): void {
  describe(`a bus: ${name}`, { timeout: 300_000 }, () => {
    let a: Bus;
    let b: Bus;
    let close: () => Promise<void>;
    before(async () => {
      ({ a, b, close } = await make());
      await until(() => a.up && b.up);
    });
    after(async () => {
      await Promise.all([a.close(), b.close()]);
      await close();
    });

    it('carries messages in order, to all who subscribed', async () => {
      const heard: Record<'a' | 'b', string[]> = { a: [], b: [] };
      await Promise.all([
        a.subscribe('c:one', (message) => heard.a.push(text(message)!)),
        b.subscribe('c:one', (message) => heard.b.push(text(message)!)),
      ]);
      const all = Array.from({ length: 500 }, (_, i) => `${i}`);
      await Promise.all(all.map((one) => a.publish('c:one', bytes(one))));
      await a.publish('c:two', bytes('for nobody'));
      await until(() => heard.a.length >= 500 && heard.b.length >= 500);
      assert.deepEqual(heard, { a: all, b: all });
      b.unsubscribe('c:one');
      await b.get('anything');
      await a.publish('c:one', bytes('last'));
      await until(() => heard.a.length === 501);
      await b.subscribe('c:one', () => {});
      assert.equal(heard.b.length, 500);
    });

    it('carries large binary messages as they are', async () => {
      const large = new Uint8Array(300_000).map((_, i) => (i * 7) & 255);
      const heard: Uint8Array[] = [];
      await b.subscribe('n:b', (message) => heard.push(message));
      await Promise.all([
        a.publish('n:b', large),
        a.publish('n:b', large.subarray(5, 25)),
        a.publish('n:b', bytes('')),
      ]);
      await until(() => heard.length === 3);
      assert.deepEqual(
        heard.map((one) => one.length),
        [300_000, 20, 0],
      );
      assert.deepEqual([...heard[0]!], [...large]);
      assert.deepEqual([...heard[1]!], [...large.subarray(5, 25)]);
    });

    it('keeps keys for a while', async () => {
      assert.equal(await a.get('k:demo'), null);
      await a.set('k:demo', bytes('state'), 60_000);
      assert.equal(text(await b.get('k:demo')), 'state');
      await b.delete('k:demo');
      assert.equal(await a.get('k:demo'), null);
      await a.set('k:demo', bytes('short'), 20);
      for (;;) if ((await a.get('k:demo')) === null) break;
    });

    it('compares and sets, so that of many one has it', async () => {
      const tries = Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b).swap('o:demo', null, `node ${i}`, 60_000));
      const before = await Promise.all(tries);
      assert.equal(before.filter((held) => held === null).length, 1);
      const holder = text(await a.get('o:demo'))!;
      assert.equal(await b.swap('o:demo', 'somebody else', 'me', 1000), holder);
      assert.equal(await b.swap('o:demo', holder, 'me', 60_000), holder);
      assert.equal(await a.swap('o:demo', holder, null, 0), 'me');
      assert.equal(await a.swap('o:demo', 'me', null, 0), 'me');
      assert.equal(await a.swap('o:demo', null, 'again', 20), null);
      for (;;) if ((await a.swap('o:demo', 'nobody', null, 0)) === null) break;
    });
  });
}
