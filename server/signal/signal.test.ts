import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { createRelay, type Relay } from '../index.js';
import { type Client, client, connect } from '../testing/sockets.js';

describe('signaling', { timeout: 300_000 }, () => {
  let relay: Relay;
  let url: string;

  before(async () => {
    relay = createRelay({ signalPeers: 4, signalRate: 50, pingMs: 30_000 });
    ({ url } = await relay.listen(0));
  });
  after(() => relay.close());

  const path = (id: string, token = 'token', key = 'peerjs') =>
    `${url}/signal/peerjs?key=${key}&id=${encodeURIComponent(id)}&token=${encodeURIComponent(token)}&version=1.5.5`;

  async function join(id: string, token?: string): Promise<Client> {
    const peer = await connect(path(id, token));
    assert.deepEqual(await peer.nextJson(), { type: 'OPEN' });
    return peer;
  }

  async function leave(...peers: Client[]): Promise<void> {
    for (const peer of peers) peer.socket.close();
    await Promise.all(peers.map((peer) => peer.closed));
  }

  /** Expects an answer of this type, then a close with this code. */
  async function refused(peer: Client, type: string, code: number, reason: RegExp): Promise<void> {
    const answer = await peer.nextJson();
    assert.equal(answer.type, type);
    assert.match((answer.payload as { msg: string }).msg, reason);
    const closed = await peer.closed;
    assert.equal(closed.code, code);
    assert.match(closed.reason, reason);
  }

  test('passes offers, answers and candidates on, and says itself who sent them', async () => {
    const [a, b] = [await join('a'), await join('b')];
    const payload = JSON.parse('{"sdp":{"type":"offer","sdp":"v=0"},"connectionId":"dc_1","__proto__":{"x":1}}');
    a.sendJson({ type: 'OFFER', dst: 'b', src: 'somebody-else', payload, extra: 1 });
    assert.deepEqual(await b.nextJson(), { type: 'OFFER', src: 'a', dst: 'b', payload });
    for (const type of ['ANSWER', 'CANDIDATE', 'LEAVE', 'EXPIRE']) {
      b.sendJson({ type, dst: 'a', payload });
      assert.deepEqual(await a.nextJson(), { type, src: 'b', dst: 'a', payload });
    }
    await leave(a, b);
  });

  test('a heartbeat is taken and not answered', async () => {
    const a = await join('a');
    a.sendJson({ type: 'HEARTBEAT' });
    await a.settled();
    assert.equal(a.waiting, 0);
    await leave(a);
  });

  test('an offer to nobody expires at once; its candidates are dropped; nothing is kept for later', async () => {
    const a = await join('a');
    a.sendJson({ type: 'OFFER', dst: 'late', payload: {} });
    assert.deepEqual(await a.nextJson(), { type: 'EXPIRE', src: 'late', dst: 'a' });
    for (let i = 0; i < 10; i++) a.sendJson({ type: 'CANDIDATE', dst: 'late', payload: {} });
    await a.settled();
    assert.equal(a.waiting, 0);
    const late = await join('late');
    await late.settled();
    assert.equal(late.waiting, 0);
    await leave(a, late);
  });

  test('the same id and token come back at once, and the old socket is closed', async () => {
    const [old, other] = [await join('a', 'secret'), await join('b')];
    const fresh = await join('a', 'secret');
    assert.equal((await old.closed).code, 4410);
    other.sendJson({ type: 'OFFER', dst: 'a', payload: 1 });
    assert.equal((await fresh.nextJson()).type, 'OFFER');
    await leave(fresh, other);
  });

  test('an id that is taken is refused to another token, and free once its peer has gone', async () => {
    const a = await join('a', 'one');
    await refused(client(path('a', 'two')), 'ID-TAKEN', 4409, /taken/);
    await a.settled();
    await leave(a);
    await leave(await join('a', 'two'));
  });

  test('names of Object.prototype are ids like any other', async () => {
    const [a, b] = [await join('__proto__'), await join('constructor')];
    a.sendJson({ type: 'OFFER', dst: 'constructor', payload: null });
    assert.equal((await b.nextJson()).src, '__proto__');
    a.sendJson({ type: 'OFFER', dst: 'hasOwnProperty', payload: null });
    assert.equal((await a.nextJson()).type, 'EXPIRE');
    await leave(a, b);
  });

  test('bad keys, ids and tokens are refused in words a PeerJS client knows', async () => {
    await refused(client(path('a', 'token', 'wrong')), 'INVALID-KEY', 4403, /key/);
    for (const id of ['', 'a b', 'a.b', 'é', 'x'.repeat(65), '../a']) {
      await refused(client(path(id)), 'ERROR', 4400, /id/);
    }
    for (const token of ['', 'two words', 'x'.repeat(129)]) {
      await refused(client(path('a', token)), 'ERROR', 4400, /token/);
    }
  });

  test('what is no message closes the socket with a reason, and hurts nobody else', async () => {
    const witness = await join('witness');
    const bad: [string | Buffer, RegExp][] = [
      ['garbage', /JSON/],
      ['', /JSON/],
      ['null', /object/],
      ['[]', /object/],
      ['"OFFER"', /object/],
      ['{}', /type/],
      ['{"type":"OPEN","dst":"witness"}', /type/],
      ['{"type":"ID-TAKEN","dst":"witness"}', /type/],
      ['{"type":"constructor","dst":"witness"}', /type/],
      ['{"type":["OFFER"],"dst":"witness"}', /type/],
      ['{"type":"OFFER"}', /dst/],
      ['{"type":"OFFER","dst":{"length":1}}', /dst/],
      ['{"type":"OFFER","dst":"a b"}', /dst/],
      [Buffer.from('{"type":"HEARTBEAT"}'), /binary/],
    ];
    for (const [data, reason] of bad) {
      const a = await join('a');
      a.socket.send(data);
      await refused(a, 'ERROR', 4400, reason);
    }
    await witness.settled();
    assert.equal(witness.waiting, 0);
    await leave(witness);
  });

  test('an oversized message closes the socket with 1009', async () => {
    const a = await join('a');
    a.sendJson({ type: 'OFFER', dst: 'b', payload: 'x'.repeat(16 * 1024) });
    assert.equal((await a.closed).code, 1009);
  });

  test('a burst of a negotiation passes, a flood does not', async () => {
    const a = await join('a');
    for (let i = 0; i < 150; i++) a.sendJson({ type: 'HEARTBEAT' });
    await a.settled();
    assert.equal(a.socket.readyState, a.socket.OPEN);
    for (let i = 0; i < 300; i++) a.sendJson({ type: 'HEARTBEAT' });
    await refused(a, 'ERROR', 4429, /50 messages a second/);
  });

  test('there are only so many peers, but those there may come back', async () => {
    const peers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => join(id)));
    await refused(client(path('e')), 'ERROR', 1013, /as many peers/);
    const again = await join('a');
    await leave(again, ...peers);
    await leave(await join('e'));
  });

  test('a payload nested as deep as fits does no harm', async () => {
    const [a, b] = [await join('a'), await join('b')];
    a.socket.send(`{"type":"OFFER","dst":"b","payload":${'['.repeat(8000)}${']'.repeat(8000)}}`);
    // How deep JSON can be written again depends on the stack: it is passed on whole, or refused.
    const outcome = await Promise.race([b.next(), a.closed]);
    if ('code' in outcome) assert.match(outcome.reason, /deep/);
    else assert.match(outcome.data.toString(), /\[{8000}\]{8000}/);
    b.sendJson({ type: 'OFFER', dst: 'b', payload: 'to myself' });
    assert.equal((await b.nextJson()).payload, 'to myself');
    await leave(a, b);
  });

  test('plain requests: a random id, no list of peers, no other key', async () => {
    const get = (rest: string) => fetch(`${url}/signal${rest}`);
    const [one, two] = await Promise.all(['/peerjs/id', '/peerjs/id'].map(async (rest) => (await get(rest)).text()));
    assert.match(one, /^[0-9a-f-]{36}$/);
    assert.notEqual(one, two);
    const id = await get('/peerjs/id?ts=1&version=1.5.5');
    assert.equal(id.headers.get('access-control-allow-origin'), '*');
    assert.equal((await get('/peerjs/peers')).status, 401);
    assert.equal((await get('/other/id')).status, 401);
    assert.equal((await get('/peerjs/nothing')).status, 404);
    assert.equal((await get('/peerjs/id/more')).status, 404);
    assert.equal((await get('/peerjs')).status, 426);
    assert.equal((await (await get('/')).json()).protocol, 'PeerServer');
  });
});

