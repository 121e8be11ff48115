/**
 * Writes the generated parts of docs/protocol.md from the tables in transport/wire: types, flags, close codes, messages.
 * Run: node --import tsx scripts/protocol-doc.ts [--check]
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CLOSE, type CloseCode } from '../transport/wire/codes.js';
import { FLAG, FRAME, type FrameType } from '../transport/wire/types.js';

const root = new URL('../', import.meta.url);
const page = new URL('docs/protocol.md', root);

const hex = (code: number): string => `\`${code.toString(16).toUpperCase().padStart(2, '0')}\``;

function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const types = Object.entries(FRAME) as [string, FrameType][];
const closes: CloseCode[] = Object.values(CLOSE);

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
const parts: Record<string, () => string> = {
  types: () =>
    table(
      ['type', 'name', 'sent by', 'meaning'],
      types
        .filter(([, { status }]) => status === 'used')
        .map(([name, { code, sender, meaning }]) => [hex(code), name, sender, meaning]),
    ),
  reserved: () =>
    types
      .filter(([, { status }]) => status === 'reserved')
      .map(([name, { code }]) => `${hex(code)} ${name}`)
      .join(' · '),
  flags: () =>
    Object.entries(FLAG)
      .map(([name, bit]) => `${bit} ${name}`)
      .join(', '),
  closes: () =>
    table(
      ['code', 'name', 'come back?', 'meaning'],
      closes.map(({ code, name, retry, meaning }) => [`${code}`, name, retry ? 'yes' : 'no', meaning]),
    ),
  messages: () => {
    const source = readFileSync(new URL('transport/wire/messages.ts', root), 'utf8').replace(/^import .*\n\n?/gm, '');
    const body = source.slice(source.indexOf('*/') + 2).replaceAll('export ', '');
    return `\`\`\`ts\n${body.trim()}\n\`\`\``;
  },
};

/** The page with its generated parts made anew. */
export function protocolDoc(text: string): string {
  let out = text;
  for (const [name, make] of Object.entries(parts)) {
    const begin = `<!-- ${name} -->\n`;
    const end = `\n<!-- /${name} -->`;
    const from = out.indexOf(begin);
    const to = out.indexOf(end);
    if (from < 0 || to < from) throw new Error(`docs/protocol.md has no part "${name}"`);
    out = `${out.slice(0, from + begin.length)}\n${make()}\n${out.slice(to)}`;
  }
  return out;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const before = readFileSync(page, 'utf8');
  const after = protocolDoc(before);
  if (process.argv.includes('--check')) {
    if (before !== after) {
      console.error('docs/protocol.md is out of date: node --import tsx scripts/protocol-doc.ts');
      process.exitCode = 1;
    }
  } else writeFileSync(page, after);
}
