/**
 * The promise of the whole room: however links break, freeze, lag and take over from each other, a receiver that says it
 * is whole at a version shows exactly what the source showed at that version, and in the end the source's own state.
 *
 * Source, uplink, relay channel, receivers and their sessions are the real ones. Only the network and the clock are the
 * test's, so that a thousand breakdowns take a second and any failure comes again from its seed.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type Action, type Setup, Stage, tell, type Where } from './testing/stage.js';
import { FakeTime } from './testing/time.js';

const where = fc.constantFrom<Where>('base', 'direct', 'direct', 'uplink');
const action = (most: number): fc.Arbitrary<Action> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('step' as const), n: fc.integer({ min: 0, max: most }) }) },
    { weight: 16, arbitrary: fc.record({ do: fc.constant('publish' as const), n: fc.integer({ min: 0, max: most }) }) },
    { weight: 16, arbitrary: fc.record({ do: fc.constant('deliver' as const), n: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 1200 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('cut' as const), where }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('freeze' as const), where }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('transport' as const),
        transport: fc.constantFrom('auto' as const, 'auto' as const, 'relay' as const, 'p2p' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('maxFps' as const), fps: fc.constantFrom(undefined, 1, 20) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('standby' as const), standby: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('epoch' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('relay' as const) }) },
  );

/** A failure is told at once; SHRINK=1 looks for a smaller one, SEED and RUN (its path) play one again. */
const replay = {
  endOnFailure: process.env.SHRINK === undefined,
  includeErrorInReport: true,
  ...(process.env.SEED && { seed: Number(process.env.SEED), path: process.env.RUN ?? '' }),
};
const runs = (few: number): number => Math.ceil(few * Number(process.env.RUNS ?? 1));

describe('a receiver that changes links', () => {
  let time: FakeTime;
  before(() => {
    time = new FakeTime();
  });
  after(() => time.restore());

  async function play(setup: Setup, actions: Action[]): Promise<number> {
    const stage = new Stage(time, setup);
    try {
      // Mostly everything is connected before it is taken apart.
      if (setup.seed % 4 !== 0) await stage.rest();
      for (const action of actions) await stage.act(action);
      await stage.rest();
    } finally {
      stage.close();
    }
    return stage.wholes;
  }

  const setup = (side: number, start: number): fc.Arbitrary<Setup> =>
    fc.record({
      seed: fc.integer(),
      planes: fc.integer({ min: 1, max: 2 }),
      width: fc.integer({ min: 1, max: side }),
      height: fc.integer({ min: 1, max: side }),
      tileBudget: fc.constantFrom(1, 3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
      highWater: fc.constantFrom(500, 5000, 1e6),
      start: fc.integer({ min: 0, max: start }),
    });

  test('goes to the direct link and back, at rest and mid-stream, and is exact at every whole moment', async () => {
    const setup = { seed: 7, planes: 1, width: 300, height: 200, tileBudget: Infinity, highWater: 1e6, start: 2000 };
    const stage = new Stage(time, setup);
    const { roamer, homebody, network } = stage;
    const until = async (what: () => boolean): Promise<void> => {
      for (let i = 0; !what(); i++) {
        assert.ok(i < 5000, `never came true: ${what}: ${tell(roamer)} ${tell(homebody)}`);
        await stage.act({ do: 'publish', n: 20 });
        network.deliver(20);
        await time.advance(40);
      }
    };
    await until(() => roamer.link === 'webrtc' && homebody.status === 'live');
    assert.equal(roamer.counts.switches, 1);
    network.cut(stage.links.direct!);
    await until(() => roamer.link === 'websocket' && roamer.grid!.whole);
    await until(() => roamer.link === 'webrtc');
    network.freeze(stage.links.direct!);
    await until(() => roamer.link === 'websocket' && roamer.grid!.whole);
    await until(() => roamer.link === 'webrtc');
    network.cut(stage.links.base!);
    const { version } = roamer;
    await until(() => roamer.version > version + 20);
    assert.equal(roamer.link, 'webrtc');
    assert.equal(roamer.status, 'live');
    roamer.transport = 'relay';
    await until(() => roamer.link === 'websocket' && roamer.grid!.whole);
    assert.equal(roamer.status, 'live');
    await stage.rest();
    assert.ok(stage.wholes > 100, `${stage.wholes} whole moments`);
    stage.close();
  });

  test('stands by on every link, one that comes meanwhile too, and goes on with what it missed', async () => {
    const setup = { seed: 3, planes: 1, width: 300, height: 200, tileBudget: Infinity, highWater: 1e6, start: 2000 };
    const stage = new Stage(time, setup);
    const { roamer } = stage;
    const run = async (turns: number): Promise<void> => {
      for (let i = 0; i < turns; i++) {
        await stage.act({ do: 'publish', n: 20 });
        await stage.act({ do: 'deliver', n: 100 });
        await time.advance(40);
      }
    };
    for (let i = 0; roamer.status !== 'live'; i++) {
      assert.ok(i < 100);
      await stage.act({ do: 'deliver', n: 1 });
    }
    assert.equal(roamer.link, 'websocket');
    roamer.standby = true;
    await run(3);
    assert.ok(stage.links.direct, 'no direct link was sought');
    const { frames } = roamer.counts;
    await run(50);
    assert.equal(roamer.counts.frames, frames);
    roamer.standby = false;
    await run(5);
    assert.ok(roamer.counts.frames > frames);
    await stage.rest();
    assert.equal(roamer.link, 'webrtc');
    roamer.standby = true;
    await run(3);
    const still = roamer.counts.frames;
    await run(20);
    assert.equal(roamer.counts.frames, still);
    await stage.rest();
    stage.close();
  });

  test('is exact at every whole moment, whatever breaks', async () => {
    await fc.assert(
      fc.asyncProperty(setup(300, 500), fc.array(action(40), { minLength: 20, maxLength: 120 }), async (s, actions) => {
        await play(s, actions);
      }),
      { numRuns: runs(150), ...replay },
    );
  });

  test('is exact where one picture takes many frames', async () => {
    await fc.assert(
      fc.asyncProperty(
        setup(1024, 60_000),
        fc.array(action(30_000), { minLength: 20, maxLength: 60 }),
        async (s, a) => {
          await play({ ...s, width: 1024, height: 960, start: 60_000, tileBudget: s.tileBudget * 40 }, a);
        },
      ),
      { numRuns: runs(12), ...replay },
    );
  });
});
