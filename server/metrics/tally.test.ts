import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Fanout } from '../../transport/session/fanout.js';
import { Grid } from '../../transport/state/grid.js';
import { Probe } from '../../transport/testing/probe.js';
import { FakeTime } from '../../transport/testing/time.js';
import { Tally } from './tally.js';

let time: FakeTime;
let tally: Tally;
let fanout: Fanout;

beforeEach(() => {
  time = new FakeTime();
  tally = new Tally();
  fanout = new Fanout({ channel: 'demo', observer: tally });
  const grid = new Grid({ epoch: 5, width: 640, height: 64, planes: 1 });
  grid.clear(1);
  grid.touch(3, 1);
  grid.reached(1, true);
  fanout.grid = grid;
});
afterEach(() => {
  fanout.close();
  time.restore();
});

const evictions = (): [string, number][] => [...tally.evictions].map(([{ reason }, count]) => [reason, count]);

describe('a tally', () => {
  test('tells apart who acknowledges nothing, who says nothing, and who reads nothing', async () => {
    const stalled = new Probe(fanout);
    stalled.subscribe();
    await time.advance(10_500);
    assert.deepEqual(evictions(), [['stalled', 1]]);

    const silent = new Probe(fanout);
    await time.advance(31_000);
    silent.hear();
    assert.equal(silent.closed?.reason, 'nothing heard');
    assert.deepEqual(evictions(), [
      ['stalled', 1],
      ['silent', 1],
    ]);

    const unread = new Probe(fanout, 'websocket', 1e6);
    const large = new Uint8Array(1024 * 1024);
    for (let i = 0; i < 12; i++) unread.end.send(large);
    assert.deepEqual(evictions().at(-1), ['unread', 1]);
    // Whoever leaves by itself was not let go.
    const leaves = new Probe(fanout);
    leaves.end.close(1000, 'done');
    assert.equal(evictions().length, 3);
  });

  test('notes how long an ack took, and how long one is waited for', async () => {
    const probe = new Probe(fanout);
    probe.subscribe();
    await time.advance(1540);
    probe.ack();
    assert.equal(tally.age.sum, 1540);
    // Looked at after 250, 500 ... 1500 ms; in the first second it need not have come, and it has by the next time.
    assert.equal(tally.lag.sum, 250 + 500);
    await time.advance(260);
    assert.equal(tally.lag.sum, 750);
    assert.equal(
      tally.lag.counts.reduce((sum, count) => sum + count, 0),
      7,
    );
  });
});
