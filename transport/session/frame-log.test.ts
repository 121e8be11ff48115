import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Link, LinkClose, SharedMessage } from '../link/link.js';
import { Source, type SourceOptions } from '../source.js';
import { applyTiles, fits } from '../state/apply.js';
import { digest } from '../state/digest.js';
import { Grid } from '../state/grid.js';
import { FakeTime } from '../testing/time.js';
import { seeded, TestWorld } from '../testing/world.js';
import { decompress } from '../wire/deflate.js';
import { decodeFrame, encodeFrame } from '../wire/frame.js';
import { decodeGridMeta, decodeGridReset, decodeGridTiles } from '../wire/grid.js';
import type { SubscribeMessage } from '../wire/messages.js';
import * as session from '../wire/session.js';
import { FLAG, type FrameName } from '../wire/types.js';
import type { FanoutOptions } from './fanout.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

/** A receiver on a link that keeps what it is sent, and how. */
class Viewer implements Link {
  readonly kind = 'websocket';
  readonly highWater = 1e9;
  buffered = 0;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  /** Lists of frames that others are given too. */
  readonly shared: (readonly SharedMessage[])[] = [];
  readonly types: FrameName[] = [];
  grid: Grid | null = null;
  states = 0;
  #acked = 0;

  send(message: Uint8Array): void {
    const frame = decodeFrame(message);
    this.types.push(frame.type);
    if (frame.type === 'GridMeta') this.grid = new Grid(decodeGridMeta(frame.payload));
    if (frame.type === 'GridReset') this.grid!.clear(decodeGridReset(frame.payload));
    if (frame.type !== 'GridTiles') return;
    this.states++;
    const deflated = (frame.flags & FLAG.COMPRESSED) !== 0;
    const tiles = decodeGridTiles(deflated ? decompress(frame.payload, 1e8) : frame.payload);
    assert.ok(fits(this.grid!, tiles), `${tiles.base} to ${tiles.version} on ${this.grid!.version}`);
    applyTiles(this.grid!, tiles);
  }

  sendShared(messages: readonly SharedMessage[]): void {
    this.shared.push(messages);
    for (const { bytes } of messages) this.send(bytes);
  }

  close(code = 1000, reason = ''): void {
    this.onclose?.({ code, reason });
  }

