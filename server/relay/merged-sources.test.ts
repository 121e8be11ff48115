/**
 * Several sources of one channel: of each signal the last write counts, in whatever order the writes arrive, and whatever
 * breaks on the way. Sources, uplinks, channel and receivers are the real ones; network and clock are the test's.
 *
 * RUNS multiplies the plays; SEED and RUN (the path of a failure) play one again; SHRINK=1 looks for a smaller one.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type Link, type LinkClose, Receiver, SignalWriter, Source, Uplink } from '../../transport/index.js';
import { lineage } from '../../transport/signals/lineage.js';
import { Network } from '../../transport/testing/network.js';
import { FakeTime, settled } from '../../transport/testing/time.js';
import { seeded } from '../../transport/testing/world.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { Hop } from '../../transport/wire/messages.js';
import * as session from '../../transport/wire/session.js';
import { SIGNAL_LIMITS } from '../../transport/wire/signal-value.js';
import { encodeSignalJson, schema } from '../../transport/wire/signals.js';
import { resolveOptions } from '../options.js';
import { Channel } from './channel.js';

let time: FakeTime;
const { now } = Date;
before(() => {
  time = new FakeTime();
  let day = 1.7e12;
  Date.now = () => (day += 86_400_000);
});
after(() => {
  time.restore();
  Date.now = now;
});

class Origin {
  writer!: SignalWriter;
  source!: Source;
  uplink!: Uplink;
  link: Link | null = null;

  constructor(
    readonly stage: Stage,
    readonly claim: string,
    readonly coded: boolean,
  ) {
    this.open();
  }

  open(): void {
    const writer = new SignalWriter({ merge: true });
    this.writer = writer;
    this.source = new Source(null, { signals: writer, coded: this.coded, merge: true });
    this.source.fanout.onstatus = ({ clock }) => clock !== undefined && writer.witness(clock);
    this.uplink = new Uplink(this.source, {
      url: '',
      claim: this.claim,
      merge: true,
      connect: () => {
        const [near, far] = this.stage.network.pair('websocket');
        this.link = near;
        this.stage.channel.addSource(far);
        return Promise.resolve(near);
      },
    });
  }

  set(values: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(values)) this.writer.set(name, value);
    this.source.publishSignals();
  }

  close(): void {
    this.uplink.close();
    this.source.fanout.close();
  }
}

class Stage {
  readonly random: () => number;
  readonly network: Network;
  readonly origins: Origin[];
  readonly receivers: Receiver[];
  channel!: Channel;
  /** What sources that are gone had written, as the relay knows. */
  past: SignalWriter[] = [];

  constructor(seed: number, coded: readonly boolean[], highWater = 1e6) {
    this.random = seeded(seed);
    this.network = new Network(this.random, highWater);
    this.openRelay();
    this.origins = coded.map((inCode, i) => new Origin(this, `claim-of-the-test-source-${i}`, inCode));
    this.receivers = [true, { select: ['x', 'never'] }].map((signals) => {
      const connect = () => {
        const [near, far] = this.network.pair('websocket');
        this.channel.addViewer(far);
        return Promise.resolve(near);
      };
      const receiver = new Receiver({ connect, grid: false, signals });
      receiver.start();
      return receiver;
    });
  }

  openRelay(): void {
    const old = this.channel;
    this.channel = new Channel(
      'demo',
      resolveOptions({}),
      () => Number.POSITIVE_INFINITY,
      () => {},
    );
    if (old === undefined) return;
    this.past = [];
    old.close();
    for (const end of [...old.fanout.ends]) this.network.cut(end.link);
    for (const { link } of this.origins) if (link) this.network.cut(link, false);
  }

  /** Lets everything arrive that is on its way. */
  async quiet(ms = 100): Promise<void> {
    for (let i = 0; i < 4; i++) {
      while (this.network.deliver(50) > 0) await settled();
      await this.time(ms / 4);
    }
  }

  time = (ms: number): Promise<void> => time.advance(ms);

  /** A source begins anew, once all that it said was heard. */
  async restart(origin: Origin): Promise<void> {
    for (let i = 0; i < 100 && origin.uplink.status !== 'live'; i++) await this.quiet(500);
    await this.quiet(2000);
    this.past.push(origin.writer);
    origin.close();
    origin.open();
  }

  /** Of each signal, the write with the highest version, and of those the one of the highest epoch. */
  fold(): Map<string, string> {
    const latest = new Map<string, { stamp: number; epoch: number; text: string }>();
    for (const { table } of [...this.past, ...this.origins.map(({ writer }) => writer)]) {
      for (const { spec, stamp, text } of table.changedSince(-1)) {
        const held = latest.get(spec.name);
        if (held && (held.stamp > stamp || (held.stamp === stamp && held.epoch > table.epoch))) continue;
        latest.set(spec.name, { stamp, epoch: table.epoch, text });
      }
    }
    return new Map([...latest].map(([name, { text }]) => [name, text]));
  }

  async rest(): Promise<void> {
    for (let i = 0; i < 400; i++) {
      this.network.deliver(50);
      await settled();
      if (
        this.origins.every(({ uplink }) => uplink.status === 'live') &&
        this.receivers.every((r) => this.#agrees(r))
      ) {
        return;
      }
      await time.advance(i < 200 ? 20 : 500);
    }
    const tell = ({ status, reason, signals }: Receiver) =>
      JSON.stringify({ status, reason, values: signals?.values() });
    assert.fail(
      `never agreed on ${JSON.stringify([...this.fold()])}:\n${this.receivers.map(tell).join('\n')}\n` +
        this.origins
          .map(({ uplink, writer }) => `${uplink.status} ${uplink.reason} ${writer.table.version}`)
          .join('\n'),
    );
  }

  close(): void {
    for (const receiver of this.receivers) receiver.stop();
    for (const origin of this.origins) origin.close();
    this.channel.close();
    this.network.end();
    time.clear();
  }

  #agrees({ signals, select }: Receiver): boolean {
    const wanted = [...this.fold()].filter(([name]) => !Array.isArray(select) || select.includes(name));
    if (wanted.length > 0 && signals === null) return false;
    const held = Object.entries(signals?.values() ?? {});
    return held.length === wanted.length && wanted.every(([name, text]) => JSON.stringify(signals!.get(name)) === text);
  }
}

