/** Relays that are joined by a Redis with TLS and a password. Its certificate is made here, by `openssl`. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { makeFolder } from '../testing/folder.js';
import { freePort, startRedis } from '../testing/redis.js';
import { run } from '../testing/run.js';
import { closeAll, later } from '../testing/signals.js';
import { converged, Host, startViewer } from './testing/stage.js';

afterEach(closeAll);

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed';
const PASSWORD = 'a pass:word/of @ some kind';

describe('a Redis with TLS and a password', { timeout: 300_000, skip }, () => {
  /** One that is to be reached by TLS alone, with a certificate that it signed itself. */
  const start = async () => {
    const folder = makeFolder({});
    later(() => folder.remove());
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder.path, name)) as [string, string];
    const names = ['-subj', '/CN=mpl-test', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert, ...names], { stdio: 'pipe' });
    const port = await freePort();
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
    const only = ['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no', '--requirepass', PASSWORD];
    const redis = await startRedis(...only, ...files);
    later(() => redis.stop());
    return { port, cert };
  };

  const serve = async (port: number, password: string, env: Record<string, string> = {}) => {
    const redis = `rediss://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    const served = run(['serve', '--port', '0', '--no-open', '--log-level', 'info'], { ...env, MPL_REDIS: redis });
    later(() => served.child.kill('SIGKILL'));
    const [, url] = await served.printed(/channels +(http:\S+)\/channels/);
    return { served, url: url! };
  };

  it('joins relays that trust who signed its certificate (NODE_EXTRA_CA_CERTS), and tells its password to nobody', async () => {
    const { port, cert } = await start();
    const env = { NODE_EXTRA_CA_CERTS: cert };
    const [a, b] = [await serve(port, PASSWORD, env), await serve(port, PASSWORD, env)];
    for (const { served } of [a, b]) await served.said(/joined with the other relays/);
    const host = new Host(a.url);
    const viewer = startViewer(b.url, host);
    await converged(host, viewer);
    host.step();
    await converged(host, viewer);
    for (const { served } of [a, b]) {
      const said = served.text.out + served.text.err;
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) assert.equal(said.includes(secret), false);
    }
  });

  it('is not believed by others, nor lets in who has not the password; both say why', async () => {
    const { port, cert } = await start();
    const strange = await serve(port, PASSWORD);
    await strange.served.said(/self.signed certificate.*cut off from the other relays/i);
    const wrong = await serve(port, 'another one', { NODE_EXTRA_CA_CERTS: cert });
    await wrong.served.said(/WRONGPASS.*cut off from the other relays/i);
    for (const { url } of [strange, wrong]) assert.equal((await fetch(`${url}/readyz`)).status, 503);
  });
});
