/** Keys that are put in and taken away while a relay runs: a key that is gone counts no more, for those who are connected either. */

import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { IntroduceMessage } from '../../transport/wire/messages.js';
import { Host, startViewer } from '../cluster/testing/stage.js';
import type { Logger } from '../index.js';
import { makeFolder } from '../testing/folder.js';
import { closeAll, later, startReceiver, startRelay, startSource } from '../testing/signals.js';
import { forge, keyPair, SECRET } from '../testing/tokens.js';
import { until } from '../testing/until.js';

afterEach(closeAll);

const secretOf = (id: string): string => `${SECRET}, that of ${id}`;
const keysOf = (...ids: string[]): string => JSON.stringify(ids.map((id) => ({ id, secret: secretOf(id) })));
const claims = (can: string[]) => ({ channels: ['demo*'], can, exp: Date.now() / 1000 + 600 });
const token = (id: string, ...can: string[]): string => forge({ alg: 'HS256', kid: id }, claims(can), secretOf(id));

/** A relay with keys in a file, and what it logs. */
async function start(...ids: string[]) {
  const folder = makeFolder({ 'keys.json': keysOf(...ids) });
  later(() => folder.remove());
  const logged: string[] = [];
  const note = (fields: object, text: string): void => void logged.push(`${text} ${JSON.stringify(fields)}`);
  const log: Logger = { error: note, warn: note, info: () => {}, debug: () => {} };
  const file = join(folder.path, 'keys.json');
  const { url } = await startRelay({ keys: [{ file }], log });
  /** In place, or as another file of that name. */
  const write = (text: string, anew = false): void => {
    writeFileSync(anew ? `${file}.new` : file, text);
    if (anew) renameSync(`${file}.new`, file);
  };
  return { url, write, logged };
}

