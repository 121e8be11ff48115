import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { memoryLinks } from '../link/memory.js';
import { Receiver } from '../receiver.js';
import { Source } from '../source.js';
import { SignalWriter } from '../state/signal-writer.js';
import { FakeTime, settled } from '../testing/time.js';
import { Missing } from './missing.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

test('tells of names that are not there after a while, once each, and of none that were only late', async () => {
  const signals = new SignalWriter();
  signals.set('count', 1);
  const source = new Source(null, { signals });
  source.publishSignals();
  const receiver = new Receiver({
    connect: async () => {
      const [near, far] = memoryLinks();
      source.attach(far);
      return near;
    },
    grid: false,
    signals: { select: ['count', 'cuont', 'late'] },
  });
  const said: string[] = [];
  const missing = new Missing(receiver, (what) => void said.push(what));
  receiver.listen(() => missing.look());
  receiver.start();
  await settled();
  assert.deepEqual(missing.names, ['cuont', 'late']);
  await time.advance(2_000);
  signals.set('late', 2);
  source.publishSignals();
  // Asked for only now, it may still be late when the others are told of.
  receiver.select = ['count', 'cuont', 'later'];
  await settled();
  assert.deepEqual(said, []);
  await time.advance(1_500);
  assert.deepEqual(said, ['no signal "cuont"; it has: count, late']);
  await time.advance(20_000);
  assert.deepEqual(said.slice(1), ['no signal "later"; it has: count, late']);
  receiver.stop();
  missing.stop();
});
