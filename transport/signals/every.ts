import { batch } from '@preact/signals-core';

/** The longest time a timer can wait, ms. */
const LONGEST = 2 ** 31 - 1;

/**
 * Runs `run` every `ms` milliseconds, until the function returned is called. What it sets changes at once, and an error
 * is told and does not end it.
 * @throws RangeError if `ms` is not a number from 1 to 2^31 - 1
 */
export function every(ms: number, run: () => void): () => void {
  if (!(ms >= 1 && ms <= LONGEST)) throw new RangeError(`every ${ms} ms is not possible: give 1 to ${LONGEST}`);
  const timer = setInterval(() => {
    try {
      batch(run);
    } catch (error) {
      console.error(error);
    }
  }, ms);
  return () => clearInterval(timer);
}
