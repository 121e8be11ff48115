/**
 * Receivers that steer one source, over a relay and directly, while everything between them breaks. Source, uplink, relay
 * channel and receivers are the real ones; the network and the clock are the test's. It keeps account of every command.
 */

import assert from 'node:assert/strict';
import { resolveOptions } from '../../server/options.js';
import { Channel } from '../../server/relay/channel.js';
import type { Link } from '../link/link.js';
import { Receiver, type Transport } from '../receiver.js';
import { Source } from '../source.js';
import { Uplink } from '../uplink.js';
import type { ControlCommand } from '../wire/messages.js';
import { Network } from './network.js';
import { type FakeTime, settled } from './time.js';
import { seeded, TestWorld } from './world.js';

/** What became of one command. */
interface Account {
  /** Of the receiver that gave it, in its order. */
  nr: number;
  who: number;
  /** Answers its receiver got. */
  answers: string[];
  /** Sources that began to carry it out. */
  runs: number[];
}

export type Where = 'base' | 'direct' | 'uplink';

/** A reason that says that it may have been carried out, or not. */
const DOUBT = /may have been carried out/;
/** What the source itself refuses to do. */
const NOT_TODAY = 'not today';

export class SteerStage {
  readonly random: () => number;
  readonly network: Network;
  readonly receivers: Receiver[] = [];
  readonly accounts: Account[] = [];
  channel!: Channel;
  source!: Source;
  #uplink: Uplink | null = null;
  /** Sources there were. */
  #sources = 0;
  readonly #bases: (Link | undefined)[] = [];
  readonly #directs: (Link | undefined)[] = [];
  #up: Link | null = null;
  readonly #given: number[] = [];

