/** For tests of what happens some time, in other processes or over real sockets. */

import assert from 'node:assert/strict';

/** Waits until this holds; fails after so many milliseconds, more than any of it takes. */
export async function until(what: () => boolean, patience = 60_000): Promise<void> {
  const end = performance.now() + patience;
  while (!what()) {
    if (performance.now() > end) assert.fail(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