/** Follows the signals of a channel as events; resolves when the relay has ended them. */
async function follow(url: string, shown: string) {
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${shown}` };
  const answer = await fetch(`${url}/channels/demo/signals`, { headers });
  assert.equal(answer.status, 200);
  let ended = false;
  void answer.text().then(() => (ended = true));
  return { ended: () => ended };
}

describe('keys in a file', { timeout: 300_000 }, () => {
  test('count from when they are put in until they are taken out, also for those who are connected', async () => {
    const { url, write, logged } = await start('old', 'new');
    const source = startSource(url, 'demo', false, token('new', 'publish'));
    source.set({ a: 1 });
    const other = startSource(url, 'demo-2', false, token('old', 'publish'));
    other.set({ a: 1 });
    await until(() => source.uplink.status === 'live' && other.uplink.status === 'live');
    const [stays, goes] = ['new', 'old'].map((id) => startReceiver(url, 'demo', { token: token(id, 'subscribe') }));
    await until(() => stays!.status === 'live' && goes!.status === 'live');
    const events = await follow(url, token('old', 'subscribe'));
    const following = await follow(url, token('new', 'subscribe'));
    write(keysOf('new', 'newer'));
    await until(() => goes!.status === 'failed' && other.uplink.status === 'failed' && events.ended());
    for (const reason of [goes!.reason, other.uplink.reason]) {
      assert.match(reason, /^the token names no key or algorithm of this relay/);
    }
    goes!.token = token('newer', 'subscribe');
    await until(() => goes!.status === 'live');
    source.set({ a: 2 });
    await until(() => stays!.signals?.get('a') === 2 && goes!.signals?.get('a') === 2);
    assert.deepEqual([stays!.counts.reconnects, source.uplink.reconnects, following.ended()], [0, 0, false]);
    for (const id of ['old', 'new', 'newer']) assert.ok(!logged.join().includes(secretOf(id)));
    assert.match(logged.join('\n'), /a key file has changed/);
  });

  test('that are written wrong are those of before; in another file of that name they count', async () => {
    const { url, write, logged } = await start('old');
    const receiver = startReceiver(url, 'demo', { token: token('old', 'subscribe') });
    await until(() => receiver.status === 'waiting');
    write('[{"secret": "short and secret"}]');
    await until(() => logged.some((line) => /cannot be used: the keys that were in it before/.test(line)));
    assert.ok(!logged.join().includes('short and secret'));
    const another = startReceiver(url, 'demo', { token: token('old', 'subscribe') });
    await until(() => another.status === 'waiting');
    assert.equal(receiver.counts.reconnects, 0);
    write(keysOf('new'), true);
    await until(() => receiver.status === 'failed' && another.status === 'failed');
    write('[]');
    receiver.token = token('new', 'subscribe');
    await until(() => receiver.status === 'failed' && /is not signed|names no key/.test(receiver.reason));
  });

  test('are told to a source that is reached directly, when one is gone', async () => {
    const { url, write } = await start('old', 'new');
    const host = new Host(url, 'demo', 512, token('new', 'publish'));
    const met: IntroduceMessage[] = [];
    host.uplink.options.onintroduce = (message) => {
      met.push(message);
      host.uplink.introduce({ peer: message.peer });
    };
    host.uplink.setPeer('peer-of-the-host', 2);
    let asked = false;
    const viewer = startViewer(url, host, {
      token: token('old', 'subscribe', 'control'),
      dialer: async () => ({
        ready: async () => 'peer-of-the-viewer',
        dial: async () => {
          asked = true;
          throw new Error('no network here');
        },
        close: () => {},
      }),
    });
    await until(() => asked);
    assert.equal(met.at(-1)!.rights!.control, true);
    write(keysOf('new'));
    await until(() => viewer.status === 'failed');
    await until(() => met.length === 2);
    assert.deepEqual([met[1]!.peer, met[1]!.rights], ['peer-of-the-viewer', { control: false, expires: 0 }]);
  });

  test('of others, as a key set, too', async () => {
    const [old, next] = [await keyPair('old'), await keyPair('next')];
    const setOf = (...keys: object[]): string => JSON.stringify({ keys });
    const folder = makeFolder({ 'jwks.json': setOf(old.jwk, next.jwk) });
    later(() => folder.remove());
    const path = join(folder.path, 'jwks.json');
    const { url } = await startRelay({ keys: [{ jwks: path }] });
    const [stays, goes] = await Promise.all(
      [next, old].map(async (pair) => startReceiver(url, 'demo', { token: await pair.sign(claims(['subscribe'])) })),
    );
    await until(() => stays!.status === 'waiting' && goes!.status === 'waiting');
    writeFileSync(path, setOf(next.jwk));
    await until(() => goes!.status === 'failed');
    assert.equal(stays!.counts.reconnects, 0);
  });
});

test('public keys from a URL are fetched again after a while', { timeout: 300_000 }, async () => {
  const [old, next] = [await keyPair('old'), await keyPair('next')];
  let keys: object[] = [old.jwk, next.jwk];
  let broken = false;
  let asked = 0;
  const server = createServer((_, res) => {
    asked++;
    res.writeHead(broken ? 500 : 200).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => {
    server.close();
    server.closeAllConnections();
  });
  const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const { url } = await startRelay({ keys: [{ jwks }], jwksMs: 1000 });
  const [stays, goes] = await Promise.all(
    [next, old].map(async (pair) => startReceiver(url, 'demo', { token: await pair.sign(claims(['subscribe'])) })),
  );
  await until(() => stays!.status === 'waiting' && goes!.status === 'waiting');
  // Where nobody can be asked, those who are in stay.
  broken = true;
  const before = asked;
  await until(() => asked >= before + 2);
  assert.deepEqual([stays!.status, goes!.status], ['waiting', 'waiting']);
  [broken, keys] = [false, [next.jwk]];
  await until(() => goes!.status === 'failed');
  assert.match(goes!.reason, /names no key/);
  assert.deepEqual([stays!.status, stays!.counts.reconnects], ['waiting', 0]);
});
