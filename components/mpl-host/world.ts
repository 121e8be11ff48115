/** What a host needs of a world, whatever it computes: `Life` and the fields of `mpl-kit/sim` are such, and so may others be. */

import type { Life, Neighborhood, Snapshot, Wrap } from '../../sim/index.js';
import type { Digest, Rect, TileProducer } from '../../transport/index.js';

export interface World extends TileProducer {
  /** Steps since it was filled last. */
  readonly generation: number;
  /** What computes it, and why that. */
  readonly engine: string;
  readonly engineReason: string;
  /** As `changeRule` reads it. */
  readonly rule: string;
  readonly neighborhood: Life['neighborhood'];
  readonly wrap: Wrap;
  /** Cells that are not empty. */
  population(): number;
  step(n: number): void;
  /** From the next step on. Rejects with a RuleError that says what is wrong. */
  changeRule(rule: string, neighborhood?: Neighborhood): Promise<void>;
  setWrap(wrap: Wrap): void;
  clear(): void;
  /** What a pen leaves at these cells (x, y, x, y ...), or takes away: one edit. */
  draw(cells: ArrayLike<number>, alive: boolean): void;
  digest(rect?: Rect): Promise<Digest>;
  /** Generations that an engine elsewhere still has to compute, where it may be behind, and when it has. */
  readonly owed?: number;
  settled?(): Promise<void>;
  /** Takes up what another world of these settings was. A world without this begins again. */
  restore?(snapshot: Snapshot): void;
  /** Gives back what is not freed by itself. */
  dispose?(): void;
}

/** What steps a world, and may change how it is computed by what is asked of it. */
export interface Stepper {
  /** Generations a second that are wanted; Infinity: as many as can be had. */
  wanted: number;
  /** Generations that are best computed at a time; 0 where any number will do. */
  readonly leap?: number;
  step(n: number): void;
  /** Gives back what is on its way to the world. */
  dispose?(): void;
}

/** A world as its settings say. */
export interface Built {
  world: World;
  stepper: Stepper;
  /** The rule where nobody asks for another: the pattern's, else that of this kind of world. */
  ownRule: string;
}
