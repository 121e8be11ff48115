import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createRelay, OptionError, type Relay } from '../index.js';
import { makeFolder } from '../testing/folder.js';
import { get } from '../testing/http.js';

describe('requests to a relay', { timeout: 300_000 }, () => {
  const demo = makeFolder({ 'index.html': '<!doctype html>start' });
  let relay: Relay;
  let url: string;

  before(async () => {
    relay = createRelay({ demo: demo.path, dist: false });
    ({ url } = await relay.listen(0));
  });
  after(async () => {
    await relay.close();
    demo.remove();
  });

  test('pages of the site are isolated from other origins where that is asked for', async () => {
    const policies = async (at: string) => {
      const { headers } = await get(at, '/');
      return [headers['cross-origin-opener-policy'], headers['cross-origin-embedder-policy']];
    };
    assert.deepEqual(await policies(url), [undefined, undefined]);
    const isolating = createRelay({ demo: demo.path, dist: false, isolate: true });
    try {
      assert.deepEqual(await policies((await isolating.listen(0)).url), ['same-origin', 'credentialless']);
    } finally {
      await isolating.close();
    }
  });

  test('other methods are refused', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const { status, headers } = await get(url, '/', {}, method);
      assert.equal(status, 405);
      assert.match(headers.allow!, /GET/);
    }
  });

  test('what is not there is a page for a person and a line for a program', async () => {
    const page = await get(url, '/<script>', { accept: 'text/html,*/*' });
    assert.equal(page.status, 404);
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    assert.match(page.body.toString(), /<h1>Not found<\/h1>/);
    assert.doesNotMatch(page.body.toString(), /<script>/);
    const line = await get(url, '/nothing');
    assert.equal(line.body.toString(), 'Not found.\n');
  });

  test('health, readiness, channels, and a hint where a WebSocket belongs', async () => {
    assert.equal((await get(url, '/healthz')).body.toString(), 'ok\n');
    assert.equal((await get(url, '/readyz')).status, 200);
    const channels = await get(url, '/channels');
    assert.equal(channels.headers['content-type'], 'application/json; charset=utf-8');
    assert.deepEqual(JSON.parse(channels.body.toString()), []);
    for (const path of ['/peer/demo', '/stream/demo', '/stream', '/signal/peerjs']) {
      const { status, headers } = await get(url, path);
      assert.equal(status, 426, path);
      assert.equal(headers.upgrade, 'websocket');
    }
  });

  test('what is not HTTP is answered and closed', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.end('\x16\x03\x01 this is not HTTP\r\n\r\n');
    let text = '';
    for await (const part of socket) text += part;
    assert.match(text, /^HTTP\/1\.1 400/);
    assert.equal((await get(url, '/healthz')).status, 200);
  });
});

test('without a built mpl.js, asking for it says how to get it', async () => {
  const relay = createRelay({ dist: false });
  const { url } = await relay.listen(0);
  const { status, body, headers } = await get(url, '/mpl.js');
  assert.equal(status, 404);
  assert.match(body.toString(), /npm run build/);
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.match((await get(url, '/')).body.toString(), /MPL relay/);
  await relay.close();
});

test('a folder that is not there is named', () => {
  for (const option of ['demo', 'dist']) {
    assert.throws(
      () => createRelay({ [option]: '/no/such/folder' }),
      (error) => error instanceof OptionError && error.option === option && /no\/such\/folder/.test(error.message),
    );
  }
});
