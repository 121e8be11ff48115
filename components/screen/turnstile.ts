/**
 * Lets a few at a time open sockets to a server. Who opens many at once is held back by the browser: Chrome makes each wait
 * a second and more from about 14 on, the more so the more are waiting.
 */

const AT_ONCE = 6;

interface Turnstile {
  busy: number;
  queue: (() => void)[];
}
const turnstiles = new Map<string, Turnstile>();

export async function inTurn<T>(host: string, run: () => Promise<T>): Promise<T> {
  let stile = turnstiles.get(host);
  if (!stile) turnstiles.set(host, (stile = { busy: 0, queue: [] }));
  if (stile.busy < AT_ONCE) stile.busy++;
  // Whoever leaves gives up the place to the next one.
  else await new Promise<void>((resolve) => stile.queue.push(resolve));
  try {
    return await run();
  } finally {
    const next = stile.queue.shift();
    if (next) next();
    else if (--stile.busy === 0) turnstiles.delete(host);
  }
}
