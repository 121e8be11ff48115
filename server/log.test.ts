import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import pino from 'pino';
import { encodeFrame } from '../transport/wire/frame.js';
import * as session from '../transport/wire/session.js';
import { createRelay, OptionError } from './index.js';
import { Log } from './log.js';
import { run } from './testing/run.js';
import { closeAll, startRelay } from './testing/signals.js';
import { connect } from './testing/sockets.js';
import { until } from './testing/until.js';

afterEach(closeAll);

type Line = Record<string, unknown>;

/** A logger as a program has it, and what was written to it. */
function collector(level: string) {
  const lines: Line[] = [];
  const logger = pino({ level, base: null, timestamp: false }, { write: (text) => void lines.push(JSON.parse(text)) });
  return { logger, lines };
}

const SECRET = 'a-secret-that-nobody-may-read';

/** Shows a token, and another that is wrong, in every way there is. */
async function showTokens(url: string): Promise<void> {
  for (const token of [SECRET, `${SECRET}-not`]) {
    const source = await connect(`${url}/peer/demo`);
    source.socket.send(
      encodeFrame('Publish', session.publish.encode({ protocol: 1, claim: `claim-${token}`.slice(0, 60), token })),
    );
    for (const strange of [[token], `${token}${' '.repeat(5000)}`, { token }]) {
      const bad = await connect(`${url}/peer/demo`);
      const hello = { protocol: 1, claim: 'claim-of-one-that-is-wrong', token: strange };
      bad.socket.send(encodeFrame('Publish', new TextEncoder().encode(JSON.stringify(hello))));
      await bad.closed;
    }
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await fetch(`${url}/channels/demo/signals`, { method: 'POST', headers, body: '{"n":1}' });
    await fetch(`${url}/metrics?token=${token}`, { headers });
    await (await connect(`${url}/stream/demo?token=${token}`)).closed;
    const viewer = await connect(`${url}/stream/demo`);
    viewer.socket.send(
      encodeFrame('Control', new TextEncoder().encode(`{"id":1,"command":"${token}","token":"${token}"}`)),
    );
    await viewer.settled();
    viewer.socket.close();
    source.socket.close();
    await Promise.all([viewer.closed, source.closed]);
  }
}

describe('logs', { timeout: 300_000 }, () => {
  test('tell a program’s own logger who came, who was let go, and why', async () => {
    const { logger, lines } = collector('info');
    const { url } = await startRelay({ log: logger, connectionRate: 3 });
    const source = await connect(`${url}/peer/demo`);
    const viewer = await connect(`${url}/stream/demo`);
    viewer.socket.send('not a frame');
    await viewer.closed;
    source.socket.close(1000);
    await connect(`${url}/stream/demo`);
    await assert.rejects(connect(`${url}/stream/demo`));
    await until(() => lines.some(({ msg }) => msg === 'a connection was refused'));
    const told: Line[] = lines.filter(({ msg }) => msg !== 'listening').map(({ ms: _, ...line }) => line);
    const address = '127.0.0.1';
    assert.deepEqual(told, [
      { level: 30, room: 'peer', channel: 'demo', address, msg: 'a source came' },
      {
        ...{ level: 40, room: 'stream', channel: 'demo', address, by: 'relay', reason: 'bad-frame', code: 4400 },
        ...{ told: told[1]!.told, msg: 'a viewer was let go' },
      },
      {
        ...{ level: 30, room: 'peer', channel: 'demo', address, by: 'peer', reason: 'normal', code: 1000 },
        msg: 'a source left',
      },
      {
        ...{
          level: 40,
          room: 'stream',
          address,
          reason: 'rate',
          why: 'Too many connections from this address. Try again in a second.',
        },
        msg: 'a connection was refused',
      },
    ]);
    assert.match(String((told[1] as Line).told), /frame/);
  });

  test('never hold a token, whatever is shown and however much is written', async () => {
    const { logger, lines } = collector('debug');
    const { url } = await startRelay({ log: logger, publishToken: SECRET, metricsToken: SECRET });
    await showTokens(url);
    await until(() => lines.filter(({ msg }) => /left|let go/.test(String(msg))).length >= 4);
    assert.ok(lines.some(({ reason }) => reason === 'unauthorized'));
    assert.doesNotMatch(JSON.stringify(lines), new RegExp(SECRET.slice(0, 12)));
  });

  test('of the command are JSON on stderr, as much as it is told to write, and no token either', async () => {
    const flags = ['serve', '--port', '0', '--no-demo', '--log-level', 'debug'];
    const mpl = run(flags, { MPL_PUBLISH_TOKEN: SECRET, MPL_METRICS_TOKEN: SECRET });
    const [, url] = await mpl.printed(/channels +(http:\/\/127\.0\.0\.1:\d+)\//);
    await showTokens(url!);
    mpl.child.kill('SIGTERM');
    assert.equal(await mpl.done, 0);
    const lines: Line[] = mpl.text.err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { level, time, name, msg } of lines) {
      assert.match(String(level), /^(debug|info|warn)$/);
      assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000);
      assert.equal(name, 'mpl');
      assert.ok(msg);
    }
    assert.ok(lines.some(({ level, reason }) => level === 'warn' && reason === 'unauthorized'));
    assert.doesNotMatch(mpl.text.err + mpl.text.out, new RegExp(SECRET.slice(0, 12)));
  });

  test('of one kind are only so many, and the next says how many there were', async () => {
    const { logger, lines } = collector('info');
    const log = new Log(logger);
    for (let i = 0; i < 500; i++) log.write('warn', 'again');
    log.write('warn', 'something else');
    assert.ok(lines.length >= 51 && lines.length < 100, `${lines.length}`);
    assert.equal(lines.at(-1)!.msg, 'something else');
    await until(() => {
      log.write('warn', 'again');
      return lines.at(-1)!.msg === 'again';
    });
    assert.ok((lines.at(-1)!.suppressed as number) >= 400);
  });

  test('go to what can log, and to nothing else', () => {
    for (const log of ['loud', 5, null, {}, { info() {} }]) {
      assert.throws(
        () => createRelay({ log: log as never }),
        (error) => error instanceof OptionError && error.option === 'log',
      );
    }
    createRelay({ log: console });
  });
});
