/** Workers for worlds of several threads, as anybody has them who runs from sources: threads of Node read no TypeScript. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { HelperWorker, SpawnHelper } from 'mpl-kit/sim';

const CODE = `
  import { parentPort } from 'node:worker_threads';
  import { helpWorld } from 'mpl-kit/sim';
  parentPort.on('message', helpWorld);
`;

let script = '';

function helperScript(): string {
  const outfile = join(mkdtempSync(join(tmpdir(), 'mpl-soak-')), 'helper.mjs');
  const stdin = { contents: CODE, resolveDir: import.meta.dirname, loader: 'ts' as const };
  buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', outfile });
  return outfile;
}

/** Ends when its world sends it away. */
export const spawn: SpawnHelper = (failed) => {
  script ||= helperScript();
  const worker = new Worker(script);
  worker.on('error', (error) => failed(error.message));
  worker.on('exit', () => failed('it ended'));
  worker.unref();
  return worker as HelperWorker;
};