const replay = {
  endOnFailure: process.env.SHRINK === undefined,
  includeErrorInReport: true,
  ...(process.env.SEED && { seed: Number(process.env.SEED), path: process.env.RUN ?? '' }),
};
const runs = (few: number): number => Math.ceil(few * Number(process.env.RUNS ?? 1));
const coded = fc.array(fc.boolean(), { minLength: 2, maxLength: 3 });
const write = fc.record({ by: fc.nat(2), name: fc.constantFrom('x', 'y'), value: fc.nat(2) });

async function withStage(stage: Stage, run: (stage: Stage) => Promise<void>): Promise<void> {
  try {
    await run(stage);
  } finally {
    stage.close();
  }
}

describe('several sources of one channel', () => {
  test('one after the other: what was set last is what is seen, the same value again too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), coded, fc.array(write, { minLength: 1, maxLength: 20 }), (seed, coded, writes) =>
        withStage(new Stage(seed, coded), async (stage) => {
          const last = new Map<string, number>();
          for (let i = 0; i < 50 && stage.origins.some(({ uplink }) => uplink.status !== 'live'); i++)
            await stage.quiet();
          for (const { by, name, value } of writes) {
            stage.origins[by % stage.origins.length]!.set({ [name]: value });
            last.set(name, value);
            await stage.quiet();
            const [all] = stage.receivers;
            for (const [name, value] of last)
              assert.equal(all!.signals?.get(name), value, `${name} after ${JSON.stringify(writes)}`);
          }
        }),
      ),
      { numRuns: runs(60), ...replay },
    );
  });

  type Action =
    | { do: 'set'; by: number; name: string; value: number }
    | { do: 'deliver' | 'time' | 'cut' | 'restart'; n: number }
    | { do: 'relay' };
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 12,
      arbitrary: write.map((w) => ({ do: 'set' as const, ...w, name: w.name === 'y' ? `y${w.value}` : w.name })),
    },
    { weight: 12, arbitrary: fc.record({ do: fc.constant('deliver' as const), n: fc.integer({ min: 1, max: 10 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('time' as const), n: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), n: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), n: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('relay' as const) }) },
  );

  test('all at once, whatever breaks: everybody ends with the write of the highest version', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        coded,
        fc.constantFrom(100, 1e6),
        fc.array(action, { minLength: 10, maxLength: 60 }),
        (seed, coded, highWater, actions) =>
          withStage(new Stage(seed, coded, highWater), async (stage) => {
            const at = (n: number): Origin => stage.origins[n % stage.origins.length]!;
            for (const action of actions) {
              if (action.do === 'set') at(action.by).set({ [action.name]: action.value });
              else if (action.do === 'deliver') stage.network.deliver(action.n);
              else if (action.do === 'time') await stage.time(action.n * 20);
              else if (action.do === 'relay') stage.openRelay();
              else if (action.do === 'restart') await stage.restart(at(action.n));
              else if (at(action.n).link) stage.network.cut(at(action.n).link!, false);
              await settled();
            }
            await stage.rest();
          }),
      ),
      { numRuns: runs(150), ...replay },
    );
  });
});

