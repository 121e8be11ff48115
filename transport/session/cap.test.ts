/** Bytes of state a second: at a bucket by itself, and at what a receiver is sent. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { Source } from '../source.js';
import { digest } from '../state/digest.js';
import { SignalWriter } from '../state/signal-writer.js';
import { Probe } from '../testing/probe.js';
import { FakeTime } from '../testing/time.js';
import { seeded, TestWorld } from '../testing/world.js';
import { Bucket } from './bucket.js';
import { Cap } from './cap.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const random = seeded(8);
const isState = ({ type }: { type: string }): boolean => /^(GridTiles|SignalSync|SignalDiff)$/.test(type);

describe('a cap', () => {
  test('lets no more through than its rate, a burst and a frame, and no less; and calls when it is ready', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 100, max: 1e7, noNaN: true }),
        fc.array(fc.integer({ min: 20, max: 60_000 }), { minLength: 1, maxLength: 60 }),
        async (perSecond, frames) => {
          let next = 0;
          let sent = 0;
          const began = time.now;
          const burst = perSecond * 0.25;
          const cap = new Cap(() => run());
          cap.perSecond = perSecond;
          const run = (): void => {
            while (next < frames.length && cap.ready) {
              const room = (perSecond * (time.now - began)) / 1000 + burst;
              assert.ok(sent <= room + 1e-6 * room, `${sent} of ${room} bytes`);
              cap.sent(frames[next]!);
              sent += frames[next++]!;
            }
          };
          run();
          for (let i = 0; i < 100 && next < frames.length; i++) await time.advance((sent / perSecond) * 1000);
          assert.equal(next, frames.length);
          const least = ((sent - frames.at(-1)! - burst) / perSecond) * 1000;
          assert.ok(time.now - began >= least);
          cap.stop();
        },
      ),
      { numRuns: 20 },
    );
    assert.equal(time.pending, 0);
  });

  test('counts nothing while there is none; another rate counts from now on', async () => {
    let ready = 0;
    const cap = new Cap(() => ready++);
    cap.sent(1e9);
    assert.equal(cap.ready, true);
    cap.perSecond = 1000;
    assert.equal(cap.ready, true);
    cap.sent(10_250);
    assert.equal(cap.ready, false);
    cap.perSecond = 100_000;
    assert.equal(cap.ready, false);
    await time.advance(99);
    assert.equal(ready, 0);
    await time.advance(10);
    assert.equal(ready, 1);
    assert.equal(cap.ready, true);
    cap.sent(1e6);
    cap.perSecond = Number.POSITIVE_INFINITY;
    assert.equal(cap.ready, true);
    assert.equal(time.pending, 0);
  });

  test('shares a bucket with others: together they keep to it, and each has its turn', async () => {
    const perSecond = 20_000;
    const shared = new Bucket(perSecond);
    const began = time.now;
    const sent = Array.from({ length: 10 }, () => 0);
    const sum = () => sent.reduce((a, b) => a + b);
    const caps = sent.map((_, i) => {
      const cap: Cap = new Cap(() => run(cap, i));
      cap.perSecond = perSecond;
      cap.share(shared);
      return cap;
    });
    const run = (cap: Cap, i: number): void => {
      while (cap.ready) {
        const room = (perSecond * (time.now - began)) / 1000 + perSecond * 0.25;
        assert.ok(sum() <= room + 1e-6 * room, `${sum()} of ${room} bytes`);
        // One that takes small bites has fewer bytes, and as many turns.
        cap.sent(i === 0 ? 100 : 1000);
        sent[i]! += i === 0 ? 100 : 1000;
      }
    };
    for (let ms = 0; ms < 30_000; ms += 10) {
      // Whoever asks first each time has no advantage.
      for (const [i, cap] of caps.entries()) run(cap, i);
      await time.advance(10);
    }
    assert.ok(sum() > 0.9 * perSecond * 30, `${sum()}`);
    for (const some of sent.slice(1)) assert.ok(some > 50_000 && some < 90_000, `${sent}`);
    assert.ok(sent[0]! > 5000, `${sent}`);
    assert.equal(shared.users, 10);
    for (const cap of caps) cap.stop();
    assert.equal(shared.users, 0);
    assert.equal(time.pending, 0);
  });

  test('bears absurd rates', async () => {
    for (const rate of [1e-300, Number.MIN_VALUE, 1e300]) {
      const cap = new Cap(() => {});
      cap.perSecond = rate;
      cap.sent(1000);
      void cap.ready;
      assert.ok(cap.frameBytes >= 1024 && cap.frameBytes <= 65_536);
      await time.advance(1000);
      cap.stop();
    }
  });
});

describe('a receiver that may have so many bytes a second', () => {
  /** Lets a world run for a while; returns the bytes of state that came in each second. */
  async function watch(probe: Probe, run: () => void, seconds: number): Promise<number[]> {
    const bytes: number[] = [];
    for (let s = 0; s < seconds; s++) {
      let sum = 0;
      for (let i = 0; i < 50; i++) {
        run();
        const frames = probe.hear();
        for (const frame of frames) if (isState(frame)) sum += frame.payload.length + 16;
        probe.ack();
        await time.advance(20);
      }
      bytes.push(sum);
    }
    return bytes;
  }

  function begin() {
    const world = new TestWorld(1280, 640);
    world.step(20_000, random);
    const source = new Source(world);
    const run = (): void => {
      world.step(200, random);
      source.publish();
    };
    return { world, source, run };
  }

  test('is kept to it, in small frames, and has the picture of the end', async () => {
    const { world, source, run } = begin();
    const probe = new Probe(source);
    probe.subscribe({ maxBps: 8000 });
    const bytes = await watch(probe, run, 12);
    const sum = bytes.reduce((a, b) => a + b);
    assert.ok(sum > 0.9 * 8000 * 12 && sum <= 8000 * 12.25 + 2600, `${bytes}`);
    for (const some of bytes.slice(1)) assert.ok(some > 4000 && some < 11_000, `${bytes}`);
    assert.ok(probe.heard.filter(isState).every(({ payload }) => payload.length < 2600));
    // What waits is the picture, not its history.
    await watch(probe, () => {}, 12);
    assert.deepEqual(digest(probe.grid!), digest(world));
    const uncapped = new Probe(source);
    uncapped.subscribe();
    const free = await watch(uncapped, run, 2);
    assert.ok(free[1]! > 20_000, `${free}`);
  });

  test('has what it may by right, whatever it asks for; more or less of it takes effect at once', async () => {
    const { source, run } = begin();
    const probe = new Probe(source, 'websocket', 1e9, { rights: { control: false, maxBps: 4000 } });
    probe.subscribe({ maxBps: 1e6 });
    const within = (bytes: number[], most: number): void => {
      for (const some of bytes) assert.ok(some > most / 2 && some < most * 1.4, `${bytes}`);
    };
    within((await watch(probe, run, 4)).slice(1), 4000);
    probe.subscribe({ update: true, maxBps: 2000 });
    within((await watch(probe, run, 5)).slice(1), 2000);
    probe.subscribe({ update: true });
    within((await watch(probe, run, 4)).slice(1), 4000);
    probe.end.setRights({ control: false, maxBps: 10_000 });
    within((await watch(probe, run, 4)).slice(1), 10_000);
    probe.end.setRights({ control: false });
    assert.ok((await watch(probe, run, 2))[1]! > 20_000);
  });

  test('gets what others in step get, as long as that is within it', async () => {
    const { source, run } = begin();
    const probes = [new Probe(source), new Probe(source)];
    probes[0]!.subscribe();
    probes[1]!.subscribe({ maxBps: 1e6 });
    for (const probe of probes) probe.ack();
    await time.advance(1000);
    run();
    const [a, b] = probes.map((probe) => {
      while (probe.network.deliver(100) > 0);
      return probe.messages.at(-1)!;
    });
    assert.equal(a, b);
  });

  test('gets the last of what waited for it from one who cannot be asked for more, and at once where it may have more', async () => {
    for (const how of ['time', 'update', 'rights'] as const) {
      const { world, source, run } = begin();
      // As at a relay: nothing new comes because somebody is ready for it.
      source.fanout.refresh = null;
      const other = new Probe(source);
      other.subscribe();
      other.end.outbox.pacer.window = 1e9;
      const rights = { control: false, ...(how === 'rights' && { maxBps: 60_000 }) };
      const probe = new Probe(source, 'websocket', 1e9, { rights });
      probe.subscribe({ ...(how !== 'rights' && { maxBps: 60_000 }) });
      await watch(probe, () => source.publish(), 4);
      assert.equal(probe.end.outbox.inStep, true);
      while (probe.end.outbox.cap.ready) {
        run();
        probe.hear();
        probe.ack();
      }
      run();
      assert.deepEqual(probe.hear(), []);
      assert.equal(probe.end.outbox.inStep, true);
      assert.ok(probe.grid!.version < world.version);
      if (how === 'time') await time.advance(2000);
      else if (how === 'rights') probe.end.setRights({ control: false });
      else probe.subscribe({ update: true });
      probe.hear();
      probe.ack();
      assert.deepEqual([how, digest(probe.grid!)], [how, digest(world)]);
    }
  });

  test('is sent signals by the same measure', async () => {
    const signals = new SignalWriter();
    for (let i = 0; i < 50; i++) signals.set(`s${i}`, 0);
    const source = new Source(null, { signals });
    const probe = new Probe(source);
    probe.subscribe({ maxBps: 3000, signals: {} });
    let n = 0;
    const run = (): void => {
      n++;
      for (let i = 0; i < 50; i++) signals.set(`s${i}`, n);
      source.publishSignals();
    };
    const bytes = await watch(probe, run, 8);
    for (const some of bytes.slice(1)) assert.ok(some > 1500 && some < 4500, `${bytes}`);
    await watch(probe, () => {}, 2);
    const last = probe.heard.filter(isState).at(-1)!;
    assert.equal(JSON.parse(new TextDecoder().decode(last.payload)).signals.s49, n);
  });
});
