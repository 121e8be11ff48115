/**
 * A source whose channel nobody watches may rest, and what is derived from it too. Once somebody watches it says what it has
 * now; until then, what is held of it is old.
 */

import { after, type Timer } from '../../transport/session/timer.js';
import type { SignalTable } from '../../transport/state/signal-table.js';

/** What it had is told with its answer; ms for all of it to come. */
const SETTLE = 20;
/** Signals that are derived from others follow when those have woken in their turn; ms. */
const SETTLE_DERIVED = 300;

/** A channel, as far as it may rest. */
export interface Wakeable {
  /** When its source answered to being watched (`performance.now()`); null while it rests, or is about to wake. */
  readonly awakeSince: number | null;
  readonly signals: SignalTable | null;
  onAnnounced(listener: () => void): () => void;
}

/** Milliseconds until what is held is what the source has now; null as long as it has not answered to being watched. */
export function settlesIn({ awakeSince, signals }: Wakeable): number | null {
  if (awakeSince === null) return null;
  return awakeSince + (signals?.hops ? SETTLE_DERIVED : SETTLE) - performance.now();
}

/** Resolves when what is held is what the source has now, or when it is `over`. Somebody has to watch. */
export function settled(channel: Wakeable, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer: Timer | null = null;
    const done = (): void => {
      timer?.stop();
      off();
      over.removeEventListener('abort', done);
      resolve();
    };
    const look = (): void => {
      timer?.stop();
      const left = settlesIn(channel);
      if (over.aborted || (left !== null && left <= 0)) return done();
      if (left !== null) timer = after(left, look);
    };
    const off = channel.onAnnounced(look);
    over.addEventListener('abort', done);
    look();
  });
}
