import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Link } from './link/link.js';
import { memoryLinks } from './link/memory.js';
import { Receiver } from './receiver.js';
import { Source } from './source.js';
import { digest } from './state/digest.js';
import { seeded, TestWorld } from './testing/world.js';

const until = async (what: () => boolean): Promise<void> => {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    if (what()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.fail(`never came true: ${what}`);
};

/** A receiver that is connected to a source in memory; `cut` breaks the link, and it comes back by itself. */
function watch(source: Source, options: { maxFps?: number } = {}) {
  let link: Link | null = null;
  const receiver = new Receiver({
    ...options,
    connect: () => {
      const [near, far] = memoryLinks();
      source.attach(far);
      link = near;
      return Promise.resolve(near);
    },
  });
  receiver.start();
  return { receiver, cut: () => link?.close(1001, 'cut by the test') };
}

const agree = (world: TestWorld, receiver: Receiver): boolean =>
  receiver.grid?.whole === true && digest(receiver.grid).hash === digest(world).hash;

describe('a source and its receivers', () => {
  test('a receiver gets the whole world, then what changes', async () => {
    const random = seeded(1);
    const world = new TestWorld(200, 130);
    world.step(2000, random);
    const source = new Source(world);
    const { receiver } = watch(source);
    await until(() => agree(world, receiver));
    assert.equal(receiver.status, 'live');
    for (let i = 0; i < 50; i++) {
      world.step(20, random);
      source.publish();
      await until(() => receiver.version === world.version);
      assert.ok(agree(world, receiver));
    }
    assert.deepEqual(await receiver.digest(), digest(world));
    assert.deepEqual(
      await receiver.digest({ x: 3, y: 60, width: 100, height: 7 }),
      digest(world, { x: 3, y: 60, width: 100, height: 7 }),
    );
    receiver.stop();
  });

  test('a receiver of an empty world is live, and a source without receivers captures nothing', async () => {
    const world = new TestWorld(64, 64);
    const source = new Source(world);
    assert.equal(source.publish(), 0);
    assert.equal(source.counts.captures, 0);
    const { receiver } = watch(source);
    await until(() => receiver.status === 'live' && receiver.grid!.whole);
    receiver.stop();
  });

  test('a cell that goes and comes back between two captures costs no tile', async () => {
    const world = new TestWorld(640, 64);
    const source = new Source(world);
    const { receiver } = watch(source);
    await until(() => receiver.status === 'live');
    const before = receiver.counts.tiles;
    world.flip(1, 1);
    world.flip(1, 1);
    world.flip(300, 1);
    world.version++;
    assert.equal(source.publish(), 1);
    await until(() => agree(world, receiver));
    assert.equal(receiver.counts.tiles, before + 1);
    receiver.stop();
  });

  test('after a loss, only what changed since is sent', async () => {
    const random = seeded(3);
    const world = new TestWorld(1024, 1024);
    world.step(20_000, random);
    const source = new Source(world);
    const { receiver, cut } = watch(source);
    await until(() => agree(world, receiver));
    const before = receiver.counts.tiles;
    cut();
    await until(() => receiver.status === 'reconnecting');
    world.flip(5, 5);
    world.flip(900, 900);
    world.version++;
    await until(() => {
      receiver.retryNow();
      return agree(world, receiver);
    });
    assert.equal(receiver.counts.tiles - before, 2);
    receiver.stop();
  });

  test('a new epoch replaces the grid', async () => {
    const source = new Source(new TestWorld(100, 100));
    const { receiver } = watch(source);
    await until(() => receiver.status === 'live');
    const next = new TestWorld(70, 300);
    next.step(500, seeded(4));
    source.restart(next);
    await until(() => receiver.grid?.width === 70 && agree(next, receiver));
    receiver.stop();
  });

  test('a command is carried out or refused with a reason', async () => {
    const source = new Source(new TestWorld(10, 10), {
      oncommand: (command) => {
        if (command.command === 'reset') throw new Error('not today');
      },
    });
    const { receiver } = watch(source);
    await until(() => receiver.status === 'live');
    await assert.rejects(receiver.command({ command: 'play' }), /watching only/);
    source.control = 'viewers';
    await receiver.command({ command: 'play' });
    await assert.rejects(receiver.command({ command: 'reset' }), /not today/);
    source.control = 'token';
    source.token = 'sesame';
    await assert.rejects(receiver.command({ command: 'play' }), /asks for a token/);
    receiver.stop();
    await assert.rejects(receiver.command({ command: 'play' }), /not connected/);
  });

  test("any interleaving of steps, captures, losses, tile budgets and epochs ends in the source's own state", async () => {
    const action = fc.oneof(
      fc.record({ do: fc.constant('step' as const), n: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ do: fc.constant('publish' as const) }),
      fc.record({ do: fc.constant('turn' as const), n: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant('cut' as const), n: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ do: fc.constant('epoch' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 40 }),
        fc.integer(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(1, 7, Number.POSITIVE_INFINITY),
        async (actions, seed, planes, width, height, tileBudget) => {
          const random = seeded(seed);
          let world = new TestWorld(width, height, planes);
          const source = new Source(world, { tileBudget, maxFps: 1000 });
          const watchers = [watch(source), watch(source), watch(source)];
          for (const step of actions) {
            if (step.do === 'step') world.step(step.n, random);
            else if (step.do === 'publish') source.publish();
            else if (step.do === 'turn') for (let i = 0; i < step.n; i++) await new Promise((r) => setImmediate(r));
            else if (step.do === 'cut') watchers[step.n]!.cut();
            else {
              world = new TestWorld(width, height, planes);
              world.step(100, random);
              source.restart(world);
            }
          }
          world.step(1, random);
          for (const { receiver } of watchers) {
            await until(() => {
              receiver.retryNow();
              source.publish();
              return agree(world, receiver);
            });
            receiver.stop();
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
