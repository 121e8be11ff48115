/** Where this package lies and what it brings: the same from `dist/server/` and from the sources. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Manifest {
  name: string;
  version: string;
}

function findPackage(): { root: string; manifest: Manifest } {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (existsSync(path)) return { root: folder, manifest: JSON.parse(readFileSync(path, 'utf8')) };
    if (folder === dirname(folder)) throw new Error('mpl-kit: package.json is missing; install the package again');
  }
}

const { root, manifest } = findPackage();

export const packageVersion = manifest.version;

/** The folder with `mpl.js` and its chunks, where the package is built. */
export const packagedDist = (): string | null => firstWith('mpl.js', 'dist');

/** The built demo site, or its sources where they are all there is. */
export const packagedDemo = (): string | null => firstWith('index.html', 'dist/demo', 'demo');

function firstWith(file: string, ...folders: string[]): string | null {
  return folders.map((folder) => join(root, folder)).find((folder) => existsSync(join(folder, file))) ?? null;
}
