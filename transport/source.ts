/**
 * A source: a world that others may watch, signals that they may read, or both. It captures the world when asked to,
 * compares it with what was captured before, and lets every receiver have what it lacks. It never waits for one, and with
 * none it does nothing.
 */

import type { Link } from './link/link.js';
import { Deflater } from './session/deflater.js';
import { Desk } from './session/desk.js';
import { Fanout } from './session/fanout.js';
import { Lease, type Party } from './session/lease.js';
import { SharedFrame } from './session/shared-frame.js';
import type { SourceEnd, SourceEndOptions } from './session/source-end.js';
import { capture } from './state/capture.js';
import { Grid } from './state/grid.js';
import type { SignalWriter } from './state/signal-writer.js';
import type { TileProducer } from './state/tile.js';
import { encodeFrame } from './wire/frame.js';
import type {
  ControlCommand,
  ControlMessage,
  ControlMode,
  ControlStateMessage,
  SourceReport,
} from './wire/messages.js';
import { FLAG } from './wire/types.js';

export interface SourceOptions {
  /** Name under which it is announced; only for show. */
  channel?: string;
  /** Frames a second, 1..120. Default 30. */
  maxFps?: number;
  /** Tiles a frame, at most; by default as many as each link drains. */
  tileBudget?: number;
  /** Receivers that begin within so many milliseconds are sent the very same keyframe, made once; 0: each its own. Default 100. */
  keyframeShareMs?: number;
  /** Who may steer. Default "none". */
  control?: ControlMode;
  /** How many may steer at a time: with "one", who wants to asks for it, and has it until it gives it up or falls silent. Default "many". */
  controllers?: 'one' | 'many';
  /** The secret that grants control where `control` is "token". */
  token?: string;
  /** Signals to publish beside the world, or instead of one; told with each `publishSignals`. */
  signals?: SignalWriter;
  /** Tell signals in the compact coding to whoever knows it. Default: JSON for all. */
  coded?: boolean;
  /** There are other sources of these signals: say of each when it was last written. */
  merge?: boolean;
  /** Carries out a command that was granted; throw to refuse it with a reason. */
  oncommand?: (command: ControlCommand) => void | Promise<void>;
}

/** What of its control state a source tells by itself. */
export type ShownState = Omit<ControlStateMessage, 'control' | 'desk' | 'controllers' | 'controller' | 'asking'>;

/** Counts since the source was made; the reader makes rates of them. */
export interface SourceCounts {
  captures: number;
  tilesChanged: number;
  /** Bytes of the frames made for all. */
  frameBytes: number;
}

/** Of a source that does not say how it stands. */
const UNKNOWN = { paused: false, speed: 0, rule: '', neighborhood: 'moore', wrap: 'torus', pattern: '' } as const;

export class Source {
  readonly fanout: Fanout;
  readonly counts: SourceCounts = { captures: 0, tilesChanged: 0, frameBytes: 0 };
  control: ControlMode;
  token: string | undefined;
  oncommand: SourceOptions['oncommand'];

  #world: TileProducer | null;
  #grid: Grid | null = null;
  #began = 0;
  readonly #signals: SignalWriter | null;
  readonly #signalsBegan = performance.now();
  #signalsCaptured = performance.now();
  #captured = false;
  /** What the world says has changed is not all that a new grid lacks: it was looked at before. */
  #looked = false;
  #shown: ShownState | null = null;
  readonly #desk = new Desk();
  readonly #lease = new Lease(() => this.#tellControl());
  #controllers: 'one' | 'many';
  readonly #deflater = new Deflater();

