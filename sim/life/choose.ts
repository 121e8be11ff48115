/**
 * Which engine a world that runs had best have. Blocks compute every generation; HashLife leaps over many of them, where
 * what it has seen comes again, and is far slower where it does not. Nobody can tell from the cells: it is tried.
 *
 * HashLife is tried when many more generations are wanted than there are frames, and the blocks do not keep up. It has as
 * long as the blocks would take for the same leaps, at most a blink; if it is not at least twice as quick then, the next
 * trial waits twice as long. A world that leaps goes back to blocks when they would be quicker, when no more leaps are
 * wanted, or when the memory does not do.
 */
import { MemoryError, RuleError } from '../errors.js';
import { parseRule } from '../rule/parse.js';
import { copyTiles } from './brush.js';
import type { Engine } from './engine.js';
import type { HashEngine } from './hash/engine.js';
import { Layout } from './layout.js';
import type { Life } from './life.js';

/** Fewer generations a second than this are not worth a leap. */
const MANY = 500;
/** Leaps are no longer than this part of a second's generations, so that the world still moves. */
const LEAPS_A_SECOND = 25;
/** What the blocks take for the leap that is tried, at most, ms. */
const TRIAL = 200;
/** From one trial to the next, ms. */
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 320_000;
/** Where as many generations as can be had are wanted, a leap should take about so long, ms. */
const SHORT = 4;
const LONG = 64;

export interface WatchOptions {
  /** Makes an engine of blocks for this world, and says why that one. Without it, the world keeps the engine it has. */
  blocks?: (() => Promise<{ engine: Engine; reason: string }>) | undefined;
  /** Milliseconds since whenever. Default: `performance.now()`. */
  now?: () => number;
}

/** Steps a world, and gives it another engine when that pays. Say what is `wanted`, and ask for `leap` generations. */
export class EngineWatch {
  /** Generations a second that are wanted; Infinity: as many as can be had. */
  wanted = 0;
  /** How often HashLife was tried. */
  trials = 0;
  readonly #now: () => number;
  #meter: Meter;
  /** Milliseconds a generation takes in blocks, as last measured. */
  #blocks = Number.POSITIVE_INFINITY;
  #wait = FIRST_WAIT;
  #nextTrial = 0;
  #leap = 16;
  #candidate: HashEngine | undefined;
  /** Another engine is being made. */
  #pending = false;

  constructor(
    readonly life: Life,
    readonly options: WatchOptions = {},
  ) {
    this.#now = options.now ?? (() => performance.now());
    this.#meter = new Meter(this.#now());
  }

  /** Generations that are best computed at a time: a power of two; 0 while any number will do. */
  get leap(): number {
    return this.life.engine === 'hash' ? Math.min(this.#leap, this.#longest()) : 0;
  }

  /** As `life.step`; but where HashLife has no more memory, it may be fewer generations. */
  step(n: number): void {
    if (this.#candidate) this.#try(this.#candidate);
    const began = this.#now();
    try {
      this.life.step(n);
    } catch (error) {
      if (!(error instanceof MemoryError && this.life.engine === 'hash' && this.options.blocks)) throw error;
      return this.#goBack('HashLife needed too much memory');
    }
    const now = this.#now();
    // Others compute elsewhere, or rules that HashLife does not run.
    if (!['wasm', 'js', 'hash'].includes(this.life.engine)) return;
    this.#meter.add(n, now - began);
    if (this.#pending || !this.#meter.isFull(now)) return;
    const { cost } = this.#meter;
    const busy = this.#meter.busy(now);
    this.#meter = new Meter(now);
    if (this.life.engine === 'hash') return this.#judge(cost);
    this.#blocks = cost;
    if (this.options.blocks && this.wanted >= MANY && busy && 1000 / cost < this.wanted && now >= this.#nextTrial)
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

  /** Gets HashLife; it is tried at the next step. */
  #prepare(): void {
    this.#pending = true;
    const { width, height } = this.life;
    void import('./hash/engine.js')
      .then(({ createHashEngine }) => createHashEngine(new Layout(width, height)))
      .then((engine) => {
        this.#candidate = engine;
      })
      .catch(() => this.#wayLater())
      .finally(() => {
        this.#pending = false;
      });
  }

  #wayLater(): void {
    this.#nextTrial = this.#now() + this.#wait;
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #try(engine: HashEngine): void {
    this.#candidate = undefined;
    this.trials++;
    const { life } = this;
    try {
      engine.configure(parseRule(life.rule), life.wrap === 'torus');
      copyTiles({ layout: engine.layout, planes: life.planes, tile: (key, plane) => life.tile(key, plane) }, engine);
      let leap = power(Math.min(TRIAL / this.#blocks, this.wanted / LEAPS_A_SECOND, 2 ** 20));
      while (leap >= 16 && !engine.canStep(2 * leap)) leap /= 2;
      const blocks = leap * this.#blocks;
      if (leap < 16) return this.#wayLater();
      // The first leap has everything to learn; the second shows what it is worth.
      const first = this.#time(engine, leap, 2 * blocks);
      const second = this.#time(engine, leap, 2 * blocks - first);
      if (second > blocks / 2) return this.#wayLater();
      life.adopt(engine, `HashLife leaps ${leap} generations in ${ms(second)}, for which blocks take ${ms(blocks)}`);
      this.#leap = leap;
      this.#meter = new Meter(this.#now());
    } catch (error) {
      if (!(error instanceof TooLate || error instanceof MemoryError || error instanceof RuleError)) throw error;
      this.#wayLater();
    }
  }

  #time(engine: HashEngine, leap: number, most: number): number {
    const began = this.#now();
    engine.kernel.calls.tick = () => {
      if (this.#now() - began > most) throw new TooLate();
    };
    engine.step(leap);
    engine.kernel.calls.tick = () => {};
    return this.#now() - began;
  }

  #goBack(why: string): void {
    if (this.#pending || !this.options.blocks) return;
    this.#pending = true;
    this.#wayLater();
    void this.options
      .blocks()
      .then(({ engine, reason }) => this.life.adopt(engine, `${reason}; ${why}`))
      // Then it stays as it is.
      .catch(() => {})
      .finally(() => {
        this.#pending = false;
        this.#meter = new Meter(this.#now());
      });
  }
}

class TooLate extends Error {}

/** What steps cost in the last second or so. */
class Meter {
  #generations = 0;
  #spent = 0;

  constructor(readonly since: number) {}

  add(generations: number, spent: number): void {
    this.#generations += generations;
    this.#spent += spent;
  }

  isFull(now: number): boolean {
    return now - this.since >= 1000 && this.#generations > 0;
  }

  /** Milliseconds a generation. */
  get cost(): number {
    return this.#spent / this.#generations;
  }

  /** Was there little time left beside it? */
  busy(now: number): boolean {
    return this.#spent > 0.6 * (now - this.since);
  }
}

/** The greatest power of two that is not greater; at least 1. */
function power(n: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2(n)));
}

/** Milliseconds for people. */
function ms(value: number): string {
  return `${value < 10 ? Number(value.toPrecision(2)) : Math.round(value)} ms`;
}
