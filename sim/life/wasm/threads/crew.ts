/** The helpers of one world: how they come, what they are told, and how they go. */

import type { HelperWorker, SpawnHelper } from '../../workers/environment.js';
import { Control } from './control.js';
import type { Compute, Help } from './help.js';
import { Worth } from './worth.js';

/** Groups of 8 rows of a block below which it costs more to call helpers than they save. */
export const LEAST_GROUPS = 2000;
/** How long to wait for one that has a chunk of the work and does not answer, ms. */
const PATIENCE = 3000;
/** Slots a chunk: so many that claiming them costs little, so few that all are done at about the same time. */
const CHUNK = 64;
const CHUNKS_A_THREAD = 16;

export interface CrewOptions {
  /** Threads with that of the owner, 2 or more. */
  threads: number;
  spawn: SpawnHelper;
  /** Groups of rows to be computed in a generation from which on helpers are called; 0: always, whether it pays or not. */
  least?: number | undefined;
  /** Milliseconds without an answer after which a helper is given up. */
  patience?: number | undefined;
}

/** What a generation needs: of one memory, under one rule. */
export type Place = Pick<Help, 'memory' | 'driver' | 'kernels'>;

export class Crew {
  readonly least: number;
  readonly #workers: HelperWorker[] = [];
  /** Those that work at a place now. */
  #control: Control | undefined;
  #place: Place | undefined;
  readonly #worth = new Worth();
  #lost = '';
  #ended = false;

  constructor(private readonly options: CrewOptions) {
    this.least = options.least ?? LEAST_GROUPS;
  }

  /** Whether there may be helpers: none has failed. */
  get usable(): boolean {
    return !this.#ended;
  }

  /** Whether the next generation that is large enough is to be computed together. */
  get wanted(): boolean {
    return this.least === 0 || this.#worth.together;
  }

  /** Such a generation took so many milliseconds for so many groups. */
  took(ms: number, groups: number): void {
    this.#worth.add(ms, groups);
  }

  /** Threads that compute, with that of the owner, when there is enough to do. */
  get threads(): number {
    return 1 + (this.#control?.ready ?? 0);
  }

  /** How many threads there are, and why. */
  get note(): string {
    if (this.#lost) return `one thread: ${this.#lost}`;
    const { threads } = this;
    if (threads > 1)
      return `${threads} threads${this.least === 0 || this.#worth.better ? '' : ', but one alone is quicker just now'}`;
    return this.#workers.length > 0
      ? 'one thread: helpers are coming'
      : 'one thread: there was never enough to do for more';
  }

  /** Has helpers come to this place. True as soon as one is there that knows this sky. */
  at(place: Place): boolean {
    if (!this.usable) return false;
    if (this.#place !== place) {
      this.leave();
      this.#place = place;
      this.#control = new Control(this.options.threads);
      for (let me = 1; me < this.options.threads && this.usable; me++) this.#tell(me, place, this.#control);
    }
    return (this.#control?.ready ?? 0) > 0;
  }

  #tell(me: number, place: Place, control: Control): void {
    try {
      this.#workers[me - 1] ??= this.options.spawn((why) => this.lose(`a helper failed (${why})`));
      this.#workers[me - 1].postMessage({
        type: 'mpl-help',
        me,
        threads: control.threads,
        control: control.shared,
        ...place,
      } satisfies Help);
    } catch (error) {
      this.lose(`helpers cannot be had (${(error as Error).message})`);
    }
  }

  /**
   * Computes the blocks that are marked among so many slots. False where a helper did not answer: then what it has begun
   * is not done, and it may still write to that memory.
   */
  compute(slots: number, parity: number, sky: number, compute: Compute): boolean {
    const control = this.#control!;
    const { threads, patience = PATIENCE } = this.options;
    const chunk = Math.max(8, Math.min(CHUNK, (slots / (threads * CHUNKS_A_THREAD)) & ~7));
    control.begin(parity, sky, slots, chunk);
    control.work(0, (_, parity, from, to) => compute(parity, from, to));
    if (!control.allDone(Math.ceil(slots / chunk), patience)) {
      this.lose('a helper did not answer');
      return false;
    }
    return true;
  }

  /** Lets the helpers wait for another place. */
  leave(): void {
    this.#control?.end();
    this.#control = undefined;
    this.#place = undefined;
  }

  /** Goes on alone, for this reason. */
  lose(why: string): void {
    // One that was sent away ends too.
    if (this.#ended) return;
    this.#lost = why;
    this.end();
  }

  /** Ends the helpers. */
  end(): void {
    this.#ended = true;
    this.leave();
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
  }
}
