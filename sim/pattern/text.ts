/** What all readers of pattern files share. */
import { PatternError, RuleError } from '../errors.js';
import { MAX_SIDE } from '../life/grid.js';
import { parseRule } from '../rule/parse.js';
import type { Pattern } from './pattern.js';

/** Throws a PatternError for the character at `offset` of `text`. */
export function failAt(text: string, offset: number, message: string): never {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', start)) {
    line++;
    start = at + 1;
  }
  throw new PatternError(message, line, offset - start + 1);
}

/** A character as it may stand in a message. */
export function shown(ch: string): string {
  const code = ch.codePointAt(0) ?? 0;
  return code > 0x20 && code < 0x7f ? `"${ch}"` : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

export const TOO_BIG = `the pattern grows beyond ${MAX_SIDE}x${MAX_SIDE} cells, the biggest grid: use a smaller one`;

/** What reads a text piece by piece: it tells how many characters it has read, and at last what they mean. */
export type Reader = Generator<number, Pattern>;

/** Characters of a piece: a few milliseconds. */
export const PIECE = 2 ** 18;

/** Lines with the offset where each begins; line ends may be \n or \r\n. */
export function* linesOf(text: string): Generator<{ line: string; offset: number }> {
  let offset = 0;
  while (offset <= text.length) {
    let end = text.indexOf('\n', offset);
    if (end < 0) end = text.length;
    const cut = end > offset && text[end - 1] === '\r' ? end - 1 : end;
    yield { line: text.slice(offset, cut), offset };
    offset = end + 1;
  }
}

/** Reads "B3/S23:T100,80" at `offset` of `text`. */
export function readRule(text: string, offset: number, rule: string): Pick<Pattern, 'rule' | 'wrap' | 'grid'> {
  const colon = rule.indexOf(':');
  const bare = colon < 0 ? rule : rule.slice(0, colon);
  let canonical: string;
  try {
    canonical = parseRule(bare).text;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    failAt(text, offset + Math.max(0, error.column - 1), error.message);
  }
  // Other shapes (Klein bottle, sphere, a shifted seam) are no grid of ours; the cells are good on any.
  const shape = /^:([TP])(\d{1,9})(?:,(\d{1,9}))?$/i.exec(colon < 0 ? '' : rule.slice(colon).trim());
  if (!shape) return { rule: canonical };
  const width = Number(shape[2]);
  const height = Number(shape[3] ?? shape[2]);
  if (width > MAX_SIDE || height > MAX_SIDE)
    failAt(text, offset + colon + 2, `a grid of ${width}x${height} is too big: at most ${MAX_SIDE} cells a side`);
  return { rule: canonical, wrap: shape[1].toUpperCase() === 'T' ? 'torus' : 'bounded', grid: { width, height } };
}

/** States of the cells under a rule that has been read. */
export function statesOf(rule: string): number {
  return parseRule(rule).states;
}