/** A source by hand: it says what it likes. */
class Hand {
  closed = null as LinkClose | null;
  readonly #link: Link;

  constructor(
    readonly stage: Stage,
    claim: string,
    attempt?: number,
  ) {
    const [near, far] = stage.network.pair('websocket');
    stage.channel.addSource(far);
    this.#link = near;
    near.onclose = (event) => {
      this.closed = event;
    };
    const message = { protocol: 1, claim, merge: true, ...(attempt !== undefined && { attempt }) } as const;
    this.say('Publish', session.publish.encode(message));
  }

  say(type: 'Publish' | 'SchemaAnnounce' | 'SignalSync' | 'SignalDiff', payload: Uint8Array): this {
    this.#link.send(encodeFrame(type, payload));
    return this;
  }

  leave(): void {
    this.#link.close(1000, 'the source has left');
  }

  /** Announces and syncs, as a source of this epoch. */
  tell(epoch: number, version: number, values: Record<string, unknown>): this {
    const signals = Object.keys(values).map((name): [string, 'json'] => [name, 'json']);
    const texts = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)] as const);
    this.say('SchemaAnnounce', schema.encode({ epoch, signals }));
    return this.say('SignalSync', encodeSignalJson(version, undefined, texts));
  }
}

describe('one of several sources that means harm, or is late', () => {
  const withOne = (run: (stage: Stage, honest: Origin) => Promise<void>) =>
    withStage(new Stage(1, [false]), async (stage) => {
      const [honest] = stage.origins;
      honest!.set({ x: 1 });
      await stage.quiet();
      assert.equal(honest!.uplink.status, 'live');
      await run(stage, honest!);
      // Whatever happened, the honest one is heard.
      honest!.set({ x: 'still here' });
      await stage.quiet(2000);
      assert.equal(honest!.uplink.status, 'live');
      assert.equal(honest!.uplink.reconnects, 0);
      assert.equal(stage.receivers[0]!.signals!.get('x'), 'still here');
    });

  test('is closed when there is no room for what it says, and none of it is kept', () =>
    withOne(async (stage) => {
      const large = 'x'.repeat(60_000);
      honestShare(stage, large);
      await stage.quiet();
      const hostile = new Hand(stage, 'claim-of-a-hostile-one');
      hostile.tell(5, 9, Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`h${i}`, large])));
      await stage.quiet();
      assert.equal(hostile.closed?.code, 1009);
      assert.ok(stage.channel.bytes <= SIGNAL_LIMITS.total, `${stage.channel.bytes}`);
      assert.equal(stage.receivers[0]!.signals!.get('h0'), undefined);
    }));

  const honestShare = (stage: Stage, large: string): void =>
    stage.origins[0]!.set(Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`y${i}`, large])));

  test('is closed when there is no room for its names, though they have no values', () =>
    withOne(async (stage) => {
      const names = (who: string) =>
        Array.from({ length: 4000 }, (_, i): [string, 'json'] => [`${who}${i}`.padEnd(120, 'n'), 'json']);
      new Hand(stage, 'claim-of-a-large-one').say('SchemaAnnounce', schema.encode({ epoch: 5, signals: names('a') }));
      const hostile = new Hand(stage, 'claim-of-a-hostile-one');
      hostile.say('SchemaAnnounce', schema.encode({ epoch: 6, signals: names('b') }));
      await stage.quiet();
      assert.equal(hostile.closed?.code, 1009);
      assert.match(hostile.closed!.reason, /does not fit/);
      assert.ok(stage.channel.bytes <= SIGNAL_LIMITS.total, `${stage.channel.bytes}`);
    }));

  test('is closed when it runs the clock to its end', () =>
    withOne(async (stage, honest) => {
      const hostile = new Hand(stage, 'claim-of-a-hostile-one').tell(5, Number.MAX_SAFE_INTEGER, { z: 1 });
      await stage.quiet();
      assert.equal(hostile.closed?.code, 4400);
      new Hand(stage, 'claim-of-another-hostile-one').tell(6, 2 ** 52, { z: 1 });
      await stage.quiet();
      assert.ok(honest.writer.table.version < 2 ** 51);
    }));

  test('is closed when it announces too often, without harm to others', () =>
    withOne(async (stage) => {
      const hostile = new Hand(stage, 'claim-of-a-hostile-one');
      for (let i = 0; i < 100; i++)
        hostile.say('SchemaAnnounce', schema.encode({ epoch: 5, signals: [[`s${i}`, 'json']] }));
      await stage.quiet();
      assert.equal(hostile.closed?.code, 4429);
    }));

  test('says over an older connection what comes late: the newer one stays', () =>
    withOne(async (stage) => {
      const newer = new Hand(stage, 'claim-of-a-late-one', 7).tell(5, 50, { z: 'new' });
      await stage.quiet();
      const older = new Hand(stage, 'claim-of-a-late-one', 6).tell(5, 40, { z: 'old' });
      await stage.quiet();
      assert.equal(newer.closed, null);
      assert.equal(older.closed?.code, 4409);
      assert.equal(stage.receivers[0]!.signals!.get('z'), 'new');
      const newest = new Hand(stage, 'claim-of-a-late-one', 8);
      await stage.quiet();
      assert.equal(newer.closed!.code, 4410);
      assert.equal(newest.closed, null);
    }));
});