  /** @param world null for a source of signals alone */
  constructor(world: TileProducer | null, options: SourceOptions = {}) {
    this.fanout = new Fanout({ channel: options.channel ?? '', ...options });
    this.control = options.control ?? 'none';
    this.#controllers = options.controllers ?? 'many';
    this.token = options.token;
    this.oncommand = options.oncommand;
    this.fanout.oncontrol = (message, end) => this.#command(message, end);
    this.fanout.state = 'live';
    // A receiver begins with the world as it is now, even if nobody watched until now and nothing changes any more.
    this.fanout.refresh = () => {
      this.#publish();
      this.publishSignals();
    };
    this.#world = world;
    this.#signals = options.signals ?? null;
    if (this.#signals) {
      // The way to where they come from is told apart, and added by whoever receives.
      const since = () => performance.now() - this.#signalsCaptured - this.fanout.upstream / 2;
      this.fanout.signalAge = () => Math.max(0, since());
      this.fanout.replaceSignals(this.#signals.table);
      this.fanout.signals!.coded = options.coded ?? false;
      this.fanout.signals!.versions = options.merge ?? false;
    }
    if (world) this.restart(world);
  }

  /** Of the world; 0 without one. */
  get epoch(): number {
    return this.#grid?.epoch ?? 0;
  }

  /** How many may steer at a time. */
  get controllers(): 'one' | 'many' {
    return this.#controllers;
  }

  set controllers(controllers: 'one' | 'many') {
    if (controllers === this.#controllers) return;
    this.#controllers = controllers;
    this.#lease.clear();
    if (this.fanout.controlFrame !== null) this.#tellControl();
  }

  /** Another world, or the same after a change that no version tells (a load, a reset): a new epoch. */
  restart(world: TileProducer): void {
    this.#looked = world === this.#world;
    this.#world = world;
    this.#began = performance.now();
    this.#captured = false;
    const [epoch] = crypto.getRandomValues(new Uint32Array(1));
    this.#grid = new Grid({ epoch: epoch!, width: world.width, height: world.height, planes: world.planes });
    this.#grid.version = world.version;
    // Captured now, since receivers begin with it now; a world's first report names every tile that is not empty.
    if (this.fanout.wanted) this.#capture(false);
    this.fanout.replace(this.#grid);
  }

  /** A receiver has come over this link. */
  attach(link: Link, options: SourceEndOptions = {}): SourceEnd {
    // Whoever may be steered says so, and at which desk.
    if (this.oncommand !== undefined && this.fanout.controlFrame === null) this.#tellControl();
    return this.fanout.attach(link, options);
  }

  /** Captures the world as it is now and sends what changed. Returns how many tiles did. */
  publish(): number {
    return this.fanout.wanted ? this.#publish() : 0;
  }

  #publish(): number {
    const grid = this.#grid;
    if (grid === null || this.#world === null) return 0;
    const { version } = this.#world;
    if (this.#captured && version === grid.version) return 0;
    const { keys, chunks } = this.#capture(this.#captured && this.fanout.anyInStep);
    const header = { ...this.fanout.stamp, width: grid.tilesX, height: grid.tilesY };
    const remote = [...this.fanout.ends].some((end) => end.link.kind !== 'memory');
    const frames = chunks.map((chunk) => {
      const deflated = remote ? this.#deflater.try(chunk.payload) : null;
      const flags = deflated ? FLAG.COMPRESSED : 0;
      const bytes = encodeFrame('GridTiles', deflated ?? chunk.payload, { ...header, flags });
      this.counts.frameBytes += bytes.length;
      return new SharedFrame(bytes, chunk, grid);
    });
    // Nobody in step: the tiles become dirty for everyone, and each end encodes what its receiver lacks.
    const none = new Uint8Array();
    if (frames.length === 0)
      frames.push(new SharedFrame(none, { keys, version, base: -1, whole: true, batch: none }, grid));
    this.fanout.publish(frames);
    return keys.length;
  }

  /**
   * Sends the signals that were set since the last time. Returns how many changed.
   * @param age milliseconds since what they were made from was captured at its own source
   */
  publishSignals(age = 0): number {
    const writer = this.#signals;
    const feed = this.fanout.signals;
    if (writer === null || feed === null) return 0;
    const { schemaVersion } = writer.table;
    const changed = writer.commit().length;
    if (changed === 0 && schemaVersion === writer.table.schemaVersion) return 0;
    this.#signalsCaptured = performance.now() - age;
    feed.stamp = {
      sequence: (feed.stamp.sequence + 1) & 0xffff,
      timestamp: Math.round(this.#signalsCaptured - this.#signalsBegan) >>> 0,
    };
    this.fanout.publishSignals();
    return changed;
  }

  setControlState(state: ShownState): void {
    this.#shown = state;
    this.#tellControl();
  }

  #tellControl(): void {
    const { width = 0, height = 0 } = this.#world ?? {};
    const state = this.#shown ?? { ...UNKNOWN, width, height };
    const one = this.#controllers === 'one' && ({ controllers: 'one', ...this.#lease.shown } as const);
    this.fanout.setControlState({ ...state, control: this.control, desk: this.#desk.number, ...one });
  }

  /** Tells all receivers how the source fares. */
  report(source: SourceReport): void {
    this.fanout.tell({ state: this.fanout.state, source });
  }

  /** Ends the channel for good and lets go of all receivers. */
  end(): void {
    this.#lease.clear();
    this.fanout.end();
    this.fanout.close(1000, 'ended');
  }

  #capture(encode: boolean) {
    const captured = capture(this.#world!, this.#grid!, encode, this.#looked && !this.#captured);
    this.#captured = true;
    this.counts.captures++;
    this.counts.tilesChanged += captured.keys.length;
    this.fanout.stamp = {
      sequence: (this.fanout.stamp.sequence + 1) & 0xffff,
      timestamp: Math.round(performance.now() - this.#began) >>> 0,
    };
    return captured;
  }

  /** Takes a command that came over a link: carries it out once, however many copies of it come. */
  #command({ token, from, id, after, desk, ...command }: ControlMessage, end: SourceEnd): Promise<void> {
    const origin = end.relay ? from : undefined;
    const { session, name } = origin ?? end;
    const party: Party = { session, owner: end.owner, name };
    const check = () => {
      if (end.vouched?.control === false) throw new Error('the token that was shown does not grant to steer');
      if (!end.owner) this.#mayCommand(command, token, origin?.control ?? end.rights.control);
      if (this.oncommand === undefined) throw new Error('this source cannot be steered');
    };
    // Who is refused for another reason has not steered.
    const lend = () => {
      if (this.#controllers === 'one' && command.command !== 'controller') this.#lease.steer(party);
    };
    const numbered = { id: origin?.id ?? id, after, desk };
    const run = () => (command.command === 'controller' ? this.#lend(command, party) : this.oncommand!(command));
    return this.#desk.take(session, numbered, check, run, lend);
  }

  /** Who steers, where one does at a time. */
  #lend(command: ControlCommand & { command: 'controller' }, party: Party): void {
    if (this.#controllers === 'many') throw new Error('everybody steers who may; there is nothing to ask for');
    if (command.action === 'give') this.#lease.give(party, command.to);
    else this.#lease[command.action](party);
  }

  /** Throws, with the reason, where this is not granted. `vouched`: somebody who may say so has granted it. */
  #mayCommand({ command }: ControlCommand, token: string | undefined, vouched: boolean): void {
    if (this.control === 'none') throw new Error('this channel is for watching only');
    if (this.control === 'viewers' && command === 'stop') {
      throw new Error('only the page that runs the world can end it for everybody');
    }
    if (this.control === 'token' && !vouched && (this.token === undefined || token !== this.token)) {
      throw new Error(
        token === undefined ? 'this channel asks for a token to steer' : 'the token is not the right one',
      );
    }
  }
}
