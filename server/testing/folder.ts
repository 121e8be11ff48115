/** Folders of files for tests. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Makes a folder with these files; `remove` when done. */
export function makeFolder(files: Record<string, string | Buffer>): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'mpl-'));
  for (const [name, body] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), body);
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
