// The Redis of this machine, for tests: found, not assumed; installed from Debian where that can be done.
import { spawnSync } from 'node:child_process';

function find(name) {
  if (!name) return undefined;
  const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$1"', '-', name], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Path of a `redis-server`, or undefined. `REDIS_SERVER` goes first. */
export const findRedis = () => find(process.env.REDIS_SERVER) ?? find('redis-server');

/** Path of a `redis-server`, installed if need be; an error that says what to do where there is none. */
export function needRedis() {
  const found = findRedis();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && find('apt-get') !== undefined) {
    console.log("installing redis-server from Debian's packages, once");
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'redis-server');
  }
  const installed = findRedis();
  if (installed !== undefined) return installed;
  throw new Error(
    'The tests of several relays need redis-server. Install it (Debian: apt-get install redis-server), or name it in REDIS_SERVER.',
  );
}
