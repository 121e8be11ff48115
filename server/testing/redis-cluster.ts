/** A real Redis Cluster of three servers on free ports of this machine, for tests. */

import { freePort, startRedis, type TestRedis } from './redis.js';

const SLOTS = 16_384;

export interface TestRedisCluster {
  readonly nodes: readonly TestRedis[];
  /** As the option `redis` says it. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function startRedisCluster(size = 3): Promise<TestRedisCluster> {
  const nodes: TestRedis[] = [];
  const stop = async (): Promise<void> => {
    for (const node of nodes) await node.stop();
  };
  try {
    for (let i = 0; i < size; i++) {
      const args = [
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        `${await freePort()}`,
        '--cluster-node-timeout',
        '2000',
      ];
      nodes.push(await startRedis(...args));
    }
    const [first, ...others] = nodes as [TestRedis, ...TestRedis[]];
    for (const [i, node] of nodes.entries()) {
      const [from, to] = [Math.ceil((SLOTS * i) / size), Math.ceil((SLOTS * (i + 1)) / size) - 1];
      await node.ask('CLUSTER', 'ADDSLOTSRANGE', from, to);
    }
    for (const node of others) await first.ask('CLUSTER', 'MEET', '127.0.0.1', node.port, await busPort(node));
    for (const node of nodes) {
      const end = performance.now() + 30_000;
      while (!String(await node.ask('CLUSTER', 'INFO')).includes(`cluster_state:ok`)) {
        if (performance.now() > end)
          throw new Error(`the Redis Cluster did not come up: ${await node.ask('CLUSTER', 'INFO')}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, stop };
}

async function busPort(node: TestRedis): Promise<number> {
  const [, port] = (await node.ask('CONFIG', 'GET', 'cluster-port')) as [string, string];
  return Number(port);
}
