/** Where Redis is: the option `redis`, read. */

import { OptionError } from '../option-error.js';

/** Where Redis is, as an option says it. */
export interface RedisAddress {
  /** `redis://` URLs: one of a server, or some of the nodes of a cluster. */
  urls: readonly string[];
  cluster: boolean;
  /** For people: hosts and ports, no passwords. */
  shown: string;
}

/**
 * Reads the option `redis`: `redis://[user:password@]host[:port][/db]`, `rediss://` with TLS, and for a Redis Cluster
 * `redis+cluster://host:port,host:port` or several URLs with commas between them.
 * @throws OptionError that does not repeat passwords
 */
export function parseRedis(text: string, label = 'redis'): RedisAddress {
  const way = 'expected redis://host:6379, rediss://host:6379, or redis+cluster://host:6379,host:6379';
  const [, scheme = '', plus = '', rest = ''] = /^(rediss?)(\+cluster)?:\/\/(.+)$/.exec(text.trim()) ?? [];
  if (scheme === '') throw new OptionError(label, way);
  const list = text.trim().split(/,(?=rediss?:\/\/)/);
  const at = rest.lastIndexOf('@') + 1;
  const urls =
    list.length > 1
      ? list
      : rest
          .slice(at)
          .split(',')
          .map((host) => `${scheme}://${rest.slice(0, at)}${host}`);
  const hosts = urls.map((url) => {
    if (!URL.canParse(url)) throw new OptionError(label, way);
    const { hostname, port } = new URL(url);
    if (hostname === '') throw new OptionError(label, way);
    return `${hostname}:${port || 6379}`;
  });
  return { urls, cluster: plus !== '' || urls.length > 1, shown: hosts.join(', ') };
}
