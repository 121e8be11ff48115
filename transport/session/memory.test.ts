/** What one receiver takes of memory, however little it reads, and that it is told. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Source } from '../source.js';
import { SignalWriter } from '../state/signal-writer.js';
import { Probe } from '../testing/probe.js';
import { FakeTime } from '../testing/time.js';
import { seeded, TestWorld } from '../testing/world.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const random = seeded(10);
const MIB = 2 ** 20;
/** As that of a socket. */
const HIGH_WATER = 256 * 1024;

function begin(side: number, cells: number) {
  const world = new TestWorld(side, side);
  world.step(cells, random);
  const source = new Source(world);
  const probe = new Probe(source, 'websocket', HIGH_WATER);
  /** Says what it wants, and reads nothing of what comes. */
  probe.subscribe();
  return { world, source, probe };
}

describe('the memory of a receiver', () => {
  test('that stops reading stays under two megabytes until it is closed, whatever is said meanwhile', async () => {
    const { world, source, probe } = begin(1024, 200_000);
    probe.ack();
    const control = { paused: false, speed: 0, rule: 'B3/S23', neighborhood: 'moore', wrap: 'torus' } as const;
    let most = 0;
    let states = 0;
    while (source.fanout.ends.size > 0) {
      world.step(4000, random);
      source.publish();
      // What is not state is not left out, so long as there is room for it.
      source.setControlState({ ...control, width: 1024, height: 1024, pattern: 'x'.repeat(4000) });
      most = Math.max(most, probe.end.memory);
      await time.advance(100);
      assert.ok(++states < 1000, 'it is never closed');
    }
    assert.ok(most > HIGH_WATER && most < 2 * MIB, `${most} bytes`);
  });

  test('is what it selects, too, and its share of what is made for all who select the same', () => {
    const signals = new SignalWriter();
    const names = Array.from({ length: 1000 }, (_, i) => `signal-${i}`);
    for (const name of names) signals.set(name, 1);
    const source = new Source(null, { signals });
    const [one, other, all] = [new Probe(source), new Probe(source), new Probe(source)];
    all.subscribe({ signals: {} });
    one.subscribe({ signals: { select: names } });
    const alone = one.end.memory - one.end.link.buffered;
    // Measured: some 120 bytes a name.
    assert.ok(alone > 100_000 && alone < 250_000, `${alone} bytes`);
    other.subscribe({ signals: { select: [...names].reverse() } });
    const together = one.end.memory - one.end.link.buffered;
    assert.ok(together < 0.7 * alone, `${together} of ${alone} bytes`);
    assert.equal(other.end.memory - other.end.link.buffered, together);
    other.subscribe({ update: true });
    assert.ok(other.end.memory - other.end.link.buffered < 5000);
    assert.equal(one.end.memory - one.end.link.buffered, alone);
  });

  test('is a bit for each tile, a note of each frame in flight, and what waits in the link', () => {
    const { source, probe } = begin(4096, 1000);
    probe.ack();
    const tiles = source.fanout.grid!.tiles;
    assert.equal(tiles, 4096);
    const { memory } = probe.end;
    assert.ok(memory >= tiles / 8 && memory < tiles / 8 + 2048, `${memory} bytes`);
    source.report({ generation: 1, rate: 1, engine: 'none', fps: 1, tilesChanged: 1 });
    assert.equal(probe.end.memory, memory + probe.end.link.buffered);
    assert.ok(probe.end.link.buffered > 0);
  });

  test('has a bound to the frames in flight, however small they are', async () => {
    const { world, source, probe } = begin(64, 10);
    for (let i = 0; i < 6000; i++) {
      world.flip(i % 64, 3);
      world.version++;
      source.publish();
      while (probe.network.deliver(100) > 0);
      if (i % 2000 === 0) probe.ack(1 + i / 2000);
    }
    probe.hear();
    assert.ok(probe.states > 4000 && probe.states <= 4096 + 4, `${probe.states} frames`);
    assert.ok(probe.end.outbox.memory < 128 * 1024, `${probe.end.outbox.memory} bytes`);
    for (let i = 0; i < 5; i++) {
      probe.ack();
      probe.hear();
    }
    assert.equal(probe.grid!.version, world.version);
  });
});
