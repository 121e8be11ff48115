/** Numbers as people of a place write them. Nothing here but `Intl`, and which of its options suit a value on a page. */

export interface NumberStyle {
  locale: string | undefined;
  /** Decimals, always so many; without it, as many as tell something. */
  digits: number | undefined;
  /** A unit that `Intl` knows, or any text. */
  unit: string | undefined;
}

export type NumberText = (value: number) => string;

/** Beyond these, a number has more zeros than anybody counts. */
const HUGE = 1e21;
const TINY = 1e-6;
/** Three decimals, or three digits that are not zero: whichever says more. */
const TELLING = {
  maximumFractionDigits: 3,
  maximumSignificantDigits: 3,
  roundingPriority: 'morePrecision',
} as Intl.NumberFormatOptions;

const decimals = (digits: number | undefined): Intl.NumberFormatOptions =>
  digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };

/** Does `Intl` know it, as it knows "celsius" and "kilometer-per-hour"? */
export function isUnit(unit: string): boolean {
  try {
    return new Intl.NumberFormat('en', { style: 'unit', unit }) !== null;
  } catch {
    return false;
  }
}

/** With the unit, in the words of the place where it has some. */
function withUnit({ locale, unit }: NumberStyle, how: Intl.NumberFormatOptions): NumberText {
  // What is rounded to 0 has no sign.
  const options = { ...how, signDisplay: 'negative' } as Intl.NumberFormatOptions;
  if (!unit) {
    const plain = new Intl.NumberFormat(locale, options);
    return (value) => plain.format(value);
  }
  if (isUnit(unit)) {
    const known = new Intl.NumberFormat(locale, { ...options, style: 'unit', unit });
    return (value) => known.format(value);
  }
  const plain = new Intl.NumberFormat(locale, options);
  return (value) => `${plain.format(value)}\u00a0${unit}`;
}

/** As it is: 1,234.568, 0.000412, 1.5E30. */
export function plainNumber(style: NumberStyle): NumberText {
  const { digits } = style;
  const plain = withUnit(style, digits === undefined ? TELLING : decimals(digits));
  let scientific: NumberText | null = null;
  return (value) => {
    const size = Math.abs(value);
    if (size < HUGE && (size >= TINY || size === 0 || digits !== undefined)) return plain(value);
    scientific ??= withUnit(style, { notation: 'scientific', maximumSignificantDigits: 4 });
    return scientific(value);
  };
}

export const integer = (style: NumberStyle): NumberText => plainNumber({ ...style, digits: 0 });

/** 0.25 is 25 %. */
export const percent = (style: NumberStyle): NumberText =>
  withUnit({ ...style, unit: undefined }, { style: 'percent', ...decimals(style.digits) });

/** 1.2K, 12 million where they say so. */
export const compact = (style: NumberStyle): NumberText =>
  withUnit(style, { notation: 'compact', ...decimals(style.digits) });

/** @param currency three letters, of ISO 4217 */
export const currency = (style: NumberStyle, currency: string): NumberText =>
  withUnit({ ...style, unit: undefined }, { style: 'currency', currency, ...decimals(style.digits) });

const BYTES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'];

/** 1500 is 1.5 kB: steps of a thousand, three digits. */
export function bytes({ locale, digits }: NumberStyle): NumberText {
  const huge = plainNumber({ locale, digits, unit: BYTES.at(-1) });
  const made = new Map<number, Intl.NumberFormat>();
  const make = (step: number): Intl.NumberFormat => {
    const style = { style: 'unit', unit: BYTES[step]!, unitDisplay: step === 0 ? 'long' : 'short' } as const;
    const rounded = digits === undefined || step === 0 ? { maximumSignificantDigits: 3 } : decimals(digits);
    const format = new Intl.NumberFormat(locale, { ...style, ...rounded });
    made.set(step, format);
    return format;
  };
  return (value) => {
    // Rounded first: 999,999 bytes are 1 MB, and not 1,000 kB.
    const size = Number(Math.abs(value).toPrecision(3));
    if (size >= HUGE) return huge(value / 1000 ** (BYTES.length - 1));
    const step = size < 1000 ? 0 : Math.min(Math.floor(Math.log10(size) / 3 + 1e-9), BYTES.length - 1);
    return (made.get(step) ?? make(step)).format(value / 1000 ** step);
  };
}
