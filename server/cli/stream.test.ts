import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import * as signals from '../../transport/signals/node.js';
import { createRelay, type RelayOptions } from '../index.js';
import { OptionError } from '../options.js';
import { makeFolder } from '../testing/folder.js';
import { type Run, run } from '../testing/run.js';
import { until } from '../testing/until.js';
import { desktopCommand } from './open-browser.js';
import { parseStreamFlags } from './stream-flags.js';
import { ModuleError, StreamModule } from './stream-module.js';

const { effect, publish, receive } = signals;

const COUNTER = `export default ({ publish, every }) => {
  const counter = publish('counter', { output: ['count', 'double'], signals: { count: 1, secret: 'mine' } });
  counter.double = () => counter.count * 2;
  return every(10, () => counter.count++);
};`;

describe('flags of stream', () => {
  const flags = (line: string, env: NodeJS.ProcessEnv = {}) => parseStreamFlags(line.split(' ').filter(Boolean), env);

  test('relay and token come from flags, then from the environment', () => {
    const env = { MPL_SERVER: 'https://one.example', MPL_TOKEN: 'secret' };
    assert.deepEqual(flags('a.js b.js'), {
      files: ['a.js', 'b.js'],
      server: 'http://127.0.0.1:8787',
      token: undefined,
      quiet: false,
    });
    assert.deepEqual([flags('a.js', env).server, flags('a.js', env).token], ['https://one.example', 'secret']);
    assert.equal(flags('a.js --server ws://two.example/mpl', env).server, 'ws://two.example/mpl');
  });

  test('what cannot be used is named', () => {
    const bad: [string, string, NodeJS.ProcessEnv?][] = [
      ['', 'stream'],
      ['a.js --server ftp://x', '--server'],
      ['a.js', 'MPL_SERVER', { MPL_SERVER: 'nowhere' }],
      ['a.js --sever x', '--sever'],
    ];
    for (const [line, option, env] of bad) {
      assert.throws(
        () => flags(line, env),
        (error) => error instanceof OptionError && error.option === option,
        line,
      );
    }
  });

  test('a browser is opened where there is a desktop', () => {
    assert.deepEqual(desktopCommand('http://x/', {}, 'darwin'), ['open', 'http://x/']);
    assert.deepEqual(desktopCommand('http://x/', { DISPLAY: ':0' }, 'linux'), ['xdg-open', 'http://x/']);
    assert.equal(desktopCommand('http://x/', {}, 'linux'), null);
  });
});

describe('a module that cannot be run', () => {
  const cases: [text: string, said: RegExp][] = [
    ['export const x = 1;', /a\.mjs published nothing and has no default export: give it one, export default/],
    ['export default 3;', /the default export of .*a\.mjs is 3, not a function/],
    // A name that tsconfig.json does not lead to the sources.
    ['import "mpl-kit/define/all.js";', /a\.mjs imports mpl-kit, which is not installed .*npm install mpl-kit/],
    ['import "./b.js";', /a\.mjs imports .*b\.js, which is not there/],
    ['let = 3 3', /a\.mjs.* cannot be read: /],
    ['\n throw new RangeError("no")', /a\.mjs:2:\d+ failed: RangeError: no/],
    ['export default async () => { null.x }', /a\.mjs:1:\d+ failed: TypeError/],
    ['export default ({ publish }) => { publish("a b", { output: [] }) }', /failed: TypeError: "a b" is no channel/],
    ['export default ({ publish }) => { publish("a") }', /failed: TypeError: output is a list of names/],
  ];
  for (const [text, said] of cases) {
    test(`says why: ${text.trim()}`, async () => {
      const folder = makeFolder({ 'a.mjs': text });
      const module = new StreamModule(`${folder.path}/a.mjs`);
      await assert.rejects(
        () => module.run(signals, () => 0),
        (error) => error instanceof ModuleError && said.test(error.message) && !error.message.includes('\n'),
      );
      folder.remove();
    });
  }

  test('has to be there', () => {
    assert.throws(
      () => new StreamModule('/no/such.js'),
      /^ModuleError: there is no file \/no\/such\.js: give the path/,
    );
    assert.throws(() => new StreamModule('/tmp'), /^ModuleError: \/tmp is no file: give the path of a module in it/);
  });
});

