/** What sources say in the measurements: the same for each kit, and the same each time. */

import type { Derive, Values } from './kit.js';

export interface Work {
  first: Values;
  derived: Readonly<Record<string, Derive>>;
  /** The signal that counts the ticks, so that a receiver can tell which was the last that came. */
  marker: string;
  /** What the next tick changes. */
  next(): Values;
}

/** xorshift32: the same numbers in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Ticks begin here, so that as many digits are sent in the first round as in the last. */
const BEGIN = 10_000;

function pair(): Work {
  let tick = BEGIN;
  return {
    first: { count: tick },
    derived: { doubled: (read) => 2 * read('count') },
    marker: 'count',
    next: () => ({ count: ++tick }),
  };
}

/**
 * Half of them are integers that wander, half are measured with two decimals, which no integer coding helps. Of a hundred,
 * one changes a tick.
 */
function many(count: number): Work {
  const pick = random(1);
  const digits = String(count / 2 - 1).length;
  const name = (i: number) => `m${String(i >> 1).padStart(digits, '0')}.${i % 2 === 0 ? 'load' : 'temp'}`;
  const values = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? pick(100_000) : pick(10_000) / 100));
  values[0] = BEGIN;
  return {
    first: Object.fromEntries(values.map((value, i) => [name(i), value])),
    derived: {},
    marker: name(0),
    next() {
      const changes: Values = { [name(0)]: ++values[0]! };
      while (Object.keys(changes).length < count / 100) {
        const i = 1 + pick(count - 1);
        const step = pick(50) + 1;
        values[i] = i % 2 === 0 ? values[i]! + step : Math.round(values[i]! * 100 + step) / 100;
        changes[name(i)] = values[i]!;
      }
      return changes;
    },
  };
}

export const WORKS = {
  '{count, doubled}': pair,
  '1,000 signals, 1 % a tick': () => many(1000),
  'one number': (): Work => ({ first: { x: 0 }, derived: {}, marker: 'x', next: () => ({}) }),
} as const;

export type WorkName = keyof typeof WORKS;
