/** A host: a Life, its source, and the uplink that keeps it on a relay. */

import { createLife, type Life } from 'mpl-kit/sim';
import {
  type ControlCommand,
  SignalWriter,
  Source,
  type SourceOptions,
  Uplink,
  type UplinkOptions,
} from 'mpl-kit/transport';
import type { Random } from './random.js';
import { Dialer } from './sockets.js';
import { until } from './until.js';

export interface HostOptions {
  /** Cells across and down. Default 512. */
  side?: number;
  /** Default 0.3. */
  density?: number;
  claim?: string;
  source?: SourceOptions;
  uplink?: Partial<UplinkOptions>;
  dialer?: Dialer;
}

export class Host {
  /** Why it had to connect again, each time. */
  readonly losses: string[] = [];
  /** Commands carried out, in their order. */
  readonly done: ControlCommand[] = [];
  readonly dialer: Dialer;
  #beat: ReturnType<typeof setInterval> | null = null;

  private constructor(
    public life: Life,
    readonly source: Source,
    readonly uplink: Uplink,
    readonly signals: SignalWriter,
    readonly random: Random,
    dialer: Dialer,
  ) {
    this.dialer = dialer;
  }

  /** @param url of its channel on a relay, `ws://.../peer/name`, or what `connect` makes of it */
  static async start(url: string, random: Random, options: HostOptions = {}): Promise<Host> {
    const { side = 512, density = 0.3, claim, dialer = new Dialer() } = options;
    const life = await newLife(random, side, density);
    const signals = new SignalWriter();
    const source = new Source(life, { control: 'viewers', signals, coded: true, ...options.source });
    const uplink = new Uplink(source, {
      url,
      claim: claim ?? `claim-of-${random.int(2 ** 30)}-${random.int(2 ** 30)}`,
      connect: dialer.dial,
      ...options.uplink,
    });
    const host = new Host(life, source, uplink, signals, random, dialer);
    uplink.options.onstatus ??= (status, reason) => {
      if (status === 'reconnecting') host.losses.push(reason);
    };
    source.oncommand ??= (command) => host.#obey(command);
    host.#tell();
    return host;
  }

  get running(): boolean {
    return this.#beat !== null;
  }

  /** Lets the world go, so many pictures a second. */
  run(hz = 30): void {
    this.rest();
    this.#beat = setInterval(() => this.tick(), 1000 / hz);
  }

  /** One picture. */
  tick(steps = 1): void {
    this.life.step(steps);
    this.publish();
  }

  publish(): void {
    this.signals.set('version', this.life.version);
    this.signals.set('name', `v${this.life.version}`);
    this.source.publish();
    this.source.publishSignals();
  }

  /** Holds the world as it is, and says so once more. */
  rest(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
    this.publish();
  }

  /** Another world: a new epoch. */
  async restart(side = this.life.width, density = 0.3): Promise<void> {
    this.life = await newLife(this.random, side, density);
    this.source.restart(this.life);
    this.publish();
  }

  live(): Promise<void> {
    return until('the source is live', () => this.uplink.status === 'live');
  }

  /** Is gone without a word, as a page that crashed. */
  async vanish(): Promise<void> {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
    this.uplink.options.connect = () => new Promise(() => {});
    this.dialer.cut();
    await until('the source has lost its link', () => this.uplink.status !== 'live' || this.dialer.sockets.size === 0);
    this.uplink.close();
  }

  /** Says goodbye. */
  close(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
    this.uplink.close();
    this.source.fanout.close();
  }

  #obey(command: ControlCommand): void {
    this.done.push(command);
    if (command.command === 'draw') this.life.draw(command.cells, command.alive);
    if (command.command === 'step') this.life.step(command.n);
    this.publish();
  }

  #tell(): void {
    const { rule, neighborhood, wrap, width, height } = this.life;
    this.source.setControlState({ paused: false, speed: 30, rule, neighborhood, wrap, width, height, pattern: '' });
  }
}

async function newLife(random: Random, side: number, density: number): Promise<Life> {
  const life = await createLife({ width: side, height: side });
  life.soup({ density, seed: random.int(2 ** 31) });
  return life;
}
