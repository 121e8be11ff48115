/** Helpers in Node, from the sources: threads there read no TypeScript, so they get it bundled. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { HelperWorker, SpawnHelper } from '../life/workers/environment.js';

const here = dirname(fileURLToPath(import.meta.url));

/** Makes workers that run this code; `modules` are found from this folder. */
export function workersOf(code: string): () => Worker {
  const stdin = { contents: code, resolveDir: here, loader: 'ts' as const };
  const built = buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', minify: true, write: false });
  const script = new URL(`data:text/javascript,${encodeURIComponent(built.outputFiles[0]?.text ?? '')}`);
  return () => {
    const worker = new Worker(script);
    worker.unref();
    return worker;
  };
}

export function spawning(make: () => Worker): SpawnHelper {
  return (failed) => {
    const worker = make();
    worker.on('error', (error) => failed(error.message));
    worker.on('exit', () => failed('it ended'));
    return worker as HelperWorker;
  };
}

const make = workersOf("import '../life/workers/helper.worker.js'");
const idle: Worker[] = [];

/** The real helpers; when a world sends them away they help the next one, since to start a thread takes long. */
export const spawnHelper: SpawnHelper = () => {
  const worker = idle.pop() ?? make();
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer as []),
    terminate: () => idle.push(worker),
  };
};
