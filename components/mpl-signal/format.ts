/**
 * `format="..."`: how a value becomes text. Never throws, whatever the value: one that a format is not made for is shown
 * as it is, since "out of order" says more than nothing.
 */

import type { SignalValue } from '../../transport/wire/signal-value.js';
import {
  bytes,
  compact,
  currency,
  integer,
  isUnit,
  type NumberStyle,
  type NumberText,
  percent,
  plainNumber,
} from './numbers.js';
import { DATE_LENGTHS, type DateLength, duration, moment, momentOf, relative } from './times.js';

export interface TextOptions {
  /** A BCP 47 tag; the browser's where it is missing. */
  locale?: string | undefined;
  digits?: number | undefined;
  unit?: string | undefined;
}

/** Text of a value; `null` has none, and `now` is what relative times count from. */
export interface TextOf {
  (value: SignalValue, now?: number): string;
  /** The text changes by itself as time goes by. */
  readonly ticks: boolean;
}

const isCurrency = (code: string): boolean => /^[A-Za-z]{3}$/.test(code);
const isLength = (length: string): boolean => DATE_LENGTHS.includes(length);

/** Which formats there are, and what may stand behind their colon. */
const ARGUMENTS: Record<string, ((argument: string) => boolean) | null> = {
  auto: null,
  text: null,
  json: null,
  list: null,
  number: null,
  integer: null,
  percent: null,
  compact: null,
  bytes: null,
  unit: isUnit,
  currency: isCurrency,
  date: isLength,
  time: isLength,
  datetime: isLength,
  relative: null,
  duration: (unit) => unit === 's' || unit === 'ms',
};
const REQUIRED = new Set(['unit', 'currency']);

export const FORMATS =
  'auto, text, json, list, number, integer, percent, compact, bytes, unit:celsius, currency:EUR, date, time, datetime ' +
  '(date:short, :long, :full), relative, duration or duration:s';

function split(format: string): [kind: string, argument: string | undefined] {
  const colon = format.indexOf(':');
  return colon < 0 ? [format, undefined] : [format.slice(0, colon), format.slice(colon + 1)];
}

/** Is there such a format? */
export function isFormat(format: string): boolean {
  const [kind, argument] = split(format);
  const check = Object.hasOwn(ARGUMENTS, kind) ? ARGUMENTS[kind]! : undefined;
  if (check === undefined) return false;
  return argument === undefined ? !REQUIRED.has(kind) : check?.(argument) === true;
}

/** A locale that `Intl` takes, or nothing where this is none: "de_AT" is meant to be "de-AT". */
export function localeOf(tag: string | null | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag?.trim().replaceAll('_', '-') || undefined)[0];
  } catch {
    return undefined;
  }
}

/** Formatters are slow to make, and tags on a page have few of them between them. */
const made = new Map<string, TextOf>();
const MOST = 256;

/** The formatter for `format`, one of which `isFormat` holds. */
export function textOf(format: string, { locale, digits, unit }: TextOptions = {}): TextOf {
  const key = JSON.stringify([format, locale, digits, unit]);
  let found = made.get(key);
  if (found === undefined) {
    const [kind, argument] = split(format);
    const text = make(kind, argument, { locale, digits, unit });
    const safe = (value: SignalValue, now = Date.now()): string => (value === null ? '' : text(value, now));
    found = Object.assign(safe, { ticks: kind === 'relative' });
    if (made.size >= MOST) made.clear();
    made.set(key, found);
  }
  return found;
}

type Filled = Exclude<SignalValue, null>;
type Make = (value: Filled, now: number) => string;

const json = (value: SignalValue): string => JSON.stringify(value);
const asText = (value: Filled): string => (typeof value === 'object' ? json(value) : String(value));

function make(kind: string, argument: string | undefined, style: NumberStyle): Make {
  const { locale, unit } = style;
  const auto = automatic(style);
  const numeric = (text: NumberText): Make => {
    return (value, now) => {
      const number = numberOf(value);
      return number === null ? auto(value, now) : text(number);
    };
  };
  const timely = (text: (time: number, now: number) => string): Make => {
    return (value, now) => {
      const time = momentOf(value);
      return time === null ? auto(value, now) : text(time, now);
    };
  };
  switch (kind) {
    case 'text':
      return asText;
    case 'json':
      return json;
    case 'number':
      return numeric(plainNumber(style));
    case 'integer':
      return numeric(integer(style));
    case 'percent':
      return numeric(percent(style));
    case 'compact':
      return numeric(compact(style));
    case 'bytes':
      return numeric(bytes(style));
    case 'unit':
      return numeric(plainNumber({ ...style, unit: argument ?? unit }));
    case 'currency':
      return numeric(currency(style, argument!));
    case 'date':
    case 'time':
    case 'datetime':
      return timely(moment(locale, kind, argument as DateLength | undefined));
    case 'relative':
      return timely(relative(locale));
    case 'duration': {
      const text = duration(style);
      return numeric(argument === 's' ? (seconds) => text(seconds * 1000) : text);
    }
    default:
      return auto;
  }
}

/** By the type of the value. */
function automatic(style: NumberStyle): Make {
  let number: NumberText | null = null;
  let list: Intl.ListFormat | null = null;
  const text = (value: SignalValue): string => {
    if (value === null) return '–';
    if (typeof value === 'number') return (number ??= plainNumber(style))(value);
    if (!Array.isArray(value) || value.some((item) => typeof item === 'object' && item !== null)) return asText(value);
    list ??= new Intl.ListFormat(style.locale, { type: 'unit', style: 'short' });
    return list.format(value.map(text));
  };
  return text;
}

const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** The number that a value is, also where a shell script sent it as text. */
function numberOf(value: Filled): number | null {
  const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
