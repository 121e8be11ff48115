// The one-file bundle, dist/mpl.js: page and worker in one; which of the two it is, or neither, it sees when loaded.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { withLeanPeerJs } from './lean-peerjs.js';
import { withLeanText } from './lean-text.js';

const PAGE = `
  import './components/define/all.ts';
  export { MplHost, MplViewer, MplLayer, MplSignal, MplControls, MplStats, VERSION } from './components/index.ts';
  export { batch, computed, effect, every, publish, receive, signal, untracked } from './transport/signals/index.ts';
`;

const EITHER = `
  const page = typeof document !== 'undefined';
  const worker = !page && typeof WorkerGlobalScope !== 'undefined';
  const kit = page ? await import('./stdin.js') : worker ? await import('./world.worker.js') : {};
  export const { MplHost, MplViewer, MplLayer, MplSignal, MplControls, MplStats, VERSION } = kit;
  export const { batch, computed, effect, every, publish, receive, signal, untracked } = kit;
`;

/**
 * In two steps. What is loaded later, or not at all, has to stay asleep in the file, so esbuild wraps it: every module
 * by itself if it is given modules, which costs bytes and hides their names from each other. So they are first made
 * into a few parts (page, worker, what both need, PeerJS), and then the parts into a file.
 */
export async function buildOneFile({ absWorkingDir: root, ...common }) {
  const parts = join(root, 'dist/.parts');
  await build({
    ...common,
    absWorkingDir: root,
    stdin: { contents: PAGE, resolveDir: root, loader: 'ts', sourcefile: 'page.ts' },
    entryPoints: ['components/mpl-host/world.worker.ts'],
    entryNames: '[name]',
    outdir: parts,
    splitting: true,
    sourcemap: 'inline',
    plugins: [withLeanPeerJs, withLeanText],
  });
  await build({
    ...common,
    absWorkingDir: root,
    stdin: { contents: EITHER, resolveDir: parts, sourcefile: 'mpl.js' },
    // The package says which of its modules may be left out; its parts are not among them.
    ignoreAnnotations: true,
    banner: { js: 'const MPL_BUNDLE=import.meta.url;' },
    outfile: 'dist/mpl.js',
  });
  await rm(parts, { recursive: true });
}
