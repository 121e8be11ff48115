/** Reads the pattern of a world's settings, in slices. */

import { PATTERNS, type Pattern, patternByName, patternReader } from '../../sim/index.js';
import { inSlices } from './slices.js';
import { type LoadOptions, textOf } from './unpack.js';
import type { GivenPattern } from './world-messages.js';

/** Characters that are read in no time. */
const SHORT = 2 ** 20;

/** Is it better read beside all else? */
export const takesLong = (given: GivenPattern | null): given is GivenPattern =>
  given !== null && (given.file !== undefined || (given.text?.length ?? 0) > SHORT);

/** As it is kept, and told to others: a long text is not copied each time. */
export const kept = (given: GivenPattern): GivenPattern =>
  given.text !== undefined && takesLong(given) ? { name: given.name, file: new Blob([given.text]) } : given;

/** Rejects where it cannot be read, or has a name that is not known. */
export async function readPattern(given: GivenPattern, options: LoadOptions): Promise<Pattern> {
  const { name, file, most = Number.POSITIVE_INFINITY } = given;
  const text = given.text ?? (file && (await textOf(file, name, most, options)));
  if (text === undefined) return named(name);
  const onpiece = (done: number) => options.onprogress({ name, phase: 'reading', done, total: text.length });
  return inSlices(patternReader(text, { name }), { signal: options.signal, onpiece });
}

function named(name: string): Pattern {
  const pattern = patternByName(name);
  if (pattern !== undefined) return pattern;
  throw new Error(
    `there is no pattern "${name}"; there are ${Object.keys(PATTERNS).join(', ')}, or give the URL of a file`,
  );
}
