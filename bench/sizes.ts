/** What a page downloads: raw, gzip and brotli bytes of each entry of the package, as a bundler makes them of it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { bytes, main, table } from './table.js';

const root = join(dirname(import.meta.dirname));

export interface Size {
  raw: number;
  /** Level 9. */
  gzip: number;
  /** Quality 11. */
  brotli: number;
}

interface Row extends Size {
  entry: string;
  /** What it was meant to weigh, gzip bytes. */
  target: number | null;
}

const sizeOf = (content: Uint8Array): Size => ({
  raw: content.length,
  gzip: gzipSync(content, { level: 9 }).length,
  brotli: brotliCompressSync(content).length,
});

const sum = (sizes: Size[]): Size =>
  sizes.reduce((a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli }), {
    raw: 0,
    gzip: 0,
    brotli: 0,
  });

/** Bundles these modules of `dist/` as one entry: what is loaded at once, and each piece that is loaded when it is used. */
const bundle = (...modules: string[]) => bundleOf(modules.map((path) => `export * from './dist/${path}';`).join('\n'));

/** The same of any module, given as text that stands at the root of the repository. */
export async function bundleOf(contents: string): Promise<{ initial: Size; lazy: Map<string, Size> }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root },
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  const content = new Map(outputFiles.map(({ path, contents }) => [path.slice(root.length + 1), contents]));
  const entry = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]!.entryPoint === '<stdin>')!;
  const initial = reach(metafile, entry);
  const lazy = new Map<string, Size>();
  for (const path of content.keys()) {
    const { entryPoint } = metafile.outputs[path]!;
    if (entryPoint === undefined || initial.has(path)) continue;
    const chunks = [...reach(metafile, path)].filter((chunk) => !initial.has(chunk));
    lazy.set(entryPoint, sum(chunks.map((chunk) => sizeOf(content.get(chunk)!))));
  }
  return { initial: sum([...initial].map((chunk) => sizeOf(content.get(chunk)!))), lazy };
}

/** A chunk and all that it imports statically. */
function reach(metafile: Metafile, path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { path: next, kind, external } of metafile.outputs[path]!.imports) {
    if (kind === 'import-statement' && !external) reach(metafile, next, seen);
  }
  return seen;
}

const minus = (a: Size, b: Size): Size => ({
  raw: a.raw - b.raw,
  gzip: a.gzip - b.gzip,
  brotli: a.brotli - b.brotli,
});

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  const add = (entry: string, size: Size, target: number | null = null) => rows.push({ entry, ...size, target });
  const define = (tag: string) => `components/define/${tag}.js`;
  const tags = {
    'mpl-viewer': await bundle(define('mpl-viewer')),
    'mpl-host': await bundle(define('mpl-host')),
    'mpl-controls': await bundle(define('mpl-controls')),
    'mpl-stats': await bundle(define('mpl-stats')),
    'mpl-signal': await bundle(define('mpl-signal')),
    'mpl-layer': await bundle(define('mpl-layer')),
    all: await bundle(define('all')),
  };
  const viewer = tags['mpl-viewer'];
  const worker = sizeOf(readFileSync(join(root, 'dist/components/mpl-host/world.worker.js')));

  for (const [tag, { initial }] of Object.entries(tags)) {
    add(`define/${tag}.js`, initial, { 'mpl-viewer': 15_000 }[tag] ?? null);
  }
  for (const [tag, target] of [
    ['mpl-host', 12_000],
    ['mpl-controls', 4_000],
    ['mpl-stats', 4_000],
    ['mpl-signal', null],
    ['mpl-layer', null],
  ] as const) {
    const both = await bundle(define('mpl-viewer'), define(tag));
    add(`  ${tag} beside a viewer`, minus(both.initial, viewer.initial), target);
  }
  // Loaded when a direct link is wanted. A bundler takes PeerJS as it comes; dist/mpl.js has it without its shim.
  for (const [path, size] of viewer.lazy) add(`  lazy: ${path.replace('dist/', '')}`, size, 12_000);
  for (const [path, size] of tags['mpl-host'].lazy) {
    if (!viewer.lazy.has(path)) add(`  lazy: ${path.replace('dist/', '')}, where workers are forbidden`, size);
  }
  add('  worker: mpl-host/world.worker.js', worker);
  const direct = [...viewer.lazy.values()];
  add('all tags, direct links and worker', sum([tags.all.initial, ...direct, worker]), 40_000);
  add('dist/mpl.js (all of it in one file)', sizeOf(readFileSync(join(root, 'dist/mpl.js'))), 40_000);
  add('mpl-kit/sim', (await bundle('sim/index.js')).initial);
  add('mpl-kit/transport', (await bundle('transport/index.js')).initial);
  add('mpl-kit/signals', (await bundle('transport/signals/index.js')).initial);
  return rows;
}

export function format(rows: readonly Row[]): string {
  const head = ['entry', 'raw B', 'gzip B', 'brotli B', 'target gzip', 'gzip/target'];
  const lines = rows.map(({ entry, raw, gzip, brotli, target }) => [
    entry,
    bytes(raw),
    bytes(gzip),
    bytes(brotli),
    target === null ? '' : bytes(target),
    target === null ? '' : `${(gzip / target).toFixed(2)}${gzip > target ? ' over' : ''}`,
  ]);
  return table('Sizes: what a page loads at once, minified; what comes later is set apart', head, lines);
}

await main(import.meta.url, async () => {
  const data = await run();
  return { data, text: format(data) };
});
