/**
 * Which engine a world that runs had best have. Blocks compute every generation; HashLife leaps over many of them, where
 * what it has seen comes again, and is far slower where it does not. Nobody can tell from the cells: it is tried.
 *
 * HashLife is tried when many more generations are wanted than there are frames, and the blocks do not keep up. It gets a
 * copy of the world, and slices of time beside it, as long together as the blocks would take for the same leaps; if it is
 * not at least twice as quick then, the next trial waits twice as long. A world that leaps goes back to blocks when they
 * would be quicker, when no more leaps are wanted, or when the memory does not do; and one that has no room in blocks goes
 * over to HashLife.
 */
import { MemoryError, RuleError } from '../errors.js';
import { parseRule } from '../rule/parse.js';
import { canRun } from './able.js';
import { Backoff } from './backoff.js';
import type { Chosen } from './engine.js';
import { Handover } from './handover.js';
import { getHashEngine } from './hash/get.js';
import type { Trial } from './hash/trial.js';
import { Layout } from './layout.js';
import type { Life } from './life.js';
import { MOST_TILES } from './limits.js';
import { Meter, ms } from './meter.js';

/** Fewer generations a second than this are not worth a leap. */
const MANY = 500;
/** Leaps are no longer than this part of a second's generations, so that the world still moves. */
const LEAPS_A_SECOND = 25;
/** What the blocks take for the leap that is tried, at most, ms. */
const TRIAL = 200;
/** A trial keeps the world for so long at a time, ms. */
const SLICE = 8;
/** Bytes that HashLife may take once it is at work. */
const MEMORY = 2 ** 29;
/** Where as many generations as can be had are wanted, a leap should take about so long, ms. */
const SHORT = 4;
const LONG = 64;

export interface WatchOptions {
  /** Makes an engine of blocks for this world, and says why that one. Without it, the world keeps the engine it has. */
  blocks?: (() => Promise<Chosen>) | undefined;
  /** Most bytes that HashLife may take once it is at work. Default: 512 MiB. */
  hashMemory?: number | undefined;
  /** Milliseconds since whenever. Default: `performance.now()`. */
  now?: () => number;
}

/** Steps a world, and gives it another engine when that pays. Say what is `wanted`, and ask for `leap` generations. */
export interface WorldWatch {
  readonly life: Life;
  /** Generations a second that are wanted; Infinity: as many as can be had. */
  wanted: number;
  /** Generations that are best computed at a time: a power of two; 0 while any number will do. */
  readonly leap: number;
  /** How often HashLife was tried. */
  readonly trials: number;
  /**
   * As `life.step`; but it may be fewer generations, or none, while the world is copied into another engine, or has no more
   * memory where it is. A MemoryError means that no engine has room. Of a world that is computed elsewhere `owed` grows: see `Life.settled`.
   */
  step(n: number): void;
  /** With the world: engines that are on their way to it are given back. */
  dispose(): void;
}

/** Between the engines that compute where they are called. */
export class EngineWatch implements WorldWatch {
  wanted = 0;
  trials = 0;
  readonly #now: () => number;
  #meter: Meter;
  /** Milliseconds a generation takes in blocks, as last measured. */
  #blocks = Number.POSITIVE_INFINITY;
  readonly #trials = new Backoff();
  #leap = 16;
  #trial: Trial | undefined;
  /** HashLife was worth it: it takes over where the world comes to its generation. */
  #ready = false;
  /** A trial is being made ready. */
  #preparing = false;
  readonly #handover: Handover;
  /** Neither blocks nor HashLife have room for what comes next. */
  #stuck: MemoryError | undefined;
  /** More tiles than this are too many for blocks. */
  #roomFor = MOST_TILES;

