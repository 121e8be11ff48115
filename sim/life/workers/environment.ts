/** What there is for threads where this runs: a page, a worker, Node. */

/** As much of a worker as is needed, of a browser or another environment. */
export interface HelperWorker {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  terminate(): unknown;
}

/** Makes a worker that hands its messages to `helpWorld`; says when it could not be loaded, or has failed, and why. */
export type SpawnHelper = (failed: (why: string) => void) => HelperWorker;

interface NodeWorker extends HelperWorker {
  unref(): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'exit', listener: () => void): void;
}

interface NodeThreads {
  Worker: new (url: URL) => NodeWorker;
  parentPort: { on(event: 'message', listener: (message: unknown) => void): void } | null;
}

/** Node's own threads, asked for as they can be without an import that a page would stumble over. */
export function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
}

/** Why there can be only one thread here; empty where there can be more. @param canSpawn Somebody knows how to make workers. */
export function whyOneThread(canSpawn: boolean): string {
  if (typeof SharedArrayBuffer === 'undefined') return 'the page is not cross-origin isolated';
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
  } catch {
    return "a page's own thread may not wait for others";
  }
  return !canSpawn && typeof Worker === 'undefined' && !nodeThreads() ? 'there are no workers' : '';
}

/** Set where all is bundled into one file, which then has no other beside it. */
declare const MPL_ONE_FILE: boolean | undefined;

/** The helper that comes with this package. */
export const spawnHelper: SpawnHelper = (failed) => {
  if (typeof MPL_ONE_FILE !== 'undefined') throw new Error('say how to make workers');
  const threads = nodeThreads();
  if (!threads) {
    // Bundlers look for exactly this expression.
    const worker = new Worker(new URL('./helper.worker.js', import.meta.url), { type: 'module' });
    worker.onerror = (event) => {
      event.preventDefault();
      failed(event.message || 'it could not be loaded');
    };
    return worker;
  }
  const worker = new threads.Worker(new URL('./helper.worker.js', import.meta.url));
  worker.on('error', (error) => failed(error.message));
  worker.on('exit', () => failed('it ended'));
  // A process may end though a world was not disposed of.
  worker.unref();
  return worker;
};
