import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { FakeTime } from '../testing/time.js';
import { decodeFrame } from '../wire/frame.js';
import { decodeAck } from '../wire/session.js';
import { Acks } from './acks.js';

let time: FakeTime;
let acks: Acks;
/** When it was acknowledged, ms from the beginning, and how many frames; what came last had come `heldMs` before. */
let told: [number, number][];
let cameAt: number;

beforeEach(() => {
  time = new FakeTime();
  const begin = time.now;
  told = [];
  cameAt = 0;
  acks = new Acks((frame) => {
    const { frames, heldMs } = decodeAck(decodeFrame(frame).payload);
    assert.equal(heldMs, time.now - cameAt);
    told.push([time.now - begin, frames]);
  });
});
afterEach(() => {
  acks.stop();
  assert.equal(time.pending, 0);
  time.restore();
});

async function frames(count: number, gap: number, bytes = 100): Promise<void> {
  for (let i = 0; i < count; i++) {
    cameAt = time.now;
    acks.took(new Uint8Array(bytes));
    await time.advance(gap);
  }
}

describe('acks', () => {
  test('go out once a second where frames follow one another, and for what is left before a pause', async () => {
    await frames(31, 40);
    await time.advance(1000);
    assert.deepEqual(told, [
      [0, 1],
      [1000, 26],
      [2040, 31],
    ]);
  });

  test('go out with each frame where they come seldom', async () => {
    await frames(4, 1000);
    assert.deepEqual(told, [
      [0, 1],
      [1000, 2],
      [2000, 3],
      [3000, 4],
    ]);
  });

  test('go out for each 32 frames, and each 64 KiB', async () => {
    await frames(70, 1);
    assert.deepEqual(
      told.map(([, count]) => count),
      [1, 33, 65],
    );
    await frames(5, 1, 30 * 1024);
    assert.deepEqual(
      told.map(([, count]) => count),
      [1, 33, 65, 73],
    );
  });

  test('tell nothing twice', async () => {
    await frames(1, 1);
    acks.now();
    acks.now();
    await time.advance(2000);
    assert.deepEqual(told, [[0, 1]]);
  });
});
