/** Reads a pattern file of any common format. */
import { PatternError } from '../errors.js';
import { readLife105, readLife106 } from './lif.js';
import { readMacrocell } from './macrocell.js';
import type { Pattern } from './pattern.js';
import { exhaust } from './pieces.js';
import { readPlaintext } from './plaintext.js';
import { readRle } from './rle.js';
import { failAt, PIECE, type Reader, shown } from './text.js';

/**
 * Reads RLE, plaintext (`.cells`), macrocell (`.mc`), Life 1.05 or Life 1.06; which it is, the text tells.
 *
 * @param options.name The file's name: it names the pattern where the file itself does not, and its extension helps
 * where the text could be two things.
 * @throws PatternError with `line` and `column` of the first thing that is wrong.
 */
export function parsePattern(text: string, options: { name?: string } = {}): Pattern {
  return exhaust(patternReader(text, options));
}

/**
 * As `parsePattern`, piece by piece, for files of a hundred megabytes: each `next()` reads for some milliseconds and gives the
 * number of characters read so far; the last one gives the pattern.
 */
export function* patternReader(text: string, options: { name?: string } = {}): Generator<number, Pattern> {
  if (typeof text !== 'string')
    throw new PatternError('A pattern is a text: RLE, plaintext, macrocell, Life 1.05 or Life 1.06.');
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const pattern = yield* readerFor(body, options.name ?? '')(body);
  if (pattern.name !== undefined || !options.name) return pattern;
  const base = options.name.replace(/^.*[/\\]/, '').replace(/\.(rle|cells|lif|life|mc|txt)$/i, '');
  if (base === '') return pattern;
  // Not a copy: the cells of a big one are not looked at before somebody wants them.
  return Object.defineProperty(pattern, 'name', { value: base, enumerable: true, configurable: true });
}

function readerFor(text: string, file: string): (text: string) => Reader {
  if (text.startsWith('[M2]')) return readMacrocell;
  if (/^#Life 1\.05\b/i.test(text)) return readLife105;
  if (/^#Life 1\.06\b/i.test(text)) return readLife106;
  const first = text.search(/\S/);
  if (first < 0) failAt(text, text.length, 'the text is empty: write a pattern in RLE, plaintext, Life 1.05 or 1.06');
  if (/\.cells$/i.test(file) || text[first] === '!') return readPlaintext;
  if (/\.rle$/i.test(file) || /^[#x]/i.test(text[first])) return readRle;
  // No header and no mark: rows of "." and "O", or a bare RLE body.
  if (/^[.O*\s]+$/.test(text.slice(0, PIECE))) return readPlaintext;
  if (/^[\dbo.$A]/.test(text[first])) return readRle;
  failAt(
    text,
    first,
    `${shown(text[first])} begins no pattern: RLE ("x = 3, y = 3"), plaintext ("!Name"), "#Life 1.05" or "#Life 1.06"`,
  );
}
