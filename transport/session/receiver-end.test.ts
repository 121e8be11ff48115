import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Link, LinkClose } from '../link/link.js';
import { Network } from '../testing/network.js';
import { FakeTime, settled } from '../testing/time.js';
import { seeded } from '../testing/world.js';
import { Writer } from '../wire/bytes.js';
import { decodeFrame, encodeFrame, type Frame } from '../wire/frame.js';
import { encodeGridMeta } from '../wire/grid.js';
import type { WelcomeMessage } from '../wire/messages.js';
import * as session from '../wire/session.js';
import { FLAG, FRAME, type FrameName } from '../wire/types.js';
import { ReceiverEnd } from './receiver-end.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

/** A source by hand, and the receiving end that listens to it. */
class Stage {
  readonly network = new Network(seeded(1), 1e9);
  readonly end: ReceiverEnd;
  readonly source: Link;
  readonly taken: number[] = [];
  readonly bad: string[] = [];
  closed: LinkClose | null = null as LinkClose | null;
  readonly #said: Frame[] = [];

  constructor() {
    const [near, far] = this.network.pair('websocket');
    this.source = far;
    far.onmessage = (message) => void this.#said.push(decodeFrame(message));
    this.end = new ReceiverEnd(near, {
      tiles: ({ version }) => void this.taken.push(version),
      bad: (error) => void this.bad.push(error.message),
      closed: (event) => {
        this.closed = event;
      },
    });
    this.hear();
  }

  /** Sends frames of a source; returns what the receiving end said since. */
  say(...frames: Uint8Array[]): Frame[] {
    for (const frame of frames) this.source.send(frame);
    return this.hear();
  }

  hear(): Frame[] {
    while (this.network.deliver(100) > 0);
    return this.#said.splice(0);
  }

  acks(frames = this.hear()): number[] {
    return frames.filter(({ type }) => type === 'Ack').map(({ payload }) => session.decodeAck(payload).frames);
  }
}

const meta = encodeFrame('GridMeta', encodeGridMeta({ epoch: 1, width: 64, height: 64, planes: 1 }));
const tiles = (version: number, bytes = 0): Uint8Array =>
  encodeFrame('GridTiles', new Writer(8).u8(1).varint(version).put(new Uint8Array(bytes)).take());
const welcome = (fields: Partial<WelcomeMessage>): Uint8Array =>
  encodeFrame(
    'Welcome',
    session.welcome.encode({ protocol: 1, channel: '', state: 'live', resume: 'none', ...fields }),
  );

