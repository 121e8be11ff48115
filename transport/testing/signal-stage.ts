/**
 * A source of signals, a relay and receivers, on a network and a clock that are the test's. Everything else is real.
 *
 * Whatever a receiver holds at a version has to be what the source held at that version, of the names it selected; and
 * when all is quiet, the present state.
 */

import assert from 'node:assert/strict';
import { resolveOptions } from '../../server/options.js';
import { Channel } from '../../server/relay/channel.js';
import type { Link } from '../link/link.js';
import { Receiver } from '../receiver.js';
import { Source } from '../source.js';
import { SignalWriter } from '../state/signal-writer.js';
import { Uplink } from '../uplink.js';
import type { SignalValue } from '../wire/signal-value.js';
import { Network } from './network.js';
import { type FakeTime, settled } from './time.js';
import { seeded } from './world.js';

export interface StageSetup {
  seed: number;
  /** Bytes on a link above which it says that it is full. */
  highWater: number;
  coded: boolean;
  /** Signals set before anyone watches. */
  start: number;
  /** Is something set at the very end, or is all quiet from the last action on? */
  nudge: boolean;
}

export type StageLink = 'base' | 'direct' | 'uplink';
export type Select = 'all' | readonly string[];

const NAMES = ['a', 'b', 'c', 'd', 'constructor', 'toString', 'later', '0'];
/** What may be selected; some of it may never be there. */
export const SELECTS: readonly Select[] = [
  'all',
  ['a'],
  ['b', 'later'],
  ['a', 'c', 'never'],
  ['toString', '0', 'd'],
  ['never'],
];

/** A claim that comes late, after the one of the next connection, is taken for a takeover, so an uplink loses all at once. */
const some = (where: StageLink): boolean => where !== 'uplink';

export class SignalStage {
  readonly random: () => number;
  readonly network: Network;
  /** Seen by whoever changes links. */
  readonly roamer: Receiver;
  /** Never asks for anything but all. */
  readonly homebody: Receiver;
  /** Wants a part. */
  readonly picker: Receiver;
  readonly links: { [where in StageLink]: Link | null } = { base: null, direct: null, uplink: null };
  writer!: SignalWriter;
  source!: Source;
  uplink!: Uplink;
  channel!: Channel;
  /** Moments at which a receiver was compared with the source. */
  compared = 0;
  #claim = 0;
  #frozen = false;
  /** The first state that never was. */
  #wrong: Error | null = null;
  /** Values at every version of every epoch, as JSON by name. */
  readonly #truth = new Map<string, ReadonlyMap<string, string>>();

  constructor(
    readonly time: FakeTime,
    readonly setup: StageSetup,
  ) {
    this.random = seeded(setup.seed);
    this.network = new Network(this.random, setup.highWater);
    this.openRelay();
    this.#openSource();
    for (let i = 0; i < setup.start; i++) this.set(2);
    this.roamer = this.#watch('base', 'all');
    this.homebody = this.#watch(null, 'all');
    this.picker = this.#watch(null, ['a', 'later']);
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!;
  }

  /** Sets up to `n` signals, and tells them or lets them wait: whoever subscribes is told what waits, too. */
  set(n: number, publish = true): void {
    for (let i = 0; i < n; i++) {
      const name = this.pick(NAMES);
      // Mostly the same kind of value again, so that types agree for a while.
      const kind = this.random() < 0.9 ? name.charCodeAt(0) % 3 : Math.floor(this.random() * 6);
      this.writer.set(name, this.#value(kind));
    }
    if (publish) this.source.publishSignals();
  }

  #value(kind: number): SignalValue {
    const small = Math.floor(this.random() * 5);
    return [small * 1000, small % 2 === 0, `text ${small}`, null, [small, { x: null }], 'x'.repeat(small * 100)][kind]!;
  }

  cut(where: StageLink): void {
    const link = this.links[where];
    if (link) this.network.cut(link, some(where));
  }

  freeze(where: StageLink): void {
    const link = this.links[where];
    if (link) this.network.freeze(link, some(where));
    if (where === 'uplink') this.#frozen = true;
  }

