/** A Redis of our own: started on a free port, killed, started again with nothing in it. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { until } from './until.js';

/** Why there is none here; undefined where there is one. */
export function redisMissing(): string | undefined {
  const { status } = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'there is no redis-server here (apt install redis-server)';
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export class RedisProcess {
  #child: ChildProcess | null = null;

  private constructor(readonly port: number) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  static async start(): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort());
    await redis.again();
    return redis;
  }

  async again(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    let said = '';
    child.stdout.on('data', (part) => (said += part));
    await until('a Redis is ready', () => /ready to accept/i.test(said) || child.exitCode !== null);
    if (child.exitCode !== null) throw new Error(`redis-server ended: ${said.slice(-300)}`);
  }

  /** As the machine does it that runs out of memory: what it held is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  close(): Promise<void> {
    return this.kill();
  }
}
