import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { after, describe, test } from 'node:test';
import { readKeyFile } from '../auth/key-file.js';
import { LIMIT_NAMES, LIMITS, OptionError } from '../options.js';
import { packageVersion } from '../package.js';
import { makeFolder } from '../testing/folder.js';
import { run } from '../testing/run.js';
import { connect } from '../testing/sockets.js';
import { flagOf, parseServeFlags } from './flags.js';
import { helpText } from './help.js';

describe('flags of serve', () => {
  const flags = (line: string, env: NodeJS.ProcessEnv = {}) => parseServeFlags(line.split(' ').filter(Boolean), env);

  test('port and host come from flags, then from the environment, then from the defaults', () => {
    assert.deepEqual([flags('').port, flags('').host], [8787, '127.0.0.1']);
    const env = { PORT: '9000', HOST: '0.0.0.0', MPL_ANYONE: '1' };
    assert.deepEqual([flags('', env).port, flags('', env).host], [9000, '0.0.0.0']);
    assert.deepEqual([flags('--port 1 --host ::1', env).port, flags('--port=1 --host=::1', env).host], [1, '::1']);
  });

  test('every limit has a flag, in the help too', () => {
    for (const name of LIMIT_NAMES) {
      const { min } = LIMITS[name];
      assert.equal(flags(`--${flagOf(name)} ${min}`).relay[name], min);
      assert.ok(helpText().includes(`--${flagOf(name)} `), name);
    }
    assert.equal(flagOf('sourceGraceMs'), 'source-grace-ms');
  });

  test('the others', () => {
    assert.equal(flags('--no-demo').relay.demo, false);
    assert.equal(flags('--demo /x').relay.demo, '/x');
    const { relay } = flags('--dist /y --signal-key k --trust-proxy --isolate');
    assert.deepEqual([relay.dist, relay.signalKey, relay.trustProxy, relay.isolate], ['/y', 'k', true, true]);
    assert.equal(flags('').examples, null);
    const { examples, open } = flags('--examples --no-open --demo demo');
    assert.deepEqual(
      examples!.map((path) => basename(path, '.js')),
      ['clock', 'counter', 'master', 'metrics', 'mood', 'stats'],
    );
    assert.equal(open, false);
    const env = { MPL_PUBLISH_TOKEN: 'from the environment' };
    assert.equal(flags('').relay.publishToken, undefined);
    assert.equal(flags('', env).relay.publishToken, 'from the environment');
    assert.equal(flags('--publish-token from-a-flag', env).relay.publishToken, 'from-a-flag');
  });

  test('metrics of their own port are for this machine, unless an address is said', () => {
    const at = ({ metricsPort, metricsHost, relay }: ReturnType<typeof flags>) =>
      [metricsPort, metricsHost, relay.metrics] as const;
    const network = '--host 0.0.0.0 --anyone';
    assert.deepEqual(at(flags(network)), [null, '127.0.0.1', undefined]);
    assert.deepEqual(at(flags(`${network} --metrics-port 9090`)), [9090, '127.0.0.1', false]);
    assert.deepEqual(at(flags('--metrics-port 9090 --metrics-host ::')), [9090, '::', false]);
    assert.equal(flags('--no-metrics').relay.metrics, false);
  });

  test('a Redis and what its names begin with', () => {
    const { relay } = flags('--redis redis://r:1 --redis-prefix club_1');
    assert.deepEqual([relay.redis, relay.redisPrefix], ['redis://r:1', 'club_1']);
  });

  test('a number below 0 is told what would do, and a flag without its value that one is missing', () => {
    assert.throws(() => flags('--port -1'), /--port: expected a port from 0 to 65535, got "-1"/);
    assert.throws(() => flags('--max-viewers -1'), /--max-viewers: expected a whole number from 1 to .*, got "-1"/);
    assert.throws(() => flags('--port --no-demo'), /--port: needs a value/);
  });

  test('a relay for a network says who may, or that anyone may', () => {
    const secret = 'a secret of the tests, long enough to be one';
    for (const host of ['127.0.0.1', '127.0.0.2', '::1', 'localhost']) assert.equal(flags(`--host ${host}`).host, host);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'relay.example', '127.0.0.1.example']) {
      assert.throws(
        () => flags(`--host ${host}`),
        /^OptionError: --host: on .* --secret .*--key-file, --jwks.*--publish-token.*--anyone/,
      );
      assert.throws(() => flags('', { HOST: host }), /^OptionError: HOST: on/);
      assert.equal(flags(`--host ${host} --anyone`).relay.keys, undefined);
      assert.equal(flags(`--host ${host} --publish-token secret-of-sources`).host, host);
      assert.deepEqual(flags(`--host ${host}`, { MPL_SECRET: secret }).relay.keys, [{ secret }]);
      assert.equal(flags(`--host ${host} --jwks https://keys.example/jwks`).relay.keys!.length, 1);
    }
  });

  test('who may do what, from flags and from the environment', () => {
    const secret = 'a secret of the tests, long enough to be one';
    const folder = makeFolder({
      'keys/keys.json': JSON.stringify([{ id: 'a', secret, scope: { can: ['subscribe'] } }, { jwks: '../set.json' }]),
      'set.json': '{"keys":[]}',
    });
    const file = `${folder.path}/keys/keys.json`;
    const { relay } = flags(`--key-file ${file} --issuer school --origins https://a.example,null`, {
      MPL_AUDIENCE: 'relay',
    });
    // The relay reads it again when it changes.
    assert.deepEqual(relay.keys, [{ file }]);
    assert.deepEqual(readKeyFile(file, '--key-file'), [
      { id: 'a', secret, scope: { can: ['subscribe'] } },
      { jwks: `${folder.path}/set.json` },
    ]);
    assert.deepEqual([relay.issuer, relay.audience, relay.origins], ['school', 'relay', ['https://a.example', 'null']]);
    assert.equal(flags(`--jwks ${folder.path}/set.json`).relay.keys!.length, 1);
    folder.remove();
  });

  test('what cannot be used is named', () => {
    const bad: [string, string, NodeJS.ProcessEnv?][] = [
      ['--prot 80', '--prot'],
      ['--port', '--port'],
      ['--port abc', '--port'],
      ['--port 65536', '--port'],
      ['--port -1', '--port'],
      ['--port --no-demo', '--port'],
      ['--max-viewers -1', '--max-viewers'],
      ['--metrics-port -1', '--metrics-port'],
      ['--port 9000 --metrics-port 9000', '--metrics-port'],
      ['--metrics-port 8787', '--metrics-port'],
      ['--metrics-host 0.0.0.0', '--metrics-host'],
      ['--metrics-port 9000 --metrics-host=', '--metrics-host'],
      ['--no-metrics --metrics-port 9000', '--no-metrics'],
      ['--no-metrics --metrics-token for-prometheus', '--no-metrics'],
      ['--redis redis://r --redis-prefix a.b', '--redis-prefix'],
      ['--redis-prefix a', '--redis-prefix'],
      ['--port 80.5', '--port'],
      ['--port=', '--port'],
      ['', 'PORT', { PORT: 'http' }],
      ['--max-viewers 0', '--max-viewers'],
      ['--max-viewers many', '--max-viewers'],
      ['--max-viewers 1e3', '--max-viewers'],
      ['--no-demo=yes', '--no-demo'],
      ['--constructor 1', '--constructor'],
      ['demo', 'demo'],
      ['--examples --no-demo', '--examples'],
      ['--examples --demo /', '--examples'],
      ['--publish-token short', '--publish-token'],
      ['--publish-token=', '--publish-token'],
      ['', 'MPL_PUBLISH_TOKEN', { MPL_PUBLISH_TOKEN: '' }],
      ['--secret guessable', '--secret'],
      ['', 'MPL_SECRET', { MPL_SECRET: '' }],
      ['--key-file /no/such', '--key-file'],
      ['', 'MPL_KEY_FILE', { MPL_KEY_FILE: '/no/such' }],
      ['--jwks http://keys.example', '--jwks'],
      ['--jwks /no/such', '--jwks'],
      ['--jwks http://', '--jwks'],
      ['--jwks http://[', '--jwks'],
      ['--jwks https://', '--jwks'],
      ['--origins app.example', '--origins'],
      ['--origins=', '--origins'],
      ['--examples --secret 12345678901234567890123456789012', '--examples'],
    ];
    for (const [line, name, env] of bad) {
      assert.throws(
        () => flags(line, env),
        (error) => error instanceof OptionError && error.option === name && error.message.includes(name),
        line,
      );
    }
  });
});

