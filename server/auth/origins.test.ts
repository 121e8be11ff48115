import assert from 'node:assert/strict';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import type { RelayOptions } from '../index.js';
import { OptionError } from '../index.js';
import { get } from '../testing/http.js';
import { closeAll, startRelay } from '../testing/signals.js';
import { connect } from '../testing/sockets.js';
import { SECRET } from '../testing/tokens.js';
import { checkOrigins } from './origins.js';

afterEach(closeAll);

/** Who is let in, by WebSockets of all kinds and by HTTP alike. */
async function lets(url: string, origin: string | undefined): Promise<boolean> {
  const headers: Record<string, string> = origin === undefined ? {} : { origin };
  const answers: boolean[] = [];
  for (const path of ['peer/demo', 'stream/demo', 'signal/peerjs?key=peerjs&id=a&token=b']) {
    const { socket, closed } = await connect(`${url}/${path}`, { headers });
    const refused = await Promise.race([
      closed,
      new Promise<null>((resolve) => {
        socket.once('pong', () => resolve(null));
        socket.ping();
      }),
    ]);
    if (refused) {
      assert.equal(refused.code, 4403, `${path} ${refused.reason}`);
      assert.match(refused.reason, /^pages of .* may not use this relay: see its --origins$/);
    }
    socket.terminate();
    answers.push(refused === null);
  }
  for (const path of ['channels', 'channels/demo/signals', 'signal', 'signal/peerjs/id']) {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await fetch(`${url}/${path}`, { method, headers });
      const { status } = answer;
      const cors = answer.headers.get('access-control-allow-origin');
      if (status === 403) assert.equal(cors, null);
      else assert.equal(cors, '*', `${method} ${path} ${status}`);
      answers.push(status !== 403);
    }
  }
  assert.equal(new Set(answers).size, 1, `${origin}: ${answers}`);
  return answers[0]!;
}

const CASES: [name: string, options: RelayOptions, yes: (string | undefined)[], no: string[]][] = [
  [
    'an open one on loopback: pages of this machine, and what is no page',
    {},
    [undefined, 'null', 'http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:9', 'http://a.localhost'],
    ['https://evil.example', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'http://10.0.0.1', 'x'],
  ],
  [
    'an open one behind a proxy: no files, since those are anybody`s',
    { trustProxy: true },
    [undefined, 'http://localhost:3000'],
    ['null', 'https://evil.example'],
  ],
  ['one that asks for tokens: any', { keys: [{ secret: SECRET }] }, [undefined, 'null', 'https://a.example'], []],
  ['one that asks sources: any', { publishToken: 'a-secret-of-sources' }, ['https://a.example'], []],
  [
    'one with a list: those',
    { keys: [{ secret: SECRET }], origins: ['https://app.example', 'https://*.school.example', 'http://localhost:1'] },
    [undefined, 'https://app.example', 'https://a.school.example', 'https://a.b.school.example', 'http://localhost:1'],
    [
      'null',
      'http://app.example',
      'https://app.example:444',
      'https://school.example',
      'https://evilschool.example',
      'https://a.school.example.evil.example',
      'http://localhost:2',
      'https://app.example, https://evil.example',
    ],
  ],
  [
    'one with a list and no keys: those',
    { origins: ['https://app.example'] },
    ['https://app.example'],
    ['http://localhost'],
  ],
  ['one for all', { origins: ['*'] }, [undefined, 'null', 'https://a.example'], []],
  ['one for files', { origins: ['null'] }, [undefined, 'null'], ['http://localhost']],
];

describe('pages that may use a relay', () => {
  for (const [name, options, yes, no] of CASES) {
    test(name, async () => {
      const { url } = await startRelay(options);
      for (const origin of yes) assert.ok(await lets(url, origin), `${origin} is let in`);
      for (const origin of no) assert.ok(!(await lets(url, origin)), `${origin} is refused`);
    });
  }

  test('include the relay`s own, by whatever name it is reached through a proxy', async () => {
    const { url } = await startRelay({ trustProxy: true });
    const headers = { host: 'relay.example', origin: 'https://relay.example' };
    const { socket, closed } = await connect(`${url}/stream/demo`, { headers });
    socket.once('pong', () => socket.close(1000));
    socket.ping();
    assert.equal((await closed).code, 1000);
  });

  test('do not include those that have their own name lead to an open relay on this machine', async () => {
    const { url } = await startRelay();
    const { port } = new URL(url);
    const host = `evil.example:${port}`;
    const asks: Record<string, string>[] = [{ host, origin: `http://${host}` }, { host, origin: 'null' }, { host }];
    for (const headers of asks) {
      const { closed } = await connect(`${url}/stream/demo`, { headers });
      const { code, reason } = await closed;
      assert.equal(code, 4403);
      assert.match(reason, /^pages of .*evil\.example.* may not use this relay: see its --origins$/);
      for (const path of ['/channels', '/channels/demo/signals']) {
        assert.equal((await get(url, path, headers)).status, 403, path);
      }
    }
    for (const name of ['localhost', 'a.localhost', '[::1]', '127.0.0.1']) {
      assert.equal((await get(url, '/channels', { host: `${name}:${port}` })).status, 200, name);
    }
    // A program may leave it out; no browser does.
    const bare = connectTcp(Number(port), '127.0.0.1').end('GET /channels HTTP/1.0\r\n\r\n');
    assert.match((await bare.toArray()).join(''), /^HTTP\/1\.1 200/);
    // Whoever has a token is welcome by any name.
    const keyed = await startRelay({ keys: [{ secret: SECRET }] });
    assert.equal((await get(keyed.url, '/channels', { host: 'relay.example' })).status, 200);
  });

  test('may all have the script', async () => {
    const { url } = await startRelay({ origins: ['https://app.example'] });
    const { status } = await fetch(`${url}/mpl.js`, { headers: { origin: 'https://b.example' } });
    assert.notEqual(status, 403);
  });

  test('are listed as origins, or the list is refused', () => {
    for (const good of [['https://a.example'], ['https://*.a.example:8443'], ['*'], ['null'], ['app://x'], undefined]) {
      checkOrigins(good);
    }
    const bad = [
      [],
      '*',
      ['a.example'],
      ['https://a.example/'],
      ['https://*'],
      ['https://a.*.example'],
      ['HTTPS://A.example'],
      [7],
      ['https://a.example:443'],
    ];
    for (const origins of bad) assert.throws(() => checkOrigins(origins), OptionError, JSON.stringify(origins));
  });
});
