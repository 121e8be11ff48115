/**
 * A world that runs and is streamed, without a page: it lives in a worker, or in the page itself where workers are
 * forbidden. It owns the engine, the source, and the way to the relay.
 */

import {
  createLife,
  type Life,
  MAX_SIDE,
  PATTERNS,
  type Pattern,
  parsePattern,
  patternByName,
} from '../../sim/index.js';
import { type ControlCommand, PortLink, Source, Uplink } from '../../transport/index.js';
import { Pacemaker } from './pacemaker.js';
import type { FromWorld, ToWorld, WorldPace, WorldSettings } from './world-messages.js';

/** Steps asked for at once, at most; a longer way is gone in several. */
const MAX_STEP = 1_000_000;
const STEP_SLICE = 64;
/** Counting a larger world every second would cost more than it tells. */
const COUNTED_CELLS = 2 ** 26;
const DIRECT_HIGH_WATER = 64 * 1024;

/** A grid that leaves a pattern room to grow: twice its size, at least this, in whole tiles. */
const SMALLEST = 256;
const SOUP_SIDE = 512;

function readPattern({ name, text }: NonNullable<WorldSettings['pattern']>): Pattern {
  const pattern = text === undefined ? patternByName(name) : parsePattern(text, { name });
  if (pattern === undefined) {
    throw new Error(
      `there is no pattern "${name}"; there are ${Object.keys(PATTERNS).join(', ')}, or give the URL of a file`,
    );
  }
  return pattern;
}

function sizeFor({ width, height }: WorldSettings, pattern: Pattern | null): { width: number; height: number } {
  if (width > 0 && height > 0) return { width, height };
  if (pattern === null) return { width: SOUP_SIDE, height: SOUP_SIDE };
  const side = (cells: number) => Math.min(MAX_SIDE, Math.max(SMALLEST, Math.ceil(cells / 32) * 64));
  return { width: pattern.grid?.width || side(pattern.width), height: pattern.grid?.height || side(pattern.height) };
}