describe('mpl', { timeout: 300_000 }, () => {
  const site = makeFolder({ 'index.html': 'the site' });
  after(() => site.remove());

  test('serve serves, says where, and stops at a word with every socket told', async () => {
    const mpl = run(['serve', '--port', '0', '--demo', site.path]);
    const [, url] = await mpl.printed(/demo +(http:\/\/127\.0\.0\.1:\d+)\//);
    assert.ok(mpl.text.out.includes(`${url}/mpl.js`));
    assert.equal(await (await fetch(url)).text(), 'the site');
    assert.equal(await (await fetch(`${url}/healthz`)).text(), 'ok\n');
    const viewer = await connect(`${url}/stream/demo`);
    const start = performance.now();
    mpl.child.kill('SIGTERM');
    assert.equal((await viewer.closed).code, 1012);
    assert.equal(await mpl.done, 0);
    assert.ok(performance.now() - start < 20_000);
    assert.equal(mpl.text.err, '');
  });

  test('a port that is taken is named, with the way out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const mpl = run(['serve'], { PORT: String(port) });
    assert.equal(await mpl.done, 1);
    assert.match(mpl.text.err, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use.*--port ${port + 1}`));
    const metrics = run(['serve', '--port', '0', '--metrics-port', String(port)]);
    assert.equal(await metrics.done, 1);
    assert.match(metrics.text.err, new RegExp(`port ${port} on .* is in use.*--metrics-port ${port + 1}`));
    server.close();
  });

  test('metrics stay on this machine where the relay does not', async () => {
    const mpl = run(['serve', '--port', '0', '--host', '0.0.0.0', '--anyone', '--no-demo', '--metrics-port', '0']);
    const [, port] = await mpl.printed(/metrics +http:\/\/127\.0\.0\.1:(\d+)\/metrics/);
    await mpl.printed(/open to +anyone who reaches it/);
    assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 200);
    // All of 127/8 is this machine; a server on all addresses would answer here.
    await assert.rejects(fetch(`http://127.0.0.2:${port}/metrics`));
    mpl.child.kill('SIGTERM');
    assert.equal(await mpl.done, 0);
  });

  test('help, version, and what is no command', async () => {
    const [help, version, served, none, bad] = [
      run(['help']),
      run(['--version']),
      run(['serve', '--version']),
      run(['sevre']),
      run(['serve', '--prot', '1']),
    ];
    assert.deepEqual(await Promise.all([help.done, version.done, served.done, none.done, bad.done]), [0, 0, 0, 2, 2]);
    assert.equal(help.text.out, helpText());
    assert.equal(version.text.out, `${packageVersion}\n`);
    assert.equal(served.text.out, `${packageVersion}\n`);
    assert.match(none.text.err, /"sevre"/);
    assert.match(bad.text.err, /--prot/);
  });
});
