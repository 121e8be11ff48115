/**
 * Frames of every type, good, spoilt and of pure noise, for the decoder, a receiver and a source.
 *
 * FUZZ says how many for the decoder (default 100000; the two ends hear a quarter of them), SEED repeats a run.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Link, LinkClose } from './link/link.js';
import { Receiver } from './receiver.js';
import { Source } from './source.js';
import { digest } from './state/digest.js';
import type { Grid } from './state/grid.js';
import { SignalWriter } from './state/signal-writer.js';
import { FrameMaker, SHAPE, SIGNALS } from './testing/frames.js';
import { Network } from './testing/network.js';
import { settled } from './testing/time.js';
import { TestWorld } from './testing/world.js';
import { CLOSE } from './wire/codes.js';
import { WireError } from './wire/errors.js';
import { decodeFrame, encodeFrame } from './wire/frame.js';
import { encodeGridMeta, encodeGridReset } from './wire/grid.js';
import * as session from './wire/session.js';
import { encodeSignalJson, schema } from './wire/signals.js';
import { FRAME } from './wire/types.js';

const COUNT = Number(process.env.FUZZ ?? 100_000);
/** The two ends hear fewer: each frame is followed through all that comes of it. */
const HEARD = Math.ceil(COUNT / 4);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
/** Longest that one frame may keep anyone busy, ms; generous, since other tests run beside. */
const LONGEST = 1000;

// Errors are made by the ten thousand here, and most of their price is the stack.
Error.stackTraceLimit = 3;
console.log(`fuzzing with SEED=${SEED} FUZZ=${COUNT}`);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 200)).toString('hex');

/** Codes with which a link may be closed for what came over it. */
const REFUSED: readonly number[] = [CLOSE.badFrame.code, CLOSE.forbidden.code, CLOSE.tooBig.code];

/** Everything held: words, stamps, version, wholeness; names, types, values and stamps of signals. */
function snapshot({ grid, signals }: Receiver): string {
  const held = signals?.names().map((name) => signals.entry(name)) ?? [];
  return `${signals?.epoch} ${signals?.version} ${JSON.stringify(held)} ${gridSnapshot(grid)}`;
}

function gridSnapshot(grid: Grid | null): string {
  if (grid === null) return '';
  const parts: unknown[] = [grid.epoch, grid.version, grid.whole, grid.wholeVersion, [...grid.changedSince(-1)]];
  for (let key = 0; key < grid.tiles; key++) {
    if (!grid.has(key)) continue;
    const { words, offset } = grid.tile(key);
    parts.push(key, Buffer.from(words.buffer, words.byteOffset + offset * 4, 512 * grid.planes).toString('latin1'));
  }
  return parts.join();
}

/** Sends a frame and lets everything that follows from it happen. An exception not caught where it belongs ends the run. */
function hear(frame: Uint8Array, link: Link, network: Network): void {
  const began = performance.now();
  link.send(frame);
  if (network.deliver(1000) === 1000) assert.fail(`no end of messages after ${hex(frame)}`);
  const spent = performance.now() - began;
  if (spent > LONGEST) assert.fail(`${spent} ms for ${hex(frame)}`);
}

