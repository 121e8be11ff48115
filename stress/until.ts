/** Waiting, always bounded: whatever hangs fails with a sentence that says for what it waited. */

/** Longer than anything takes on a loaded machine, ms. */
export const PATIENCE = 60_000;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `what` holds. @throws Error that says what did not come true */
export async function until(label: string, what: () => unknown, patience = PATIENCE): Promise<void> {
  const end = performance.now() + patience;
  for (let wait = 1; !(await what()); wait = Math.min(wait * 1.5, 50)) {
    if (performance.now() > end) throw new Error(`within ${patience / 1000} s it did not come true that ${label}`);
    await sleep(wait);
  }
}

/** The promise, or an error after `ms`. */
export function within<T>(ms: number, label: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${label} took longer than ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
