import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Source, type SourceOptions } from '../source.js';
import { applyTiles } from '../state/apply.js';
import { digest } from '../state/digest.js';
import { Grid } from '../state/grid.js';
import { Probe, tilesOf, typesOf, welcomeOf } from '../testing/probe.js';
import { FakeTime } from '../testing/time.js';
import { seeded, TestWorld } from '../testing/world.js';
import { decodeFrame, type Frame } from '../wire/frame.js';
import * as session from '../wire/session.js';
import { Fanout } from './fanout.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const random = seeded(1);

function begin(width = 640, height = 640, options: SourceOptions = {}, cells = 3000) {
  const world = new TestWorld(width, height);
  world.step(cells, random);
  return { world, source: new Source(world, options) };
}

describe('the sending end', () => {
  test('greets with welcome, shape, reset, and the whole state', () => {
    const { world, source } = begin();
    const probe = new Probe(source);
    assert.equal(probe.end.greeted, false);
    const frames = probe.subscribe();
    assert.deepEqual(typesOf(frames), ['Welcome', 'GridMeta', 'GridReset', 'GridTiles']);
    assert.deepEqual(welcomeOf(frames), {
      protocol: 1,
      channel: '',
      state: 'live',
      resume: 'full',
      answers: 1,
      peers: false,
      epoch: source.epoch,
    });
    assert.ok(probe.grid!.whole);
    assert.deepEqual(digest(probe.grid!), digest(world));
  });

  test('sends on resume only what changed since, and says so', () => {
    const { world, source } = begin();
    new Probe(source).subscribe();
    const version = world.version;
    world.flip(1, 1);
    world.flip(639, 639);
    world.version++;
    const probe = new Probe(source);
    const frames = probe.subscribe({ resume: { epoch: source.epoch, version, seen: version } });
    assert.deepEqual(typesOf(frames), ['Welcome', 'GridMeta', 'GridTiles']);
    assert.equal(welcomeOf(frames).resume, 'merged');
    assert.equal(tilesOf(frames[2]!).whole, true);
    assert.deepEqual([...probe.grid!.changedSince(-1)], [0, 99]);
    const other = new Probe(source).subscribe({
      resume: { epoch: (source.epoch + 1) % 2 ** 32, version, seen: version },
    });
    assert.equal(welcomeOf(other).resume, 'full');
  });

  test('a relay that began after what a receiver holds sends everything: of what changed before, it knows nothing', () => {
    const fanout = new Fanout({ channel: 'demo' });
    const grid = new Grid({ epoch: 5, width: 640, height: 64, planes: 1 });
    grid.clear(30);
    grid.touch(3, 30);
    grid.reached(31, true);
    fanout.grid = grid;
    const from = (version: number) =>
      welcomeOf(new Probe(fanout).subscribe({ resume: { epoch: 5, version, seen: version } })).resume;
    assert.deepEqual([28, 29, 30, 31].map(from), ['full', 'full', 'none', 'none']);
    fanout.close();
  });

  test('a version in which nothing changed is told, also to whom it could not be told at once', () => {
    const { world, source } = begin();
    const probe = new Probe(source);
    probe.subscribe();
    probe.ack();
    // A frame that fills the window, and then nothing new but the version.
    probe.end.outbox.pacer.window = 1;
    world.step(5, random);
    source.publish();
    world.version++;
    source.publish();
    assert.equal(probe.hear().length, 1);
    probe.ack();
    assert.deepEqual([probe.grid!.version, probe.grid!.whole], [world.version, true]);
  });

  test('two receivers in step are sent the very same bytes, which were made once', () => {
    const { world, source } = begin();
    const probes = [new Probe(source), new Probe(source), new Probe(source)];
    for (const probe of probes) probe.subscribe();
    world.step(50, random);
    source.publish();
    const [a, b, c] = probes.map((probe) => {
      while (probe.network.deliver(100) > 0);
      return probe.messages.at(-1)!;
    });
    assert.equal(decodeFrame(a!).type, 'GridTiles');
    assert.equal(tilesOf(decodeFrame(a!)).base, world.version - 1);
    assert.equal(a, b);
    assert.equal(b, c);
  });

  test('standby sends no state, nor captures any; taking it back sends what was missed', () => {
    const { world, source } = begin();
    const probe = new Probe(source);
    probe.subscribe();
    const { version } = world;
    assert.deepEqual(typesOf(probe.subscribe({ standby: true })), ['Welcome']);
    assert.equal(source.fanout.wanted, false);
    const { captures } = source.counts;
    for (let i = 0; i < 10; i++) {
      world.step(20, random);
      assert.equal(source.publish(), 0);
    }
    assert.equal(source.counts.captures, captures);
    assert.deepEqual(probe.hear(), []);
    const frames = probe.subscribe({ resume: { epoch: source.epoch, version, seen: version } });
    assert.equal(welcomeOf(frames).answers, 3);
    assert.deepEqual(digest(probe.grid!), digest(world));
  });

  test('`seen` makes a sender that lags wait until it is there, so that no tile goes back in time', () => {
    const { world, source } = begin();
    const first = new Probe(source);
    first.subscribe();
    const { version } = world;
    const probe = new Probe(source);
    // It was whole at `version`, and has seen some tiles, over another link, that are two versions newer.
    const frames = probe.subscribe({ resume: { epoch: source.epoch, version, seen: version + 2 } });
    assert.equal(welcomeOf(frames).resume, 'merged');
    assert.deepEqual(typesOf(frames), ['Welcome', 'GridMeta']);
    world.step(30, random);
    source.publish();
    assert.deepEqual(probe.hear(), []);
    world.step(0, random);
    source.publish();
    const [frame] = probe.hear();
    const tiles = tilesOf(frame!);
    assert.deepEqual([tiles.version, tiles.base, tiles.whole], [version + 2, undefined, true]);
    assert.equal([...probe.grid!.changedSince(-1)].length, [...first.end.fanout.grid!.changedSince(version)].length);
  });

  test('a receiver that never acknowledges costs a window and a chunk, however long it runs; then gets the present', () => {
    const { world, source } = begin(2048, 1024, {}, 100_000);
    const probe = new Probe(source);
    probe.subscribe();
    let most = 0;
    for (let i = 0; i < 60; i++) {
      world.step(30_000, random);
      source.publish();
      probe.hear();
      most = Math.max(most, probe.end.outbox.pacer.inFlight);
      assert.ok(
        probe.end.outbox.pacer.inFlight <= probe.end.outbox.pacer.window + 64 * 1024,
        `${probe.end.outbox.pacer.inFlight}`,
      );
    }
    assert.ok(most > 96 * 1024, `${most}`);
    assert.ok(probe.end.outbox.pending > 0 && probe.end.outbox.pending <= 512);
    const { states } = probe;
    const before = probe.bytes;
    for (let i = 0; i < 20 && probe.end.outbox.pending > 0; i++) probe.ack();
    assert.ok(probe.states > states);
    assert.deepEqual(digest(probe.grid!), digest(world));
    // Sixty captures went by; what is sent is one picture, not sixty.
    assert.ok(probe.bytes - before < 2 * 512 * 600, `${probe.bytes - before} bytes`);
  });

  test('a link that is full is sent nothing more until it has drained', () => {
    const { world, source } = begin(1024, 1024, {}, 10_000);
    const probe = new Probe(source, 'websocket', 20_000);
    const peek = () => probe.end.link.buffered;
    probe.say('SubscribeFilter', session.subscribe.encode({ protocol: 1 }));
    probe.ack();
    let most = 0;
    for (let i = 0; i < 50; i++) {
      world.step(5000, random);
      source.publish();
      most = Math.max(most, peek());
      if (i % 5 === 4) probe.network.deliver(1);
    }
    assert.ok(most > 20_000 && most <= 20_000 + 64 * 1024, `${most} bytes`);
    for (let i = 0; i < 20; i++) {
      probe.hear();
      probe.ack();
    }
    assert.deepEqual(digest(probe.grid!), digest(world));
  });

  test('a receiver gets no more pictures a second than it asked for, and ends with the last one', async () => {
    const { world, source } = begin();
    const slow = new Probe(source);
    const quick = new Probe(source);
    slow.subscribe({ maxFps: 5 });
    quick.subscribe();
    slow.states = quick.states = 0;
    for (let i = 0; i < 120; i++) {
      world.step(10, random);
      source.publish();
      slow.hear();
      slow.ack(slow.states + 1);
      quick.hear();
      quick.ack(quick.states + 1);
      await time.advance(1000 / 60);
    }
    assert.equal(quick.states, 120);
    assert.ok(slow.states >= 9 && slow.states <= 11, `${slow.states} in two seconds`);
    await time.advance(250);
    slow.hear();
    assert.deepEqual(digest(slow.grid!), digest(world));
  });

  test('a picture of many frames is not spread over seconds by a low rate', () => {
    const { world, source } = begin(2048, 1024, {}, 200_000);
    const probe = new Probe(source);
    probe.subscribe({ maxFps: 0.1 });
    assert.ok(probe.states > 2, `${probe.states} frames`);
    assert.deepEqual(digest(probe.grid!), digest(world));
  });

  test('an absurd rate is borne', async () => {
    const { world, source } = begin();
    const probe = new Probe(source);
    probe.subscribe({ maxFps: 1e-300 });
    for (let i = 0; i < 20; i++) {
      world.step(1, random);
      source.publish();
      await time.advance(100);
    }
    probe.hear();
    assert.equal(probe.states, 1);
  });

  test('a budget of tiles holds in every tick, for late joiners and receivers in step, however many acks come', async () => {
    const { world, source } = begin(1280, 640, { tileBudget: 7, maxFps: 20 });
    const probe = new Probe(source);
    const frames: Frame[] = [...probe.subscribe()];
    for (let tick = 0; tick < 60; tick++) {
      if (tick > 40) world.step(100, random);
      let tiles = 0;
      source.publish();
      for (let i = 0; i < 5; i++) {
        frames.push(...probe.hear());
        probe.ack();
      }
      for (const frame of frames.splice(0)) if (frame.type === 'GridTiles') tiles += countTiles(frame, probe.grid!);
      assert.ok(tiles <= 7 * 2, `${tiles} tiles in a tick`);
      await time.advance(50);
    }
    for (let i = 0; i < 60; i++) {
      await time.advance(50);
      probe.hear();
      probe.ack();
    }
    assert.deepEqual(digest(probe.grid!), digest(world));
    for (const frame of probe.heard) {
      if (frame.type === 'GridTiles') assert.ok(countTiles(frame, probe.grid!) <= 7);
    }
  });

  test('a receiver that stops acknowledging is closed after ten seconds; one with nothing to acknowledge is not', async () => {
    const { world, source } = begin();
    const stuck = new Probe(source);
    const quiet = new Probe(source);
    stuck.subscribe();
    quiet.subscribe();
    quiet.ack();
    for (let s = 0; s < 25; s++) {
      await time.advance(1000);
      quiet.say('Ping', session.encodePing({ echo: false, time: 0, upstream: 0 }));
      stuck.say('Ping', session.encodePing({ echo: false, time: 0, upstream: 0 }));
      if (s === 8) assert.equal(stuck.closed, null);
    }
    assert.deepEqual(stuck.closed, { code: 4408, reason: 'frames are not acknowledged' });
    assert.equal(quiet.closed, null);
    world.step(1, random);
    source.publish();
    assert.equal(typesOf(quiet.hear()).at(-1), 'GridTiles');
  });

  test('whoever owes an ack is spoken to, since a hidden page answers messages when its timers sleep', async () => {
    const { source } = begin();
    const probe = new Probe(source);
    probe.subscribe();
    await time.advance(3000);
    assert.ok(typesOf(probe.hear()).includes('Ping'));
  });

  for (const [kind, seconds] of [
    ['webrtc', 10],
    ['websocket', 30],
  ] as const) {
    test(`a receiver over ${kind} that says nothing is closed after ${seconds} seconds`, async () => {
      const { source } = begin();
      const probe = new Probe(source, kind);
      probe.subscribe();
      probe.ack();
      await time.advance(seconds * 1000 - 500);
      probe.hear();
      assert.deepEqual([probe.closed], [null]);
      await time.advance(1000);
      probe.hear();
      assert.equal(probe.closed?.code, 4408);
      assert.equal(source.fanout.ends.size, 0);
    });
  }

  test('acks of what was never sent close the link with 4400, frames of a source with 4403', () => {
    const { source } = begin();
    const liar = new Probe(source);
    liar.subscribe();
    liar.ack(5000);
    assert.equal(liar.closed?.code, 4400);
    for (const type of ['GridMeta', 'GridTiles', 'Welcome', 'Publish', 'ControlState', 'End', 'Pixels'] as const) {
      const probe = new Probe(source);
      probe.say(type, new Uint8Array());
      assert.deepEqual([type, probe.closed?.code], [type, 4403]);
      assert.equal(probe.heard.at(-1)!.type, 'Error');
    }
    assert.equal(source.fanout.ends.size, 0);
  });

  test('when everyone is gone no timer is left', async () => {
    const { source } = begin();
    const probe = new Probe(source);
    probe.subscribe({ maxFps: 1 });
    source.fanout.close();
    probe.hear();
    await time.advance(5000);
    assert.equal(time.pending, 0);
  });
});

/** Records in a frame of tiles. */
function countTiles(frame: Frame, shape: Grid): number {
  return applyTiles(new Grid(shape), { ...tilesOf(frame), version: 1 }).length;
}
