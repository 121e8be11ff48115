/** What counts time: rates, waits before another try, ages. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { FakeTime } from '../testing/time.js';
import { seeded } from '../testing/world.js';
import { Backoff } from './backoff.js';
import { AgeClock } from './clock.js';
import { RateLimit } from './rate.js';
import { after } from './timer.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

describe('a rate limit', () => {
  test('lets twice the rate through in a burst, then the rate', async () => {
    const limit = new RateLimit(10);
    const burst = () => {
      let n = 0;
      while (limit.take()) n++;
      return n;
    };
    assert.equal(burst(), 20);
    assert.equal(burst(), 0);
    await time.advance(500);
    assert.equal(burst(), 5);
    await time.advance(3_600_000);
    assert.equal(burst(), 20);
    let taken = 0;
    for (let i = 0; i < 1000; i++) {
      await time.advance(10);
      if (limit.take()) taken++;
    }
    assert.ok(taken >= 99 && taken <= 101, `${taken} in ten seconds`);
  });
});

describe('backoff', () => {
  test('waits longer each time, up to ten seconds, never all at once', () => {
    const steps = [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000];
    const waits = Array.from({ length: 50 }, () => {
      const backoff = new Backoff();
      return steps.map(() => backoff.next());
    });
    for (const [i, step] of steps.entries()) {
      const at = waits.map((wait) => wait[i]!);
      for (const wait of at) assert.ok(wait >= step / 2 && wait <= step, `${wait} for ${step}`);
      assert.ok(new Set(at).size > 10);
    }
    const long = new Backoff();
    for (let i = 0; i < 5000; i++) assert.ok(long.next() <= 10_000);
  });

  test('begins again after a connection that lasted, not after one that did not', async () => {
    const backoff = new Backoff();
    for (let i = 0; i < 6; i++) backoff.next();
    backoff.opened();
    await time.advance(1000);
    backoff.closed();
    assert.ok(backoff.next() > 4000);
    backoff.opened();
    await time.advance(6000);
    backoff.closed();
    assert.ok(backoff.next() <= 250);
    for (let i = 0; i < 6; i++) backoff.next();
    // Never opened: nothing lasted.
    await time.advance(60_000);
    backoff.closed();
    assert.ok(backoff.next() > 4000);
  });
});

describe('the age of a picture', () => {
  test('is what a frame was late, against the quickest of late, and half a round trip', () => {
    const clock = new AgeClock();
    assert.equal(clock.age(5, 100), 0);
    clock.frame(1, 0, 10_000);
    assert.equal(clock.age(10_000, 40), 20);
    assert.equal(clock.age(10_030, 40), 50);
    clock.frame(1, 33, 10_033 + 70);
    assert.equal(clock.transit(40), 90);
    assert.equal(clock.age(10_113, 40), 100);
    // One quicker than all before sets the measure.
    clock.frame(1, 66, 10_066 - 15);
    assert.equal(clock.transit(0), 0);
    clock.frame(1, 99, 10_099);
    assert.equal(clock.transit(0), 15);
  });

  test('goes on over the wrap after 49 days, and over a frame that comes late just then', () => {
    const clock = new AgeClock();
    const wrap = 2 ** 32;
    const send = (at: number, late: number) => {
      clock.frame(1, at % wrap, at + late);
      return clock.transit(0);
    };
    for (let at = wrap - 1000; at < wrap + 1000; at += 33) assert.ok(Math.abs(send(at, at % 5) - (at % 5)) <= 4);
    assert.equal(send(wrap - 10, 300) > 290, true);
    for (let at = wrap + 1000; at < wrap + 5000; at += 33) assert.ok(send(at, 3) <= 3, `${at}`);
  });

  test('is not led astray by clocks that drift apart', () => {
    const clock = new AgeClock();
    const random = seeded(1);
    let worst = 0;
    // An hour at 30 frames a second; this side's clock is quick by 100 ppm: 360 ms in all.
    for (let frame = 0; frame < 108_000; frame++) {
      const at = (frame * 1000) / 30;
      clock.frame(1, Math.round(at), at * 1.0001 + 20 + random() * 5);
      worst = Math.max(worst, clock.transit(0));
    }
    assert.ok(worst < 10, `${worst} ms`);
  });

  test('begins again with a new epoch', () => {
    const clock = new AgeClock();
    clock.frame(1, 4_000_000_000, 5_000);
    clock.frame(2, 10, 6_000);
    assert.equal(clock.transit(0), 0);
    clock.frame(2, 20, 6_015);
    assert.equal(clock.transit(0), 5);
  });
});

describe('a timer', () => {
  test('for longer than there are timers waits, and does not run at once', async () => {
    let ran = false;
    const timer = after(1e300, () => {
      ran = true;
    });
    await time.advance(1000);
    assert.equal(ran, false);
    timer.stop();
    assert.equal(time.pending, 0);
  });
});
