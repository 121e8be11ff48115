import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Pacer } from './pacer.js';

const KIB = 1024;

describe('the pacer', () => {
  test('lets one frame go however large, and then no more than the window and that one', () => {
    const pacer = new Pacer();
    pacer.sent(100 * 1024 * KIB, 0);
    assert.equal(pacer.ready, false);
    pacer.acked({ frames: 1, heldMs: 0 }, 10);
    assert.equal(pacer.inFlight, 0);
    assert.equal(pacer.latency, 10);
    while (pacer.ready) pacer.sent(60 * KIB, 20);
    assert.ok(pacer.inFlight >= pacer.window && pacer.inFlight < pacer.window + 60 * KIB);
  });

  /** Keeps the window full against a receiver that answers after `latency`; returns the window after each round. */
  function windows(pacer: Pacer, latency: number, rounds: number): number[] {
    const seen: number[] = [];
    let frames = 0;
    for (let round = 0, now = 0; round < rounds; round++, now += latency) {
      while (pacer.ready) {
        pacer.sent(32 * KIB, now);
        frames++;
      }
      assert.ok(pacer.acked({ frames, heldMs: 0 }, now + latency));
      seen.push(pacer.window);
    }
    return seen;
  }

  test('opens the window to 8 MiB for a receiver that keeps up, and closes it to 64 KiB for one that lags', () => {
    const fast = windows(new Pacer(), 50, 30);
    for (let i = 1; i < fast.length; i++) assert.ok(fast[i]! >= fast[i - 1]!);
    assert.equal(fast.at(-1), 8 * 1024 * KIB);
    const slow = windows(new Pacer(), 900, 30);
    for (let i = 1; i < slow.length; i++) assert.ok(slow[i]! <= slow[i - 1]!);
    assert.equal(slow.at(-1), 64 * KIB);
    const between = new Pacer();
    assert.equal(new Set(windows(between, 300, 10)).size, 1);
  });

  test('closes the window the faster the later an ack comes, for a slow link sends few of them', () => {
    const shares = [401, 800, 60_000].map((latency) => {
      const pacer = new Pacer();
      let frames = 0;
      for (; pacer.window < 1024 * KIB; pacer.acked({ frames, heldMs: 0 }, 10))
        for (; pacer.ready; frames++) pacer.sent(32 * KIB, 0);
      const { window } = pacer;
      pacer.sent(KIB, 0);
      assert.ok(pacer.acked({ frames: frames + 1, heldMs: 0 }, latency));
      return pacer.window / window;
    });
    assert.deepEqual(shares, [0.7, 0.5, 0.25]);
    // 128 KiB/s: what is on its way when it has settled takes under a second.
    const pacer = new Pacer();
    const sent: number[] = [];
    let [now, frames] = [0, 0];
    for (let acks = 0; acks < 12; acks++) {
      while (pacer.ready) {
        pacer.sent(32 * KIB, now);
        sent.push(32 * KIB);
      }
      now += 500;
      frames += 2;
      assert.ok(pacer.acked({ frames, heldMs: 0 }, now));
    }
    assert.ok(pacer.inFlight <= 96 * KIB, `${pacer.inFlight} bytes stand in the queue`);
  });

  test('tells how far behind a receiver is: by its last ack, or by one that is more than a second overdue', () => {
    const pacer = new Pacer();
    pacer.sent(KIB, 0);
    assert.equal(pacer.lag(500), 0);
    assert.equal(pacer.lag(3_000), 2_000);
    pacer.acked({ frames: 1, heldMs: 0 }, 3_300);
    assert.equal(pacer.lag(3_400), 0);
    pacer.sent(KIB, 4_000);
    assert.equal(pacer.lag(4_100), 3_300);
    pacer.acked({ frames: 2, heldMs: 0 }, 4_050);
    pacer.sent(KIB, 5_000);
    assert.equal(pacer.lag(5_900), 50);
  });

  test('counts for nothing what the receiver held back, and no more than the way took', () => {
    const pacer = new Pacer();
    pacer.sent(KIB, 0);
    pacer.acked({ frames: 1, heldMs: 480 }, 500);
    assert.equal(pacer.latency, 20);
    for (const heldMs of [1e9, Number.POSITIVE_INFINITY]) {
      const liar = new Pacer();
      liar.sent(KIB, 0);
      liar.acked({ frames: 1, heldMs }, 500);
      assert.equal(liar.latency, 0);
    }
    for (const heldMs of [-1e9, Number.NaN]) {
      const liar = new Pacer();
      liar.sent(KIB, 0);
      liar.acked({ frames: 1, heldMs }, 500);
      assert.equal(liar.latency, 500);
    }
  });

  test('does not open the window for what does not fill it', () => {
    const pacer = new Pacer();
    const { window } = pacer;
    for (let i = 1; i < 100; i++) {
      pacer.sent(KIB, i);
      pacer.acked({ frames: i, heldMs: 0 }, i + 1);
    }
    assert.equal(pacer.window, window);
  });

  test('refuses acks of frames that were never sent, and ones that go back; a repeated one is nothing', () => {
    const pacer = new Pacer();
    assert.equal(pacer.acked({ frames: 1, heldMs: 0 }, 0), false);
    for (let i = 0; i < 5; i++) pacer.sent(100, i);
    assert.equal(pacer.acked({ frames: 6, heldMs: 0 }, 9), false);
    assert.equal(pacer.acked({ frames: Number.MAX_SAFE_INTEGER, heldMs: 0 }, 9), false);
    assert.equal(pacer.inFlight, 500);
    assert.equal(pacer.acked({ frames: 3, heldMs: 0 }, 9), true);
    assert.equal(pacer.acked({ frames: 3, heldMs: 0 }, 10), true);
    assert.equal(pacer.acked({ frames: 2, heldMs: 0 }, 11), false);
    assert.equal(pacer.inFlight, 200);
  });

  test('counts what is in flight, whatever is acknowledged when', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 1e6 }), fc.constant(-1), fc.constant(-3))), (steps) => {
        const pacer = new Pacer();
        const out: number[] = [];
        let frames = 0;
        let now = 0;
        for (const step of steps) {
          now += 37;
          if (step > 0) {
            if (out.length === 0) pacer.progressAt = 0;
            pacer.sent(step, now);
            if (out.length === 0) assert.equal(pacer.progressAt, now);
            out.push(step);
          } else if (out.length >= -step) {
            frames -= step;
            out.splice(0, -step);
            assert.ok(pacer.acked({ frames, heldMs: 0 }, now));
            assert.equal(pacer.progressAt, now);
          }
          assert.equal(
            pacer.inFlight,
            out.reduce((sum, bytes) => sum + bytes, 0),
          );
          assert.ok(pacer.window >= 64 * KIB && pacer.window <= 8 * 1024 * KIB);
        }
      }),
    );
  });
});
