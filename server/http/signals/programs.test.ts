/** Programs as people have them, as sources and receivers. */

import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { promisify } from 'node:util';
import { closeAll, holds, later, startReceiver, startRelay, startSource } from '../../testing/signals.js';
import { until } from '../../testing/until.js';

afterEach(closeAll);

const run = promisify(execFile);
const missing = (program: string): string | false =>
  spawnSync(program, ['--version']).status === 0 ? false : `${program} is not installed`;

const token = 'a secret of some length';

test('curl posts, reads and follows', { skip: missing('curl'), timeout: 300_000 }, async () => {
  const { url } = await startRelay({ publishToken: token });
  const signals = `${url}/channels/demo/signals`;
  const bearer = ['-H', `Authorization: Bearer ${token}`];
  const json = ['-H', 'Content-Type: application/json'];
  const curl = async (...args: string[]) => (await run('curl', ['-sS', ...args])).stdout;

  const follower = spawn('curl', ['-sSN', '-H', 'Accept: text/event-stream', signals]);
  later(() => follower.kill());
  let followed = '';
  follower.stdout.on('data', (part) => (followed += part));
  const receiver = startReceiver(url);
  assert.match(await curl('-d', '{"count":1}', signals), /token/);
  assert.match(await curl(...bearer, '-d', '{"count":1}', signals), /curl --json/);
  assert.equal(
    await curl(...bearer, ...json, '-d', '{"count":1,"from":"curl"}', signals),
    '{"version":1,"changed":["count","from"]}\n',
  );
  await until(() => holds(receiver, { count: 1, from: 'curl' }));
  assert.equal(await curl(signals), '{"count":1,"from":"curl"}\n');
  await until(() => /event: sync\nid: .*\ndata: \{"count":1,"from":"curl"\}\n\n/.test(followed));
  // It asks whether to go on before it sends so much.
  const large = JSON.stringify({ a: 'x'.repeat(2 ** 20) });
  const sending = spawn('curl', ['-sS', ...bearer, ...json, '-w', '%{http_code}', '--data-binary', '@-', signals]);
  let answer = '';
  sending.stdout.on('data', (part) => (answer += part));
  sending.stdin.end(large);
  await once(sending, 'close');
  assert.match(answer, /larger than 1048576 bytes.*413$/s);
  assert.equal(await curl(...bearer, '-X', 'DELETE', '-w', '%{http_code}', signals), '204');
  await until(() => followed.includes('"state":"ended"'));
});

const PYTHON = `
import json, sys, urllib.request
url = sys.argv[1]
body = json.dumps({"temperature": 21.5, "from": "python", "list": [1, None, True]}).encode()
request = urllib.request.Request(url, body, {"Content-Type": "application/json", "Authorization": "Bearer " + sys.argv[2]})
print(json.load(urllib.request.urlopen(request))["changed"], flush=True)
print(json.load(urllib.request.urlopen(url + "?select=from")), flush=True)
with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": "text/event-stream"})) as events:
    for line in events:
        if line.startswith(b"data: "):
            print(line[6:].decode().strip(), flush=True)
            if b"done" in line:
                break
`;

test('Python’s own library posts, reads and follows', { skip: missing('python3'), timeout: 300_000 }, async () => {
  const { url } = await startRelay({ publishToken: token });
  const receiver = startReceiver(url);
  const python = spawn('python3', ['-c', PYTHON, `${url}/channels/demo/signals`, token]);
  later(() => python.kill());
  let out = '';
  python.stdout.on('data', (part) => (out += part));
  python.stderr.on('data', (part) => (out += part));
  await until(() => holds(receiver, { temperature: 21.5, from: 'python', list: [1, null, true] }));
  await until(() => out.includes('"state":"live"'));
  await fetch(`${url}/channels/demo/signals`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"from":"done"}',
  });
  const [code] = await once(python, 'close');
  assert.deepEqual(
    [code, out.trim().split('\n')],
    [
      0,
      [
        "['temperature', 'from', 'list']",
        "{'from': 'python'}",
        '{"temperature":21.5,"from":"python","list":[1,null,true]}',
        '{"state":"live"}',
        '{"from":"done"}',
      ],
    ],
  );
});

test('a shell follows what a WebSocket source says', { skip: missing('curl'), timeout: 300_000 }, async () => {
  const { url } = await startRelay();
  const source = startSource(url);
  source.set({ count: 1, other: 2 });
  await until(() => source.uplink.status === 'live');
  const script = `curl -sSN "$1?sse&select=count" | sed -un 's/^data: //p'`;
  const shell = spawn('sh', ['-c', script, 'sh', `${url}/channels/demo/signals`], { detached: true });
  later(() => process.kill(-shell.pid!));
  let out = '';
  shell.stdout.on('data', (part) => (out += part));
  await until(() => out.includes('{"count":1}'));
  source.set({ count: 2 });
  source.set({ other: 3 });
  source.set({ count: 3 });
  await until(() => out.includes('{"count":3}'));
  assert.equal(out.includes('other'), false);
});