describe('any frame', () => {
  const grown = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 2 ** 20;
  };

  test('is decoded or refused with a WireError', () => {
    const maker = new FrameMaker(SEED);
    const seen = new Map<string, number>();
    let refused = 0;
    for (let i = 0; i < COUNT; i++) {
      const message = maker.any();
      try {
        const { type } = decodeFrame(message);
        seen.set(type, (seen.get(type) ?? 0) + 1);
      } catch (error) {
        if (!(error instanceof WireError)) assert.fail(`${error} for ${hex(message)}`);
        refused++;
      }
    }
    for (const name of Object.keys(FRAME)) assert.ok((seen.get(name) ?? 0) > COUNT / 200, `${name} ${seen.get(name)}`);
    assert.ok(refused > COUNT / 50, `${refused} refused`);
  });

  test('is borne by a receiver: it closes the link with a code and leaves the replica as it was, or makes sense', async () => {
    const maker = new FrameMaker(SEED + 1);
    let network!: Network;
    let source!: Link;
    let closed: LinkClose | null = null as LinkClose | null;
    let bad = 0;
    const receiver = new Receiver({
      signals: true,
      connect: () => {
        network = new Network(maker.random, 1e9);
        const [near, far] = network.pair('memory');
        source = far;
        closed = null;
        far.onclose = (event) => {
          closed = event;
        };
        return Promise.resolve(near);
      },
    });
    let changed = true;
    receiver.listen((event) => {
      if (event.type !== 'error') changed = true;
      if (event.type !== 'error') return;
      if (event.error instanceof WireError) bad++;
      else assert.match(event.error.message, /the connection was refused/);
    });
    receiver.start();
    await settled();

    /** What an honest source says first: the receiver then holds a grid of some tiles, or goes on with the one it has. */
    const greet = async (afresh: boolean): Promise<void> => {
      if (closed !== null) {
        // After an end, or what is forbidden, a receiver does not come back by itself.
        if (receiver.status === 'failed' || receiver.status === 'ended') receiver.start();
        else receiver.retryNow();
        await settled();
      }
      const say = (...frames: Uint8Array[]) => {
        for (const frame of frames) source.send(frame);
      };
      say(encodeFrame('Welcome', session.welcome.encode({ protocol: 1, channel: '', state: 'live', resume: 'full' })));
      say(encodeFrame('GridMeta', encodeGridMeta(SHAPE)));
      if (afresh || !receiver.grid?.is(SHAPE)) {
        say(encodeFrame('GridReset', encodeGridReset(maker.version)));
        say(encodeFrame('GridTiles', firstTiles(maker)));
        network.deliver(1000);
        assert.equal(receiver.grid!.version, maker.version, 'a receiver that no longer follows');
      }
      network.deliver(1000);
      assert.ok(receiver.grid!.is(SHAPE), 'a receiver that no longer follows');
      const { epoch, specs } = SIGNALS;
      say(
        encodeFrame('SchemaAnnounce', schema.encode({ epoch, signals: specs.map(({ name, type }) => [name, type]) })),
      );
      if (afresh || receiver.signals?.epoch !== epoch) {
        const version = maker.signalVersion;
        say(encodeFrame('SignalSync', encodeSignalJson(version, undefined, [['n', '1']])));
        network.deliver(1000);
        assert.equal(receiver.signals!.version, version, 'a receiver that no longer follows');
      }
      network.deliver(1000);
    };

    await greet(true);
    let before = '';
    let start = 0;
    for (let i = 0; i < HEARD; i++) {
      if (closed !== null || i % 32 === 0 || !receiver.grid!.is(SHAPE)) {
        await greet(i % 32 === 0);
      }
      if (changed) before = snapshot(receiver);
      changed = false;
      const message = maker.any();
      const was = bad;
      hear(message, source, network);
      if (bad > was) {
        if (snapshot(receiver) !== before) assert.fail(`the replica was changed by ${hex(message)}`);
        if (closed === null) assert.fail(`still open after ${hex(message)}`);
        const { code } = closed as LinkClose;
        if (!REFUSED.includes(code)) assert.fail(`closed with ${code} after ${hex(message)}`);
      } else {
        if (closed !== null) assert.fail(`closed by ${hex(message)}`);
      }
      if (i === HEARD >> 2) start = grown();
    }
    const growth = grown() - start;
    assert.ok(growth < 300, `${growth} MiB more than after a quarter`);
    assert.ok(bad > HEARD / 20 && bad < HEARD, `${bad} of ${HEARD} refused`);
    receiver.stop();
  });

  test('is borne by a source: it closes the link with a code, and nobody else notices', async () => {
    const maker = new FrameMaker(SEED + 2);
    const world = new TestWorld(SHAPE.width, SHAPE.height, SHAPE.planes);
    let commands = 0;
    const writer = new SignalWriter();
    const source = new Source(world, {
      ...{ control: 'viewers', oncommand: () => void commands++ },
      ...{ signals: writer, coded: true },
    });
    writer.set('s', 'text');
    const connect = () => {
      const network = new Network(maker.random, 1e9);
      const [near, far] = network.pair('memory');
      source.attach(far);
      return { network, near };
    };
    const friend = connect();
    const honest = new Receiver({ signals: true, connect: () => Promise.resolve(friend.near) });
    honest.start();
    await settled();
    let { near: link, network } = connect();
    let closed: LinkClose | null = null as LinkClose | null;
    let bad = 0;
    let start = 0;
    for (let i = 0; i < HEARD; i++) {
      if (closed !== null || i === 0) {
        if (i > 0) ({ near: link, network } = connect());
        closed = null;
        link.onclose = (event) => {
          closed = event;
        };
        if (i % 4 === 0) link.send(encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1 })));
      }
      const message = maker.any();
      hear(message, link, network);
      if (closed !== null) {
        bad++;
        const { code } = closed;
        if (!REFUSED.includes(code)) assert.fail(`closed with ${code} after ${hex(message)}`);
      }
      if (i % 64 === 0) {
        world.step(3, maker.random);
        source.publish();
        writer.set('n', i);
        source.publishSignals();
        friend.network.deliver(1000);
        // Commands are carried out a turn later.
        await settled();
      }
      if (i === HEARD >> 2) start = grown();
    }
    const growth = grown() - start;
    assert.ok(growth < 300, `${growth} MiB more than after a quarter`);
    assert.ok(bad > HEARD / 20 && bad < HEARD, `${bad} of ${HEARD} refused`);
    assert.ok(commands > 0);
    world.step(1, maker.random);
    source.publish();
    friend.network.deliver(1000);
    assert.equal(honest.status, 'live');
    assert.equal(honest.counts.reconnects, 0);
    assert.ok(source.fanout.ends.size <= 2, `${source.fanout.ends.size} ends are left`);
    assert.deepEqual(await honest.digest(), digest(world));
    assert.deepEqual(honest.signals!.values(), writer.table.values());
    honest.stop();
    source.end();
  });
});

/** Tiles from nothing at the maker's version. */
function firstTiles(maker: FrameMaker): Uint8Array {
  const payload = maker.tiles(true);
  // Good as they are, unless they are a delta: then one that is empty will do.
  if ((payload[0]! & 2) === 0) return payload;
  return new Uint8Array([1, ...encodeGridReset(maker.version)]);
}