  /** The source begins anew, with other values: with a word of goodbye or without, known to the relay or as a stranger. */
  restart(goodbye: boolean, stranger: boolean): void {
    this.#closeSource(goodbye);
    // Who left without a word keeps the name until the relay's sockets notice, which this network has none of.
    if (stranger && !this.#frozen) this.#claim++;
    this.#openSource();
    this.set(3);
  }

  /** A relay that starts knows nothing; what was connected to the old one is not any more. */
  openRelay(): void {
    const old = this.channel;
    const options = resolveOptions({});
    this.channel = new Channel(
      'demo',
      options,
      () => Number.POSITIVE_INFINITY,
      () => {},
    );
    if (old === undefined) return;
    old.close();
    for (const end of [...old.fanout.ends]) this.network.cut(end.link);
    this.cut('uplink');
  }

  /** Lets the network and the clock run, with the source at rest, until all agree. */
  async rest(): Promise<void> {
    if (this.setup.nudge) this.set(1);
    this.source.publishSignals();
    const receivers = [this.roamer, this.homebody, this.picker];
    for (let i = 0; i < 600; i++) {
      this.network.deliver(50);
      await settled();
      if (this.#wrong) throw this.#wrong;
      if (receivers.every((receiver) => this.#agrees(receiver))) return;
      await this.time.advance(i < 300 ? 20 : 500);
    }
    const tell = ({ status, reason, link, select, signals, counts }: Receiver): string =>
      JSON.stringify({
        status,
        reason,
        link,
        select,
        epoch: signals?.epoch,
        version: signals?.version,
        counts,
        values: signals?.values(),
      });
    const { table } = this.writer;
    assert.fail(
      `never agreed on epoch ${table.epoch} version ${table.version} ${JSON.stringify(table.values())}:\n` +
        `${receivers.map(tell).join('\n')}\nuplink ${this.uplink.status} ${this.uplink.reason}`,
    );
  }

  /** Nobody wants anything special any more. */
  calm(): void {
    for (const receiver of [this.roamer, this.picker]) {
      receiver.maxFps = undefined;
      receiver.standby = false;
    }
    this.roamer.transport = 'auto';
  }

  close(): void {
    for (const receiver of [this.roamer, this.homebody, this.picker]) receiver.stop();
    this.#closeSource(true);
    this.channel.close();
    this.network.end();
    // Whatever the closing left behind is not to run into the next play.
    this.time.clear();
  }

  #openSource(): void {
    const writer = new SignalWriter();
    const commit = writer.commit.bind(writer);
    writer.commit = () => {
      const names = commit();
      this.#record();
      return names;
    };
    this.writer = writer;
    const { coded } = this.setup;
    const source = new Source(null, { signals: writer, coded });
    this.source = source;
    const uplink = new Uplink(source, {
      url: '',
      claim: `a-claim-for-the-test-${this.#claim}`,
      connect: () => {
        const [near, far] = this.network.pair('websocket');
        this.links.uplink = near;
        this.channel.addSource(far);
        return Promise.resolve(near);
      },
      onintroduce: ({ peer }) => uplink.introduce({ peer }),
    });
    uplink.setPeer('host', 8);
    this.uplink = uplink;
    this.#record();
  }

  #closeSource(goodbye: boolean): void {
    if (!goodbye) for (const { link } of this.source.fanout.ends) this.network.cut(link, false);
    this.uplink.close();
    this.source.fanout.close();
  }

  #record(): void {
    const { table } = this.writer;
    const values = new Map(Object.entries(table.values()).map(([name, value]) => [name, JSON.stringify(value)]));
    this.#truth.set(`${table.epoch} ${table.version}`, values);
  }

  #watch(base: 'base' | null, select: Select): Receiver {
    const receiver: Receiver = new Receiver({
      grid: false,
      signals: select === 'all' ? true : { select },
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
    receiver.listen(({ type }) => {
      if (type !== 'signals' && type !== 'schema') return;
      try {
        this.#compare(receiver);
      } catch (error) {
        // Thrown from here, it would only be the end of a link.
        this.#wrong ??= error as Error;
      }
    });
    receiver.start();
    return receiver;
  }

  /** What is held is what was so at that version: every value of a set of names that was selected at one time. */
  #compare(receiver: Receiver): void {
    const table = receiver.signals!;
    const truth = this.#truth.get(`${table.epoch} ${table.version}`);
    assert.ok(truth, `the source never was at version ${table.version} of epoch ${table.epoch}`);
    this.compared++;
    for (const name of table.names()) {
      const value = table.get(name);
      const held = value === undefined ? undefined : JSON.stringify(value);
      assert.equal(held, truth.get(name), `${name} at version ${table.version}`);
    }
  }

  #agrees(receiver: Receiver): boolean {
    const { signals: held, select } = receiver;
    const { table } = this.writer;
    if (held === null || held.epoch !== table.epoch) return false;
    const wanted = (name: string): boolean => !Array.isArray(select) || select.includes(name);
    const names = table.names().filter(wanted);
    const missing = Array.isArray(select) ? select.filter((name) => !table.has(name)) : [];
    return (
      JSON.stringify(held.names()) === JSON.stringify(names) &&
      names.every((name) => JSON.stringify(held.get(name)) === JSON.stringify(table.get(name))) &&
      JSON.stringify(receiver.missing) === JSON.stringify(missing)
    );
  }
}
