import { expect } from '@open-wc/testing';
import type { SignalValue } from '../../transport/wire/signal-value.js';
import { isFormat, localeOf, type TextOptions, textOf } from './format.js';
import { follow, parsePath } from './path.js';

const NOW = Date.UTC(2023, 10, 14, 12, 0, 0);

/** Browsers differ in the kinds of blanks and marks of direction that they put in. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ').replace(/[\u200e\u200f\u061c]/g, '');
const show = (format: string, value: SignalValue, options: TextOptions = {}): string =>
  plain(textOf(format, { locale: 'en', ...options })(value, NOW));

describe('numbers', () => {
  it('are written as they are in the language of the reader', () => {
    const written = (locale: string) => show('auto', 1234567.8912, { locale });
    expect(written('en')).to.equal('1,234,567.891');
    expect(written('de')).to.equal('1.234.567,891');
    expect(written('fr')).to.equal('1 234 567,891');
    expect(written('hi')).to.equal('12,34,567.891');
    expect(written('ar-EG')).to.equal('١٬٢٣٤٬٥٦٧٫٨٩١');
  });

  it('have as many decimals as tell something, or as many as are asked for', () => {
    const texts = [0, 0.5, 0.00041234, 12.3456, 1e-9, 1e21, -1e308].map((value) => show('number', value));
    expect(texts).to.deep.equal(['0', '0.5', '0.000412', '12.346', '1E-9', '1E21', '-1E308']);
    expect(show('number', 2, { digits: 2 })).to.equal('2.00');
    expect(show('number', 1e-9, { digits: 2 })).to.equal('0.00');
    expect(show('integer', 1234.5)).to.equal('1,235');
    expect(show('integer', -0.2)).to.equal('0');
    expect(show('auto', Number.MAX_SAFE_INTEGER)).to.equal('9,007,199,254,740,991');
  });

  it('are shares, amounts of money and of data, and rough ones', () => {
    expect(show('percent', 0.256)).to.equal('26%');
    expect(show('percent', 0.256, { digits: 1, locale: 'de' })).to.equal('25,6 %');
    expect(show('currency:EUR', 1234.5, { locale: 'de' })).to.equal('1.234,50 €');
    expect(show('currency:jpy', 1234.5)).to.equal('¥1,235');
    expect(show('compact', 1_234_567)).to.equal('1.2M');
    expect(show('compact', 1_234_567, { locale: 'de', digits: 2 })).to.equal('1,23 Mio.');
  });

  it('count bytes by thousands, and never write 1,000 of a lesser unit', () => {
    const texts = [0, 1, 999, 999.6, 1500, 999_999, 1e6, 12_345_678, -2500].map((value) => show('bytes', value));
    expect(texts).to.deep.equal([
      ...['0 bytes', '1 byte', '999 bytes', '1 kB', '1.5 kB', '1 MB', '1 MB', '12.3 MB', '-2.5 kB'],
    ]);
    expect(show('bytes', 1_234_567, { locale: 'fr' })).to.equal('1,23 Mo');
    expect(show('bytes', 1_234_567, { digits: 0 })).to.equal('1 MB');
    expect(show('bytes', 1e300)).to.equal('1E285 PB');
  });

  it('have units, known ones in the words of the place, and any others as they are', () => {
    expect(show('auto', 88.25, { unit: 'kilometer-per-hour' })).to.equal('88.25 km/h');
    expect(show('unit:celsius', 21, { locale: 'de' })).to.equal('21 °C');
    expect(show('integer', 3, { unit: 'generations' })).to.equal('3 generations');
    expect(show('text', 'three', { unit: 'generations' })).to.equal('three');
  });

  it('may have come as text', () => {
    expect(show('number', ' 1234.5 ')).to.equal('1,234.5');
    expect(show('percent', '.5')).to.equal('50%');
    expect(show('auto', '1234.5')).to.equal('1234.5');
  });
});

describe('times', () => {
  it('are in the words of the place', () => {
    const noon = new Date(2023, 10, 14, 12, 5, 9).getTime();
    expect(show('date', noon)).to.equal('Nov 14, 2023');
    expect(show('date:full', noon, { locale: 'de' })).to.equal('Dienstag, 14. November 2023');
    expect(show('time', noon, { locale: 'de' })).to.equal('12:05:09');
    expect(show('time:short', noon)).to.equal('12:05 PM');
    expect(show('datetime', noon, { locale: 'fr' })).to.match(/^14 nov\. 2023.* 12:05:09$/);
    expect(show('date', noon, { locale: 'ar-EG' })).to.contain('٢٠٢٣');
  });

  it('come as ISO 8601, too, and a day alone is that day wherever the reader is', () => {
    expect(show('date', '2024-02-29')).to.equal('Feb 29, 2024');
    expect(show('datetime', '2024-02-29T10:30:00Z')).to.equal(show('datetime', Date.UTC(2024, 1, 29, 10, 30)));
    expect(show('date', '2024-02-29T10:30:00+02:00')).to.contain('2024');
  });

  it('are shown as they are where they are none', () => {
    for (const odd of ['soon', '12', '2024-13-45', 'Tue Nov 14 2023'] as const) expect(show('date', odd)).to.equal(odd);
    expect(show('date', 1e20)).to.equal('100,000,000,000,000,000,000');
    expect(show('relative', true)).to.equal('true');
  });

  it('count from now', () => {
    const away = [0, -400, -59_000, 60_000, -3 * 3_600_000, 86_400_000, -40 * 86_400_000, 800 * 86_400_000];
    expect(away.map((ms) => show('relative', NOW + ms))).to.deep.equal([
      ...['now', 'now', '59 seconds ago', 'in 1 minute', '3 hours ago', 'tomorrow', 'last month', 'in 2 years'],
    ]);
    expect(show('relative', NOW - 180_000, { locale: 'de' })).to.equal('vor 3 Minuten');
    expect(textOf('relative').ticks).to.equal(true);
    expect(textOf('date').ticks).to.equal(false);
  });

  it('last', () => {
    const spans = [0, 250, 999.6, 7_540, 59_400, 59_600, 61_000, 3_599_600, 7_500_000, 90_000_000, -65_000];
    expect(spans.map((ms) => show('duration', ms))).to.deep.equal([
      ...['0 ms', '250 ms', '1 sec', '7.5 sec', '59 sec', '1 min', '1 min, 1 sec', '1 hr', '2 hr, 5 min'],
      ...['1 day, 1 hr', '-1 min, 5 sec'],
    ]);
    expect(show('duration:s', 7500, { locale: 'de' })).to.equal('2 Std., 5 Min.');
    expect(show('duration', 1234, { digits: 2 })).to.equal('1.23 sec');
  });
});

describe('any value', () => {
  it('is shown, whatever the format was made for', () => {
    const values: SignalValue[] = [
      null,
      true,
      '',
      'text',
      12,
      -1e308,
      [],
      [1, 'a', null],
      { a: [1] },
      [{}],
      JSON.parse('{"__proto__": 1}'),
    ];
    const formats =
      'auto text json list number integer percent compact bytes unit:meter currency:USD date time datetime relative duration';
    for (const format of formats.split(' ')) {
      for (const value of values)
        expect(show(format, value), `${format} of ${JSON.stringify(value)}`).to.be.a('string');
      expect(show(format, null)).to.equal('');
      expect(show(format, { a: [1] })).to.equal('{"a":[1]}');
      expect(show(format, 'out of order')).to.contain('out of order');
    }
    expect(show('auto', ['a', 1, null])).to.equal('a, 1, –');
    expect(show('auto', [{ a: 1 }])).to.equal('[{"a":1}]');
    expect(show('text', 1234.5)).to.equal('1234.5');
    expect(show('auto', false)).to.equal('false');
    expect(show('auto', JSON.parse('{"__proto__": 1, "toString": 2}'))).to.equal('{"__proto__":1,"toString":2}');
  });

  it('has a format that there is', () => {
    for (const good of ['number', 'currency:EUR', 'unit:celsius', 'date:short', 'duration:s'])
      expect(isFormat(good), good).to.equal(true);
    for (const bad of [
      '',
      'Number',
      'number:2',
      'currency',
      'currency:EURO',
      'unit',
      'unit:parsec',
      'date:tiny',
      'constructor',
      '__proto__',
      'toString:x',
    ]) {
      expect(isFormat(bad), bad).to.equal(false);
    }
  });

  it('has a locale that there is', () => {
    expect(localeOf('de_AT')).to.equal('de-AT');
    expect(['', null, undefined, 'x', 'not a language', '-'].map(localeOf)).to.deep.equal(Array(6).fill(undefined));
  });

  it('keeps few formatters, however many are asked for', () => {
    const one = textOf('number', { locale: 'en', digits: 1 });
    expect(textOf('number', { locale: 'en', digits: 1 })).to.equal(one);
    for (let i = 0; i < 1000; i++) textOf('number', { unit: `u${i}` });
    expect(plain(textOf('number', { locale: 'en', digits: 1 })(1))).to.equal('1.0');
  });
});

describe('a path', () => {
  const value = JSON.parse('{"a": {"b.c": [1, {"d/e": "deep"}]}, "list": [7, 8], "__proto__": 5, "": 0}');
  const at = (path: string | null) => follow(value, parsePath(path));

  it('leads to what lies in a value, by dots or as a JSON pointer', () => {
    expect(at('list.1')).to.equal(8);
    expect(at('/list/0')).to.equal(7);
    expect(at('/a/b.c/1/d~1e')).to.equal('deep');
    expect(at('list.length')).to.equal(2);
    expect(at('')).to.equal(value);
    expect(at(null)).to.equal(value);
    expect(at('__proto__')).to.equal(5);
    expect(at('/')).to.equal(0);
  });

  it('leads nowhere else', () => {
    for (const path of [
      'constructor',
      'a.constructor',
      'list.push',
      'list.2',
      'list.-1',
      'a.b',
      'list.0.x',
      'toString',
      'a.__proto__',
    ]) {
      expect(at(path), path).to.equal(undefined);
    }
    expect(follow('text', parsePath('length'))).to.equal(undefined);
    expect(follow(null, parsePath('a'))).to.equal(undefined);
    expect(follow(undefined, parsePath('a'))).to.equal(undefined);
  });
});
