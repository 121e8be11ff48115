import assert from 'node:assert/strict';
import { symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createRelay, type Relay } from '../index.js';
import { makeFolder } from '../testing/folder.js';
import { get } from '../testing/http.js';

const script = 'export const answer = 42;\n'.repeat(200);

describe('the files of a relay', { timeout: 300_000 }, () => {
  const secret = makeFolder({ 'secret.txt': 'secret' });
  const demo = makeFolder({
    'index.html': '<!doctype html>start',
    'viewer.html': '<!doctype html>viewer',
    'docs/index.html': '<!doctype html>docs',
    'empty/nothing.txt': '',
    'assets/app-Bx7_k-3d.js': script,
    'assets/app.css': 'p { margin: 0 }',
    'assets/shot-a1b2c3d4.png': 'png',
    'assets/my-portrait.png': 'png',
    'Phone-Portrait.png': 'png',
    'game-controls.js': 'controls',
    'patterns/gun.rle': 'x = 1',
    'with space.html': 'space',
    'noise.json': JSON.stringify(Array.from({ length: 50 }, (_, i) => i)),
    '.env': 'secret',
    '.git/config': 'secret',
    'big.bin': Buffer.alloc(9 * 2 ** 20, 'mpl'),
  });
  const dist = makeFolder({
    'mpl.js': script,
    'mpl.js.map': '{}',
    'world.worker.js': 'worker',
    'peer-0a1B2c3D.js': 'chunk',
    'server/cli.js': 'not for browsers',
    'README.md': 'no',
  });
  symlinkSync(join(secret.path, 'secret.txt'), join(demo.path, 'link.txt'));
  symlinkSync(secret.path, join(demo.path, 'linked'));
  symlinkSync(join(demo.path, 'viewer.html'), join(demo.path, 'inner.html'));
  let relay: Relay;
  let url: string;

  before(async () => {
    relay = createRelay({ demo: demo.path, dist: dist.path });
    ({ url } = await relay.listen(0));
  });
  after(async () => {
    await relay.close();
    for (const folder of [secret, demo, dist]) folder.remove();
  });

  test('pages and files have their types, and may not be taken for others', async () => {
    const types: [string, string][] = [
      ['/', 'text/html; charset=utf-8'],
      ['/index.html', 'text/html; charset=utf-8'],
      ['/viewer.html?channel=demo', 'text/html; charset=utf-8'],
      ['/with%20space.html', 'text/html; charset=utf-8'],
      ['/inner.html', 'text/html; charset=utf-8'],
      ['/docs/', 'text/html; charset=utf-8'],
      ['/assets/app.css', 'text/css; charset=utf-8'],
      ['/patterns/gun.rle', 'text/plain; charset=utf-8'],
      ['/mpl.js', 'text/javascript; charset=utf-8'],
      ['/mpl.js.map', 'application/json; charset=utf-8'],
      ['/world.worker.js', 'text/javascript; charset=utf-8'],
      ['/big.bin', 'application/octet-stream'],
    ];
    for (const [path, type] of types) {
      const { status, headers } = await get(url, path);
      assert.equal(status, 200, path);
      assert.equal(headers['content-type'], type, path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.equal(headers['cross-origin-opener-policy'], undefined, path);
      assert.equal(headers['cross-origin-embedder-policy'], undefined, path);
    }
  });

  test('any page may load the script, its chunks and the list of channels', async () => {
    for (const path of ['/mpl.js', '/mpl.js.map', '/world.worker.js', '/peer-0a1B2c3D.js', '/channels']) {
      // What tells of channels is, on a machine of one's own, for its own pages.
      const origin = path === '/channels' ? 'http://localhost:3000' : 'https://elsewhere.example';
      const { headers } = await get(url, path, { origin });
      assert.equal(headers['access-control-allow-origin'], '*', path);
      assert.equal(headers['cross-origin-resource-policy'], 'cross-origin', path);
    }
    const asked = await get(url, '/channels', { 'access-control-request-method': 'GET' }, 'OPTIONS');
    assert.equal(asked.status, 204);
    assert.equal(asked.headers['access-control-allow-origin'], '*');
  });

  test('a browser that has the file is told so', async () => {
    for (const path of ['/', '/mpl.js', '/big.bin']) {
      const first = await get(url, path, { 'accept-encoding': 'gzip' });
      const etag = first.headers.etag!;
      for (const known of [etag, `"other", ${etag}`, etag.replace('W/', ''), '*']) {
        const again = await get(url, path, { 'if-none-match': known });
        assert.equal(again.status, 304, known);
        assert.equal(again.body.length, 0);
        assert.equal(again.headers.etag, etag);
      }
      assert.equal((await get(url, path, { 'if-none-match': 'W/"other"' })).status, 200);
    }
  });

  test('a file that changes is served anew', async () => {
    const before = await get(url, '/docs/');
    writeFileSync(join(demo.path, 'docs/index.html'), '<!doctype html>DOCS');
    utimesSync(join(demo.path, 'docs/index.html'), new Date(0), new Date(0));
    const after = await get(url, '/docs/', { 'if-none-match': before.headers.etag! });
    assert.equal(after.status, 200);
    assert.equal(after.body.toString(), '<!doctype html>DOCS');
  });

  test('names with a hash are kept for ever, others are asked for again', async () => {
    const cache = async (path: string) => (await get(url, path)).headers['cache-control'];
    for (const path of ['/assets/app-Bx7_k-3d.js', '/assets/shot-a1b2c3d4.png', '/peer-0a1B2c3D.js']) {
      assert.match((await cache(path)) ?? '', /immutable/, path);
    }
    const plain = ['/', '/mpl.js', '/world.worker.js', '/assets/app.css'];
    for (const path of [...plain, '/game-controls.js', '/assets/my-portrait.png', '/Phone-Portrait.png']) {
      assert.equal(await cache(path), 'no-cache', path);
    }
    assert.equal(await cache('/nothing'), 'no-store');
  });

  test('text is compressed the way the client likes, and only where it pays', async () => {
    const ask = (coding: string, path = '/mpl.js') => get(url, path, { 'accept-encoding': coding });
    const br = await ask('gzip, deflate, br');
    assert.equal(br.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(br.body).toString(), script);
    const gzip = await ask('gzip');
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(gzip.body).toString(), script);
    assert.equal(gzip.headers.vary, 'Accept-Encoding');
    assert.equal((await ask('br;q=0.1, gzip;q=0.9')).headers['content-encoding'], 'gzip');
    assert.equal((await ask('*')).headers['content-encoding'], 'br');
    for (const none of ['', 'identity', 'br;q=0, gzip;q=0', '*;q=0', 'zstd', 'gzip;q=x']) {
      const plain = await ask(none);
      assert.equal(plain.headers['content-encoding'], undefined, none);
      assert.equal(plain.body.toString(), script);
    }
    assert.equal((await ask('gzip', '/noise.json')).headers['content-encoding'], undefined, 'too small');
    assert.equal((await ask('gzip', '/big.bin')).headers['content-encoding'], undefined, 'not text');
  });

  test('large files come whole, small ones too when many ask at once', async () => {
    assert.equal((await get(url, '/big.bin')).body.length, 9 * 2 ** 20);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(url, '/assets/app.css')));
    assert.ok(answers.every(({ body }) => body.toString() === 'p { margin: 0 }'));
  });

  test('HEAD has the headers of GET and no body', async () => {
    for (const path of ['/', '/mpl.js', '/big.bin', '/healthz', '/channels', '/nothing']) {
      const [head, whole] = [await get(url, path, {}, 'HEAD'), await get(url, path)];
      assert.equal(head.status, whole.status, path);
      assert.equal(head.body.length, 0);
      assert.equal(head.headers['content-length'], whole.headers['content-length'], path);
      assert.equal(head.headers.etag, whole.headers.etag);
    }
  });

  test('nothing outside the folder can be had, however it is spelt', async () => {
    const name = secret.path.split('/').at(-1);
    const ways = [
      `/../${name}/secret.txt`,
      `/docs/../../${name}/secret.txt`,
      `/%2e%2e/${name}/secret.txt`,
      `/%2e%2e%2f${name}%2fsecret.txt`,
      `/..%2f${name}/secret.txt`,
      `/..%5c${name}%5csecret.txt`,
      `/..\\${name}\\secret.txt`,
      `/.%00./${name}/secret.txt`,
      `/....//${name}/secret.txt`,
      `//${secret.path}/secret.txt`,
      `/file:///${secret.path}/secret.txt`,
      '/../../../../../../etc/passwd',
      '/mpl.js/../../../../../../../etc/passwd',
      '/index.html%00.js',
      '/%00',
      '/%',
      '/%ff%fe',
      '/%c0%ae%c0%ae/',
      '/link.txt',
      '/linked/secret.txt',
      '/linked/',
      '/linked',
      '/.env',
      '/.git/config',
      '/docs/.%2e/.env',
      '/server/cli.js',
      '/..%2fserver%2fcli.js',
      '/index.html/',
      '/index.html/x',
      '/empty/',
      `/${'x'.repeat(5000)}`,
      `/${'a/'.repeat(2000)}`,
    ];
    for (const way of ways) {
      const { status, body } = await get(url, way);
      assert.equal(status, 404, way);
      assert.doesNotMatch(body.toString(), /secret|root:|not for browsers/, way);
    }
  });

  test('a folder without its slash is sent to the one with it, and never elsewhere', async () => {
    const { status, headers } = await get(url, '/docs?a=1&b=2');
    assert.equal(status, 301);
    assert.equal(new URL(headers.location!, `${url}/docs`).href, `${url}/docs/?a=1&b=2`);
    const tricky = await get(url, '//docs');
    assert.equal(new URL(tricky.headers.location!, `${url}//docs`).origin, url);
    const encoded = await get(url, '/%64ocs');
    assert.equal(new URL(encoded.headers.location!, url).pathname, '/docs/');
  });
});
