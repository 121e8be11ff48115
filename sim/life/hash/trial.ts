/**
 * HashLife beside a world in blocks, to see what it would be worth there. First it takes a copy of the cells, for which the
 * world waits; then the world goes on. All is done in short slices, keeping what was learned. It ends where it has come,
 * which is ahead of the world; who takes it over waits until the world has come there too, so that nothing is copied back.
 */
import { MemoryError } from '../../errors.js';
import { parseRule } from '../../rule/parse.js';
import { WorldCopy } from '../copy.js';
import { Layout } from '../layout.js';
import type { Life } from '../life.js';
import { MOST_TILES } from '../limits.js';
import type { HashEngine } from './engine.js';
import { getHashEngine } from './get.js';

/** Leaps shorter than this are not worth it, generations. */
const SHORTEST = 16;
/** Bytes of memory a trial may take, so that nothing in it takes long: tables that grow, collections. */
const MEMORY = 2 ** 26;
/** Squares that the cells alone may consist of: where these fill half the memory, no leap fits into the rest. */
const MOST_SQUARES = MEMORY / 2 / 40;

export interface TrialOptions {
  /** Generations to leap over, at most; a power of two. */
  leap: number;
  /** Milliseconds that blocks take for a generation. */
  blocks: number;
  now: () => number;
}

/** Rejects with a RuleError or MemoryError; anything else means that there is no WebAssembly here. */
export async function beginTrial(life: Life, options: TrialOptions): Promise<Trial> {
  // The world would wait for seconds.
  if (life.livingTiles().length > MOST_TILES) throw new MemoryError('There is too much to copy for a trial.');
  const engine = await getHashEngine(new Layout(life.width, life.height), parseRule(life.rule), MEMORY);
  return new Trial(life, engine, options);
}

export class Trial {
  /** Generations of a leap; less than asked for where edges are near. */
  leap: number;
  /** Milliseconds that the second leap took, which shows what it is worth: the first has everything to learn. */
  took = 0;
  /** The generation that the engine has come to. */
  generation = 0;
  /** It takes its copy of the world, which must stand still meanwhile. */
  copying = true;
  #copy: WorldCopy | undefined;
  readonly #work: Generator<void, boolean>;
  #end = 0;

  /** @param engine For the grid of `life`. */
  constructor(
    readonly life: Life,
    readonly engine: HashEngine,
    readonly options: TrialOptions,
  ) {
    this.leap = options.leap;
    this.#work = this.#run();
  }

  /** Was the world edited, or given other rules, since this began? Then it is of no use. */
  get isStale(): boolean {
    return this.#copy?.isStale ?? false;
  }

  /** Works for so many milliseconds, and a little more. Undefined: not done yet. Else whether leaps pay. @throws RuleError, MemoryError */
  work(slice: number): boolean | undefined {
    const { done, value } = this.#during(slice, () => this.#work.next());
    return done ? value : undefined;
  }

  /** Leaps on towards the world, which went further, for a slice. Is it there, or beyond? @throws MemoryError */
  follow(slice: number): boolean {
    const behind = () => this.generation < this.life.generation;
    this.#during(slice, () => {
      while (behind() && !this.#late) this.#leapOver(this.leap).next();
    });
    return !behind();
  }

  #during<T>(slice: number, work: () => T): T {
    this.#end = this.options.now() + slice;
    return this.engine.kernel.watched(() => {
      if (this.#late) throw new SliceEnd();
    }, work);
  }

  get #late(): boolean {
    return this.options.now() >= this.#end;
  }

  *#run(): Generator<void, boolean> {
    const { engine, options } = this;
    this.#copy = new WorldCopy(this.life, engine);
    this.generation = this.life.generation;
    while (!this.#copy.work(() => this.#late)) {
      if (engine.kernel.wasm.count() > MOST_SQUARES) return false;
      yield;
    }
    this.copying = false;
    while (this.leap >= SHORTEST && !engine.canStep(2 * this.leap)) this.leap /= 2;
    if (this.leap < SHORTEST) return false;
    const blocks = this.leap * options.blocks;
    const first = yield* this.#timed(2 * blocks);
    this.took = yield* this.#timed(2 * blocks - first);
    return this.took <= blocks / 2;
  }

  /** Milliseconds of work that a leap takes; Infinity where it is more than `most`. */
  *#timed(most: number): Generator<void, number> {
    const { now } = this.options;
    const walk = this.#leapOver(this.leap);
    let spent = 0;
    for (;;) {
      const began = now();
      const { done } = walk.next();
      spent += now() - began;
      if (done) return spent;
      if (spent > most) return Number.POSITIVE_INFINITY;
      yield;
    }
  }

  /** A leap that is broken off at the end of a slice goes on, when it begins again, from what is known by then. */
  *#leapOver(generations: number): Generator<void, void> {
    const { engine } = this;
    for (let left = generations; left > 0; ) {
      let broken = false;
      try {
        engine.step(left);
      } catch (error) {
        if (!(error instanceof SliceEnd)) throw error;
        broken = true;
      }
      left -= engine.done;
      this.generation += engine.done;
      if (broken) yield;
    }
  }
}

class SliceEnd extends Error {}
