/** Real Redis servers on free ports of this machine, for tests. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { needRedis } from '../../scripts/redis.js';

/** Longer than a start takes, ms. */
const PATIENCE = 60_000;

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** Sends one command, over a connection of its own. */
  ask(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** Names of all keys. */
  keys(): Promise<string[]>;
  /** kill -9; all it held is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one. `args` go to `redis-server`. */
export async function startRedis(...args: string[]): Promise<TestRedis> {
  const program = needRedis();
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'mpl-redis-'));
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const own = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
    const made = spawn(program, [...own, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = made;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`redis-server did not start: ${said}`)), PATIENCE);
      const hear = (part: Buffer): void => {
        said += part;
        if (!said.includes('Ready to accept connections')) return;
        clearTimeout(late);
        resolve();
      };
      made.stdout.on('data', hear);
      made.stderr.on('data', hear);
      made.once('close', () => reject(new Error(`redis-server ended: ${said}`)));
    });
  };
  const kill = async (): Promise<void> => {
    const made = child;
    child = null;
    if (made === null || made.exitCode !== null || made.signalCode !== null) return;
    const gone = once(made, 'close');
    made.kill('SIGKILL');
    await gone;
  };
  const ask = async (command: string, ...rest: (string | number)[]): Promise<unknown> => {
    const redis = new Redis({ port, host: '127.0.0.1', protocol: 2 });
    try {
      return await redis.call(command, ...rest);
    } finally {
      redis.disconnect();
    }
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask,
    keys: async () => ((await ask('KEYS', '*')) as string[]).sort(),
    kill,
    restart: start,
    stop: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
