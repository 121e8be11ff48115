/**
 * What engines that compute elsewhere have in common: `step` only says how far to go, `settled` has it computed and brought
 * back. Until then all that is shown is the world as it last came back, and `owed` says how many generations it is behind.
 */
import { UnsettledError } from '../errors.js';
import type { Rule } from '../rule/rule.js';
import type { Engine, EngineKind, TileView } from './engine.js';
import type { Layout } from './layout.js';
import { Mirror } from './mirror.js';

export abstract class AwayEngine implements Engine {
  abstract readonly kind: EngineKind;
  protected mirror: Mirror;
  /** What is elsewhere is not the cells of the mirror but for what was written since. */
  protected stale = true;
  protected disposed = false;
  /** Generations asked for since the beginning, and how many of them the mirror shows. */
  #asked = 0;
  #shown = 0;
  #turn: Promise<void> = Promise.resolve();

  /** @throws MemoryError */
  constructor(
    readonly layout: Layout,
    planes: number,
  ) {
    this.mirror = new Mirror(layout, planes);
  }

  get planes(): number {
    return this.mirror.planes;
  }

  get owed(): number {
    return this.#asked - this.#shown;
  }

  abstract configure(rule: Rule, torus: boolean): void;
  /** Takes there what was written, and goes so far. Resolves with all that has changed, as `Mirror.take` wants it. */
  protected abstract advance(generations: number): Promise<Iterable<Uint32Array>>;
  /** It failed; the mirror is the world. Resolves to try again, or rejects with EngineLostError. */
  protected abstract recover(error: Error): Promise<void>;
  /** Gives back what there is elsewhere. */
  protected abstract release(): void;

  step(generations: number): void {
    this.#asked += generations;
  }

  /** One after another: each goes as far as was asked when its turn comes. */
  settled(): Promise<void> {
    const goal = this.#asked;
    const turn = this.#turn.then(() => this.#reach(goal));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #reach(goal: number): Promise<void> {
    while (this.#shown < goal && !this.disposed) {
      const asked = this.#asked;
      try {
        const pieces = await this.advance(asked - this.#shown);
        if (this.disposed) return;
        // All or nothing: a world of two generations would be none.
        for (const records of pieces) this.mirror.take(records);
        this.#shown = asked;
      } catch (error) {
        if (!this.disposed) await this.recover(error as Error);
      }
    }
  }

  tile(key: number, plane: number): TileView {
    return this.mirror.view(key, plane);
  }

  open(key: number, plane: number): TileView {
    this.rest();
    return this.tile(key, plane);
  }

  touched(key: number): void {
    this.mirror.touched(key);
  }

  clear(): void {
    this.rest();
    this.mirror.clear();
    this.stale = true;
  }

  population(): number {
    return this.mirror.population();
  }

  changed(): Uint32Array {
    return this.mirror.changed();
  }

  dispose(): void {
    this.disposed = true;
    this.release();
  }

  /** What is written must be written into the newest generation. */
  protected rest(): void {
    if (this.owed > 0) throw new UnsettledError();
  }
}
