// Takes the air out of the style sheets and shaders in what is built: they are text, which minifiers of
// JavaScript leave as it is.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';

/** Style sheets with parts that are known only at run time, or with escapes, stay as they are. */
const STYLES = /\bcss\s*`([^`\\$]*)`/g;
const SHADER = /`(#version 300 es\n)([^`\\]*)`/g;

/** Only what lies between the words of CSS: no value is written another way. */
async function leanCss(css) {
  const { code } = await transform(css, { loader: 'css', minifyWhitespace: true });
  return code.trim();
}

const TOKENS = /[\w.]+|<<=|>>=|\+\+|--|<<|>>|&&|\|\||\^\^|[-+*/%&|^<>=!]=|\S/g;

/** GLSL without comments, and with the spaces it needs; `${…}` may stand in it. */
function leanGlsl(glsl) {
  if (/^\s*#/m.test(glsl)) throw new Error('a shader with directives after its version: they need their lines');
  const bare = glsl.replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, ' ');
  const lean = bare
    .replace(/\s+/g, ' ')
    .replace(/ ?([^\w\s$+-]) ?/g, '$1')
    // Two signs beside each other may be another operator.
    .replace(/(?<=[\w)\]]) ?([+-]) ?(?=[\w(=])/g, '$1')
    .trim();
  // A compiler must read the same words as before.
  if (bare.match(TOKENS).join('\n') !== lean.match(TOKENS).join('\n')) throw new Error(`a shader was changed: ${lean}`);
  return lean;
}

/** The lines that are gone, so that source maps still find what comes behind. */
const lines = (before, after) => '\n'.repeat(before.split('\n').length - after.split('\n').length);

/** A module's source with lean style sheets and shaders. */
async function leanModule(path) {
  const source = await readFile(path, 'utf8');
  const sheets = await Promise.all(Array.from(source.matchAll(STYLES), ([, css]) => leanCss(css)));
  return source
    .replace(STYLES, (_, css) => {
      const lean = sheets.shift();
      return `css\`${lean}\`${lines(css, lean)}`;
    })
    .replace(SHADER, (_, version, glsl) => {
      const lean = leanGlsl(glsl);
      return `\`${version}${lean}\`${lines(glsl, lean)}`;
    });
}

/** The modules that hold such texts, in a folder of built modules. */
export async function leanFolder(folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /(\.styles|\/shaders)\.js$/.test(name));
  if (names.length === 0) throw new Error(`no style sheets in ${folder}: were they renamed?`);
  for (const name of names) await writeFile(join(folder, name), await leanModule(join(folder, name)));
}

/** The same modules in a bundle of sources. */
export const withLeanText = {
  name: 'lean-text',
  setup({ onLoad }) {
    onLoad({ filter: /(\.styles|\/shaders)\.ts$/ }, async ({ path }) => ({
      contents: await leanModule(path),
      loader: 'ts',
    }));
  },
};
