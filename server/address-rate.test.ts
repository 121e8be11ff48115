import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressCount, AddressRate, network } from './address-rate.js';

test('each address has its own count, anew every second', () => {
  const rate = new AddressRate(2);
  const take = (address: string, now: number) => rate.take(address, now);
  assert.deepEqual([take('1.1.1.1', 0), take('1.1.1.1', 1), take('1.1.1.1', 999)], [true, true, false]);
  assert.equal(take('2.2.2.2', 999), true);
  assert.equal(take('1.1.1.1', 1000), true);
});

test('an IPv6 customer is one address, however many of his own he uses', () => {
  assert.equal(network('192.0.2.1'), '192.0.2.1');
  assert.equal(network('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(network('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
  assert.equal(network('2001:0DB8:1:2::9'), '2001:db8:1:2');
  assert.equal(network('2001:db8::9'), '2001:db8:0:0');
  assert.equal(network('fe80::1%eth0'), 'fe80:0:0:0');
  assert.equal(network('::1'), '0:0:0:0');
});

test('an address has so many open and no more, until one of them closes', () => {
  const count = new AddressCount(2);
  assert.deepEqual([count.enter('1.1.1.1'), count.enter('1.1.1.1'), count.enter('1.1.1.1')], [true, true, false]);
  assert.equal(count.enter('2.2.2.2'), true);
  count.leave('1.1.1.1');
  assert.equal(count.enter('::ffff:1.1.1.1'), true);
  assert.equal(count.enter('1.1.1.1'), false);
});
