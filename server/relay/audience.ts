/** Who watches a channel, and who is told of it. */

import type { Fanout } from '../../transport/session/fanout.js';
import { after, type Timer } from '../../transport/session/timer.js';

/** Viewers come and go in bursts; their number is told this often, ms. */
const TELL = 500;
/** A viewer that leaves may only reload: the source is told to rest after this long, ms. */
const UNWATCHED = 1000;

export class Audience {
  /** Does anybody take frames? */
  watched = false;
  #tell: Timer | null = null;
  #unwatch: Timer | null = null;

  constructor(
    readonly fanout: Fanout,
    /** Somebody watches, or nobody does any more. */
    readonly onwatched: (watched: boolean) => void,
    /** There are more viewers, or fewer. */
    readonly onnumber: () => void,
  ) {}

  get viewers(): number {
    return this.fanout.ends.size;
  }

  /** Those that take frames, as a source is told. */
  get watching(): number {
    return this.watched ? Math.max(1, this.fanout.watching) : 0;
  }

  /** A viewer came, went, or wants something else. */
  changed(): void {
    if (this.fanout.anyWatching) {
      this.#unwatch?.stop();
      this.#unwatch = null;
      if (!this.watched) this.#set(true);
    } else if (this.watched) {
      this.#unwatch ??= after(UNWATCHED, () => {
        this.#unwatch = null;
        this.#set(false);
      });
    }
    this.#tell ??= after(TELL, () => {
      this.#tell = null;
      this.onnumber();
      this.fanout.tell({ state: this.fanout.state, viewers: this.viewers });
    });
  }

  close(): void {
    this.#tell?.stop();
    this.#unwatch?.stop();
  }

  #set(watched: boolean): void {
    this.watched = watched;
    this.onwatched(watched);
  }
}