describe('mpl stream', { timeout: 300_000 }, () => {
  const open: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  async function start(options: RelayOptions = {}, port = 0) {
    const relay = createRelay({ dist: false, ...options });
    const { url, port: at } = await relay.listen(port);
    open.push(() => relay.close());
    return { relay, url, port: at };
  }

  function stream(files: Record<string, string>, server: string, ...args: string[]): Run {
    const folder = makeFolder(files);
    const state = makeFolder({});
    const names = Object.keys(files).map((name) => `${folder.path}/${name}`);
    const mpl = run(['stream', ...names, '--server', server, ...args], { XDG_STATE_HOME: state.path });
    open.push(async () => {
      mpl.child.kill('SIGKILL');
      await mpl.done;
      folder.remove();
      state.remove();
    });
    return mpl;
  }

  function watch(channel: string, server: string) {
    // biome-ignore lint/suspicious/noExplicitAny: tests count with what they know to be numbers.
    const seen = receive<Record<string, any>>(channel, { server });
    open.push(() => seen._close());
    open.push(effect(() => void Object.values(seen)));
    return seen;
  }

  test('runs modules, says what they publish, and leaves so that viewers wait', async () => {
    const { url } = await start();
    const twice = `export default async ({ publish, receive }) => {
      const counter = receive('counter');
      await counter._ready();
      publish('twice', { output: ['sum'], signals: { sum: () => counter.count + counter.count } });
      return async () => console.log('cleaned up');
    };`;
    const mpl = stream({ 'counter.js': COUNTER, 'twice.js': twice }, url);
    const [counter, sum] = [watch('counter', url), watch('twice', url)];
    await until(() => counter.double > 4 && sum.sum > 4);
    assert.deepEqual(Object.keys(counter), ['count', 'double']);
    await mpl.said(/counter: live on http:.*twice: live on/s);
    assert.match(mpl.text.err, /counter\.js publishes counter: count, double\n/);
    assert.equal(mpl.text.out, '');

    mpl.child.kill('SIGTERM');
    assert.equal(await mpl.done, 0);
    await until(() => counter._status === 'waiting');
    assert.equal(mpl.text.out, 'cleaned up\n');
    // It said goodbye: the channel is anyone's.
    const other = publish('counter', { server: url, output: ['count'], signals: { count: -1 } });
    open.push(() => other._close());
    await until(() => counter.count === -1);
  });

  test('has its channel back at once after it was killed, and waits for a relay', async () => {
    const { url, relay, port } = await start();
    const mpl = stream({ 'counter.js': COUNTER }, url);
    const counter = watch('counter', url);
    await until(() => counter.count > 1);
    const again = run(['stream', ...mpl.child.spawnargs.slice(-3)], mpl.env);
    open.push(() => again.child.kill('SIGKILL'));
    // The newer one has it: the older one ends, and says why.
    assert.equal(await mpl.done, 1);
    assert.match(mpl.text.err, /counter: another process runs the same module now/);
    again.child.kill('SIGKILL');
    await again.done;
    const third = run(['stream', ...mpl.child.spawnargs.slice(-3)], mpl.env);
    open.push(() => third.child.kill('SIGKILL'));
    await third.said(/live on/);
    assert.doesNotMatch(third.text.err, /another|again|refused/, 'it need not wait until the name is given up');
    await relay.close();
    await third.said(/counter: the relay is closing; trying again/);
    const frames = counter._frames;
    await start({}, port);
    await until(() => counter._frames > frames + 5);
  });

  test('shows a token to its own relay, and says why it is refused', async () => {
    const { url } = await start({ publishToken: 'a token that is asked for' });
    const good = stream({ 'counter.js': COUNTER }, url, '--token', 'a token that is asked for');
    await good.said(/live on/);
    const bad = stream({ 'other.js': COUNTER }, url, '--token', 'another one');
    assert.equal(await bad.done, 1);
    assert.match(bad.text.err, /counter: refused: .*token/);
  });

  test('ends in one sentence when nothing can come any more', async () => {
    const cases: [string, RegExp][] = [
      ['export default () => {}', /nothing was published, and nothing is left to do/],
      [
        'export default () => void setTimeout(() => { throw new Error("late") }, 5)',
        /a\.mjs:1:\d+ failed: Error: late/,
      ],
      ['export default () => void Promise.reject("why")', /failed: 'why'/],
    ];
    const runs = cases.map(([text]) => stream({ 'a.mjs': text }, 'http://127.0.0.1:9'));
    for (const [i, [, said]] of cases.entries()) {
      assert.equal(await runs[i]!.done, 1);
      assert.match(runs[i]!.text.err, said);
      assert.match(runs[i]!.text.err, /^mpl stream: .*\n$/);
    }
  });

  test('runs modules that import the kit by themselves', async () => {
    const { url } = await start();
    const kit = new URL('../../transport/signals/node.ts', import.meta.url).href;
    const own = `import { every, publish } from ${JSON.stringify(kit)};
      const own = publish('own', { output: ['n'], signals: { n: 0 } });
      every(10, () => own.n++);`;
    const mpl = stream({ 'own.mjs': own }, url);
    const seen = watch('own', url);
    await until(() => seen.n > 3);
    await mpl.said(/own: live on/);
    mpl.child.kill('SIGINT');
    assert.equal(await mpl.done, 0);
    await until(() => seen._status === 'waiting');
  });
});