describe('the receiving end', () => {
  test('acknowledges every 32nd frame, every 64 KiB, and each second', async () => {
    const stage = new Stage();
    assert.deepEqual(stage.acks(stage.say(meta, tiles(1))), [1]);
    const many = Array.from({ length: 64 }, (_, i) => stage.acks(stage.say(tiles(2 + i))));
    assert.deepEqual(many.flat(), [33, 65]);
    assert.deepEqual(stage.acks(stage.say(tiles(70, 40_000))), []);
    assert.deepEqual(stage.acks(stage.say(tiles(71, 40_000))), [67]);
    await time.advance(1000);
    assert.deepEqual(stage.acks(stage.say(tiles(72))), [68]);
  });

  test('acknowledges the last frames before a pause', async () => {
    const stage = new Stage();
    stage.say(meta, tiles(1));
    assert.deepEqual(stage.acks(stage.say(tiles(2), tiles(3))), []);
    await time.advance(1010);
    assert.deepEqual(stage.acks(), [3]);
    await time.advance(20_000);
    assert.deepEqual(stage.acks(), []);
  });

  test('acknowledges when spoken to, for where timers sleep', () => {
    const stage = new Stage();
    stage.say(meta, tiles(1), tiles(2));
    const said = stage.say(encodeFrame('Ping', session.encodePing({ echo: false, time: 5, upstream: 0 })));
    assert.deepEqual(
      said.map(({ type }) => type),
      ['Ack', 'Ping'],
    );
    assert.deepEqual(session.decodePing(said[1]!.payload), { echo: true, time: 5, upstream: 0 });
  });

  test('says so when its newest subscription is answered, not an older one, nor mere news', () => {
    const stage = new Stage();
    const { end } = stage;
    end.subscribe({});
    end.subscribe({});
    end.lost = true;
    stage.say(welcome({ answers: 1 }));
    assert.equal(end.lost, true);
    stage.say(welcome({ answers: 1, peers: true }));
    assert.equal(end.lost, true);
    stage.say(welcome({ answers: 2 }));
    assert.equal(end.lost, false);
    // A sender that does not count is taken at its word.
    end.subscribe({});
    end.lost = true;
    stage.say(welcome({}));
    assert.equal(end.lost, false);
  });

  test('hears nothing after its link has closed, though a socket may go on to deliver', () => {
    const stage = new Stage();
    stage.say(meta, tiles(1));
    stage.source.send(encodeFrame('GridTiles', Uint8Array.of(99)));
    stage.source.send(tiles(2));
    stage.hear();
    assert.deepEqual(stage.taken, [1]);
    assert.equal(stage.bad.length, 1);
    assert.equal(stage.closed?.code, 4400);
  });

  test('closes with 4403 on what a source may not send, and passes over what is reserved', () => {
    for (const type of ['SubscribeFilter', 'Control', 'Ack'] as const) {
      const stage = new Stage();
      stage.say(encodeFrame(type, new Uint8Array()));
      assert.deepEqual([type, stage.closed?.code], [type, 4403]);
    }
    const input = new Stage();
    input.say(encodeFrame('Status', new Uint8Array(), { flags: FLAG.INPUT }));
    assert.equal(input.closed?.code, 4403);
    const stage = new Stage();
    for (const [name, { status }] of Object.entries(FRAME)) {
      if (status === 'reserved') stage.say(encodeFrame(name as FrameName, Uint8Array.of(1, 2, 3)));
    }
    assert.equal(stage.closed, null);
  });

  test('closes with 4400 on tiles without the shape of their grid', () => {
    const stage = new Stage();
    stage.say(tiles(1));
    assert.equal(stage.closed?.code, 4400);
    assert.match(stage.bad[0]!, /before the shape/);
  });

  test('measures the round trip, and is not led astray by echoes of what it never asked', async () => {
    const stage = new Stage();
    const echo = (at: number, upstream: number) =>
      stage.say(encodeFrame('Ping', session.encodePing({ echo: true, time: at, upstream })));
    await time.advance(40);
    echo(time.now - 40, 7);
    assert.equal(stage.end.rtt, 40);
    assert.equal(stage.end.upstream, 7);
    for (const at of [Number.NaN, -1e300, Number.NEGATIVE_INFINITY, time.now + 1e9]) echo(at, Number.NaN);
    assert.equal(stage.end.rtt, 40);
    assert.equal(stage.end.upstream, 0);
  });

  test('settles each command once: done, refused, unanswered, or lost with the connection', async () => {
    const stage = new Stage();
    const results: string[] = [];
    const send = () => {
      const nr = results.push('?') - 1;
      stage.end.command({ command: 'play' }).then(
        () => (results[nr] = 'done'),
        (error: Error) => (results[nr] = error.message),
      );
    };
    for (let i = 0; i < 4; i++) send();
    const ids = stage.hear().map(({ payload }) => session.control.decode(payload).id);
    assert.deepEqual(ids, [1, 2, 3, 4]);
    const reply = (id: number, ok: boolean, reason?: string) =>
      encodeFrame('ControlReply', session.controlReply.encode({ id, ok, ...(reason !== undefined && { reason }) }));
    stage.say(reply(2, true), reply(1, false, 'not now'), reply(2, false, 'again'), reply(77, true));
    await settled();
    assert.deepEqual(results, ['not now', 'done', '?', '?']);
    await time.advance(10_001);
    assert.equal(results[2], 'the source did not answer');
    send();
    stage.source.close(1006, '');
    stage.hear();
    await settled();
    assert.match(results[4]!, /connection was lost/);
    await assert.rejects(stage.end.command({ command: 'play' }), /not connected/);
    assert.equal(time.pending, 0);
  });

  test('has no more than 4096 commands out', async () => {
    const stage = new Stage();
    const all = Array.from({ length: 4097 }, () => stage.end.command({ command: 'play' }));
    await assert.rejects(all[4096]!, /too many commands/);
    stage.end.close();
    assert.ok((await Promise.allSettled(all)).every(({ status }) => status === 'rejected'));
  });
});
