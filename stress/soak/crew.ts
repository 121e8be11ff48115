/** One world on several engines: all that is done to it is done to each of them, and all must show the same. */

import { formatMacrocell, type Life, MemoryError, parsePattern, patternByName, type Snapshot } from 'mpl-kit/sim';
import type { Random } from '../random.js';
import { isLife, type Kind, type Member } from './member.js';

/** A moment that was kept: who goes back to it must come to the same again. */
interface Moment {
  snapshot: Snapshot;
  rule: string;
  wrap: Life['wrap'];
  hash: string;
}

const GLIDER = parsePattern('bo$2bo$3o!');
/** Steps after which all are compared, at least. */
const COMPARED = 6;

export class Crew {
  /** Generations that each of its engines has computed. */
  generations = 0;
  comparisons = 0;
  readonly acts = new Map<string, number>();
  #members: [engine: string, world: Member][] = [];
  #moment: Moment | undefined;
  #since = 0;

  constructor(
    readonly kind: Kind,
    readonly random: Random,
  ) {}

  async start(): Promise<this> {
    this.#members = await this.kind.make();
    this.#fill();
    return this;
  }

  get #lives(): Life[] {
    return this.#members.flatMap(([, world]) => (isLife(world) ? [world] : []));
  }

  /** Something, whatever chance says. @throws Error where engines differ */
  async act(): Promise<void> {
    const { random } = this;
    const what = random.next();
    if (what < 0.7) this.#step(1 + random.int(this.kind.most));
    else if (what < 0.8) this.#draw();
    else if (what < 0.86) this.#fill();
    else if (what < 0.9) await this.#rule();
    else if (what < 0.92) this.#wrap();
    else if (what < 0.94) await this.#keep();
    else if (what < 0.96) await this.#back();
    else if (what < 0.98) await this.#file();
    else if (what < 0.99) await this.#renew();
    else this.#all('clear', (world) => world.clear());
    if (++this.#since >= COMPARED && random.chance(0.3)) await this.compare();
  }

  #count(name: string): void {
    this.acts.set(name, (this.acts.get(name) ?? 0) + 1);
  }

  #all(name: string, act: (world: Member) => void): void {
    this.#count(name);
    for (const [, world] of this.#members) act(world);
  }

  #each(name: string, act: (life: Life) => void): void {
    this.#count(name);
    for (const life of this.#lives) act(life);
  }

  #step(n: number): void {
    this.#all('step', (world) => stepAll(world, n));
    this.generations += n;
  }

  #draw(): void {
    const { random } = this;
    const { width, height } = this.kind;
    const cells = Array.from({ length: 2 * (1 + random.int(40)) }, (_, i) => random.int(i % 2 ? height : width));
    const alive = random.chance(0.8);
    this.#all('draw', (world) => world.draw(cells, alive));
  }

  #fill(): void {
    const { random } = this;
    const [density, seed] = [random.pick([0.05, 0.2, 0.5]), random.int(2 ** 31)];
    if (random.chance(0.6) || this.#lives.length === 0) {
      this.#count('soup');
      for (const [, world] of this.#members)
        if (isLife(world)) world.soup({ density, seed });
        else world.seed(seed, density);
      return;
    }
    const pattern = patternByName(random.pick(['glider', 'gosper-gun', 'r-pentomino', 'acorn'])) ?? GLIDER;
    const [x, y] = [random.int(this.kind.width >> 1), random.int(this.kind.height >> 1)];
    this.#each('paste', (life) => life.paste(pattern, x, y));
  }

  async #rule(): Promise<void> {
    const rule = this.kind.rule(this.random);
    this.#count('rule');
    for (const [, world] of this.#members) await world.changeRule(rule);
  }

  #wrap(): void {
    const wrap = this.random.pick(['torus', 'bounded'] as const);
    this.#all('wrap', (world) => world.setWrap(wrap));
  }

  async #keep(): Promise<void> {
    if (this.#lives.length === 0) return;
    const from = this.random.pick(this.#lives);
    this.#count('snapshot');
    const { rule, wrap } = from;
    const snapshot = from.snapshot();
    this.#step(8);
    this.#moment = { snapshot, rule, wrap, hash: await this.compare() };
  }

  /** Goes back to what was kept, and eight generations on: it is the same again. */
  async #back(): Promise<void> {
    const moment = this.#moment;
    if (!moment) return;
    this.#count('restore');
    for (const life of this.#lives) {
      life.setWrap(moment.wrap);
      await life.changeRule(moment.rule);
      life.restore(moment.snapshot);
    }
    this.#step(8);
    const hash = await this.compare();
    if (hash !== moment.hash) throw new Error(`${this.kind.name}: gone back to, it is ${hash}, and was ${moment.hash}`);
  }

  /** Out of one engine into a file, and into all of them; or not, where the file is not wanted any more. */
  async #file(): Promise<void> {
    const { random } = this;
    if (this.#lives.length === 0) return;
    const hash = await this.compare();
    const pattern = parsePattern(formatMacrocell(random.pick(this.#lives)));
    // Over the edge, where there is none.
    const fits = this.#lives[0]!.wrap === 'torus' && random.chance(0.5);
    const at = fits ? ([random.int(this.kind.width), random.int(this.kind.height)] as const) : [];
    const pieces = random.chance(0.2) ? random.int(3) : Number.POSITIVE_INFINITY;
    this.#each('file', (life) => {
      const loading = life.loadSlowly(pattern, ...at);
      for (let i = 0; i < pieces && !loading.next().done; i++);
      loading.return();
    });
    const after = await this.compare();
    if (!fits && pieces === Number.POSITIVE_INFINITY && after !== hash)
      throw new Error(`${this.kind.name}: read from a file, it is ${after}, and was ${hash}`);
  }

  /** What the engines before had is given back. */
  async #renew(): Promise<void> {
    const [first] = this.#lives;
    if (!first) return;
    this.#count('anew');
    const { rule, wrap } = first;
    const snapshot = first.snapshot();
    for (const life of this.#lives) life.dispose();
    this.#members = await this.kind.make();
    for (const life of this.#lives) {
      life.setWrap(wrap);
      await life.changeRule(rule);
      life.restore(snapshot);
    }
  }

  /** The same cells, the same counts, the same changes since the last time, on all engines. */
  async compare(): Promise<string> {
    this.#since = 0;
    this.comparisons++;
    const seen = await Promise.all(
      this.#members.map(async ([engine, world]) => {
        const { hash } = await world.digest();
        const changed = world.changedTiles();
        const { version, generation } = world;
        return { engine, hash, say: JSON.stringify([version, generation, world.population(), changed.join()]) };
      }),
    );
    const [first, ...rest] = seen;
    for (const other of rest)
      if (other.hash !== first!.hash || other.say !== first!.say)
        throw new Error(
          `${this.kind.name}: ${first!.engine} and ${other.engine} differ: ${first!.hash} ${first!.say.slice(0, 200)}; ${other.hash} ${other.say.slice(0, 200)}`,
        );
    return first!.hash;
  }
}

/** HashLife may need smaller steps for what is left, where its memory is full. */
function stepAll(world: Member, n: number): void {
  try {
    world.step(n);
  } catch (error) {
    if (!(error instanceof MemoryError) || n === 1) throw error;
    for (let left = n - error.done; left > 0; left--) world.step(1);
  }
}
