/** The way from what feeds a channel to its viewers: what was said, how far away it was said, and when. */

import { AgeClock } from '../../transport/session/clock.js';
import type { Fanout } from '../../transport/session/fanout.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { SignalTable } from '../../transport/state/signal-table.js';
import type { Frame } from '../../transport/wire/frame.js';

/** Frames a second that a source sends while nobody watches: enough to serve the first who comes at once. */
const IDLE_FPS = 1;

export class Outlet {
  /** When its sources had answered to being watched (`performance.now()`); null while they rest, or are about to wake. */
  awakeSince: number | null = null;
  /** Another relay says how the source stands. */
  follows = false;
  #watched = false;
  readonly #clock = new AgeClock();
  readonly #listeners = new Set<() => void>();

  constructor(readonly fanout: Fanout) {
    // The way to the source is told apart, and added by whoever receives.
    fanout.signalAge = () => this.#clock.age(performance.now(), 0);
  }

  /** Does anybody watch? */
  get watched(): boolean {
    return this.#watched;
  }

  set watched(watched: boolean) {
    this.#watched = watched;
    this.awakeSince = null;
  }

  /** Milliseconds since the newest change of a signal was captured at its source. */
  get signalAge(): number {
    return this.#clock.age(performance.now(), this.fanout.upstream);
  }

  /** How often this source need speak; a source within this process costs nothing to hear. */
  maxFpsOf({ link }: ReceiverEnd): number | undefined {
    return this.watched || link.kind === 'memory' ? undefined : IDLE_FPS;
  }

  /** Something came from a source: it is there, and so far away. */
  heard(end: ReceiverEnd): void {
    const { fanout } = this;
    fanout.upstream = end.rtt + end.upstream;
    if (fanout.state !== 'live' && !this.follows) fanout.setState('live');
  }

  /** Calls `listener` whenever a source says what signals it has, until the function returned is called. */
  onAnnounced(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param answered all that was asked of the channel's sources: they have heard that somebody watches, if somebody does */
  announced(answered: boolean): void {
    if (this.#watched && answered) this.awakeSince ??= performance.now();
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * These signals are those of the channel, and their last change was captured then.
   * @param age by its source's account, when that first told
   */
  show(table: SignalTable, { sequence, timestamp }: Pick<Frame, 'sequence' | 'timestamp'>, age = 0): void {
    const { signals } = this.fanout;
    const stamp = { sequence, timestamp };
    this.#clock.frame(table.epoch, timestamp, performance.now(), age);
    if (signals?.table === table) signals.stamp = stamp;
    else this.fanout.replaceSignals(table, stamp);
  }

  /** The channel has no signals any more. */
  hide(): void {
    if (this.fanout.signals !== null) this.fanout.replaceSignals(null);
  }
}
