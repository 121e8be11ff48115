// The sources as JavaScript in .js-tests/, for the tests in Node: to transpile each of their processes' files on its way
// costs as much as the tests. What a file says of where it lies stays true: it goes on speaking of the source.

import { readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDERS = ['components', 'deploy', 'scripts', 'server', 'sim', 'stress', 'transport'];
/** AssemblyScript, which has types of its own. */
const FOREIGN = /[/\\]assembly[/\\]/;
const OUT = '.js-tests';

/** Files anywhere below a folder whose names are such, in order. */
export const filesIn = (folder, name) =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();

const where = {
  name: 'where',
  setup({ onLoad }) {
    onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
  },
};

/** Writes them all, and takes away what was there. */
export async function transpile() {
  rmSync(join(root, OUT), { recursive: true, force: true });
  const sources = FOLDERS.flatMap((folder) => filesIn(folder, /(?<!\.d)\.[jt]s$/));
  await build({
    entryPoints: sources.filter((path) => !FOREIGN.test(path)),
    outdir: join(root, OUT),
    outbase: root,
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    plugins: [where],
    tsconfig: join(root, 'tsconfig.json'),
    logLevel: 'error',
  });
}

/** Where one of them lies. */
export const transpiled = (path) => join(root, OUT, relative(root, path).replace(/\.ts$/, '.js'));
