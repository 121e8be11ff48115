/** Long work in short slices, so that messages are heard in between. */

/** A slice, ms. */
const SLICE = 8;

export interface SliceOptions {
  /** Aborted: it ends, and the promise rejects with the reason. */
  signal: AbortSignal;
  /** How far it is, after each slice. */
  onpiece: (at: number) => void;
}

export async function inSlices<T>(pieces: Generator<number, T>, { signal, onpiece }: SliceOptions): Promise<T> {
  let rested = performance.now();
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = pieces.next();
      if (done) return value;
      if (performance.now() - rested < SLICE) continue;
      onpiece(value);
      await breath();
      rested = performance.now();
    }
  } finally {
    pieces.return(undefined as T);
  }
}

/** Resolves as soon as messages that wait have been heard: sooner than any timer, which is kept at 4 ms and more. */
function breath(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
