import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Link } from '../link/link.js';
import { Receiver, type ReceiverEvent, type ReceiverOptions } from '../receiver.js';
import { Source } from '../source.js';
import { SignalWriter } from '../state/signal-writer.js';
import { Network } from '../testing/network.js';
import { FakeTime, settled } from '../testing/time.js';
import { seeded } from '../testing/world.js';
import { decodeFrame, encodeFrame, type Frame } from '../wire/frame.js';
import type { SignalsWanted } from '../wire/messages.js';
import * as session from '../wire/session.js';
import { schema } from '../wire/signals.js';
import { SignalFeed } from './signal-feed.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const random = seeded(9);

class Origin {
  readonly writer = new SignalWriter();
  readonly source: Source;

  constructor(coded = false) {
    this.source = new Source(null, { signals: this.writer, coded });
  }

  set(values: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(values)) this.writer.set(name, value);
    this.source.publishSignals();
  }
}

const many = (n: number, value: (i: number) => unknown): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`s${i}`, value(i)]));

/** A receiver with a network of its own, which moves only when told to. */
class Watcher {
  readonly network: Network;
  readonly receiver: Receiver;
  readonly changed: (readonly string[])[] = [];
  link!: Link;

  constructor(origin: Origin, options: Partial<ReceiverOptions> = {}, highWater = 1e9) {
    this.network = new Network(random, highWater);
    const connect = () => {
      const [near, far] = this.network.pair('websocket');
      this.link = far;
      origin.source.attach(far);
      return Promise.resolve(near);
    };
    this.receiver = new Receiver({ connect, grid: false, signals: true, ...options });
    this.receiver.listen((event: ReceiverEvent) => {
      if (event.type === 'signals') this.changed.push(event.names);
    });
    this.receiver.start();
  }

  async hear(): Promise<void> {
    await settled();
    while (this.network.deliver(100) > 0) await settled();
  }
}

/** A receiver by hand, which says nothing by itself. */
class Probe {
  readonly messages: Uint8Array[] = [];
  readonly #link: Link;
  readonly #network = new Network(random, 1e9);

  constructor(origin: Origin) {
    const [near, far] = this.#network.pair('websocket');
    near.onmessage = (message) => void this.messages.push(message);
    origin.source.attach(far);
    this.#link = near;
  }

  ask(signals: SignalsWanted): void {
    this.#link.send(encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1, grid: false, signals })));
  }

  /** Frames about signals that came since the last time. */
  hear(): Frame[] {
    this.#network.deliver(1000);
    return this.messages
      .splice(0)
      .map(decodeFrame)
      .filter(({ type }) => type === 'SchemaAnnounce' || type.startsWith('Signal'));
  }

  raw(): Uint8Array[] {
    this.#network.deliver(1000);
    return this.messages.splice(0).filter((message) => decodeFrame(message).type.startsWith('Signal'));
  }
}