describe('what a source leaves behind', () => {
  const announce = (hand: Hand, epoch: number, hops: Hop[] | undefined): Hand =>
    hand
      .say('SchemaAnnounce', schema.encode({ epoch, signals: [[`s${epoch}`, 'json']], ...(hops && { hops }) }))
      .say('SignalSync', encodeSignalJson(1, undefined, [[`s${epoch}`, '1']]));

  test('is no part of its way: what it was made of may be made of the channel once it has left', () =>
    withStage(new Stage(1, []), async (stage) => {
      const plain = announce(new Hand(stage, 'claim-of-the-plain-one'), 5, undefined);
      await stage.quiet();
      const { signals } = stage.receivers[0]!;
      assert.equal(signals!.hops, null, 'sources of their own make a channel of its own');
      const made = new Hand(stage, 'claim-of-the-derived-one');
      announce(made, 6, [
        { id: 6, channel: 'demo', from: [7] },
        { id: 7, channel: 'x', from: [8] },
        { id: 8, channel: 'y', from: [] },
      ]);
      await stage.quiet();
      const told = stage.receivers[0]!.signals!.hops!;
      assert.deepEqual(told[0]!.from, [6, 7], 'of what its sources are made of: none is a step of its own');
      const own = { id: 99, channel: 'x' };
      assert.deepEqual(
        lineage(own, [told])!.map(({ channel }) => channel),
        ['x', 'demo', 'demo', 'x', 'y'],
      );
      assert.throws(() => lineage({ ...own, id: 7 }, [told]), /x → demo → x$/);
      // What the source itself would be made of is the channel, whoever else makes it.
      assert.throws(() => lineage({ id: 6, channel: 'demo' }, [told]), /made of itself/);
      made.leave();
      await stage.quiet();
      assert.equal(stage.receivers[0]!.signals!.hops, null);
      assert.deepEqual({ ...stage.receivers[0]!.signals!.values() }, { s5: 1, s6: 1 }, 'its values stay');
      assert.equal(plain.closed, null);
    }));

  test('makes room for what others have to say', () =>
    withStage(new Stage(1, [false]), async (stage) => {
      const [origin] = stage.origins;
      origin!.set({ x: 1 });
      await stage.quiet();
      const { receivers } = stage;
      for (let round = 0; round < 8; round++) {
        const hand = new Hand(stage, `claim-of-source-number-${round}`);
        const values = Array.from({ length: 2600 }, (_, i) => [`r${round} ${i}`, round] as const);
        hand.tell(100 + round, 1, Object.fromEntries(values));
        await stage.quiet();
        assert.equal(hand.closed, null, `${round}: ${hand.closed?.reason}`);
        assert.equal(receivers[0]!.signals!.get(`r${round} 2599`), round);
        assert.equal(receivers[0]!.signals!.get('x'), 1, 'what a source that is there says stays');
        if (round < 3) assert.equal(receivers[0]!.signals!.get('r0 0'), 0, 'as long as there is room');
        hand.leave();
        await stage.quiet();
      }
      // Bytes, too.
      const large = 'x'.repeat(60_000);
      for (let round = 0; round < 4; round++) {
        const hand = new Hand(stage, `claim-of-large-source-${round}`);
        hand.tell(200 + round, 1, Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`l${round} ${i}`, large])));
        await stage.quiet();
        assert.equal(hand.closed, null, `${round}: ${hand.closed?.reason}`);
        assert.equal(receivers[0]!.signals!.get(`l${round} 4`), large);
        assert.ok(stage.channel.signals!.bytes <= SIGNAL_LIMITS.total);
        hand.leave();
        await stage.quiet();
      }
      // A name that was dropped is a name like any other.
      new Hand(stage, 'claim-of-the-last-source').tell(300, 1, { 'r0 0': 'again' });
      await stage.quiet();
      assert.equal(receivers[0]!.signals!.get('r0 0'), 'again');
    }));
});

