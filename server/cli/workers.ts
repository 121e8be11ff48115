/** `mpl serve --workers N`: so many processes behind one port, as one relay. The primary only joins and watches them. */

import cluster, { type Worker } from 'node:cluster';
import { type Pipe, WorkersBus, WorkersHub } from '../cluster/workers-bus.js';
import type { RelayAddress } from '../create-relay.js';
import type { Log } from '../log.js';
import { WorkerMetrics, WorkersMetrics } from '../metrics/workers-metrics.js';

/** A worker that ends is started again after this, ms, later each time it does not last so long. */
const FIRST = 100;
const LAST = 5_000;
const LASTS = 10_000;
/** A worker that has not stopped by then, ms after all time it was given, will not. */
const STOPS = 10_000;
/** So many ends, or twice as many as there are workers, of which none lasted: it is no accident, and will not get better. */
const ENDS = 8;

/** What a worker says to its primary. */
type News = { mplServes: { address: RelayAddress; metrics: RelayAddress | null } } | { mplFailed: string };

/** Is this process a worker of such a primary? */
export const isWorker = (): boolean => cluster.isWorker;

/** In a worker: the bus that joins it with the others. */
export const workersBus = (): WorkersBus => new WorkersBus(process as unknown as Pipe);

/** In a worker: how it comes by the numbers of all. */
export const workerMetrics = (): WorkerMetrics => new WorkerMetrics(process as unknown as Pipe);

/** In a worker: tells the primary that it serves, or why it cannot. Resolves once that was said. */
export function tellPrimary(news: News): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(news, undefined, {}, () => resolve());
    else resolve();
  });
}

/** In a worker: resolves once it is to stop. Of Ctrl+C, which all processes hear, the primary tells when it is time. */
export function toldToStop(): Promise<unknown> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => {});
    process.once('SIGTERM', resolve);
    process.on('message', (message) => message === 'mplStop' && resolve(message));
  });
}

export interface Serving {
  address: RelayAddress;
  metrics: RelayAddress | null;
  /** Stops all of them; resolves when they have ended. */
  stop(): Promise<void>;
  /** Resolves with a reason when they cannot be kept alive. */
  failed: Promise<string>;
}

/**
 * In the primary: starts them. Rejects with a sentence for people where they cannot serve.
 * @param drainMs how long they may take to stop
 * @param log hears of those that end
 */
export async function startWorkers(count: number, drainMs: number, log: Log): Promise<Serving> {
  cluster.setupPrimary({ serialization: 'advanced' });
  const hub = new WorkersHub();
  const metrics = new WorkersMetrics();
  const most = Math.max(ENDS, 2 * count);
  /** Ends since one that was started lasted. */
  let ends = 0;
  let stopping = false;
  let wait = FIRST;
  let allEnded = (): void => {};
  let fail!: (why: string) => void;
  const failed = new Promise<string>((resolve) => {
    fail = resolve;
  });

  const start = (onserves: (news: Extract<News, { mplServes: unknown }>['mplServes']) => void): void => {
    const worker = cluster.fork();
    const lasts = setTimeout(() => {
      ends = 0;
      wait = FIRST;
    }, LASTS).unref();
    const pipe = pipeTo(worker);
    hub.add(pipe);
    metrics.add(pipe);
    worker.on('message', (news: News) => {
      if (typeof news !== 'object' || news === null) return;
      if ('mplServes' in news) onserves(news.mplServes);
      else if ('mplFailed' in news) fail(news.mplFailed);
    });
    // A pipe that breaks is told by the exit.
    worker.on('error', () => {});
    worker.once('exit', (code, signal) => {
      clearTimeout(lasts);
      if (stopping) {
        if (Object.keys(cluster.workers ?? {}).length === 0) allEnded();
        return;
      }
      if (++ends >= most) {
        return fail(`workers end again and again, ${ends} in a row, the last with ${signal ?? `code ${code}`}`);
      }
      wait = Math.min(LAST, wait * 2);
      log.write('warn', 'a worker ended, and another starts', { worker: worker.process.pid, code, signal, wait });
      setTimeout(() => stopping || start(() => {}), wait);
    });
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    const workers = Object.values(cluster.workers ?? {});
    if (workers.length === 0) return;
    const ended = new Promise<void>((resolve) => {
      allEnded = resolve;
    });
    for (const worker of workers) if (worker?.isConnected()) worker.send('mplStop');
    const cut = setTimeout(() => {
      for (const worker of workers) worker?.process.kill('SIGKILL');
    }, drainMs + STOPS);
    await ended;
    clearTimeout(cut);
  };

  const serving = await Promise.race([
    new Promise<Extract<News, { mplServes: unknown }>['mplServes']>((resolve) => {
      let left = count;
      for (let i = 0; i < count; i++) start((news) => --left === 0 && resolve(news));
    }),
    failed,
  ]);
  if (typeof serving !== 'string') return { ...serving, stop, failed };
  await stop();
  throw new Error(serving);
}

const pipeTo = (worker: Worker): Pipe => ({
  get connected() {
    return worker.isConnected();
  },
  send: (message, sent) => worker.send(message as object, undefined, undefined, sent),
  on: (event: string, listener: (message?: unknown) => void) => worker.on(event, listener),
});
