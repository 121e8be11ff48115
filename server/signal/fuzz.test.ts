/**
 * Signaling messages of every kind of wrong, to the parser, and over real sockets: what is passed on is what was said, what
 * is not understood ends its connection, and nobody else notices. FUZZ says how many (default 100000, a hundredth of
 * them over sockets), SEED repeats a run.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { Chance } from '../../transport/testing/chance.js';
import { createRelay } from '../index.js';
import { type Client, connect } from '../testing/sockets.js';
import { PEER_ID, parseClientMessage, SignalError } from './message.js';

const COUNT = Number(process.env.FUZZ ?? 100_000);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
Error.stackTraceLimit = 5;
console.log(`fuzzing the signaling with SEED=${SEED}, ${COUNT} messages`);

const TYPES = ['OFFER', 'ANSWER', 'CANDIDATE', 'LEAVE', 'EXPIRE', 'HEARTBEAT'];
const ODD = [
  null,
  -1,
  1e308,
  '',
  'x'.repeat(70),
  [],
  {},
  [[]],
  true,
  'a b',
  '__proto__',
  'constructor',
  'OPEN',
  'ERROR',
];
const PAYLOADS = ['null', '1', '"v=0"', '{"sdp":{"type":"offer"},"__proto__":{"x":1}}'];

const DEEP = `${'['.repeat(900)}${']'.repeat(900)}`;

class MessageMaker extends Chance {
  /** Text that an honest peer could send, mostly; then what becomes of it when bytes fall over. */
  text(): string {
    const fields: [string, string][] = [
      ['type', JSON.stringify(this.random() < 0.9 ? this.pick(TYPES) : this.pick(ODD))],
      ['dst', JSON.stringify(this.random() < 0.9 ? this.pick(['a', 'b', 'nobody']) : this.pick(ODD))],
      ['payload', this.random() < 0.99 ? this.pick(PAYLOADS) : DEEP],
    ];
    if (this.random() < 0.2)
      fields.push([this.pick(['src', '__proto__', 'type', 'x']), JSON.stringify(this.pick(ODD))]);
    if (this.random() < 0.1) fields.splice(this.int(fields.length), 1);
    const text = `{${fields.map(([name, value]) => `"${name}":${value}`).join()}}`;
    return Buffer.from(this.spoil(Buffer.from(text), 0.3)).toString();
  }
}

describe('any signaling message', () => {
  test('is understood, or refused with a SignalError', () => {
    const maker = new MessageMaker(SEED);
    let refused = 0;
    for (let i = 0; i < COUNT; i++) {
      const text = maker.text();
      try {
        const message = parseClientMessage(text);
        assert.ok(TYPES.includes(message.type), text);
        if (message.type !== 'HEARTBEAT') assert.match(message.dst, PEER_ID, text);
      } catch (error) {
        if (!(error instanceof SignalError)) assert.fail(`${error} for ${text}`);
        refused++;
      }
    }
    assert.ok(refused > COUNT / 20 && refused < COUNT / 2, `${refused} of ${COUNT} refused`);
  });

  test('is passed on as it was said, or ends its connection, over sockets', { timeout: 300_000 }, async () => {
    const maker = new MessageMaker(SEED + 1);
    const relay = createRelay({ dist: false, signalRate: 10_000, connectionRate: 100_000 });
    const { url } = await relay.listen(0);
    const join = async (id: string): Promise<Client> => {
      const peer = await connect(`${url}/signal/peerjs?key=peerjs&id=${id}&token=t-${id}`);
      assert.deepEqual(await peer.nextJson(), { type: 'OPEN' });
      return peer;
    };
    const [a, b] = [await join('a'), await join('b')];
    let stranger = await join('stranger');
    let [bad, passed] = [0, 0];
    for (let i = 0; i < COUNT / 100; i++) {
      const text = maker.text();
      let message: ReturnType<typeof parseClientMessage> | null = null;
      try {
        message = parseClientMessage(text);
      } catch {}
      stranger.socket.send(text);
      if (message === null) {
        bad++;
        assert.ok([4400, 4429].includes((await stranger.closed).code), text);
        stranger = await join('stranger');
      } else if (message.type !== 'HEARTBEAT' && (message.dst === 'a' || message.dst === 'b')) {
        passed++;
        const { type, dst, payload } = message;
        const heard = await (dst === 'a' ? a : b).nextJson();
        const said = { type, src: 'stranger', dst, ...(payload !== undefined && { payload }) };
        assert.deepEqual(heard, JSON.parse(JSON.stringify(said)), text);
      }
    }
    assert.ok(bad > COUNT / 5000 && passed > COUNT / 5000, `${bad} bad, ${passed} passed on`);
    for (const peer of [a, b]) {
      await peer.settled();
      assert.equal(peer.waiting, 0, 'somebody heard what was not for him');
    }
    const closing = [a, b, stranger].map(({ socket }) => once(socket, 'close'));
    await relay.close();
    await Promise.all(closing);
  });
});
