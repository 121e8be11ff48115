// Takes the air out of the style sheets and shaders in a bundle: they are text, which minifiers of JavaScript leave as it is.

import { readFile } from 'node:fs/promises';
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

/** A module's source with lean style sheets and shaders, and how many there were. */
export async function leanText(source) {
  const sheets = await Promise.all(Array.from(source.matchAll(STYLES), ([, css]) => leanCss(css)));
  let count = sheets.length;
  const text = source
    .replace(STYLES, () => `css\`${sheets.shift()}\``)
    .replace(SHADER, (_, version, glsl) => {
      count++;
      return `\`${version}${leanGlsl(glsl)}\``;
    });
  return { text, count };
}

/** For the modules that hold them. A build in which one of them holds none is broken, and says so. */
export const withLeanText = {
  name: 'lean-text',
  setup({ onLoad, onEnd }) {
    let found = 0;
    onLoad({ filter: /(\.styles|\/shaders)\.ts$/ }, async ({ path }) => {
      const { text, count } = await leanText(await readFile(path, 'utf8'));
      if (count === 0)
        return { errors: [{ text: `no style sheet or shader found in ${path}: see scripts/lean-text.js` }] };
      found += count;
      return { contents: text, loader: 'ts' };
    });
    onEnd(() =>
      found === 0 ? { errors: [{ text: 'no style sheets: were they renamed? See scripts/lean-text.js' }] } : {},
    );
  },
};
