/** What goes back and across between relays: commands, introductions, signaling, who is where. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { IntroduceMessage } from '../../transport/index.js';
import { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { closeAll, later } from '../testing/signals.js';
import { type Client, connect } from '../testing/sockets.js';
import { until } from '../testing/until.js';
import { converged, dial, Host, joinRelays, startViewer } from './testing/stage.js';

afterEach(closeAll);

describe('commands to a source at another relay', { timeout: 300_000 }, () => {
  it('are carried out once each, in order, and answered, whatever the bus loses', async () => {
    const { urls, network } = await joinRelays(2);
    const host = new Host(urls[0]!);
    const viewer = startViewer(urls[1]!, host);
    await converged(host, viewer);
    // Of what goes to nodes by name, two are lost in each round, ever further apart: sessions break, and begin anew. In rounds,
    // since no command waits longer than ten seconds for its answer, however slow the machine.
    let lost = 0;
    const rounds = 6;
    for (let round = 0; round < rounds; round++) {
      let count = 0;
      network.loses = (topic, bytes) => {
        const loses = topic.startsWith('n:') && bytes.length > 200 && [2, 3 + round].includes(++count);
        if (loses) lost++;
        return loses;
      };
      await Promise.all(
        Array.from({ length: 10 }, (_, n) => viewer.command({ command: 'step', n: round * 10 + n + 1 })),
      );
    }
    assert.deepEqual(
      host.commands.map((command) => 'n' in command && command.n),
      Array.from({ length: rounds * 10 }, (_, n) => n + 1),
    );
    assert.equal(lost, rounds * 2);
  });

  it('are told on whose behalf they come, and refused with the source’s own words', async () => {
    const { urls } = await joinRelays(2);
    const host = new Host(urls[0]!);
    const [near, far] = [startViewer(urls[0]!, host), startViewer(urls[1]!, host)];
    await converged(host, near, far);
    const asked: (string | undefined)[] = [];
    const { oncontrol } = host.source.fanout;
    host.source.fanout.oncontrol = (message, end) => {
      asked.push(message.from?.session);
      return oncontrol(message, end);
    };
    await near.command({ command: 'pause' });
    await far.command({ command: 'play' });
    assert.equal(new Set(asked).size, 2);
    assert.ok(asked.every((session) => /^[\w-]+\.[\w-]+$/.test(session ?? '')));
    host.source.control = 'none';
    await assert.rejects(far.command({ command: 'pause' }), /for watching only/);
  });
});

describe('introductions across relays', { timeout: 300_000 }, () => {
  it('reach the source with the rights that the viewer’s relay vouches for, and come back', async () => {
    const { urls } = await joinRelays(2);
    const host = new Host(urls[0]!);
    const watching = startViewer(urls[1]!, host);
    await converged(host, watching);
    const asked: IntroduceMessage[] = [];
    host.uplink.options.onintroduce = (message) => {
      asked.push(message);
      host.uplink.introduce(
        message.peer === 'unwanted' ? { peer: message.peer, refused: 'no place' } : { peer: message.peer },
      );
    };
    host.uplink.setPeer('peer-of-the-host', 2);
    const link = await dial(`${urls[1]!}/stream/demo`);
    const told: IntroduceMessage[] = [];
    let peers = false;
    const viewer = new ReceiverEnd(link, {
      tiles: () => {},
      introduce: (message) => told.push(message),
      welcome: (message) => (peers = message.peers === true),
    });
    later(() => viewer.close());
    viewer.subscribe({ session: 'someone.a-secret-of-some-length' });
    await until(() => peers);
    viewer.introduce({ peer: 'peer-of-a-viewer' });
    await until(() => told.length === 1);
    assert.deepEqual(told, [{ peer: 'peer-of-the-host' }]);
    assert.equal(asked[0]!.peer, 'peer-of-a-viewer');
    assert.equal(asked[0]!.session, 'someone.a-secret-of-some-length');
    // Another asks through the same relay meanwhile, and is refused.
    const other = await dial(`${urls[1]!}/stream/demo`);
    const refused: IntroduceMessage[] = [];
    const second = new ReceiverEnd(other, { tiles: () => {}, introduce: (message) => refused.push(message) });
    later(() => second.close());
    second.subscribe({});
    second.introduce({ peer: 'unwanted' });
    await until(() => refused.length === 1);
    assert.deepEqual(refused, [{ peer: 'unwanted', refused: 'no place' }]);
    host.uplink.close();
    await until(() => !peers);
  });
});

describe('signaling across relays', { timeout: 300_000 }, () => {
  const join = async (url: string, id: string, token = 'token'): Promise<Client> => {
    const peer = await connect(`${url}/signal/peerjs?key=peerjs&id=${id}&token=${token}&version=1.5.5`);
    later(() => peer.socket.terminate());
    return peer;
  };
  const opened = async (peer: Client): Promise<Client> => {
    assert.deepEqual(await peer.nextJson(), { type: 'OPEN' });
    return peer;
  };

  it('passes messages on in their order, and says who is not there', async () => {
    const { urls, network } = await joinRelays(3);
    const a = await opened(await join(urls[0]!, 'a'));
    const b = await opened(await join(urls[1]!, 'b'));
    a.sendJson({ type: 'OFFER', dst: 'b', payload: { sdp: 'v=0' } });
    for (let i = 0; i < 30; i++) a.sendJson({ type: 'CANDIDATE', dst: 'b', payload: { i } });
    assert.deepEqual(await b.nextJson(), { type: 'OFFER', src: 'a', dst: 'b', payload: { sdp: 'v=0' } });
    for (let i = 0; i < 30; i++) assert.deepEqual((await b.nextJson()).payload, { i });
    b.sendJson({ type: 'ANSWER', dst: 'a', payload: {} });
    assert.equal((await a.nextJson()).type, 'ANSWER');
    a.sendJson({ type: 'OFFER', dst: 'nobody', payload: {} });
    assert.deepEqual(await a.nextJson(), { type: 'EXPIRE', src: 'nobody', dst: 'a' });
    // It was there a moment ago.
    b.socket.close();
    await until(() => !network.broker.keys().includes('p:b'));
    a.sendJson({ type: 'OFFER', dst: 'b', payload: {} });
    assert.deepEqual(await a.nextJson(), { type: 'EXPIRE', src: 'b', dst: 'a' });
    a.socket.close();
    await until(() => network.broker.keys().length === 0);
  });

  it('knows one peer of a name, wherever it is; with its token it may come to another relay', async () => {
    const { urls } = await joinRelays(2);
    const first = await opened(await join(urls[0]!, 'a'));
    const stranger = await join(urls[1]!, 'a', 'another');
    assert.equal((await stranger.nextJson()).type, 'ID-TAKEN');
    assert.equal((await stranger.closed).code, 4409);
    const again = await opened(await join(urls[1]!, 'a'));
    assert.equal((await first.closed).code, 4410);
    const b = await opened(await join(urls[0]!, 'b'));
    b.sendJson({ type: 'OFFER', dst: 'a', payload: {} });
    assert.equal((await again.nextJson()).type, 'OFFER');
  });
});

describe('the list of channels', { timeout: 300_000 }, () => {
  it('is that of all relays, each channel once, with all its viewers', async () => {
    const { urls } = await joinRelays(3);
    const host = new Host(urls[0]!);
    const viewers = [urls[0]!, urls[1]!, urls[1]!, urls[2]!].map((url) => startViewer(url, host));
    await converged(host, ...viewers);
    new Host(urls[2]!, 'other');
    const list = async (url: string) => {
      const all = (await (await fetch(`${url}/channels`)).json()) as { name: string }[];
      return all.sort((a, b) => a.name.localeCompare(b.name));
    };
    const expected = [
      { name: 'demo', state: 'live', viewers: 4 },
      { name: 'other', state: 'live', viewers: 0 },
    ];
    for (const url of urls) {
      let all = await list(url);
      for (let tries = 0; JSON.stringify(all) !== JSON.stringify(expected) && tries < 600; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        all = await list(url);
      }
      assert.deepEqual(all, expected);
    }
  });
});
