/** Reads a pattern file of any common format. */
import { PatternError } from '../errors.js';
import { parseLife105, parseLife106 } from './lif.js';
import { parseMacrocell } from './macrocell.js';
import type { Pattern } from './pattern.js';
import { parsePlaintext } from './plaintext.js';
import { parseRle } from './rle.js';
import { failAt, shown } from './text.js';

/**
 * Reads RLE, plaintext (`.cells`), macrocell (`.mc`), Life 1.05 or Life 1.06; which it is, the text tells.
 *
 * @param options.name The file's name: it names the pattern where the file itself does not, and its extension helps
 * where the text could be two things.
 * @throws PatternError with `line` and `column` of the first thing that is wrong.
 */
export function parsePattern(text: string, options: { name?: string } = {}): Pattern {
  if (typeof text !== 'string')
    throw new PatternError('A pattern is a text: RLE, plaintext, macrocell, Life 1.05 or Life 1.06.');
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const pattern = readerFor(body, options.name ?? '')(body);
  if (pattern.name !== undefined || !options.name) return pattern;
  const base = options.name.replace(/^.*[/\\]/, '').replace(/\.(rle|cells|lif|life|mc|txt)$/i, '');
  if (base === '') return pattern;
  // Not a copy: the cells of a big one are not looked at before somebody wants them.
  return Object.defineProperty(pattern, 'name', { value: base, enumerable: true, configurable: true });
}

function readerFor(text: string, file: string): (text: string) => Pattern {
  if (text.startsWith('[M2]')) return parseMacrocell;
  if (/^#Life 1\.05\b/i.test(text)) return parseLife105;
  if (/^#Life 1\.06\b/i.test(text)) return parseLife106;
  const first = text.search(/\S/);
  if (first < 0) failAt(text, text.length, 'the text is empty: write a pattern in RLE, plaintext, Life 1.05 or 1.06');
  if (/\.cells$/i.test(file) || text[first] === '!') return parsePlaintext;
  if (/\.rle$/i.test(file) || /^[#x]/i.test(text[first])) return parseRle;
  // No header and no mark: rows of "." and "O", or a bare RLE body.
  if (/^[.O*\s]+$/.test(text)) return parsePlaintext;
  if (/^[\dbo.$A]/.test(text[first])) return parseRle;
  failAt(
    text,
    first,
    `${shown(text[first])} begins no pattern: RLE ("x = 3, y = 3"), plaintext ("!Name"), "#Life 1.05" or "#Life 1.06"`,
  );
}