  subscribe(message: Partial<SubscribeMessage> = {}): this {
    this.onmessage!(encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1, ...message })));
    return this;
  }

  ack(frames = this.states - this.#acked): void {
    this.#acked += frames;
    this.onmessage!(encodeFrame('Ack', session.encodeAck({ frames: this.#acked, heldMs: 0 })));
  }
}

const random = seeded(4);

/** A source that fans out in turns, each run by the test. */
function begin(width = 200, height = 200, planes = 1, cells = 500) {
  const world = new TestWorld(width, height, planes);
  world.step(cells, random);
  const turns: (() => void)[] = [];
  const options: SourceOptions & Pick<FanoutOptions, 'later'> = {
    maxFps: 1000,
    later: (run) => void turns.push(run),
    // What is shared is to be the log.
    keyframeShareMs: 0,
  };
  const source = new Source(world, options);
  return {
    world,
    source,
    turns,
    step(cells = 20): void {
      world.step(cells, random);
      source.publish();
    },
    /** Lets all turns run that are asked for; how many. */
    run(): number {
      let count = 0;
      for (let turn = turns.shift(); turn; turn = turns.shift()) {
        turn();
        assert.ok(++count < 1000, 'turns without end');
      }
      return count;
    },
    join(message?: Partial<SubscribeMessage>): Viewer {
      const viewer = new Viewer();
      source.attach(viewer);
      return viewer.subscribe(message);
    },
    agrees: (viewer: Viewer) => viewer.grid!.whole && digest(viewer.grid!).hash === digest(world).hash,
  };
}

describe('a fan-out in turns', () => {
  test('gives all who are in step the very same list, of every frame since the last', () => {
    const { step, run, join, turns, agrees } = begin();
    const viewers = [join(), join(), join()];
    step();
    step();
    step();
    assert.equal(turns.length, 1, 'one turn is asked for, not three');
    for (const { shared } of viewers) assert.equal(shared.length, 0);
    run();
    for (const viewer of viewers) {
      assert.deepEqual(
        viewer.shared.map((list) => list.length),
        [3],
      );
      assert.equal(viewer.shared[0], viewers[0]!.shared[0]);
      assert.ok(agrees(viewer));
    }
    assert.equal(run(), 0);
  });

  test('sends what has become too much as one newest state, which all share', () => {
    const { step, run, join, agrees, source } = begin();
    const viewers = [join(), join()];
    for (let i = 0; i < 30; i++) step();
    run();
    const [ends] = [[...source.fanout.ends]];
    for (const [i, viewer] of viewers.entries()) {
      assert.equal(viewer.shared.length, 1);
      assert.equal(viewer.shared[0]!.length, 1);
      assert.equal(viewer.shared[0], viewers[0]!.shared[0]);
      assert.ok(agrees(viewer));
      // Thirty times twenty cells on sixteen tiles.
      assert.ok(ends[i]!.outbox.conflated > 100);
    }
    step();
    run();
    for (const viewer of viewers) assert.ok(agrees(viewer));
  });

  test('leaves out of it what is again as it was, and tells of the rest what differs', () => {
    const { world, source, run, join, agrees } = begin(1000, 1000, 1, 50_000);
    const viewer = join();
    /** A hundred cells that blink, and one that goes on. */
    const blink = (i: number) => {
      for (let n = 0; n < 100; n++) world.flip(n * 10, n * 10);
      world.flip(500 + i, 500);
      world.version++;
      source.publish();
    };
    for (let i = 0; i < 10; i++) blink(i);
    run();
    const [[even]] = viewer.shared as [[SharedMessage]];
    assert.ok(even.bytes.length < 60, `${even.bytes.length} bytes`);
    assert.ok(agrees(viewer));
    for (let i = 10; i < 21; i++) blink(i);
    run();
    const [, [odd]] = viewer.shared as [unknown, [SharedMessage]];
    assert.ok(odd.bytes.length > 100);
    assert.ok(agrees(viewer));
    // However many there were.
    for (let i = 21; i < 71; i++) blink(i);
    viewer.ack();
    run();
    const [, , [many]] = viewer.shared as [unknown, unknown, [SharedMessage]];
    assert.ok(many.bytes.length < 100, `${many.bytes.length} bytes`);
    assert.ok(agrees(viewer));
  });

  test('lets go of the turn after a few milliseconds; who comes after gets what is new by then at once', () => {
    const { step, run, join, turns, agrees } = begin(100, 100);
    const viewers = Array.from({ length: 64 }, () => join());
    step();
    // A look at the clock takes five.
    const advancing = Object.getOwnPropertyDescriptor(performance, 'now')!;
    Object.defineProperty(performance, 'now', { value: () => (time.now += 5), configurable: true });
    turns.shift()!();
    const first = viewers.filter(({ shared }) => shared.length > 0).length;
    assert.ok(first >= 1 && first < 64, `${first} in the first turn`);
    step();
    const took = 1 + run();
    assert.ok(took >= 4, `${took} turns`);
    for (const [i, viewer] of viewers.entries()) {
      assert.deepEqual(
        viewer.shared.map((list) => list.length),
        i < first ? [1, 1] : [2],
      );
      assert.ok(agrees(viewer));
    }
    Object.defineProperty(performance, 'now', advancing);
  });

  test('brings together again those who are far behind at several places', () => {
    const { step, run, join, turns, agrees } = begin(100, 100);
    const viewers = Array.from({ length: 64 }, () => join());
    const order: (readonly SharedMessage[])[] = [];
    for (const viewer of viewers) {
      const { sendShared } = viewer;
      viewer.sendShared = (messages) => {
        order.push(messages);
        sendShared.call(viewer, messages);
      };
    }
    // A look at the clock takes five, so a round takes four turns: first of a picture each, so that all come to stand
    // elsewhere, and then of three, which is more than is sent one after the other.
    const advancing = Object.getOwnPropertyDescriptor(performance, 'now')!;
    Object.defineProperty(performance, 'now', { value: () => (time.now += 5), configurable: true });
    for (let turn = 0; turn < 24; turn++) {
      for (let i = 0; i < (turn < 8 ? 1 : 3); i++) step();
      for (const viewer of viewers) viewer.ack();
      turns.shift()?.();
    }
    Object.defineProperty(performance, 'now', advancing);
    const last = order.slice(-64);
    assert.ok(order.length > 128, `${order.length} in all`);
    assert.ok(last.every((list) => list.length === 1));
    assert.ok(new Set(last).size <= 3, `${new Set(last).size} lists for the last 64`);
    run();
    for (const viewer of viewers) {
      viewer.ack();
      run();
      assert.ok(agrees(viewer));
    }
  });

  test('lets who has no room be, until it has, and then gives it what all get who stand there', () => {
    const { step, turns, join, run, agrees, source } = begin();
    const [early, full, other] = [join(), join(), join()];
    full.buffered = other.buffered = 1.1e9;
    step();
    run();
    assert.ok(agrees(early));
    for (let i = 0; i < 6; i++) step();
    assert.equal(turns.length, 1);
    early.ack();
    assert.ok(!agrees(early), 'it has its turn when all have');
    run();
    assert.ok(agrees(early));
    assert.equal(full.shared.length, 0);
    for (const viewer of [full, other]) {
      viewer.buffered = 0;
      viewer.ondrain!();
    }
    run();
    assert.ok(agrees(full));
    assert.equal(full.shared[0], other.shared[0]);
    assert.equal(full.shared.length, 1);
    for (const { outbox } of source.fanout.ends) assert.ok(outbox.inStep && !outbox.behind);
  });

  test('has who asked for few frames wait for its time, and then take all since as one', async () => {
    const { step, run, join, agrees } = begin();
    const [fast, slow] = [join(), join({ maxFps: 10 })];
    await time.advance(200);
    for (let i = 0; i < 12; i++) {
      step();
      run();
      await time.advance(33);
      fast.ack();
      slow.ack();
    }
    assert.deepEqual(
      fast.shared.map((list) => list.length),
      Array.from({ length: 12 }, () => 1),
    );
    const lists = slow.shared.map((list) => list.length);
    assert.ok(lists.every((length) => length === 1) && lists.length >= 4 && lists.length <= 5, String(lists));
    await time.advance(100);
    assert.ok(agrees(slow));
  });

  test('does not wait for ever for who hardly ever has time', async () => {
    const { step, run, join, agrees, source } = begin();
    const [fast, slow] = [join(), join({ maxFps: 0.1 })];
    slow.ack();
    for (let i = 0; i < 200; i++) {
      step(3);
      run();
      fast.ack();
    }
    const end = [...source.fanout.ends][1]!;
    assert.ok(end.outbox.pending > 0, 'marked, not kept');
    await time.advance(10_000);
    assert.ok(agrees(slow));
  });

  test('tells nobody of the end before the last picture', () => {
    const { step, run, join, source, agrees } = begin();
    const viewer = join();
    step();
    source.fanout.end();
    run();
    assert.deepEqual(viewer.types.slice(-2), ['GridTiles', 'End']);
    assert.ok(agrees(viewer));
  });

  test('starts anew with a new world, whatever was still to be sent', () => {
    const { step, run, join, source } = begin();
    const viewer = join();
    step();
    const next = new TestWorld(300, 100);
    next.step(50, random);
    source.restart(next);
    run();
    assert.equal(digest(viewer.grid!).hash, digest(next).hash);
  });

  test('brings all to the same state, in whatever order steps, turns, acks, and joins come', async () => {
    const action = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('step' as const), n: fc.nat(9), times: fc.integer({ min: 1, max: 7 }) }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('ack' as const), who: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('ms' as const), n: fc.integer({ min: 1, max: 300 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('full' as const), who: fc.nat(9) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('join' as const), fps: fc.constantFrom(undefined, 1, 7, 30) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who: fc.nat(9) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 120 }),
        fc.integer({ min: 1, max: 2 }),
        async (actions, planes) => {
          const { step, run, join, turns, agrees, world } = begin(300, 200, planes);
          let viewers = [join(), join()];
          const one = (who: number) => viewers[who % viewers.length];
          for (const action of actions) {
            if (action.do === 'step') for (let i = 0; i < action.times; i++) step(action.n);
            else if (action.do === 'turn') turns.shift()?.();
            else if (action.do === 'ack') one(action.who)?.ack();
            else if (action.do === 'ms') await time.advance(action.n);
            else if (action.do === 'join') viewers.push(join(action.fps ? { maxFps: action.fps } : {}));
            else if (action.do === 'full') {
              const viewer = one(action.who);
              if (viewer) viewer.buffered = viewer.buffered ? 0 : 1.1e9;
            } else {
              const viewer = one(action.who);
              viewers = viewers.filter((other) => other !== viewer);
              viewer?.close();
            }
          }
          step(1);
          run();
          for (const viewer of viewers) viewer.buffered = 0;
          for (let i = 0; i < 5; i++) {
            await time.advance(1000);
            for (const viewer of viewers) viewer.ack();
            for (const viewer of viewers) viewer.ondrain!();
            run();
          }
          for (const viewer of viewers) {
            assert.ok(agrees(viewer));
            assert.equal(viewer.grid!.version, world.version);
          }
          time.clear();
        },
      ),
      { numRuns: 100 },
    );
  });
});
