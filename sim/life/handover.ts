/** A world's way into another engine: that is made, gets a copy of the cells, slice by slice, and takes over. */
import { WorldCopy } from './copy.js';
import type { Chosen } from './engine.js';
import type { Life } from './life.js';

/** A copy keeps the world for so long at a time, ms. */
const SLICE = 8;
/** One that is edited meanwhile begins anew; after so many times it is made at once. */
const PATIENCE = 3;

export interface Wish {
  make: () => Promise<Chosen>;
  /** The world cannot go on in the engine it has. */
  waits: boolean;
  /** It could not be had, or has no room; the world stays where it is. */
  refused: () => void;
}

export class Handover {
  #wish: Wish | undefined;
  #chosen: Chosen | undefined;
  #copy: WorldCopy | undefined;
  #begun = 0;
  #disposed = false;

  constructor(
    readonly life: Life,
    readonly now: () => number,
    /** The world has another engine, or it was refused. */
    readonly ended: () => void,
  ) {}

  /** Another engine is on its way. */
  get pending(): boolean {
    return this.#wish !== undefined;
  }

  begin(wish: Wish): void {
    this.#wish = wish;
    void wish.make().then(
      (chosen) => {
        this.#chosen = chosen;
        if (this.#disposed) this.#end(true);
      },
      () => this.#end(true),
    );
  }

  /** Must the world stand still for it? Copies for a slice of time, where there is something to copy to. */
  holds(): boolean {
    const { life } = this;
    if (!this.#chosen) return this.#wish?.waits ?? false;
    const { engine, reason } = this.#chosen;
    try {
      if (this.#begun === PATIENCE && this.#copy?.isStale) life.adopt(engine, reason);
      else {
        if (!this.#copies(engine)) return true;
        life.adopt(engine, reason, { holds: true });
      }
      this.#end(false);
    } catch {
      this.#end(true);
    }
    return false;
  }

  /** Is all there? */
  #copies(engine: Chosen['engine']): boolean {
    if (!this.#copy || this.#copy.isStale) {
      this.#begun++;
      this.#copy = new WorldCopy(this.life, engine);
    }
    const end = this.now() + SLICE;
    return this.#copy.work(() => this.now() >= end);
  }

  #end(refused: boolean): void {
    if (refused) {
      this.#chosen?.engine.dispose?.();
      this.#wish?.refused();
    }
    this.#wish = undefined;
    this.#chosen = undefined;
    this.#copy = undefined;
    this.#begun = 0;
    this.ended();
  }

  /** What is on its way is given back. */
  dispose(): void {
    this.#disposed = true;
    if (this.#chosen) this.#end(true);
  }
}