test('a peer that does not read is as good as absent, and what waits for it is bounded', {
  timeout: 300_000,
}, async () => {
  const relay = createRelay({ signalRate: 10_000 });
  const { url } = await relay.listen(0);
  const a = await connect(`${url}/signal/peerjs?key=peerjs&id=a&token=t`);
  const sleeper = await connect(`${url}/signal/peerjs?key=peerjs&id=sleeper&token=t`);
  await a.next();
  await sleeper.next();
  sleeper.socket.pause();
  // The kernel takes some megabytes first; the first EXPIRE says that the server's own bound is reached.
  for (let sent = 0; a.waiting === 0; sent++) {
    assert.ok(sent < 5000, '75 MB were taken for a peer that does not read');
    a.sendJson({ type: 'OFFER', dst: 'sleeper', payload: 'x'.repeat(15_000) });
    await a.settled();
  }
  assert.deepEqual(await a.nextJson(), { type: 'EXPIRE', src: 'sleeper', dst: 'a' });
  sleeper.socket.terminate();
  await relay.close();
});

test('a peer that vanished without a word is dropped, and its id is free again', { timeout: 300_000 }, async () => {
  const relay = createRelay({ pingMs: 100 });
  const { url } = await relay.listen(0);
  const path = `${url}/signal/peerjs?key=peerjs&id=a&version=1.5.5&token=`;
  const mute = await connect(`${path}one`, { autoPong: false });
  const alive = await connect(`${url}/signal/peerjs?key=peerjs&id=b&token=t`);
  assert.equal((await mute.closed).code, 1006);
  const next = await connect(`${path}two`);
  assert.deepEqual(await next.nextJson(), { type: 'OPEN' });
  await once(alive.socket, 'ping');
  assert.equal(alive.socket.readyState, alive.socket.OPEN);
  await relay.close();
  assert.equal((await alive.closed).code, 1012);
});
