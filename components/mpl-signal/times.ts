/** Moments and spans of time as people of a place write them. */

import type { NumberStyle, NumberText } from './numbers.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.436875 * DAY;
const YEAR = 365.2425 * DAY;
/** The range of `Date`, ms. */
const MOST = 8.64e15;

const ISO = /^[+-]?\d{4,6}-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)?$/;

/** Milliseconds since 1970 that a value means, as a number or in ISO 8601; null where it means no moment. */
export function momentOf(value: unknown): number | null {
  if (typeof value === 'number') return Math.abs(value) <= MOST ? value : null;
  if (typeof value !== 'string' || !ISO.test(value)) return null;
  // A day without a time is that day here, and not the moment at which it begins in Greenwich.
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00` : value);
  return Number.isNaN(time) ? null : time;
}

export type DateLength = 'short' | 'medium' | 'long' | 'full';
export const DATE_LENGTHS: readonly string[] = ['short', 'medium', 'long', 'full'] satisfies DateLength[];

/** In the time zone of the reader. */
export function moment(
  locale: string | undefined,
  kind: 'date' | 'time' | 'datetime',
  length: DateLength = 'medium',
): NumberText {
  const format = new Intl.DateTimeFormat(locale, {
    ...(kind !== 'time' && { dateStyle: length }),
    ...(kind !== 'date' && { timeStyle: length }),
  });
  return (time) => format.format(time);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', YEAR],
  ['month', MONTH],
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
];

/** "3 minutes ago", "in 2 hours", "now". */
export function relative(locale: string | undefined): (time: number, now: number) => string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return (time, now) => {
    const away = time - now;
    const [unit, length] = STEPS.find(([, length]) => Math.abs(away) >= length) ?? STEPS.at(-1)!;
    // Without a sign where it is 0: "now", and not "0 seconds ago".
    return format.format(Math.trunc(away / length) + 0, unit);
  };
}

/** The two largest units of a span in ms: "2 hr, 5 min"; below a minute, seconds: "7.5 sec"; below a second, "250 ms". */
export function duration({ locale, digits }: NumberStyle): NumberText {
  const units = new Map<string, Intl.NumberFormat>();
  const list = new Intl.ListFormat(locale, { type: 'unit', style: 'short' });
  const text = (value: number, unit: string, decimals: number): string => {
    const key = unit + decimals;
    const options = { style: 'unit', unit, maximumFractionDigits: decimals } as const;
    const format = units.get(key) ?? new Intl.NumberFormat(locale, options);
    units.set(key, format);
    return format.format(value);
  };
  return (span) => {
    const sign = span < 0 ? -1 : 1;
    const size = Math.abs(span);
    if (size < 999.5) return text(Math.round(span) + 0, 'millisecond', 0);
    const decimals = digits ?? (size < 9_950 ? 1 : 0);
    if (Number((size / SECOND).toFixed(decimals)) < 60) return text(span / SECOND, 'second', decimals);
    const whole = Math.round(size / SECOND) * SECOND;
    const at = STEPS.findIndex(([unit, length]) => unit !== 'year' && unit !== 'month' && whole >= length);
    const [unit, length] = STEPS[at]!;
    const [lesser, step] = STEPS[at + 1]!;
    const rest = Math.floor((whole % length) / step);
    const most = text(sign * Math.floor(whole / length), unit, 0);
    return rest === 0 ? most : list.format([most, text(rest, lesser, 0)]);
  };
}
