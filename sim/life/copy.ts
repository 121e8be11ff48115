/**
 * A world's cells on their way into another engine, in slices of time. The world must stand still meanwhile, as a copy of
 * two generations would be none; but whoever runs it hears and answers all that it did before.
 */
import { parseRule } from '../rule/parse.js';
import { copyCells } from './brush.js';
import type { Engine } from './engine.js';
import type { Life } from './life.js';

/** Tiles between two looks at the clock. */
const TILES = 32;

export class WorldCopy {
  readonly #world: string;
  readonly #generation: number;
  readonly #keys: Uint32Array;
  #at = 0;

  /** @throws RuleError where the engine cannot compute the world's rule. MemoryError */
  constructor(
    readonly life: Life,
    /** For a grid of this size. */
    readonly engine: Engine,
  ) {
    this.#world = identity(life);
    this.#generation = life.generation;
    engine.configure(parseRule(life.rule), life.wrap === 'torus');
    engine.clear();
    this.#keys = life.livingTiles();
  }

  /** Was the world edited, or given other rules, since this began, or stepped before it was done? Then it is of no use. */
  get isStale(): boolean {
    const moved = this.#at < this.#keys.length && this.life.generation !== this.#generation;
    return moved || identity(this.life) !== this.#world;
  }

  /** Copies until it is late; says whether all is there. @throws MemoryError */
  work(late: () => boolean): boolean {
    const { life, engine } = this;
    while (this.#at < this.#keys.length) {
      copyCells(life, engine, this.#keys[this.#at++]);
      if (this.#at % TILES === 0 && late()) break;
    }
    return this.#at === this.#keys.length;
  }
}

/** The same as long as nothing but generations have passed. */
function identity({ edits, rule, wrap, engine }: Life): string {
  return [edits, rule, wrap, engine].join(' ');
}
