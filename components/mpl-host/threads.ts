/** How many threads may compute a world, and how the worker that it lives in gets more of them. */
import type { SpawnHelper, ThreadOptions } from '../../sim/index.js';

/** Set by the build of the one-file bundle, which is its own worker. */
declare const MPL_BUNDLE: string | undefined;

/** Marking what to compute next is one thread's work: more than so many would mostly wait for that. */
const MOST = 8;

export function threadOptions(): ThreadOptions {
  const cores = navigator.hardwareConcurrency ?? 1;
  // One core is the page's; but of two, it needs little of its own.
  return { threads: Math.min(MOST, Math.max(cores - 1, Math.min(cores, 2))), spawn };
}

/** A worker of the same script as this one, which helps when it is told so. */
const spawn: SpawnHelper = (failed) => {
  const worker = new Worker(ownScript(), { type: 'module' });
  worker.onerror = (event) => {
    event.preventDefault();
    failed(event.message || 'it could not be loaded');
  };
  return worker;
};

function ownScript(): string {
  if (location.protocol !== 'blob:') return location.href;
  // It was loaded from another origin, through a blob that is forgotten by now: see spawn.ts.
  const url = typeof MPL_BUNDLE !== 'undefined' ? MPL_BUNDLE : new URL('./world.worker.js', import.meta.url).href;
  const blob = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
  setTimeout(() => URL.revokeObjectURL(blob), 10_000);
  return blob;
}