export class WorldRunner {
  #settings!: WorldSettings;
  #pace!: WorldPace;
  #life!: Life;
  /** The rule where nobody asks for another: the pattern's, else Life. */
  #ownRule = '';
  #source!: Source;
  #uplink: Uplink | null = null;
  /** Under which id the page answers calls, and how many. */
  #peer: { peer: string; maxPeers: number } | null = null;
  readonly #pacemaker: Pacemaker;
  #reportTimer: ReturnType<typeof setInterval> | null = null;
  #lastReport = { at: 0, generation: 0, captures: 0, tiles: 0 };
  #viewers = 0;
  /** Changes of the world are made one after another. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(readonly post: (message: FromWorld) => void) {
    this.#pacemaker = new Pacemaker({
      step: (n) => this.#life.step(n),
      publish: () => this.#source.publish(),
    });
  }

  receive(message: ToWorld): void {
    this.#queue = this.#queue
      .then(() => this.#handle(message))
      .catch((error: Error) => this.#fail(error, message.type === 'start'));
  }

  async #handle(message: ToWorld): Promise<void> {
    switch (message.type) {
      case 'start':
        return this.#start(message.channel, message.settings, message.pace);
      case 'change':
        return this.#change(message.settings);
      case 'pace':
        return this.#setPace(message.pace);
      case 'view':
        this.#source.attach(new PortLink(message.port), { owner: true });
        return;
      case 'direct': {
        const link = new PortLink(message.port, { kind: 'webrtc', highWater: DIRECT_HIGH_WATER });
        this.#source.attach(link, { control: message.control });
        return;
      }
      case 'uplink':
        return this.#setUplink(message.url, message.claim);
      case 'retry':
        return this.#uplink?.retryNow();
      case 'peer':
        // It may be known before there is a way to the relay.
        this.#peer = message;
        return this.#uplink?.setPeer(message.peer, message.maxPeers);
      case 'introduced':
        return this.#uplink?.introduce(message.message);
      case 'digest':
        try {
          const { version, hash } = await this.#life.digest(message.rect);
          this.post({ type: 'digest', id: message.id, version, hash });
        } catch (error) {
          this.post({ type: 'digest-error', id: message.id, message: (error as Error).message });
        }
        return;
      case 'stop':
        return this.#stop();
    }
  }

  async #start(channel: string, settings: WorldSettings, pace: WorldPace): Promise<void> {
    this.#pace = pace;
    await this.#build(settings).catch((error: Error) => {
      if (error.name !== 'RuleError') throw error;
      // One wrong attribute costs that attribute, not the world.
      this.#fail(error, false);
      return this.#build({ ...settings, rule: '', neighborhood: undefined });
    });
    this.#source = new Source(this.#life, {
      channel,
      maxFps: pace.maxFps,
      ...(pace.tileBudget > 0 && { tileBudget: pace.tileBudget }),
      control: pace.control,
      oncommand: (command) => this.#inOrder(() => this.#command(command)),
    });
    this.#source.fanout.onstatus = ({ viewers }) => {
      this.#viewers = viewers ?? 0;
      this.post({ type: 'viewers', viewers: this.#viewers });
    };
    this.#setPace(pace);
    this.#reportTimer = setInterval(() => this.#report(), 1000);
    this.post({ type: 'ready' });
  }

  /** Makes a new world; the old one stays if that fails. */
  async #build(settings: WorldSettings): Promise<void> {
    const { wrap, engine, neighborhood, density, seed } = settings;
    const pattern = settings.pattern && readPattern(settings.pattern);
    const { width, height } = sizeFor(settings, pattern);
    const ownRule = pattern?.rule ?? 'B3/S23';
    const rule = settings.rule || ownRule;
    const life = await createLife({ width, height, wrap, engine, rule, ...(neighborhood && { neighborhood }) });
    if (pattern) life.load(pattern);
    else if (density > 0) life.soup({ density, seed });
    this.#life = life;
    this.#settings = settings;
    this.#ownRule = ownRule;
    this.#lastReport.generation = 0;
  }

  async #rebuild(change: Partial<WorldSettings>): Promise<void> {
    await this.#build({ ...this.#settings, ...change });
    this.#source.restart(this.#life);
    this.#tellControl();
  }

  async #change(change: Partial<WorldSettings>): Promise<void> {
    const { rule, neighborhood, wrap, ...rest } = change;
    if (Object.keys(rest).length > 0) return this.#rebuild(change);
    const settings = { ...this.#settings, ...change };
    if ('rule' in change || 'neighborhood' in change) {
      // A neighbourhood alone leaves births and survivals as they are.
      const alone = rule === undefined && neighborhood !== undefined;
      this.#life.setRule(alone ? this.#life.rule : settings.rule || this.#ownRule, settings.neighborhood);
    }
    if (wrap !== undefined) this.#life.setWrap(wrap);
    this.#settings = settings;
    this.#tellControl();
  }

  #setPace(change: Partial<WorldPace>): void {
    Object.assign(this.#pace, change);
    const { paused, speed, maxFps, tileBudget, control, token } = this.#pace;
    this.#source.control = control;
    this.#source.token = token || undefined;
    this.#source.fanout.maxFps = maxFps;
    this.#source.fanout.tileBudget = tileBudget > 0 ? tileBudget : Number.POSITIVE_INFINITY;
    this.#pacemaker.maxFps = maxFps;
    if (change.speed !== undefined) this.#pacemaker.speed = speed;
    if (paused) this.#pacemaker.pause();
    else this.#pacemaker.play();
    if (paused) this.#source.publish();
    this.#tellControl();
  }

  /** Commands wait for their turn: a slow one (a large grid) is never overtaken by the next. */
  #inOrder(run: () => void | Promise<void>): Promise<void> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #command(command: ControlCommand): Promise<void> {
    switch (command.command) {
      case 'play':
        return this.#setPace({ paused: false });
      case 'pause':
        return this.#setPace({ paused: true });
      case 'step':
        return this.#step(command.n);
      case 'speed':
        return this.#setPace({ speed: command.value });
      case 'rule':
        return this.#change({ rule: command.rule, neighborhood: command.neighborhood });
      case 'wrap':
        return this.#change({ wrap: command.wrap });
      case 'grid':
        return this.#rebuild({ width: command.width, height: command.height });
      case 'pattern': {
        // A pattern brings its own rule, where its file states one, and may ask for a larger grid.
        const pattern = { text: command.text, name: command.name };
        const { rule, width, height } = readPattern(pattern);
        const grid = { width: Math.max(this.#life.width, width), height: Math.max(this.#life.height, height) };
        return this.#rebuild({ pattern, ...grid, ...(rule && { rule, neighborhood: undefined }) });
      }
      case 'soup':
        return this.#rebuild({ pattern: null, density: command.density, seed: command.seed });
      case 'reset':
        return this.#rebuild({});
      case 'clear':
        this.#life.clear();
        break;
      case 'draw':
        this.#life.draw(command.cells, command.alive);
        break;
      case 'stop':
        // Whoever asked is told first.
        setTimeout(() => this.#stop());
        return;
    }
    this.#source.publish();
  }

  /** Steps while paused, in slices: a worker that computes for seconds hears nothing. */
  async #step(n: number): Promise<void> {
    if (n > MAX_STEP) throw new RangeError(`${n} steps at once are too many; use up to ${MAX_STEP}`);
    this.#setPace({ paused: true });
    for (let left = n; left > 0; left -= STEP_SLICE) {
      this.#life.step(Math.min(left, STEP_SLICE));
      if (left > STEP_SLICE) await new Promise((resolve) => setTimeout(resolve));
    }
    this.#source.publish();
  }

  #setUplink(url: string | null, claim = ''): void {
    this.#uplink?.close();
    this.#uplink = null;
    if (url === null) return;
    const uplink = new Uplink(this.#source, {
      url,
      claim,
      onstatus: (status, reason) => {
        if (this.#uplink === uplink || this.#uplink === null) {
          this.post({ type: 'uplink', status, reason, reconnects: this.#uplink?.reconnects ?? 0 });
        }
      },
      onintroduce: (message) => this.post({ type: 'introduce', message }),
    });
    this.#uplink = uplink;
    if (this.#peer) uplink.setPeer(this.#peer.peer, this.#peer.maxPeers);
  }

  #tellControl(): void {
    const { width, height, rule, neighborhood, wrap } = this.#life;
    const { paused, speed } = this.#pace;
    const pattern = this.#settings.pattern?.name ?? '';
    this.#source.setControlState({ paused, speed, rule, neighborhood, wrap, width, height, pattern });
  }

  #report(): void {
    const now = performance.now();
    const { generation, engine, engineReason, width, height } = this.#life;
    const { captures, tilesChanged } = this.#source.counts;
    const last = this.#lastReport;
    const seconds = (now - last.at) / 1000;
    const population = width * height <= COUNTED_CELLS ? { population: this.#life.population() } : {};
    this.#source.report({
      generation,
      rate: Math.max(0, generation - last.generation) / seconds,
      ...population,
      engine,
      engineReason,
      fps: (captures - last.captures) / seconds,
      tilesChanged: (tilesChanged - last.tiles) / seconds,
    });
    this.#lastReport = { at: now, generation, captures, tiles: tilesChanged };
    let bytes = 0;
    let frames = 0;
    let pending = 0;
    for (const end of this.#source.fanout.ends) {
      if (end.owner) continue;
      bytes += end.bytesSent;
      frames += end.outbox.frames;
      pending += end.outbox.pending;
    }
    this.post({ type: 'sent', bytes, frames, pending });
  }

  #stop(): void {
    this.#halt();
    this.#source.end();
    this.#setUplink(null);
    this.post({ type: 'ended' });
  }

  /** Lets go of everything without a word to viewers, as a worker does that is terminated. */
  leave(): void {
    this.#queue = this.#queue.then(() => {
      this.#halt();
      this.#setUplink(null);
      this.#source?.fanout.close();
    });
  }

  #halt(): void {
    this.#pacemaker.close();
    if (this.#reportTimer !== null) clearInterval(this.#reportTimer);
    this.#reportTimer = null;
  }

  #fail(error: Error, fatal: boolean): void {
    this.post({ type: 'error', name: error.name, message: error.message, fatal });
  }
}
