/**
 * Whether a world had best be computed elsewhere: on a GPU, or in bands by other workers. The way there and back costs
 * something for each frame, so that it pays where a generation is much work, or many are wanted. Nobody can tell how much:
 * it is tried, for a second, and stays where it is a quarter quicker than here. Since worlds change, it comes back now and
 * then, to see what a generation takes here by now.
 */
import { Backoff } from './backoff.js';
import type { EngineWatch, WorldWatch } from './choose.js';
import type { Chosen, EngineKind } from './engine.js';
import { Meter, ms } from './meter.js';

/** Generations that take less here, ms, are not worth the way. */
const WORTH = 1;
/** How much quicker it must be. */
const QUICKER = 1.25;
/** How long it stays away without a look at how it would be here; ms. */
const STAY = 60_000;

/** A place where a world may be computed: resolves with an engine for it, or nothing where that cannot be. */
export type Elsewhere = () => Promise<Chosen | undefined>;

export interface ElsewhereOptions {
  /** At least one; tried in this order, one at a time. */
  places: readonly Elsewhere[];
  /** Makes an engine that computes here. */
  here: () => Promise<Chosen>;
  /** Milliseconds since whenever. Default: `performance.now()`. */
  now?: () => number;
}

const AWAY: readonly EngineKind[] = ['gpu', 'bands'];
const HERE: readonly EngineKind[] = ['wasm', 'js'];

/** Steps a world as an `EngineWatch` does, and has it computed elsewhere when that pays. */
export class ElsewhereWatch implements WorldWatch {
  /** How often another place was tried. */
  moves = 0;
  readonly #now: () => number;
  #meter: Meter;
  /** What computes it, as far as is known here. */
  #at: EngineKind;
  /** The first stride after a move has all to fetch: what it took says nothing. */
  #fresh = true;
  /** Milliseconds that a generation took here, as last measured. */
  #here = Number.POSITIVE_INFINITY;
  #place = 0;
  readonly #trials = new Backoff();
  #leaveAt = 0;
  /** Takes over at the next step. */
  #next: Chosen | undefined;
  #pending = false;
  #disposed = false;

  constructor(
    /** Which engine it had best have here. */
    readonly near: EngineWatch,
    readonly options: ElsewhereOptions,
  ) {
    this.#now = options.now ?? (() => performance.now());
    this.#meter = new Meter(this.#now());
    this.#at = near.life.engine;
  }

  get life(): EngineWatch['life'] {
    return this.near.life;
  }

  get wanted(): number {
    return this.near.wanted;
  }
  set wanted(wanted: number) {
    this.near.wanted = wanted;
  }
  get leap(): number {
    return this.near.leap;
  }
  get trials(): number {
    return this.near.trials;
  }

  step(n: number): void {
    const { life } = this;
    if (this.#next && life.owed === 0) this.#move(this.#next);
    const began = this.#now();
    const { generation } = life;
    this.near.step(n);
    // It may stand still, while it is copied into another engine.
    if (life.owed === 0) this.#ran(life.generation - generation, began);
    // Whoever waits for it hears of what went wrong.
    else
      life.settled().then(
        () => this.#ran(n, began),
        () => {},
      );
  }

  dispose(): void {
    this.#disposed = true;
    this.#next?.engine.dispose?.();
    this.near.dispose();
  }

  #ran(n: number, began: number): void {
    const now = this.#now();
    const { engine } = this.life;
    if (engine !== this.#at) {
      // Lost there, and saved by another: that is no place to go to again so soon.
      if (AWAY.includes(this.#at)) this.#failed();
      this.#at = engine;
      this.#fresh = true;
    }
    if (this.#fresh) {
      this.#fresh = false;
      this.#meter = new Meter(now);
      return;
    }
    this.#meter.add(n, now - began);
    if (this.#pending || this.#next || !this.#meter.isFull(now)) return;
    const { cost } = this.#meter;
    const busy = this.#meter.busy(now);
    this.#meter = new Meter(now);
    if (AWAY.includes(engine)) this.#judge(engine, cost, now);
    else if (HERE.includes(engine)) {
      this.#here = cost;
      const late = busy && 1000 / cost < this.wanted;
      if (late && cost >= WORTH && this.#trials.isOver(now) && !this.near.trying) this.#look();
    }
  }

  /** Is it still better there? */
  #judge(engine: EngineKind, cost: number, now: number): void {
    const worse = cost * QUICKER > this.#here;
    if (!worse && now < this.#leaveAt) return;
    const took = `${engine} took ${ms(cost)} a generation, and here it took ${ms(this.#here)}`;
    if (worse) this.#failed();
    else this.#trials.succeeded();
    this.#fetch(async () => {
      const { engine: other, reason } = await this.options.here();
      return { engine: other, reason: worse ? `${reason}; ${took}` : reason };
    });
  }

  #look(): void {
    const place = this.options.places[this.#place];
    this.#fetch(async () => {
      const chosen = await place();
      if (chosen) return { ...chosen, reason: `${chosen.reason}, since here a generation takes ${ms(this.#here)}` };
      this.#failed();
      return undefined;
    });
  }

  #fetch(make: () => Promise<Chosen | undefined>): void {
    this.#pending = true;
    void make()
      .then((next) => {
        if (this.#disposed) next?.engine.dispose?.();
        else this.#next = next;
      })
      .catch(() => this.#failed())
      .finally(() => {
        this.#pending = false;
      });
  }

  #move(next: Chosen): void {
    this.#next = undefined;
    // HashLife may have taken it meanwhile, or it was lost there and is here already.
    if (this.life.engine !== this.#at) return next.engine.dispose?.();
    try {
      this.life.adopt(next.engine, next.reason);
      this.#at = next.engine.kind;
      this.#fresh = true;
      if (!AWAY.includes(next.engine.kind)) return;
      this.moves++;
      this.#leaveAt = this.#now() + STAY;
    } catch {
      // It has no room for this world, or does not know the rule that it has by now.
      next.engine.dispose?.();
      this.#failed();
    }
  }

  /** The next place, or, after the last one, a long time nothing. */
  #failed(): void {
    this.#place = (this.#place + 1) % this.options.places.length;
    if (this.#place > 0) return;
    this.#trials.failed(this.#now());
  }
}
