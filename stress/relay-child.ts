/** The process of a `RelayProcess`: a relay as its options say, and answers about what it holds. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { holdings, watchTimers } from './ledger.js';

watchTimers();
const { options, port, skew, host } = JSON.parse(process.argv[2]!) as {
  options: object;
  port: number;
  skew: number;
  host?: string;
};
if (skew !== 0) {
  const { now } = Date;
  Date.now = () => now() + skew;
}
const { createRelay } = await import('mpl-kit/server');
const relay = createRelay(options);
const address = await relay.listen(port, host);

const loop = monitorEventLoopDelay({ resolution: 10 });
loop.enable();
const probe = async (deep: boolean) => {
  const stall = loop.max / 1e6;
  const found = { holdings: await holdings(deep), channels: relay.channels(), rss: process.memoryUsage.rss(), stall };
  // To look for what is held takes its time.
  loop.reset();
  return found;
};
process.on('message', async ({ ask, id, deep = false }: { ask: 'probe' | 'end'; id?: number; deep?: boolean }) => {
  if (ask === 'probe') return process.send!({ id, probe: await probe(deep) });
  await relay.close();
  process.disconnect();
});
// Nobody is left to answer to.
process.on('disconnect', () => process.exit(0));
process.send!({ port: address.port });
