/** Connections to Redis, to one server or to a cluster of them, and what of ioredis differs between the two. */

import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import { every } from '../../transport/session/timer.js';
import type { RedisAddress } from './redis-address.js';

/** A connection that is lost is tried again after this long, ms, at most. */
const RETRY_MOST = 2_000;
/** Who has which slots of a cluster is asked this often, ms. */
const LOOK = 1_000;
/** A server that owes an answer for so long is gone, ms. */
const SILENT = 5_000;

const retry = (times: number): number =>
  Math.min(RETRY_MOST, 50 * 2 ** Math.min(times, 8)) * (0.75 + Math.random() / 2);

// Nothing is sent late: what could not be sent at once is stale when the connection is back. Protocol 2 carries binary
// messages, and costs less.
const options: RedisOptions = {
  protocol: 2,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  retryStrategy: retry,
  connectTimeout: SILENT,
  socketTimeout: SILENT,
  keepAlive: 10_000,
};

/** The same bytes: a Buffer is not quite a Uint8Array, its `slice` is no copy. */
export const toBytes = ({ buffer, byteOffset, byteLength }: Buffer): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** What the bus needs of its connections. */
export interface RedisClients {
  /** Publishes and compares. */
  readonly commands: Redis | Cluster;
  /** Large values, which would hold up what is published. */
  readonly bulk: Redis | Cluster;
  /** All connections, to be watched and closed. */
  readonly all: readonly (Redis | Cluster)[];
  /** Resolves when what is sent from now on goes in order. */
  warm(): Promise<unknown>;
  publish(topic: string, message: Buffer): Promise<unknown>;
  subscribe(...topics: string[]): Promise<unknown>;
  unsubscribe(topic: string): Promise<unknown>;
  /** Connects the subscriber anew: it is silent, or holds up others. */
  restart(): void;
}

/** Connects; `heard` is called with every message. */
export async function connectRedis(
  { urls, cluster }: RedisAddress,
  heard: (topic: string, message: Uint8Array) => void,
): Promise<RedisClients> {
  const { Cluster, Redis } = await import('ioredis');
  const take = (topic: Buffer, message: Buffer): void => heard(topic.toString(), toBytes(message));
  if (!cluster) {
    const make = (name: string) => new Redis(urls[0]!, { ...options, connectionName: `mpl-${name}` });
    const [commands, bulk, subscriber] = [make('commands'), make('keyframes'), make('subscriber')];
    subscriber.on('messageBuffer', take);
    return {
      commands,
      bulk,
      all: [commands, bulk, subscriber],
      warm: async () => {},
      publish: (topic, message) => commands.publish(topic, message),
      subscribe: (...topics) => subscriber.subscribe(...topics),
      unsubscribe: (topic) => subscriber.unsubscribe(topic),
      restart: () => subscriber.disconnect(true),
    };
  }
  const { retryStrategy: _, enableOfflineQueue: __, ...redisOptions } = options;
  const { username, password, protocol } = new URL(urls[0]!);
  const clusterOptions: ClusterOptions = {
    redisOptions: {
      ...redisOptions,
      ...(password && { password: decodeURIComponent(password) }),
      ...(username && { username: decodeURIComponent(username) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
    enableOfflineQueue: false,
    clusterRetryStrategy: retry,
    // Its own timer begins again after `disconnect`, if that comes in the middle of a look, and keeps the process alive.
    slotsRefreshInterval: 0,
  };
  const nodes = urls.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port || 6379) }));
  const commands = new Cluster(nodes, { ...clusterOptions, shardedSubscribers: true });
  const bulk = new Cluster(nodes, clusterOptions);
  // Subscribers that are lost are found by the next look at who has which slots.
  const look = every(LOOK, () => {
    for (const client of [commands, bulk]) if (client.status === 'ready') client.refreshSlotsCache();
  });
  commands.once('end', () => look.stop());
  commands.on('smessageBuffer', take);
  return {
    commands,
    bulk,
    all: [commands, bulk],
    // Connections to servers are opened when they are first used, and what waits for that may be overtaken.
    warm: () => Promise.all([commands, bulk].flatMap((client) => client.nodes('master').map((node) => node.ping()))),
    publish: (topic, message) => commands.spublish(topic, message),
    // Topics of one request would have to be of one slot.
    subscribe: (...topics) => Promise.all(topics.map((topic) => commands.ssubscribe(topic))),
    unsubscribe: (topic) => commands.sunsubscribe(topic),
    restart: () => commands.disconnect(true),
  };
}
