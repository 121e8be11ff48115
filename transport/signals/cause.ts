/**
 * Where a value comes from. Whoever reads a received signal, by whatever derived values, reads its channel: that is the
 * value's origin. And while a received frame is taken up, everything that follows from it at once has that frame as its
 * cause, should a program set a value by hand then.
 */

import { type ReadonlySignal, computed as untracedComputed } from '@preact/signals-core';
import type { Hop } from '../wire/messages.js';

/** A channel that values may come from. */
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

/**
 * A derived value, as that of `@preact/signals-core`, which also knows which channels it comes from: whoever reads it, made
 * anew or not, reads those.
 */
export function computed<T>(derive: () => T): ReadonlySignal<T> {
  const origins = new Set<Origin>();
  const traced = untracedComputed(() => {
    origins.clear();
    return whileNoting(origins, derive);
  });
  const read = VALUE.get!;
  Object.defineProperty(traced, 'value', {
    get() {
      const value = read.call(traced);
      for (const origin of origins) noteRead(origin);
      return value;
    },
  });
  return traced;
}

const VALUE = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(untracedComputed(() => 0)), 'value')!;

/** May this signal only be read, because it is derived? */
export function isDerived(signal: object): boolean {
  const own = Object.getOwnPropertyDescriptor(signal, 'value');
  return (own ?? Object.getOwnPropertyDescriptor(Object.getPrototypeOf(signal), 'value'))?.set === undefined;
}
