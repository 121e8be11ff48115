/** Timers that never keep a process alive by themselves. */

export interface Timer {
  stop(): void;
}

// Node's timers are objects that can let go of the process; a browser's are numbers.
const letGo = (handle: unknown): void => (handle as { unref?: () => void }).unref?.();

export function every(ms: number, run: () => void): Timer {
  const handle = setInterval(run, ms);
  letGo(handle);
  return { stop: () => clearInterval(handle) };
}

/** Longer waits do not exist: a timer would take them for no wait at all. */
const LONGEST = 2 ** 31 - 1;

export function after(ms: number, run: () => void): Timer {
  const handle = setTimeout(run, Math.min(ms, LONGEST));
  letGo(handle);
  return { stop: () => clearTimeout(handle) };
}
