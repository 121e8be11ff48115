/**
 * A world that gets another engine when that pays, at full speed, beside one that stays in blocks: whatever computes it, and
 * whenever that changes, both must show the same.
 */

import {
  createLife,
  formatMacrocell,
  type Life,
  parsePattern,
  patternByName,
  type WorldWatch,
  watchEngine,
} from 'mpl-kit/sim';
import { Random } from '../random.js';
import { spawn } from './threads.js';

export interface WatchedKind {
  name: string;
  width: number;
  height: number;
  rule: string;
  /** Fills it with what another engine is better at. */
  fill(life: Life, random: Random): void;
  /** No memory can be shared, as on most pages: threads hold bands. */
  apart?: boolean;
  /** Generations of a bout, at most: the other has to follow. */
  most: number;
}

const gun = patternByName('gosper-gun')!;

/** Many guns, all alike, that do not put each other out: HashLife leaps. */
function guns(life: Life, random: Random): void {
  life.clear();
  const [x0, y0] = [random.int(40), random.int(20)];
  for (let y = 0; y < life.height; y += 256) for (let x = 0; x < life.width; x += 256) life.paste(gun, x + x0, y + y0);
}

export const WATCHED: readonly WatchedKind[] = [
  { name: 'auto', width: 2048, height: 2048, rule: 'B3/S23', fill: guns, most: 20_000 },
  {
    ...{ name: 'auto, apart', width: 4096, height: 5120, rule: 'B2-a/S12', apart: true, most: 1500 },
    fill: (life, random) => life.soup({ density: 0.3, seed: random.int(2 ** 31) }),
  },
];

/** Generations a second that are wanted: as many as can be had, or few. */
const MANY = Number.POSITIVE_INFINITY;
const FEW = 30;

export class Watched {
  generations = 0;
  comparisons = 0;
  readonly acts = new Map<string, number>();
  #life!: Life;
  #watch!: WorldWatch;
  #twin!: Life;
  /** It has the rule of its kind. */
  #own = true;

  /** @param bout Milliseconds of an act: engines are chosen by what a second of steps took. */
  constructor(
    readonly kind: WatchedKind,
    readonly random: Random,
    readonly bout: number,
  ) {}

  async start(): Promise<this> {
    const { width, height, rule } = this.kind;
    this.#twin = await createLife({ width, height, rule, engine: 'wasm' });
    await this.#begin();
    this.#both('fill', (life, random) => this.kind.fill(life, random));
    return this;
  }

  async #begin(): Promise<void> {
    const { width, height } = this.kind;
    const { rule, wrap } = this.#twin;
    this.#life = await createLife({ width, height, rule, wrap });
    this.#watch = this.#watched();
    this.#watch.wanted = MANY;
  }

  #watched(): WorldWatch {
    const means = { threads: 2, spawn };
    if (!this.kind.apart) return watchEngine(this.#life, means);
    const { SharedArrayBuffer: shared } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
      return watchEngine(this.#life, means);
    } finally {
      globalThis.SharedArrayBuffer = shared;
    }
  }

  /** Something, and then a bout of steps. @throws Error where they differ */
  async act(): Promise<void> {
    const what = this.random.next();
    if (what < 0.08) this.#draw();
    else if (what < 0.3) this.#both('fill', (life, random) => this.kind.fill(life, random));
    else if (what < 0.36) this.#macrocell();
    else if (what < 0.4) this.#both('wrap', (life, random) => life.setWrap(random.pick(['torus', 'bounded'])));
    else if (what < 0.44) await this.#rule();
    else if (what < 0.48) await this.#renew();
    else if (what < 0.53) this.#watch.wanted = this.#watch.wanted === MANY ? FEW : MANY;
    await this.#run();
    await this.compare();
  }

  #count(name: string): void {
    this.acts.set(name, (this.acts.get(name) ?? 0) + 1);
  }

  /** The same chance for both. */
  #both(name: string, act: (life: Life, random: Random) => void): void {
    this.#count(name);
    const seed = this.random.int(2 ** 31);
    for (const life of [this.#life, this.#twin]) act(life, new Random(seed));
  }

  #draw(): void {
    const { width, height } = this.kind;
    this.#both('draw', (life, random) =>
      life.draw(
        Array.from({ length: 40 }, (_, i) => random.int(i % 2 ? height : width)),
        true,
      ),
    );
  }

  /** Out into a file and in again. */
  #macrocell(): void {
    this.#count('macrocell');
    const pattern = parsePattern(formatMacrocell(this.#life));
    for (const life of [this.#life, this.#twin]) life.load(pattern);
  }

  /** Another for a bout or some, and back to its own. */
  async #rule(): Promise<void> {
    this.#count('rule');
    const other = this.#own ? this.random.pick(['B36/S23', '345/2/4', 'B3/S23V']) : this.kind.rule;
    this.#own = !this.#own;
    for (const life of [this.#life, this.#twin]) await life.changeRule(other);
  }

  /** What was made for the one before is given back. */
  async #renew(): Promise<void> {
    this.#count('anew');
    this.#watch.dispose();
    this.#life.dispose();
    await this.#begin();
    this.#life.restore(this.#twin.snapshot());
    // So both have told of all there is.
    this.#twin.restore(this.#twin.snapshot());
    for (const life of [this.#life, this.#twin]) life.changedTiles();
  }

  async #run(): Promise<void> {
    const life = this.#life;
    const end = performance.now() + this.bout;
    const goal = life.generation + this.kind.most;
    let { engine } = life;
    while (performance.now() < end && life.generation < goal) {
      const { leap } = this.#watch;
      this.#watch.step(Math.min(leap || 8, goal - life.generation));
      await life.settled();
      // Engines come by promises, and by messages of workers.
      await new Promise((resolve) => setImmediate(resolve));
      if (life.engine !== engine) this.#count(`to ${life.engine}`);
      engine = life.engine;
    }
    const behind = life.generation - this.#twin.generation;
    this.#twin.step(behind);
    this.generations += behind;
  }

  async compare(): Promise<void> {
    this.comparisons++;
    const [life, twin] = [this.#life, this.#twin];
    const say = async (world: Life) =>
      JSON.stringify([world.version, world.generation, world.population(), (await world.digest()).hash]);
    const [a, b] = [await say(life), await say(twin)];
    if (a !== b) throw new Error(`${this.kind.name}: ${life.engine} and ${twin.engine} differ: ${a}; ${b}`);
    // It may name more, once after it has got another engine.
    const changed = new Set(life.changedTiles());
    const missed = twin.changedTiles().filter((key) => !changed.has(key));
    if (missed.length > 0)
      throw new Error(
        `${this.kind.name}: ${life.engine} says nothing of tiles ${missed.slice(0, 20)} that have changed`,
      );
  }
}
