/** A world and what runs and streams it: the engine, the pacemaker, the source; and how it changes. */

import { MemoryError } from '../../sim/index.js';
import { type ControlCommand, SignalWriter, Source } from '../../transport/index.js';
import type { BuildOptions } from './build-life.js';
import { buildWorld } from './build-world.js';
import type { Edited } from './edits.js';
import { Pacemaker } from './pacemaker.js';
import type { Built, Stepper, World } from './world.js';
import type { WorldPace, WorldSettings } from './world-messages.js';

/** Steps asked for at once, at most; a longer way is gone in several. */
const MAX_STEP = 1_000_000;
/** Who asked is answered before giving up, ms: after ten seconds, of which others may have taken some. */
const STEP_MS = 5000;
/** A step that takes longer is told before the next one, ms. */
const SLOW = 250;

export interface RunningWorldOptions {
  channel: string;
  settings: WorldSettings;
  pace: WorldPace;
  /** Carries out a command that was granted. */
  oncommand: (command: ControlCommand) => Promise<void>;
  /** How it stands has changed. `settings`: only where they have. */
  onstanding: (standing: { epoch: number; pace: WorldPace; ownRule: string; settings?: WorldSettings }) => void;
  /** It is another one, or was changed otherwise than by steps. */
  onedited: (edited: Edited) => void;
  /** From now on it may not hear anything for a while, or (false) it does again. */
  onbusy: (busy: boolean) => void;
  /** It stands still, since it could not go on. */
  onfailed: (error: Error) => void;
  /** Milliseconds that one step may take. Default 5000. */
  stepMs?: number | undefined;
}

export class RunningWorld {
  readonly source: Source;
  /** What it says of itself to whoever receives signals. */
  readonly signals = new SignalWriter();
  readonly pacemaker: Pacemaker;
  readonly pace: WorldPace;
  /** A long step is under way. */
  stepping = false;
  readonly #stepMs: number;
  #settings: WorldSettings;
  #built: Built;
  #told: WorldSettings | null = null;
  #slow = false;
  readonly #onstanding: RunningWorldOptions['onstanding'];
  readonly #onbusy: RunningWorldOptions['onbusy'];
  readonly #onedited: RunningWorldOptions['onedited'];
  #edited: Edited | null = null;

  constructor(built: Built, options: RunningWorldOptions) {
    const { channel, settings, pace, oncommand, stepMs = STEP_MS } = options;
    this.#stepMs = stepMs;
    this.#onstanding = options.onstanding;
    this.#onbusy = options.onbusy;
    this.#onedited = options.onedited;
    this.#built = built;
    this.#settings = settings;
    this.pace = pace;
    this.source = new Source(built.world, { channel, oncommand, signals: this.signals });
    const running = this;
    this.pacemaker = new Pacemaker({
      step: (n) => {
        this.#step(n);
        return this.world.owed ? this.world.settled?.() : undefined;
      },
      publish: () => this.source.publish(),
      get leap() {
        return running.#stepper.leap ?? 0;
      },
      failed: (error) => {
        // Where there is no room for the next generation, this one is whole, and stays to be seen.
        if (error instanceof MemoryError) this.setPace({ paused: true });
        options.onfailed(error);
      },
    });
    this.setPace(pace);
  }

  get world(): World {
    return this.#built.world;
  }

