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
import { resolveOptions } from '../server/options.js';
import { Channel } from '../server/relay/channel.js';
import type { Link } from './link/link.js';
import { Receiver } from './receiver.js';
import { Source } from './source.js';
import { digest } from './state/digest.js';
import { Network } from './testing/network.js';
import { FakeTime, settled } from './testing/time.js';
import { seeded, TestWorld } from './testing/world.js';
import { Uplink } from './uplink.js';

interface Setup {
  seed: number;
  planes: number;
  width: number;
  height: number;
  tileBudget: number;
  highWater: number;
  /** Cells set before anyone watches. */
  start: number;
}

type Where = 'base' | 'direct' | 'uplink';
type Action =
  | { do: 'step'; n: number }
  | { do: 'publish'; n: number }
  | { do: 'deliver'; n: number }
  | { do: 'time'; ms: number }
  | { do: 'cut'; where: Where }
  | { do: 'freeze'; where: Where }
  | { do: 'transport'; transport: 'auto' | 'relay' | 'p2p' }
  | { do: 'maxFps'; fps: number | undefined }
  | { do: 'standby'; standby: boolean }
  | { do: 'epoch' }
  | { do: 'relay' };

/** A claim that comes late, after the one of the next connection, is taken for a takeover, so an uplink loses all at once. */
const some = ({ where }: { where: Where }): boolean => where !== 'uplink';

const tell = ({ status, reason, link, linkReason, grid, counts }: Receiver): string =>
  JSON.stringify({ status, reason, link, linkReason, version: grid?.version, whole: grid?.whole, counts });

class Stage {
  readonly random: () => number;
  readonly network: Network;
  readonly source: Source;
  readonly uplink: Uplink;
  /** Seen by whoever changes links. */
  readonly roamer: Receiver;
  readonly homebody: Receiver;
  readonly links: { [where in Where]: Link | null } = { base: null, direct: null, uplink: null };
  world: TestWorld;
  channel!: Channel;
  wholes = 0;
  /** Digest of the world at every version of every epoch. */
  readonly #truth = new Map<string, string>();

  constructor(
    readonly time: FakeTime,
    readonly setup: Setup,
  ) {
    this.random = seeded(setup.seed);
    this.network = new Network(this.random, setup.highWater);
    this.#openRelay();
    this.world = this.#newWorld();
    this.source = new Source(this.world, { tileBudget: setup.tileBudget, maxFps: 50 });
    this.#record();
    this.uplink = new Uplink(this.source, {
      url: '',
      claim: 'a-claim-for-the-test',
      connect: () => {
        const [near, far] = this.network.pair('websocket');
        this.links.uplink = near;
        this.channel.addSource(far);
        return Promise.resolve(near);
      },
      onintroduce: ({ peer }) => this.uplink.introduce({ peer }),
    });
    this.uplink.setPeer('host', 8);
    this.roamer = this.#watch('base');
    this.homebody = this.#watch(null);
  }

  async act(action: Action): Promise<void> {
    if (action.do === 'step' || action.do === 'publish') {
      this.world.step(action.n, this.random);
      this.#record();
      if (action.do === 'publish') this.source.publish();
    } else if (action.do === 'deliver') this.network.deliver(action.n);
    else if (action.do === 'time') await this.time.advance(action.ms);
    else if (action.do === 'cut') this.#with(action.where, (link) => this.network.cut(link, some(action)));
    else if (action.do === 'freeze') this.#with(action.where, (link) => this.network.freeze(link, some(action)));
    else if (action.do === 'transport') this.roamer.transport = action.transport;
    else if (action.do === 'standby') this.roamer.standby = action.standby;
    else if (action.do === 'maxFps') this.roamer.maxFps = action.fps;
    else if (action.do === 'epoch') {
      this.world = this.#newWorld();
      this.source.restart(this.world);
      this.#record();
    } else this.#openRelay();
    await settled();
  }

  /** Lets the network and the clock run, with the world at rest, until all agree. */
  async rest(): Promise<void> {
    this.roamer.transport = 'auto';
    this.roamer.maxFps = undefined;
    this.roamer.standby = false;
    this.world.step(1, this.random);
    this.#record();
    for (let i = 0; i < 600; i++) {
      this.source.publish();
      this.network.deliver(50);
      await settled();
      if (this.#agrees(this.roamer) && this.#agrees(this.homebody)) return;
      await this.time.advance(i < 300 ? 20 : 500);
    }
    assert.fail(
      `never agreed on version ${this.world.version}: ${tell(this.roamer)} ${tell(this.homebody)} ` +
        `uplink ${this.uplink.status} ${this.uplink.reason}`,
    );
  }

  close(): void {
    this.roamer.stop();
    this.homebody.stop();
    this.uplink.close();
    this.source.fanout.close();
    this.channel.close();
    this.network.end();
    // Whatever the closing left behind is not to run into the next play.
    this.time.clear();
  }

  #newWorld(): TestWorld {
    const world = new TestWorld(this.setup.width, this.setup.height, this.setup.planes);
    world.step(this.setup.start, this.random);
    return world;
  }

  #record(): void {
    this.#truth.set(`${this.source.epoch} ${this.world.version}`, digest(this.world).hash);
  }

  #with(where: Where, run: (link: Link) => void): void {
    const link = this.links[where];
    if (link !== null) run(link);
  }

  /** A relay that starts knows nothing; what was connected to the old one is not any more. */
  #openRelay(): void {
    const old = this.channel;
    this.channel = new Channel(
      'demo',
      resolveOptions({}),
      () => Number.POSITIVE_INFINITY,
      () => {},
    );
    this.channel.fanout.tileBudget = this.setup.tileBudget;
    if (old === undefined) return;
    old.close();
    for (const end of [...old.fanout.ends]) this.network.cut(end.link);
    this.#with('uplink', (link) => this.network.cut(link, false));
  }

  #watch(base: 'base' | null): Receiver {
    const receiver = new Receiver({
      connect: () => {
        const [near, far] = this.network.pair('websocket');
        if (base !== null) this.links.base = near;
        this.channel.addViewer(far);
        return Promise.resolve(near);
      },
      ...(base !== null && {
        dialer: () =>
          Promise.resolve({
            ready: () => Promise.resolve(`peer-${this.random()}`),
            dial: () => {
              const [near, far] = this.network.pair('webrtc');
              this.links.direct = near;
              this.source.attach(far);
              return Promise.resolve(near);
            },
            close: () => {},
          }),
      }),
    });
    receiver.listen((event) => {
      if ((event.type !== 'tiles' && event.type !== 'grid') || !receiver.grid!.whole) return;
      this.wholes++;
      const { epoch, version } = receiver.grid!;
      const truth = this.#truth.get(`${epoch} ${version}`);
      assert.ok(truth, `the source never was at version ${version} of epoch ${epoch}`);
      assert.equal(digest(receiver.grid!).hash, truth, `whole at version ${version}, but not equal to the source`);
    });
    receiver.start();
    return receiver;
  }

  #agrees(receiver: Receiver): boolean {
    const { grid } = receiver;
    return grid?.whole === true && grid.epoch === this.source.epoch && grid.version === this.world.version;
  }
}

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
      { numRuns: runs(300), ...replay },
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
