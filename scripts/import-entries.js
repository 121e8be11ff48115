import { build } from 'esbuild';

// Every entry of the package can be imported where there is no page: servers that render markup do so.
for (const entry of [
  'mpl-kit',
  'mpl-kit/sim',
  'mpl-kit/transport',
  'mpl-kit/signals',
  'mpl-kit/server',
  'mpl-kit/mpl.js',
]) {
  const exported = Object.keys(await import(entry));
  if (exported.length === 0) throw new Error(`${entry} exports nothing`);
}
for (const tag of ['mpl-host', 'mpl-viewer', 'mpl-layer', 'mpl-signal', 'mpl-controls', 'mpl-stats', 'all']) {
  await import(`mpl-kit/define/${tag}.js`).catch((error) => {
    throw new Error(`mpl-kit/define/${tag}.js cannot be imported without a page: ${error.message}`);
  });
}
// A bundler must not take the part that knows Node for something that does nothing.
const bundled = await build({
  stdin: { contents: "import { publish } from 'mpl-kit/signals'; publish('x', { output: [] });", resolveDir: '.' },
  ...{ bundle: true, platform: 'node', format: 'esm', write: false },
  // As whoever installed the package does: our own tsconfig.json leads to the sources.
  tsconfigRaw: {},
});
if (!bundled.outputFiles[0].text.includes('MPL_SERVER')) throw new Error('mpl-kit/signals, bundled for Node, lacks it');

console.log('all entries can be imported in Node');
process.exit();