  constructor(
    readonly life: Life,
    readonly options: WatchOptions = {},
  ) {
    this.#now = options.now ?? (() => performance.now());
    this.#meter = new Meter(this.#now());
    this.#handover = new Handover(life, this.#now, () => {
      this.#meter = new Meter(this.#now());
    });
  }

  /** HashLife is being tried, or another engine is coming. */
  get trying(): boolean {
    return this.#busy || this.#trial !== undefined;
  }

  get #busy(): boolean {
    return this.#preparing || this.#handover.pending;
  }

  get leap(): number {
    return this.life.engine === 'hash' ? Math.min(this.#leap, this.#longest()) : 0;
  }

  step(n: number): void {
    const stuck = this.#stuck;
    this.#stuck = undefined;
    if (stuck) throw stuck;
    if (this.#handover.holds()) return;
    try {
      if (this.#trial) n = this.#try(this.#trial, n);
      if (n > 0) this.#step(n);
    } catch (error) {
      if (!(error instanceof MemoryError && this.options.blocks)) throw error;
      if (this.life.engine === 'hash') this.#goBack('HashLife needed too much memory', error);
      else this.#flee(error);
    }
  }

  #step(n: number): void {
    const began = this.#now();
    this.life.step(n);
    const now = this.#now();
    // Others compute elsewhere, or rules that HashLife does not run.
    if (!['wasm', 'js', 'hash'].includes(this.life.engine)) return;
    this.#meter.add(n, now - began);
    if (this.#busy || !this.#meter.isFull(now)) return;
    const { cost } = this.#meter;
    const busy = this.#meter.busy(now);
    this.#meter = new Meter(now);
    if (this.life.engine === 'hash') return this.#judge(cost);
    this.#blocks = cost;
    if (this.options.blocks && this.wanted >= MANY && busy && 1000 / cost < this.wanted && this.#trials.isOver(now))
      this.#prepare();
  }

  /** Is it still better to leap? */
  #judge(cost: number): void {
    const { blocks } = this.options;
    if (blocks && this.wanted < MANY) this.#goBack('few generations are wanted');
    else if (blocks && cost > this.#blocks)
      this.#goBack(`HashLife took ${ms(cost)} a generation, blocks ${ms(this.#blocks)}`);
    else if (this.wanted < Number.POSITIVE_INFINITY) this.#leap = this.#longest();
    else if (cost * this.#leap < SHORT) this.#leap = Math.min(this.#leap * 2, 2 ** 20);
    else if (cost * this.#leap > LONG && this.#leap > 16) this.#leap /= 2;
  }

  #longest(): number {
    return this.wanted === Number.POSITIVE_INFINITY ? this.#leap : power(this.wanted / LEAPS_A_SECOND);
  }

  /** Gets HashLife; the trial begins at the next step. */
  #prepare(): void {
    const { life } = this;
    if (this.#trial || !canRun('hash', parseRule(life.rule))) return;
    this.#preparing = true;
    const leap = power(Math.min(TRIAL / this.#blocks, this.wanted / LEAPS_A_SECOND, 2 ** 20));
    void import('./hash/trial.js')
      .then(({ beginTrial }) => beginTrial(life, { leap, blocks: this.#blocks, now: this.#now }))
      .then((trial) => {
        // There was no room in blocks meanwhile.
        if (this.#handover.pending || life.engine === 'hash') return;
        this.#trial = trial;
        this.trials++;
      })
      .catch(() => this.#trials.failed(this.#now()))
      .finally(() => {
        this.#preparing = false;
      });
  }

  #endTrial(): void {
    this.#trial = undefined;
    this.#ready = false;
  }

  /** Goes on with the trial for a slice. Returns how many of the next `n` generations are left to compute. */
  #try(trial: Trial, n: number): number {
    const { life } = this;
    try {
      if (trial.isStale) throw new NotWorthIt();
      if (!this.#ready) {
        const worth = trial.work(SLICE);
        if (worth === undefined) return trial.copying ? 0 : n;
        if (!worth) throw new NotWorthIt();
        this.#ready = true;
      }
      if (!trial.follow(SLICE)) return n;
    } catch (error) {
      if (!(error instanceof NotWorthIt || error instanceof MemoryError || error instanceof RuleError)) throw error;
      this.#endTrial();
      this.#trials.failed(this.#now());
      return n;
    }
    const missing = trial.generation - life.generation;
    if (missing > n) return n;
    this.#step(missing);
    const { engine, leap, took } = trial;
    this.#endTrial();
    engine.kernel.allow(this.options.hashMemory ?? MEMORY);
    const reason = `HashLife leaps ${leap} generations in ${ms(took)}, for which blocks take ${ms(leap * this.#blocks)}`;
    life.adopt(engine, reason, { holds: true });
    this.#leap = leap;
    this.#meter = new Meter(this.#now());
    return n - missing;
  }

  /** To blocks; where they have no room, the world stays as it is, or is `stuck` where it cannot. */
  #goBack(why: string, stuck?: MemoryError): void {
    const { blocks } = this.options;
    if (this.#busy || !blocks) return;
    const tiles = this.life.livingTiles().length;
    if (tiles > this.#roomFor) {
      if (stuck) throw stuck;
      return;
    }
    this.#trials.failed(this.#now());
    this.#handover.begin({
      make: async () => {
        const { engine, reason } = await blocks();
        return { engine, reason: `${reason}; ${why}` };
      },
      waits: stuck !== undefined,
      refused: () => {
        this.#roomFor = tiles - 1;
        this.#stuck = stuck;
      },
    });
  }

  /** From blocks, which have no room for what comes next. */
  #flee(error: MemoryError): void {
    const { life } = this;
    if (!canRun('hash', parseRule(life.rule))) throw error;
    this.#endTrial();
    this.#roomFor = Math.floor(life.livingTiles().length / 2);
    const layout = new Layout(life.width, life.height);
    this.#handover.begin({
      make: async () => ({
        engine: await getHashEngine(layout, parseRule(life.rule), this.options.hashMemory),
        reason: 'blocks have no room for the next generation',
      }),
      waits: true,
      refused: () => {
        this.#stuck = error;
      },
    });
  }

  /** With the world: engines that are on their way to it are given back. */
  dispose(): void {
    this.#endTrial();
    this.#handover.dispose();
  }
}

class NotWorthIt extends Error {}

/** The greatest power of two that is not greater; at least 1. */
function power(n: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2(n)));
}
