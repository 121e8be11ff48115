// Writes docs/elements.md from custom-elements.json, which is made from the doc comments of the elements.
// With `--check`, only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'custom-elements.json'), 'utf8'));
const classes = manifest.modules
  .flatMap((module) => module.declarations)
  .filter((it) => it.kind === 'class' && it.tagName);

const ORDER = ['mpl-host', 'mpl-viewer', 'mpl-layer', 'mpl-signal', 'mpl-controls', 'mpl-stats'];

const line = (text = '') => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
const code = (text) => (text ? `\`${line(text)}\`` : '');

function table(title, head, rows) {
  if (rows.length === 0) return '';
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return `\n### ${title}\n\n${row(head)}\n${row(head.map(() => '---'))}\n${rows.map(row).join('\n')}\n`;
}

function section(it) {
  const shown = (it.members ?? []).filter(
    (m) => m.privacy === undefined && !m.static && m.description && !m.name.startsWith('#'),
  );
  const attributes = (it.attributes ?? []).filter((a) => a.description);
  const named = new Set(attributes.map((a) => a.fieldName));
  const fields = shown.filter((m) => m.kind === 'field' && !named.has(m.name));
  const methods = shown.filter((m) => m.kind === 'method' && !m.name.endsWith('Callback'));
  const entry = (list = []) => list.map((e) => [code(e.name) || '(default)', code(e.default), line(e.description)]);
  const simple = (list = []) => list.map((e) => [code(e.name) || '(default)', line(e.description)]);
  return `## \`<${it.tagName}>\`

${line(it.summary)} ${line(it.description)}
${table(
  'Attributes',
  ['attribute', 'type', 'meaning'],
  attributes.map((a) => [code(a.name), code(a.type?.text), line(a.description)]),
)}${table(
  'Properties',
  ['property', 'type', 'meaning'],
  fields.map((m) => [code(m.name), code(m.type?.text), line(m.description)]),
)}${table(
  'Methods',
  ['method', 'meaning'],
  methods.map((m) => [
    code(`${m.name}(${(m.parameters ?? []).map((p) => p.name + (p.optional || p.default ? '?' : '')).join(', ')})`),
    line(m.description),
  ]),
)}${table('Events', ['event', 'when'], simple(it.events?.filter((e) => e.name)))}${table('Slots', ['slot', 'content'], simple(it.slots))}${table(
  'Parts',
  ['part', 'what it is'],
  simple(it.cssParts),
)}${table('Custom properties', ['property', 'default', 'meaning'], entry(it.cssProperties))}${table('States', ['state', 'meaning'], simple(it.cssStates))}`;
}

const text = `# Elements

Written from the elements' own comments; [custom-elements.json](../README.md#the-tags) has the same for editors. An attribute that may not be
what it is gives one warning in the console and the default. Properties have the names of attributes in camelCase.

${classes
  .sort((a, b) => ORDER.indexOf(a.tagName) - ORDER.indexOf(b.tagName))
  .map(section)
  .join('\n')}`.replace(/\n{3,}/g, '\n\n');

const file = join(root, 'docs/elements.md');
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/elements.md is not what the elements say: run node scripts/elements-doc.js');
  process.exit(1);
}