describe('a shared channel whose last source has left', () => {
  const alone = (stage: Stage) => {
    const writer = new SignalWriter();
    writer.set('y', 'alone');
    const source = new Source(null, { signals: writer });
    source.publishSignals();
    return new Uplink(source, {
      url: '',
      claim: 'claim-of-the-lonely-one',
      connect: () => {
        const [near, far] = stage.network.pair('websocket');
        stage.channel.addSource(far);
        return Promise.resolve(near);
      },
    });
  };
  const values = (stage: Stage) => ({ ...stage.receivers[0]!.signals?.values() });

  test('is free at once if it said goodbye; viewers keep what they have until then', () =>
    withStage(new Stage(5, []), async (stage) => {
      const [one, two] = [new Hand(stage, 'claim-of-the-first-one'), new Hand(stage, 'claim-of-the-second-one')];
      one.tell(5, 1, { x: 1 });
      two.tell(6, 1, { z: 2 });
      await stage.quiet();
      one.leave();
      await stage.quiet();
      const refused = alone(stage);
      await stage.quiet();
      assert.equal(refused.status, 'failed');
      assert.match(refused.reason, /sources that share it/);
      refused.close();
      two.leave();
      await stage.quiet();
      assert.deepEqual(values(stage), { x: 1, z: 2 });
      const taken = alone(stage);
      await stage.quiet();
      assert.equal(taken.status, 'live', taken.reason);
      assert.deepEqual(values(stage), { y: 'alone' });
      const late = new Hand(stage, 'claim-of-a-late-one').tell(7, 1, { x: 1 });
      await stage.quiet();
      assert.match(late.closed!.reason, /a source of its own/);
      taken.close();
      await stage.quiet();
    }));

  test('goes on where it was if it is shared again', () =>
    withStage(new Stage(5, []), async (stage) => {
      const one = new Hand(stage, 'claim-of-the-first-one').tell(5, 70, { x: 1 });
      await stage.quiet();
      one.leave();
      await stage.quiet();
      const two = new Hand(stage, 'claim-of-the-second-one').tell(6, 1, { x: 'older', z: 2 });
      await stage.quiet();
      assert.equal(two.closed, null);
      assert.deepEqual(values(stage), { x: 1, z: 2 });
      two.leave();
      await stage.quiet(40_000);
      new Hand(stage, 'claim-of-the-third-one').tell(7, 1, { y: 1 });
      await stage.quiet();
      assert.deepEqual(values(stage), { y: 1 }, 'after its grace it begins anew');
    }));

  test('is kept for one that vanished', () =>
    withStage(new Stage(5, [false]), async (stage) => {
      const [origin] = stage.origins;
      origin!.set({ x: 1 });
      await stage.quiet();
      stage.network.cut(origin!.link!, false);
      await settled();
      const refused = alone(stage);
      await stage.quiet();
      assert.equal(refused.status, 'failed');
      refused.close();
      for (let i = 0; i < 20; i++) await stage.quiet(500);
      assert.equal(origin!.uplink.status, 'live');
    }));
});