  constructor(
    readonly time: FakeTime,
    seed: number,
    readonly viewers: number,
  ) {
    this.random = seeded(seed);
    this.network = new Network(this.random, 1e6);
    this.openRelay();
    this.openSource();
    for (let who = 0; who < viewers; who++) this.receivers.push(this.#watch(who));
  }

  /** A receiver gives `n` commands at once. */
  give(who: number, n: number): void {
    for (let i = 0; i < n; i++) {
      const account: Account = { nr: (this.#given[who] = (this.#given[who] ?? 0) + 1), who, answers: [], runs: [] };
      const key = this.accounts.push(account) - 1;
      // Density says what the source is to make of it.
      const density = Math.floor(this.random() * 10) / 10;
      this.receivers[who]!.command({ command: 'soup', density, seed: key }).then(
        () => void account.answers.push('done'),
        (error: Error) => void account.answers.push(error.message),
      );
    }
  }

  cut(where: Where, who: number, some: boolean): void {
    const link = this.#link(where, who);
    // A claim that comes late is taken for a takeover, so an uplink loses all at once.
    if (link) this.network.cut(link, some && where !== 'uplink');
  }

  freeze(where: Where, who: number, some: boolean): void {
    const link = this.#link(where, who);
    if (link) this.network.freeze(link, some && where !== 'uplink');
  }

  transport(who: number, transport: Transport): void {
    this.receivers[who]!.transport = transport;
  }

  /** The source is no more, and another comes with its claim, as when a page is reloaded. */
  openSource(): void {
    const id = this.#sources++;
    this.#uplink?.close();
    if (this.#up) this.network.cut(this.#up, false);
    for (const end of [...(this.source?.fanout.ends ?? [])]) this.network.cut(end.link);
    const source = new Source(new TestWorld(64, 64), {
      control: 'viewers',
      oncommand: (command) => this.#obey(id, command),
    });
    this.source = source;
    const uplink = new Uplink(source, {
      url: '',
      claim: 'a-claim-for-the-test',
      connect: () => {
        const [near, far] = this.network.pair('websocket');
        this.#up = near;
        this.channel.addSource(far);
        return Promise.resolve(near);
      },
      onintroduce: ({ peer }) => uplink.introduce({ peer }),
    });
    this.#uplink = uplink;
    uplink.setPeer(`host ${id}`, 8);
  }

  /** A relay that starts knows nothing; what was connected to the old one is not any more. */
  openRelay(): void {
    const old = this.channel;
    this.channel = new Channel(
      'demo',
      resolveOptions({}),
      () => Number.POSITIVE_INFINITY,
      () => {},
    );
    if (old === undefined) return;
    old.close();
    for (const end of [...old.fanout.ends]) this.network.cut(end.link);
    if (this.#up) this.network.cut(this.#up, false);
  }

  /** Lets the network and the clock run until every command has its answer, and nothing is on its way. */
  async rest(): Promise<void> {
    const waiting = () => this.accounts.filter(({ answers }) => answers.length === 0).length;
    for (let i = 0; i < 60 || waiting() > 0; i++) {
      assert.ok(i < 2000, `${waiting()} commands never got an answer`);
      this.network.deliver(200);
      await settled();
      await this.time.advance(50);
    }
    for (let i = 0; i < 10; i++) {
      while (this.network.deliver(1000) > 0) await settled();
      await this.time.advance(100);
    }
  }

  /** Looks whether every command was dealt with as it should. Returns how many were done, refused, and in doubt. */
  check(): { done: number; refused: number; doubtful: number } {
    const counts = { done: 0, refused: 0, doubtful: 0 };
    for (const { who, nr, answers, runs } of this.accounts) {
      const name = `command ${nr} of receiver ${who}: ${answers.join(' | ')}, carried out by ${runs.join(', ') || 'none'}`;
      assert.equal(answers.length, 1, name);
      assert.ok(runs.length <= 1, name);
      const [answer] = answers as [string];
      if (answer === 'done' || answer === NOT_TODAY) assert.equal(runs.length, 1, name);
      else if (!DOUBT.test(answer)) assert.equal(runs.length, 0, name);
      // None is overtaken by the next, and has to be refused for it.
      assert.doesNotMatch(answer, /too late/, name);
      counts[answer === 'done' ? 'done' : DOUBT.test(answer) ? 'doubtful' : 'refused']++;
    }
    return counts;
  }

  close(): void {
    for (const receiver of this.receivers) receiver.stop();
    this.#uplink?.close();
    this.source.fanout.close();
    this.channel.close();
    this.network.end();
    // Whatever the closing left behind is not to run into the next play.
    this.time.clear();
  }

  /** Carries out a command at a source; some take their time, some are refused. */
  readonly #last = new Map<string, number>();
  #obey(source: number, command: ControlCommand): void | Promise<void> {
    assert.ok(command.command === 'soup');
    const account = this.accounts[command.seed]!;
    account.runs.push(source);
    const key = `${source} ${account.who}`;
    const last = this.#last.get(key) ?? 0;
    assert.ok(account.nr > last, `receiver ${account.who}: ${account.nr} was carried out after ${last}`);
    this.#last.set(key, account.nr);
    if (command.density < 0.1) throw new Error(NOT_TODAY);
    if (command.density < 0.4) {
      return new Promise((resolve) => void setTimeout(resolve, command.density * 5_000));
    }
  }

  #link(where: Where, who: number): Link | null | undefined {
    return where === 'uplink' ? this.#up : (where === 'base' ? this.#bases : this.#directs)[who];
  }

  #watch(who: number): Receiver {
    const receiver = new Receiver({
      connect: () => {
        const [near, far] = this.network.pair('websocket');
        this.#bases[who] = near;
        this.channel.addViewer(far);
        return Promise.resolve(near);
      },
      dialer: () =>
        Promise.resolve({
          ready: () => Promise.resolve(`peer-${who}-${this.random()}`),
          dial: () => {
            const [near, far] = this.network.pair('webrtc');
            this.#directs[who] = near;
            this.source.attach(far);
            return Promise.resolve(near);
          },
          close: () => {},
        }),
    });
    receiver.start();
    return receiver;
  }
}