  #step(n: number): void {
    // Where one took long, the next may take longer.
    const said = this.#slow;
    if (said) this.#onbusy(true);
    const began = performance.now();
    this.#slow = true;
    try {
      this.#stepper.step(n);
      this.#slow = performance.now() - began > SLOW;
    } finally {
      if (said) this.#onbusy(false);
    }
  }

  get #stepper(): Stepper {
    return this.#built.stepper;
  }

  get settings(): WorldSettings {
    return this.#settings;
  }

  /** What kind of world it is. */
  get sim(): WorldSettings['sim'] {
    return this.#settings.sim;
  }

  /** An engine that computes elsewhere has come to where it was to go: now the world may be changed. */
  async settled(): Promise<void> {
    // Once: the pacemaker's next stride is a task of its own, before which comes whoever waits for this.
    await this.world.settled?.();
  }

  /** Begins again, with some settings changed. The old world stays if that fails. */
  async rebuild(change: Partial<WorldSettings>, load: BuildOptions): Promise<void> {
    const settings = { ...this.#settings, ...change };
    // A soup fills a large grid in one go.
    this.#onbusy(true);
    const built = await buildWorld(settings, load).finally(() => this.#onbusy(false));
    this.dispose();
    this.#built = built;
    this.#settings = settings;
    this.#stepper.wanted = this.pace.speed || Number.POSITIVE_INFINITY;
    this.source.restart(this.world);
    this.#tellControl();
  }

  /** Gives back the world, and what is on its way to it. */
  dispose(): void {
    this.#stepper.dispose?.();
    this.world.dispose?.();
  }

  /** Changes settings: as it runs where it can, else it begins again. */
  async change(change: Partial<WorldSettings>, load: BuildOptions): Promise<void> {
    const { rule, neighborhood, wrap, ...rest } = change;
    if (Object.keys(rest).length > 0) return this.rebuild(change, load);
    const settings = { ...this.#settings, ...change };
    await this.settled();
    if ('rule' in change || 'neighborhood' in change) {
      // A neighbourhood alone leaves births and survivals as they are.
      const alone = rule === undefined && neighborhood !== undefined;
      const { planes } = this.world;
      await this.world.changeRule(
        alone ? this.world.rule : settings.rule || this.#built.ownRule,
        settings.neighborhood,
      );
      // Replicas have the planes they began with.
      if (this.world.planes !== planes) this.source.restart(this.world);
    }
    if (wrap !== undefined) this.world.setWrap(wrap);
    this.#settings = settings;
    this.#tellControl();
  }

  setPace(change: Partial<WorldPace>): void {
    Object.assign(this.pace, change);
    const { paused, speed, maxFps, tileBudget, control, controllers, token } = this.pace;
    this.source.control = control;
    this.source.controllers = controllers;
    this.source.token = token || undefined;
    this.source.fanout.maxFps = maxFps;
    this.source.fanout.tileBudget = tileBudget > 0 ? tileBudget : Number.POSITIVE_INFINITY;
    this.pacemaker.maxFps = maxFps;
    this.#stepper.wanted = speed || Number.POSITIVE_INFINITY;
    if (change.speed !== undefined) this.pacemaker.speed = speed;
    if (paused) this.pacemaker.pause();
    else this.pacemaker.play();
    if (paused) this.source.publish();
    this.#tellControl();
  }

  /** Pauses, and goes `n` steps. Rejects, saying how far it came, where `signal` or time ended it before. */
  async step(n: number, signal: AbortSignal): Promise<void> {
    if (n > MAX_STEP) throw new RangeError(`${n} steps at once are too many; use up to ${MAX_STEP}`);
    const { world } = this;
    const goal = world.generation + n;
    if (!signal.aborted) {
      this.setPace({ paused: true });
      this.stepping = true;
      try {
        const end = performance.now() + this.#stepMs;
        while (world.generation < goal && performance.now() < end && !signal.aborted) {
          const before = world.generation;
          await this.pacemaker.go(goal - before, { ms: end - performance.now(), signal });
          // It may wait for another engine, and has done nothing then.
          if (world.generation === before) await new Promise((resolve) => setTimeout(resolve, 10));
        }
      } finally {
        this.stepping = false;
        this.source.publish();
      }
    }
    const done = Math.max(0, n - Math.max(0, goal - world.generation));
    if (done === n) return;
    const came = `after ${done} of ${n} generations`;
    if (signal.aborted) throw new Error(`"${signal.reason}" ended the step ${came}`);
    throw new Error(`${this.#stepMs / 1000} seconds ended the step ${came}; ask for the rest`);
  }

  /** The cells were changed. */
  edited(): void {
    const { version, generation } = this.world;
    const { epoch } = this.source;
    const edits = version - generation;
    if (this.#edited?.epoch === epoch && this.#edited.edits === edits) return;
    this.#edited = { epoch, version, edits };
    this.#onedited(this.#edited);
  }

  #tellControl(): void {
    this.edited();
    const { width, height, rule, neighborhood, wrap } = this.world;
    const { paused, speed } = this.pace;
    const pattern = this.#settings.pattern?.name ?? '';
    const settings = this.#settings === this.#told ? {} : { settings: this.#settings };
    this.#told = this.#settings;
    this.#onstanding({ epoch: this.source.epoch, pace: this.pace, ownRule: this.#built.ownRule, ...settings });
    this.source.setControlState({ paused, speed, rule, neighborhood, wrap, width, height, pattern });
    this.tell({ rule, neighborhood, wrap, width, height, pattern, paused, speed });
  }

  /** Publishes these signals, and how far the world is. */
  tell(values: Record<string, unknown> = {}): void {
    const { version, generation } = this.world;
    for (const [name, value] of Object.entries({ version, generation, ...values })) this.signals.set(name, value);
    this.source.publishSignals();
  }
}
