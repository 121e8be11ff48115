/** The signaling of a relay with keys, in the words of PeerJS: for those who were introduced, and nobody else. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { IntroduceMessage } from '../../transport/wire/messages.js';
import { dial, Host, joinRelays } from '../cluster/testing/stage.js';
import { closeAll, later, startRelay } from '../testing/signals.js';
import { type Client, connect } from '../testing/sockets.js';
import { forge, SECRET } from '../testing/tokens.js';
import { until } from '../testing/until.js';
import { Acquaintances } from './acquaintances.js';

afterEach(closeAll);

const KEYS = { keys: [{ secret: SECRET }] };

const token = (can: string[], channel = 'demo'): string =>
  forge({ alg: 'HS256' }, { channels: [channel], can, exp: Date.now() / 1000 + 600 }, SECRET);

/** A PeerJS client's socket, open. */
async function join(url: string, id: string): Promise<Client> {
  const peer = await connect(`${url}/signal/peerjs?key=peerjs&id=${id}&token=of-${id}&version=1.5.5`);
  later(() => peer.socket.terminate());
  assert.deepEqual(await peer.nextJson(), { type: 'OPEN' });
  return peer;
}

/** A host that takes everybody whom the relay introduces, except those it does not like. */
async function startHost(url: string, peer: string, channel = 'demo'): Promise<Host> {
  const host = new Host(url, channel, 512, token(['publish'], channel));
  host.uplink.options.onintroduce = ({ peer }) =>
    host.uplink.introduce(peer.startsWith('unwanted') ? { peer, refused: 'no place' } : { peer });
  host.uplink.setPeer(peer, 8);
  await until(() => host.uplink.status === 'live');
  return host;
}

/** A viewer that may ask to be introduced. */
async function startAsker(url: string, channel = 'demo') {
  const told: IntroduceMessage[] = [];
  let peers = false;
  const end = new ReceiverEnd(await dial(`${url}/stream/${channel}`), {
    tiles: () => {},
    introduce: (message) => told.push(message),
    welcome: (message) => (peers = message.peers === true),
  });
  later(() => end.close());
  end.subscribe({ token: token(['subscribe'], channel) });
  await until(() => peers);
  return async (peer: string): Promise<IntroduceMessage> => {
    end.introduce({ peer });
    await until(() => told.length > 0);
    return told.shift()!;
  };
}

/** Offer, answer and candidates, as two PeerJS clients send them. */
async function negotiate(viewer: Client, host: Client, ids: [viewer: string, host: string]): Promise<void> {
  const [src, dst] = ids;
  const payload = { sdp: { type: 'offer', sdp: 'v=0' }, type: 'data', connectionId: 'dc_1', label: 'mpl' };
  const candidate = { candidate: { candidate: 'candidate:1', sdpMid: '0' }, type: 'data', connectionId: 'dc_1' };
  viewer.sendJson({ type: 'OFFER', dst, payload });
  viewer.sendJson({ type: 'CANDIDATE', dst, payload: candidate });
  assert.deepEqual(await host.nextJson(), { type: 'OFFER', src, dst, payload });
  assert.deepEqual(await host.nextJson(), { type: 'CANDIDATE', src, dst, payload: candidate });
  for (const type of ['ANSWER', 'CANDIDATE', 'LEAVE']) {
    host.sendJson({ type, dst: src, payload });
    assert.deepEqual(await viewer.nextJson(), { type, src: dst, dst: src, payload });
  }
}

/** Nothing of this comes through; whoever offers is told that nobody is there. */
async function strangers(from: Client, to: Client, [src, dst]: [string, string]): Promise<void> {
  for (const type of ['OFFER', 'ANSWER']) {
    from.sendJson({ type, dst, payload: {} });
    assert.deepEqual(await from.nextJson(), { type: 'EXPIRE', src: dst, dst: src });
  }
  for (const type of ['CANDIDATE', 'LEAVE', 'EXPIRE']) from.sendJson({ type, dst, payload: {} });
  await from.settled();
  await to.settled();
  assert.deepEqual([from.waiting, to.waiting], [0, 0]);
}

