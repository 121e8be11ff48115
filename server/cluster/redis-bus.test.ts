import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { OptionError } from '../options.js';
import { freePort, startRedis, type TestRedis } from '../testing/redis.js';
import { until } from '../testing/until.js';
import { BusError } from './bus.js';
import { parseRedis } from './redis-address.js';
import { RedisBus } from './redis-bus.js';
import { busContract } from './testing/bus-contract.js';
import { MemoryNetwork } from './testing/memory-bus.js';

busContract('in memory', async () => {
  const network = new MemoryNetwork();
  return { a: network.bus(), b: network.bus(), close: async () => {} };
});

busContract('Redis', async () => {
  const redis = await startRedis();
  const make = () => new RedisBus(parseRedis(redis.url));
  return { a: make(), b: make(), close: () => redis.stop() };
});

describe('a bus over Redis', { timeout: 300_000 }, () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  it('has a prefix, so that two kinds of relays share a Redis and hear nothing of each other', async () => {
    const buses = ['one', 'two'].map((prefix) => new RedisBus(parseRedis(redis.url), prefix));
    const [one, two] = buses as [RedisBus, RedisBus];
    await until(() => buses.every(({ up }) => up));
    const heard: string[] = [];
    await one.subscribe('all', () => heard.push('one'));
    await two.subscribe('all', () => heard.push('two'));
    await one.publish('all', new Uint8Array(1));
    await one.set('k:x', new Uint8Array(1), 10_000);
    assert.equal(await two.get('k:x'), null);
    assert.deepEqual(await redis.keys(), ['one:k:x']);
    assert.deepEqual(heard, ['one']);
    await one.delete('k:x');
    for (const bus of buses) await bus.close();
  });

  it('says what is wrong while Redis is not there, and is up once it is', async () => {
    const bus = new RedisBus({ ...parseRedis(`redis://127.0.0.1:${await freePort()}`) });
    await until(() => /ECONNREFUSED|refused/.test(bus.why));
    assert.equal(bus.up, false);
    await assert.rejects(bus.publish('all', new Uint8Array(1)), BusError);
    await assert.rejects(
      bus.subscribe('all', () => {}),
      /ECONNREFUSED|refused/,
    );
    await bus.close();
  });

  it('comes back when Redis was killed, with its subscriptions', async () => {
    const bus = new RedisBus(parseRedis(redis.url));
    const states: boolean[] = [];
    bus.onstate = () => states.at(-1) !== bus.up && states.push(bus.up);
    await until(() => bus.up);
    const heard: number[] = [];
    await bus.subscribe('c:demo', ([n]) => heard.push(n!));
    await redis.kill();
    await until(() => !bus.up);
    await assert.rejects(bus.publish('c:demo', new Uint8Array([1])), /was lost|ECONNREFUSED|refused/);
    await assert.rejects(
      bus.subscribe('c:late', ([n]) => heard.push(n!)),
      BusError,
    );
    await redis.restart();
    await until(() => bus.up);
    await bus.publish('c:demo', new Uint8Array([2]));
    await bus.publish('c:late', new Uint8Array([3]));
    await until(() => heard.length === 2);
    assert.deepEqual(
      [heard, states],
      [
        [2, 3],
        [true, false, true],
      ],
    );
    await bus.close();
  });

  it('comes back when only its subscriber was cut off', async () => {
    const bus = new RedisBus(parseRedis(redis.url));
    await until(() => bus.up);
    const heard: number[] = [];
    await bus.subscribe('c:demo', ([n]) => heard.push(n!));
    const states: boolean[] = [];
    bus.onstate = () => states.at(-1) !== bus.up && states.push(bus.up);
    assert.equal(await redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub'), 1);
    await until(() => states.length === 2);
    await bus.publish('c:demo', new Uint8Array([4]));
    await until(() => heard.length === 1);
    assert.deepEqual([heard, states], [[4], [false, true]]);
    await bus.close();
  });
});

describe('the address of Redis', () => {
  const read = (text: string) => {
    const { urls, cluster, shown } = parseRedis(text, '--redis');
    return [urls, cluster, shown];
  };

  it('is that of a server, or of a cluster', () => {
    assert.deepEqual(read('redis://localhost'), [['redis://localhost'], false, 'localhost:6379']);
    assert.deepEqual(read('rediss://me:s3,c@r:1/2'), [['rediss://me:s3,c@r:1/2'], false, 'r:1']);
    assert.deepEqual(read('redis+cluster://a:1,b:2'), [['redis://a:1', 'redis://b:2'], true, 'a:1, b:2']);
    assert.deepEqual(read('redis+cluster://:pw@a:1,b'), [['redis://:pw@a:1', 'redis://:pw@b'], true, 'a:1, b:6379']);
    assert.deepEqual(read('redis://a:1,redis://b:2'), [['redis://a:1', 'redis://b:2'], true, 'a:1, b:2']);
  });

  it('is refused where it is none, without telling passwords', () => {
    for (const text of [
      '',
      'localhost:6379',
      'http://localhost',
      'redis://',
      'redis://:secret@',
      'redis://a:b:c:secret',
    ]) {
      const wrong = (error: Error) =>
        error instanceof OptionError &&
        /^--redis: expected redis:/.test(error.message) &&
        !/secret/.test(error.message);
      assert.throws(() => parseRedis(text, '--redis'), wrong, text);
    }
  });
});
