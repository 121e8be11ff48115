/**
 * How a page learns at once that a worker is gone, even one that could not say so: a worker holds a lock for as long as it
 * lives, and who waits for that lock has it then. Only secure pages have locks.
 */

/** In the worker: takes a lock of its own for ever. Gives its name; empty where there are no locks. */
export async function holdLife(): Promise<string> {
  const { locks } = navigator;
  if (!locks) return '';
  const name = `mpl-world:${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    locks
      .request(name, () => {
        resolve(name);
        return new Promise(() => {});
      })
      .catch(() => resolve(''));
  });
}

/** In the page: calls once whoever holds this lock is gone. Returns what calls that off. */
export function whenGone(lock: string, gone: () => void): () => void {
  const { locks } = navigator;
  if (!lock || !locks) return () => {};
  const waiting = new AbortController();
  locks.request(lock, { signal: waiting.signal }, () => gone()).catch(() => {});
  return () => waiting.abort();
}
