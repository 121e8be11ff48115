import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelName } from './channel-name.js';
import { LIMIT_NAMES, LIMITS, OptionError, type RelayOptions, resolveOptions } from './options.js';

test('every limit has a default in its range, and takes its bounds but not what lies beyond', () => {
  const defaults = resolveOptions();
  for (const name of LIMIT_NAMES) {
    const { min, max } = LIMITS[name];
    assert.equal(defaults[name], LIMITS[name].default);
    assert.equal(resolveOptions({ [name]: min })[name], min);
    assert.equal(resolveOptions({ [name]: max })[name], max);
    for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, '7', null, {}]) {
      const bad = { [name]: value } as RelayOptions;
      assert.throws(
        () => resolveOptions(bad),
        (error) => error instanceof OptionError && error.option === name,
      );
    }
    assert.equal(resolveOptions({ [name]: undefined })[name], LIMITS[name].default);
  }
});

test('an option that does not exist or cannot be used is named, with what would do', () => {
  const bad: [unknown, string, RegExp][] = [
    [{ maxViewer: 5 }, 'maxViewer', /no such option.*maxViewers/],
    [{ toString: 5 }, 'toString', /no such option/],
    [{ signalKey: 'a b' }, 'signalKey', /got "a b"/],
    [{ signalKey: 5 }, 'signalKey', /letters/],
    [{ demo: true }, 'demo', /folder/],
    [{ dist: '' }, 'dist', /folder/],
    [{ trustProxy: 'yes' }, 'trustProxy', /true or false/],
    [{ isolate: 1 }, 'isolate', /true or false/],
    [null, 'options', /object/],
    ['fast', 'options', /object/],
  ];
  for (const [options, name, message] of bad) {
    assert.throws(
      () => resolveOptions(options as RelayOptions),
      (error) => error instanceof OptionError && error.option === name && message.test(error.message),
    );
  }
});

test('channel names', () => {
  for (const name of ['a', 'demo', 'A-Z_~.9', '__proto__', '...', 'x'.repeat(64)])
    assert.equal(channelName(name), name);
  assert.equal(channelName('d%65mo'), 'demo');
  for (const name of [
    '',
    '.',
    '..',
    '%2e%2e',
    'a b',
    'a%20b',
    'a%2Fb',
    'é',
    '%C3%A9',
    '%',
    '%zz',
    '%00',
    'x'.repeat(65),
  ]) {
    assert.equal(channelName(name), null, name);
  }
});
