/** Workers for worlds of several threads, as anybody has them who runs from sources: threads of Node read no TypeScript. */

import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { HelperWorker, SpawnHelper } from 'mpl-kit/sim';

const CODE = `
  import { parentPort } from 'node:worker_threads';
  import { helpWorld } from 'mpl-kit/sim';
  parentPort.on('message', helpWorld);
`;

let script: URL | undefined;

function helperScript(): URL {
  const stdin = { contents: CODE, resolveDir: import.meta.dirname, loader: 'ts' as const };
  const built = buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', minify: true, write: false });
  return new URL(`data:text/javascript,${encodeURIComponent(built.outputFiles[0]?.text ?? '')}`);
}

/** Ends when its world sends it away. */
export const spawn: SpawnHelper = (failed) => {
  script ??= helperScript();
  const worker = new Worker(script);
  worker.on('error', (error) => failed(error.message));
  worker.on('exit', () => failed('it ended'));
  worker.unref();
  return worker as HelperWorker;
};