describe('signaling of a relay with keys', { timeout: 300_000 }, () => {
  it('is for a source and a viewer that it introduced, both ways', async () => {
    const { url } = await startRelay(KEYS);
    const [host, viewer, other] = [await join(url, 'host'), await join(url, 'viewer'), await join(url, 'other')];
    await startHost(url, 'host');
    await strangers(viewer, host, ['viewer', 'host']);
    await strangers(host, viewer, ['host', 'viewer']);
    const ask = await startAsker(url);
    assert.deepEqual(await ask('viewer'), { peer: 'host' });
    await negotiate(viewer, host, ['viewer', 'host']);
    await strangers(other, host, ['other', 'host']);
    await strangers(other, viewer, ['other', 'viewer']);
    await strangers(host, other, ['host', 'other']);
    await strangers(viewer, other, ['viewer', 'other']);
  });

  it('is not for a viewer that the source refused', async () => {
    const { url } = await startRelay(KEYS);
    const [host, viewer] = [await join(url, 'host'), await join(url, 'unwanted')];
    await startHost(url, 'host');
    const ask = await startAsker(url);
    assert.deepEqual(await ask('unwanted'), { peer: 'unwanted', refused: 'no place' });
    await strangers(viewer, host, ['unwanted', 'host']);
  });

  it('lets nobody meet in the name of somebody else', async () => {
    const { url } = await startRelay(KEYS);
    const [host, viewer, mine] = [await join(url, 'host'), await join(url, 'viewer'), await join(url, 'mine')];
    await startHost(url, 'host');
    const ask = await startAsker(url);
    await ask('viewer');
    // Of a channel of its own, with rights of its own: it says that its source, and its viewers, are these.
    for (const victim of ['host', 'viewer']) {
      await startHost(url, victim, `own-${victim}`);
      const askOwn = await startAsker(url, `own-${victim}`);
      assert.deepEqual(await askOwn('mine'), { peer: victim });
      await strangers(mine, victim === 'host' ? host : viewer, ['mine', victim]);
    }
    await startHost(url, 'mine', 'own');
    const askOwn = await startAsker(url, 'own');
    await askOwn('viewer');
    await strangers(mine, viewer, ['mine', 'viewer']);
    await negotiate(viewer, host, ['viewer', 'host']);
  });

  it('closes on whom nobody introduces, and stays for sources and those who were', async () => {
    const { url } = await startRelay({ ...KEYS, helloMs: 300 });
    await startHost(url, 'host');
    const ask = await startAsker(url);
    await ask('viewer');
    const [host, viewer, stranger] = [await join(url, 'host'), await join(url, 'viewer'), await join(url, 'stranger')];
    const { type, payload } = (await stranger.nextJson()) as { type: string; payload: { msg: string } };
    assert.equal(type, 'ERROR');
    assert.match(payload.msg, /nobody has introduced this peer/);
    assert.equal((await stranger.closed).code, 4408);
    // They came before.
    await negotiate(viewer, host, ['viewer', 'host']);
  });

  it('works the same wherever each of the sockets is connected', async () => {
    const { urls } = await joinRelays(4, { ...KEYS, helloMs: 1_000 });
    const host = await join(urls[0]!, 'host');
    await startHost(urls[1]!, 'host');
    const ask = await startAsker(urls[2]!);
    const viewer = await join(urls[3]!, 'viewer');
    const other = await join(urls[2]!, 'other');
    await strangers(viewer, host, ['viewer', 'host']);
    assert.deepEqual(await ask('viewer'), { peer: 'host' });
    await negotiate(viewer, host, ['viewer', 'host']);
    await strangers(other, host, ['other', 'host']);
    await strangers(other, viewer, ['other', 'viewer']);
    assert.equal((await other.nextJson()).type, 'ERROR');
    assert.equal((await other.closed).code, 4408);
    await negotiate(viewer, host, ['viewer', 'host']);
    // Somebody with rights of its own at another relay takes none of these ids.
    await startHost(urls[3]!, 'host', 'own');
    const askOwn = await startAsker(urls[0]!, 'own');
    const mine = await join(urls[0]!, 'mine');
    await askOwn('mine');
    await strangers(mine, host, ['mine', 'host']);
  });
});

describe('acquaintances', () => {
  it('are for a while, and each viewer has the newest of them', () => {
    const known = new Acquaintances();
    const now = performance.now;
    let skipped = 0;
    performance.now = () => now.call(performance) + skipped;
    try {
      const viewer = {};
      known.host('host', 'demo');
      known.meet('a', 'host', 'demo', viewer);
      assert.equal(known.may('a', 'host'), true);
      assert.equal(known.may('host', 'a'), true);
      known.part('a', {});
      assert.equal(known.may('a', 'host'), true);
      known.part('a', viewer);
      known.meet('b', 'host', 'demo', viewer);
      assert.deepEqual([known.may('a', 'host'), known.may('b', 'host'), known.size], [false, true, 1]);
      skipped = 61_000;
      assert.deepEqual([known.may('b', 'host'), known.knows('b'), known.knows('host')], [false, false, true]);
      known.meet('c', 'host', 'demo', {});
      assert.equal(known.size, 1);
      known.host('host', 'demo');
      known.gone('host', 'demo');
      assert.equal(known.knows('host'), true);
      known.gone('host', 'other');
      known.gone('host', 'demo');
      assert.equal(known.knows('host'), false);
    } finally {
      performance.now = now;
    }
  });
});
