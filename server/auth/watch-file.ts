/** Tells when a file holds something else: also where it is replaced by another, or a link to it is, as secrets of Kubernetes are. */

import { type FSWatcher, readFileSync, unwatchFile, watch, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Not every file system tells of changes: then it is looked at this often, ms. */
const EVERY = 2_000;
/** Whoever writes it may take a moment; ms. */
const SETTLE = 50;

/**
 * Calls `onchange` after each change, until the function returned is called; a file that cannot be read has not changed.
 * It keeps no process alive.
 */
export function watchText(path: string, onchange: () => void): () => void {
  let text = textOf(path);
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const look = async (): Promise<void> => {
    timer = null;
    const now = await readFile(path, 'utf8').catch(() => text);
    if (stopped || now === text) return;
    text = now;
    onchange();
  };
  const soon = (): void => {
    timer ??= setTimeout(look, SETTLE).unref();
  };
  watchFile(path, { interval: EVERY, persistent: false }, soon);
  let events: FSWatcher | null = null;
  try {
    // The folder, since the file of that name may be another one tomorrow.
    events = watch(dirname(path), { persistent: false }, soon);
    events.on('error', () => events?.close());
  } catch {
    // Then it is looked at.
  }
  return () => {
    unwatchFile(path, soon);
    events?.close();
    if (timer !== null) clearTimeout(timer);
    stopped = true;
  };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
