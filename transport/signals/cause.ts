/**
 * Where a change came from. While a received frame is taken up, everything that follows from it at once (derived values,
 * effects, listeners) has that frame as its cause; what is published then is derived from that channel, and as old.
 */

import type { Hop } from '../wire/messages.js';

/** A channel that changes may come from. */
export interface Origin {
  /** What it is made of, itself first; empty as long as that is not known. */
  readonly hops: readonly Hop[];
  /** Milliseconds since what it holds was captured at its own source. */
  readonly age: number;
  /** Round trip to that source, milliseconds. */
  readonly distance: number;
}

let cause: Origin | null = null;
/** Which origins were read since somebody began to ask. */
let readers: Set<Origin> | null = null;

/** The origin whose frame is being taken up, if one is. */
export const currentCause = (): Origin | null => cause;

/** Everything that `run` does has this cause. */
export function because(origin: Origin, run: () => void): void {
  const before = cause;
  cause = origin;
  try {
    run();
  } finally {
    cause = before;
  }
}

/** For an origin: one of its signals is being read. */
export function noteRead(origin: Origin): void {
  readers?.add(origin);
}

/** Runs `run`, and adds to `origins` whatever it reads. */
export function whileNoting<T>(origins: Set<Origin>, run: () => T): T {
  const before = readers;
  readers = origins;
  try {
    return run();
  } finally {
    readers = before;
  }
}
