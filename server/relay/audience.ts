/** Who watches a channel, here and at other relays, and who is told of it. */

import type { Fanout } from '../../transport/session/fanout.js';
import { after, type Timer } from '../../transport/session/timer.js';

/** Viewers come and go in bursts; their number is told this often, ms. */
const TELL = 500;
/** A viewer that leaves may only reload: the source is told to rest after this long, ms. */
const UNWATCHED = 1000;

/** Viewers somewhere, and how many of them take frames. */
export interface Numbers {
  viewers: number;
  watching: number;
}

const NOBODY: Numbers = { viewers: 0, watching: 0 };

export class Audience {
  /** Does anybody take frames? */
  watched = false;
  /** Viewers in all, as the relay says that the source is connected to; null where it is connected to this one. */
  told: number | null = null;
  #elsewhere = NOBODY;
  #tell: Timer | null = null;
  #unwatch: Timer | null = null;

  constructor(
    readonly fanout: Fanout,
    /** Somebody watches, or nobody does any more. */
    readonly onwatched: (watched: boolean) => void,
    /** There are more viewers, or fewer. */
    readonly onnumber: () => void,
  ) {}

  /** Viewers connected to this relay. */
  get here(): number {
    return this.fanout.ends.size - this.fanout.relays;
  }

  /** All viewers, as far as is known. */
  get viewers(): number {
    return this.told ?? this.here + this.#elsewhere.viewers;
  }

  /** Those that take frames, as a source is told. */
  get watching(): number {
    return this.watched ? Math.max(1, this.#taking) : 0;
  }

  /** Relays say themselves how many they speak for. */
  get #taking(): number {
    let taking = this.#elsewhere.watching;
    for (const end of this.fanout.ends) if (end.active && !end.relay) taking++;
    return taking;
  }

  /** So many watch at other relays. */
  set elsewhere(numbers: Numbers | null) {
    const { viewers, watching } = numbers ?? NOBODY;
    const before = this.#elsewhere;
    if (viewers === before.viewers && watching === before.watching) return;
    this.#elsewhere = { viewers, watching };
    this.changed();
  }

  /** A viewer came, went, or wants something else. */
  changed(): void {
    if (this.#elsewhere.watching > 0 || this.fanout.anyWatching) {
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
