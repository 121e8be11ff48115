/** The numbers of a field as text: "feed=0.0545 kill=0.062", or the name of a preset and what differs from it. */
import { quote, RuleError } from '../errors.js';

export interface Range {
  /** Smallest and largest value allowed. */
  low: number;
  high: number;
  /** Where none is given. */
  fallback: number;
  whole?: boolean;
}

export type Ranges<Name extends string> = Readonly<Record<Name, Range>>;
export type Numbers<Name extends string> = Record<Name, number>;

/** Throws where the value cannot be had. @throws RuleError */
function check(name: string, value: number, { low, high, whole }: Range, column = 1): number {
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
  throw new RuleError(
    `${name}=${value} is out of range: use a ${whole ? 'whole ' : ''}number from ${low} to ${high}.`,
    column,
  );
}

/** All numbers: those given, else those of `base`, else the fallbacks. @throws RuleError */
export function numbersOf<Name extends string>(
  ranges: Ranges<Name>,
  given: Partial<Numbers<Name>>,
  base: Partial<Numbers<Name>> = {},
): Numbers<Name> {
  const numbers = {} as Numbers<Name>;
  for (const name of Object.keys(ranges) as Name[])
    numbers[name] = check(name, given[name] ?? base[name] ?? ranges[name].fallback, ranges[name]);
  return numbers;
}

/**
 * Reads "name=value" pairs, parted by blanks, commas or semicolons; before them there may be the name of a preset.
 *
 * @throws RuleError that says which names there are, or which values.
 */
export function parseNumbers<Name extends string>(
  text: string,
  ranges: Ranges<Name>,
  presets: Readonly<Record<string, Partial<Numbers<Name>>>>,
): Numbers<Name> {
  const given: Partial<Numbers<Name>> = {};
  let preset: Partial<Numbers<Name>> = {};
  let first = true;
  for (const { 0: word, index } of text.matchAll(/[^\s,;]+/g)) {
    const column = index + 1;
    const [, name, value] = /^([a-z]+)[=:](.+)$/i.exec(word) ?? [];
    if (name === undefined) {
      const known = first && Object.hasOwn(presets, word.toLowerCase());
      if (!known)
        throw new RuleError(
          `${quote(word)} is ${first ? 'no preset' : 'no "name=value"'}: write one of ${Object.keys(presets).join(', ')}, or numbers such as "${Object.keys(ranges)[0]}=${ranges[Object.keys(ranges)[0] as Name].fallback}".`,
          column,
        );
      preset = presets[word.toLowerCase()];
    } else {
      const key = (Object.keys(ranges) as Name[]).find((one) => one.toLowerCase() === name.toLowerCase());
      if (key === undefined)
        throw new RuleError(`There is no ${quote(name)} here: use ${Object.keys(ranges).join(', ')}.`, column);
      given[key] = check(key, Number(value), ranges[key], column);
    }
    first = false;
  }
  return numbersOf(ranges, given, preset);
}

/** The text that `parseNumbers` reads as these numbers; what is as it is by default is left out after the first `always`. */
export function formatNumbers<Name extends string>(
  numbers: Numbers<Name>,
  ranges: Ranges<Name>,
  always: number,
): string {
  return (Object.keys(ranges) as Name[])
    .filter((name, i) => i < always || numbers[name] !== ranges[name].fallback)
    .map((name) => `${name}=${numbers[name]}`)
    .join(' ');
}
