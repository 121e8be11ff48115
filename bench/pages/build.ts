/** Makes the page in which latency is measured: the kit as one file, as it is shipped, with marks around three methods. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

/** A folder to be served, and what removes it. */
export async function buildPages(): Promise<{ folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'mpl-bench-'));
  await build({
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
    // The package says which of its modules do something by being loaded; these are not of the package.
    ignoreAnnotations: true,
    stdin: {
      contents: `
        import './marks.ts';
        if (typeof document === 'undefined') await import('../../components/mpl-host/world.worker.ts');
        else {
          await import('./join.ts');
          await import('./bare.ts');
          await import('../../components/define/all.ts');
        }
      `,
      resolveDir: here,
      loader: 'ts',
    },
    // The bundle is its own worker.
    banner: { js: 'const MPL_BUNDLE=import.meta.url;' },
    outfile: join(folder, 'bench.js'),
  });
  cpSync(join(here, 'index.html'), join(folder, 'index.html'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