describe('a receiver of signals', () => {
  for (const coded of [false, true]) {
    test(`whose link does not drain costs one frame, and then gets the newest (${coded ? 'coded' : 'JSON'})`, async () => {
      const origin = new Origin(coded);
      origin.set(many(100, (i) => i));
      const slow = new Watcher(origin, {}, 500);
      const quick = new Watcher(origin);
      await slow.hear();
      await quick.hear();
      let most = 0;
      for (let i = 1; i <= 2000; i++) {
        origin.set({ s0: i, s1: `text ${i}`, [`s${2 + (i % 90)}`]: i });
        if (i % 100 === 0) {
          await quick.hear();
          assert.equal(quick.receiver.signals!.get('s0'), i);
        }
        most = Math.max(most, slow.link.buffered);
      }
      assert.ok(most < 500 + 3000, `${most} bytes wait for one that does not read`);
      const { frames } = slow.receiver.counts;
      await slow.hear();
      assert.deepEqual(slow.receiver.signals!.values(), origin.writer.table.values());
      const late = slow.receiver.counts.frames - frames;
      assert.ok(late < 30, `${late} frames`);
      assert.ok(quick.receiver.counts.frames > late);
    });
  }

  test('that acknowledges nothing is sent no more than its window', async () => {
    const origin = new Origin();
    const probe = new Probe(origin);
    probe.ask({});
    let bytes = 0;
    for (let i = 0; i < 3000; i++) {
      origin.set({ text: String(i).padStart(1000, 'x') });
      for (const { payload } of probe.hear()) bytes += payload.length;
    }
    assert.ok(bytes > 100_000 && bytes < 150_000, `${bytes}`);
  });

  test('that comes late gets one full state, however much happened', async () => {
    const origin = new Origin();
    for (let i = 0; i < 500; i++) origin.set({ [`s${i % 50}`]: i });
    const late = new Watcher(origin);
    await late.hear();
    assert.equal(late.receiver.counts.frames, 1);
    assert.deepEqual(late.receiver.signals!.values(), origin.writer.table.values());
    assert.equal(late.changed.length, 1);
    const idle = late.receiver.counts.bytes;
    for (let i = 0; i < 50; i++) origin.set({ s0: origin.writer.table.get('s0') });
    await late.hear();
    assert.equal(late.receiver.counts.bytes, idle, 'what stays as it is costs nothing');
  });

  test('that comes back after a cut gets what has changed, and nothing else', async () => {
    const origin = new Origin();
    origin.set(many(1000, (i) => `value ${i}`));
    const watcher = new Watcher(origin);
    await watcher.hear();
    const { receiver } = watcher;
    const status = (): string => receiver.status;
    const table = receiver.signals;
    watcher.network.cut(watcher.link, false);
    await watcher.hear();
    assert.equal(status(), 'reconnecting');
    const before = receiver.counts;
    watcher.changed.length = 0;
    for (let i = 0; i < 20; i++) origin.set({ s5: i, s7: `new ${i}` });
    origin.set({ added: true });
    for (let i = 0; i < 10 && status() !== 'live'; i++) {
      await time.advance(1000);
      await watcher.hear();
    }
    assert.equal(status(), 'live');
    assert.equal(receiver.counts.frames, before.frames + 1);
    assert.deepEqual(watcher.changed, [['s5', 's7', 'added']]);
    assert.equal(receiver.signals, table, 'it goes on with the same table');
    // The names are announced once to each link; of the values, only three.
    const announced = schema.encode(origin.writer.table.announce()).length;
    assert.ok(receiver.counts.bytes - before.bytes < announced + 1000, `${receiver.counts.bytes - before.bytes}`);
  });

  test('that selects some is told of those only: their names, their values, and when they change', async () => {
    const origin = new Origin();
    origin.set(many(1000, (i) => i));
    const probe = new Probe(origin);
    probe.ask({ select: ['s3', 'none', 's500'] });
    const [announced, full, ...more] = probe.hear();
    assert.deepEqual(more, []);
    const names = schema.decode(announced!.payload);
    assert.deepEqual(names.signals, [
      ['s3', 'number'],
      ['s500', 'number'],
    ]);
    assert.deepEqual(JSON.parse(Buffer.from(full!.payload).toString()).signals, { s3: 3, s500: 500 });
    for (let i = 0; i < 100; i++) origin.set({ s4: -i, s5: `x${i}` });
    assert.deepEqual(
      probe.hear().filter(({ type }) => type !== 'SchemaAnnounce'),
      [],
    );
    origin.set({ s3: 'now', s4: 0 });
    const values = probe.hear().filter(({ type }) => type === 'SignalDiff');
    assert.deepEqual(
      values.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()).signals),
      [{ s3: 'now' }],
    );
  });

  test('that wants a few frames a second gets those, each as new as can be', async () => {
    const origin = new Origin();
    origin.set({ n: 0 });
    const watcher = new Watcher(origin, { maxFps: 5 });
    await watcher.hear();
    for (let i = 1; i <= 200; i++) {
      origin.set({ n: i });
      await time.advance(20);
      await watcher.hear();
      const behind = i - (watcher.receiver.signals?.get('n') as number);
      assert.ok(behind <= 10, `${behind} behind`);
    }
    assert.ok(
      watcher.receiver.counts.frames >= 19 && watcher.receiver.counts.frames <= 23,
      `${watcher.receiver.counts.frames}`,
    );
    await time.advance(250);
    await watcher.hear();
    assert.equal(watcher.receiver.signals!.get('n'), 200);
  });

  test('shares its frames with all others that want the same', () => {
    const origin = new Origin(true);
    origin.set({ a: 1, b: 1 });
    const probes = Array.from({ length: 6 }, () => new Probe(origin));
    probes.forEach((probe, i) => {
      probe.ask({ coded: i % 2 === 0, ...(i > 3 && { select: i === 4 ? ['a', 'b'] : ['b', 'a', 'b'] }) });
    });
    const full = probes.map((probe) => probe.raw()[0]!);
    origin.set({ a: 2 });
    const diff = probes.map((probe) => probe.raw()[0]!);
    for (const frames of [full, diff]) {
      assert.equal(new Set(frames).size, 4, 'coded or not, all or some');
      assert.equal(frames[0], frames[2]);
      assert.equal(frames[1], frames[3]);
    }
  });

  test('may say it holds anything: what is made for it is not kept for ever', () => {
    const origin = new Origin();
    for (let i = 0; i < 3000; i++) origin.set({ n: i, ...(i % 100 === 0 && { [`s${i}`]: 'x'.repeat(10_000) }) });
    const feed = new SignalFeed(origin.writer.table);
    const view = feed.view(undefined);
    const before = process.memoryUsage().arrayBuffers;
    for (let base = 0; base < 3000; base++) assert.ok(view.frame(base === 2999 ? 5 : base, false));
    const grown = process.memoryUsage().arrayBuffers - before;
    globalThis.gc?.();
    // Three thousand of them are half a gigabyte.
    assert.ok(grown < 200e6, `${grown / 1e6} MB`);
  });
});

describe('signals whose type and value do not agree', () => {
  test('are told in JSON, to those who know the compact coding too', async () => {
    const origin = new Origin(true);
    origin.set({ x: 'text', y: 1 });
    const { table } = origin.writer;
    // As a relay holds them between the news of another type and the value that goes with it.
    table.declare([
      { name: 'x', type: 'number' },
      { name: 'y', type: 'string' },
    ]);
    const watcher = new Watcher(origin);
    await watcher.hear();
    assert.deepEqual({ ...watcher.receiver.signals!.values() }, { x: 'text', y: 1 });
    assert.equal(watcher.receiver.status, 'live');
  });
});