test('a source that shares its channel may have as much as fits into a message, with all versions', async () => {
  for (const nameLength of [20, 60, 128]) {
    await withStage(new Stage(7, [false]), async (stage) => {
      const [origin] = stage.origins;
      for (let i = 0; i < 100 && origin!.uplink.status !== 'live'; i++) await stage.quiet();
      const name = (i: number): string => {
        // Nothing that would deflate well.
        let text = `n${i}`;
        while (text.length < nameLength) text += Math.floor(stage.random() * 2 ** 48).toString(36);
        return text.slice(0, nameLength);
      };
      stage.network.cut(origin!.link!, false);
      let taken = 0;
      // Of versions that take many digits.
      origin!.writer.witness(2 ** 50);
      origin!.set({ first: 0 });
      assert.throws(() => {
        for (; taken <= SIGNAL_LIMITS.count; taken++) origin!.writer.set(name(taken), 1);
      }, /one too many|does not fit/);
      origin!.source.publishSignals();
      origin!.set({ first: 1 });
      for (let i = 0; i < 20; i++) await stage.quiet(1000);
      assert.equal(origin!.uplink.status, 'live', origin!.uplink.reason);
      assert.equal(stage.receivers[0]!.signals!.names().length, taken + 1);
    });
  }
});

test("a channel that was one source's, then several's, then the first one's again shows whose it is", async () => {
  await withStage(new Stage(3, []), async (stage) => {
    const open = (values: Record<string, unknown>, merge: boolean) => {
      const writer = new SignalWriter({ merge });
      for (const [name, value] of Object.entries(values)) writer.set(name, value);
      const source = new Source(null, { signals: writer, merge });
      source.publishSignals();
      const connect = (): Promise<Link> => {
        const [near, far] = stage.network.pair('websocket');
        stage.channel.addSource(far);
        return Promise.resolve(near);
      };
      return { source, merge, connect };
    };
    const [receiver] = stage.receivers;
    const alone = open({ x: 'alone' }, false);
    const shared = open({ x: 'shared', y: 1 }, true);
    for (const { source, merge, connect } of [alone, shared, alone]) {
      const claim = merge ? 'claim-of-the-shared-one' : 'claim-of-the-lonely-one';
      const uplink = new Uplink(source, { url: '', claim, merge, connect });
      await stage.quiet();
      await stage.quiet();
      const expected = merge ? { x: 'shared', y: 1 } : { x: 'alone' };
      assert.deepEqual({ ...receiver!.signals?.values() }, expected);
      uplink.close();
      await stage.quiet(40_000);
    }
  });
});
