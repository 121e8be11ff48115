/**
 * The subscriptions that were said over one link: which of them have no answer yet, and what the frames after an answer
 * build upon. What is in them, and why, is their owner's.
 */

import type { Grid } from '../state/grid.js';
import type { SubscribeMessage, TileWindow } from '../wire/messages.js';

/** Subscriptions without an answer after which no more updates are sent. */
const UNANSWERED = 8;

/** What a subscription says: all but what is said of whoever subscribes. */
export type Subscription = Omit<SubscribeMessage, 'protocol'>;

/** What a sender was told: this grid was whole in this window at this version, and is empty elsewhere. */
export interface Ground {
  grid: Grid;
  /** As of the grid when this was told. */
  forgotten: number;
  window: TileWindow | null;
  version: number;
}

/** One that has its answer: what follows was made for it. */
export interface Answered extends Pick<SubscribeMessage, 'window' | 'update'> {
  nr: number;
  ground: Ground | null;
}

export class Subscriptions {
  /** How many there were: the number of the newest. */
  count = 0;
  /** The newest that was no mere update. */
  #begun = 0;
  /** In their order. */
  readonly #unanswered: Answered[] = [];

  /** Is there an answer to all of them? */
  get answered(): boolean {
    return this.#unanswered.length === 0;
  }

  /** Are so many still to be answered that another update had better wait? */
  get crowded(): boolean {
    return this.#unanswered.length >= UNANSWERED;
  }

  /** @param grid of which `resume` tells */
  add({ window, update, resume }: Subscription, grid: Grid | null): void {
    const nr = ++this.count;
    if (!update) this.#begun = nr;
    const ground =
      resume && grid
        ? { grid, forgotten: grid.forgotten, window: resume.window ?? null, version: resume.version }
        : null;
    this.#unanswered.push({ nr, ground, ...(window && { window }), ...(update && { update }) });
  }

  /** Is an answer to this one an answer to the newest beginning too? */
  reaches(nr: number): boolean {
    return nr >= this.#begun;
  }

  /** Those that have their answer now, with that to `nr`; in their order. */
  answer(nr: number): Answered[] {
    const later = this.#unanswered.findIndex((one) => one.nr > nr);
    return this.#unanswered.splice(0, later < 0 ? this.#unanswered.length : later);
  }
}
