/**
 * Gets a worker for the world, or the next best thing.
 *
 * A page may load the kit from another origin (then a worker can only be had through a blob that imports it) and may
 * forbid either by its Content-Security-Policy. Whatever fails, the world runs: at last in the page itself.
 */

import { whenGone } from './life-lock.js';
import type { FromWorld, ToWorld } from './world-messages.js';

/** Set by the build of the one-file bundle, which is its own worker. */
declare const MPL_BUNDLE: string | undefined;

export interface WorldPort {
  post(message: ToWorld, transfer?: Transferable[]): void;
  close(): void;
  /** Why it runs in the page itself; empty where it runs in a worker. */
  readonly inPage: string;
}

type Receive = (message: FromWorld) => void;

export async function spawnWorld(receive: Receive): Promise<WorldPort> {
  let why = '';
  for (const make of [direct, byBlob]) {
    try {
      return await started(make(), receive);
    } catch (error) {
      why = (error as Error).message;
    }
  }
  return inPage(receive, why);
}

function direct(): Worker {
  if (typeof MPL_BUNDLE !== 'undefined') return new Worker(MPL_BUNDLE, { type: 'module' });
  // Bundlers look for exactly this expression.
  return new Worker(new URL('./world.worker.js', import.meta.url), { type: 'module' });
}

function byBlob(): Worker {
  const url = typeof MPL_BUNDLE !== 'undefined' ? MPL_BUNDLE : new URL('./world.worker.js', import.meta.url).href;
  const blob = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
  const worker = new Worker(blob, { type: 'module' });
  setTimeout(() => URL.revokeObjectURL(blob), 10_000);
  return worker;
}

/** A worker that cannot be loaded says so only later, by an event; one that lives says hello. */
function started(worker: Worker, receive: Receive): Promise<WorldPort> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      worker.terminate();
      reject(new Error(why));
    };
    const timer = setTimeout(() => fail('the worker did not start'), 10_000);
    worker.onerror = (event) => {
      clearTimeout(timer);
      event.preventDefault();
      fail(event.message || 'the worker could not be loaded');
    };
    worker.onmessage = ({ data: hello }: MessageEvent<FromWorld>) => {
      clearTimeout(timer);
      const lost = (message = '') => receive({ type: 'crash', message: message || 'its worker was lost' });
      const forget = whenGone(hello.type === 'hello' ? hello.lock : '', lost);
      worker.onmessage = ({ data }: MessageEvent<FromWorld>) => receive(data);
      worker.onerror = (event) => {
        event.preventDefault();
        lost(event.message);
      };
      resolve({
        inPage: '',
        post: (message, transfer = []) => worker.postMessage(message, transfer),
        close: () => {
          forget();
          worker.terminate();
        },
      });
    };
  });
}

async function inPage(receive: Receive, why: string): Promise<WorldPort> {
  const { WorldRunner } = await import('./world-runner.js');
  let open = true;
  const runner = new WorldRunner((message) => {
    if (open) queueMicrotask(() => receive(message));
  });
  return {
    inPage: why || 'there are no workers',
    post: (message) => runner.receive(message),
    close: () => {
      open = false;
      runner.leave();
    },
  };
}
