import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { memoryLinks } from '../link/memory.js';
import { FakeTime } from '../testing/time.js';
import { decodeFrame, encodeFrame, type Frame } from '../wire/frame.js';
import * as session from '../wire/session.js';
import { Fanout } from './fanout.js';
import type { SourceEnd } from './source-end.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const SHOWN = {
  control: 'viewers',
  paused: false,
  rule: '',
  neighborhood: 'moore',
  wrap: 'torus',
  pattern: '',
  width: 1,
  height: 1,
} as const;

/** A fan-out in turns, which are taken by hand, and what its receivers hear. */
class Stage {
  readonly turns: (() => void)[] = [];
  readonly fanout = new Fanout({ channel: 'a', later: (run) => void this.turns.push(run) });

  join(): { end: SourceEnd; heard: Frame[]; say(frame: Uint8Array): void } {
    const [near, far] = memoryLinks();
    const heard: Frame[] = [];
    const end = this.fanout.attach(near);
    far.onmessage = (message) => void heard.push(decodeFrame(message));
    return { end, heard, say: (frame) => far.send(frame) };
  }

  async turn(ms = 0): Promise<void> {
    await time.advance(ms);
    while (this.turns.length > 0) {
      this.turns.shift()!();
      await time.advance(0);
    }
    await time.advance(0);
  }
}

const statuses = (heard: Frame[]) =>
  heard.filter(({ type }) => type === 'Status').map(({ payload }) => session.status.decode(payload));
const speeds = (heard: Frame[]) =>
  heard.filter(({ type }) => type === 'ControlState').map(({ payload }) => session.controlState.decode(payload).speed);

describe('what receivers are told beside state', () => {
  test('is told in turns, the newest of it, and so often at most', async () => {
    const stage = new Stage();
    const a = stage.join();
    const b = stage.join();
    for (let speed = 1; speed <= 100; speed++) stage.fanout.setControlState({ ...SHOWN, speed });
    assert.deepEqual([...speeds(a.heard), ...speeds(b.heard)], []);
    await stage.turn();
    assert.deepEqual([speeds(a.heard), speeds(b.heard)], [[100], [100]]);
    for (let speed = 101; speed <= 200; speed++) {
      stage.fanout.setControlState({ ...SHOWN, speed });
      await stage.turn(10);
    }
    await stage.turn(1000);
    const { length } = speeds(a.heard);
    assert.ok(length >= 5 && length <= 8, `${length} in a second`);
    assert.equal(speeds(a.heard).at(-1), 200);
    assert.deepEqual(speeds(b.heard), speeds(a.heard));
  });

  test('is merged where several things were said meanwhile, and does not speak of what was before', async () => {
    const stage = new Stage();
    const { heard } = stage.join();
    stage.fanout.setState('waiting', 'it has gone');
    stage.fanout.tell({ state: 'waiting', viewers: 3 });
    await stage.turn();
    assert.deepEqual(statuses(heard), [{ state: 'waiting', reason: 'it has gone', viewers: 3 }]);
    stage.fanout.setState('waiting', 'it has gone');
    stage.fanout.setState('live');
    await stage.turn(1000);
    assert.deepEqual(statuses(heard).slice(1), [{ state: 'live' }]);
  });

  test('is told ahead of its turn to whoever gets an answer to what has changed it', async () => {
    const stage = new Stage();
    const a = stage.join();
    const b = stage.join();
    let speed = 0;
    stage.fanout.oncontrol = async () => stage.fanout.setControlState({ ...SHOWN, speed: ++speed });
    for (let id = 1; id <= 5; id++)
      a.say(encodeFrame('Control', session.control.encode({ id, command: 'speed', value: id })));
    await stage.turn();
    await stage.turn(1000);
    const order = a.heard.map(({ type }) => type).filter((type) => type === 'ControlState' || type === 'ControlReply');
    assert.equal(order[0], 'ControlState');
    assert.equal(order.at(-1), 'ControlReply');
    assert.equal(speeds(a.heard).at(-1), 5);
    assert.equal(speeds(b.heard).at(-1), 5);
    assert.ok(speeds(b.heard).length <= 2);
  });

  test('is not asked for by who asks to steer and lets go of it again and again', async () => {
    const stage = new Stage();
    const a = stage.join();
    let carriedOut = 0;
    stage.fanout.oncontrol = async () => void carriedOut++;
    for (let id = 1; id <= 50; id++) {
      const action = id % 2 ? 'request' : 'release';
      a.say(encodeFrame('Control', session.control.encode({ id, command: 'controller', action })));
    }
    a.say(encodeFrame('Control', session.control.encode({ id: 51, command: 'play' })));
    await stage.turn();
    assert.equal(carriedOut, 31);
    const replies = a.heard.filter(({ type }) => type === 'ControlReply');
    const refused = replies.map(({ payload }) => session.controlReply.decode(payload)).filter(({ ok }) => !ok);
    assert.equal(refused.length, 20);
    assert.deepEqual([refused[0]!.reason, refused[0]!.retry], ['too many requests to steer; wait a second', false]);
  });

  test('has the end of the channel come last, and once', async () => {
    const stage = new Stage();
    const { heard } = stage.join();
    stage.fanout.setControlState({ ...SHOWN, speed: 1 });
    stage.fanout.tell({ state: 'live', viewers: 1 });
    stage.fanout.end();
    stage.fanout.end();
    await stage.turn();
    await stage.turn(1000);
    assert.deepEqual(
      heard.map(({ type }) => type),
      ['ControlState', 'Status', 'End'],
    );
  });

  test('does not reach who has left, nor speaks to who came after of what was before', async () => {
    const stage = new Stage();
    const a = stage.join();
    stage.fanout.setControlState({ ...SHOWN, speed: 1 });
    a.end.close(1000, '');
    const b = stage.join();
    await stage.turn(1000);
    assert.deepEqual([a.heard.length, b.heard.length], [0, 0]);
  });
});
