/** `mpl serve`: runs a relay until it is told to stop. */

import { networkInterfaces } from 'node:os';
import { parseRedis } from '../cluster/redis-address.js';
import { createRelay, type Relay, type RelayAddress } from '../create-relay.js';
import { Log } from '../log.js';
import type { RelayOptions } from '../options.js';
import { packagedDist, packageVersion } from '../package.js';
import { DASHBOARD, type Examples, startExamples } from './examples.js';
import type { ServeFlags } from './flags.js';
import { openBrowser } from './open-browser.js';
import { isWorker, type Serving, startWorkers, tellPrimary, toldToStop, workerMetrics, workersBus } from './workers.js';

/** Resolves with the exit code once the relay has closed. */
export async function serve(flags: ServeFlags): Promise<number> {
  if (flags.workers === null) return serveHere(flags);
  return isWorker() ? serveAsWorker(flags) : serveByWorkers(flags, flags.workers);
}

async function serveHere(flags: ServeFlags): Promise<number> {
  let opened: Opened;
  try {
    opened = await open(flags, flags.relay);
  } catch (error) {
    return complain((error as Error).message);
  }
  const stopped = signalled();
  const running = present(flags, opened);
  await stopped;
  // They say goodbye to the relay, which has to be there to hear it.
  await running?.stop();
  const { drainMs } = flags.relay;
  const viewers = opened.relay.channels().reduce((sum, channel) => sum + channel.viewers, 0);
  if (drainMs && viewers > 0) {
    const within = `within ${drainMs / 1000} s. Ctrl+C again ends it at once.`;
    process.stdout.write(`${viewers === 1 ? '1 viewer is' : `${viewers} viewers are`} told to come back, ${within}\n`);
  }
  await opened.relay.close();
  return 0;
}

async function serveAsWorker(flags: ServeFlags): Promise<number> {
  // It may be told while it starts, and nobody says it twice.
  const stopped = toldToStop();
  // Those of a Redis are joined by it, with all the others that are.
  const bus = flags.relay.redis === undefined && { bus: workersBus() };
  const numbers = workerMetrics();
  const options: RelayOptions = { ...flags.relay, ...bus, metricsOfAll: (names) => numbers.all(names) };
  try {
    const { relay, address, metrics } = await open(flags, options);
    numbers.relay = relay;
    await tellPrimary({ mplServes: { address, metrics } });
    await stopped;
    await relay.close();
  } catch (error) {
    await tellPrimary({ mplFailed: (error as Error).message });
    return 1;
  } finally {
    process.disconnect?.();
  }
  return 0;
}

async function serveByWorkers(flags: ServeFlags, count: number): Promise<number> {
  const log = new Log(flags.relay.log);
  let serving: Serving;
  try {
    serving = await startWorkers(count, flags.relay.drainMs ?? 0, log);
  } catch (error) {
    return complain((error as Error).message);
  }
  const stopped = signalled();
  const running = present(flags, serving);
  const failed = await Promise.race([stopped.then(() => null), serving.failed]);
  await running?.stop();
  await serving.stop();
  if (failed === null) return 0;
  log.write('error', 'the workers cannot be kept alive', { why: failed });
  return 1;
}

interface Opened {
  relay: Relay;
  address: RelayAddress;
  metrics: RelayAddress | null;
}

/** @throws an error with a sentence for people */
async function open(flags: ServeFlags, options: RelayOptions): Promise<Opened> {
  const { port, host, metricsPort, metricsHost } = flags;
  const relay = createRelay(options);
  let trying: Trying = { port, host, flag: '' };
  try {
    const address = await relay.listen(port, host);
    if (metricsPort === null) return { relay, address, metrics: null };
    trying = { port: metricsPort, host: metricsHost, flag: 'metrics-' };
    return { relay, address, metrics: await relay.listenMetrics(metricsPort, metricsHost) };
  } catch (error) {
    await relay.close();
    throw new Error(explain(error as NodeJS.ErrnoException, trying));
  }
}

/** Once: a second Ctrl+C ends the process the hard way. */
const signalled = (): Promise<unknown> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });

function complain(why: string): number {
  process.stderr.write(`mpl: ${why}\n`);
  return 1;
}

/** Says what is there, and runs the examples if they are wanted. */
function present(flags: ServeFlags, { address, metrics }: Omit<Opened, 'relay'>): Examples | undefined {
  const { relay: options, examples } = flags;
  process.stdout.write(greeting(address, options.demo !== false, Boolean(options.dist ?? packagedDist())));
  if (metrics !== null) process.stdout.write(`  metrics   ${metrics.url}/metrics\n`);
  process.stdout.write(circumstances(flags));
  let running: Examples | undefined;
  if (examples) {
    running = startExamples(examples, address.url, options.publishToken);
    process.stdout.write(tour(running, address.url));
    if (flags.open) openBrowser(address.url + DASHBOARD);
  }
  process.stdout.write('Ctrl+C stops it.\n');
  return running;
}

function greeting({ host, port, url }: RelayAddress, demo: boolean, built: boolean): string {
  const lines = [`MPL ${packageVersion} is serving`];
  if (demo) lines.push(`  demo      ${url}/`);
  lines.push(`  script    ${url}/mpl.js${built ? '' : '   (not built yet: npm run build)'}`);
  lines.push(`  channels  ${url}/channels`);
  if (host === '0.0.0.0' || host === '::') {
    for (const outside of ownAddresses()) lines.push(`  network   http://${outside}:${port}/`);
  }
  return `${lines.join('\n')}\n`;
}

/** What one should know who has not written the flags: who may come, and what else it is one with. */
function circumstances({ relay, workers }: ServeFlags): string {
  const lines = [];
  if (relay.keys) lines.push('open to   whoever shows a token');
  else if (relay.publishToken !== undefined) lines.push('open to   anyone who watches; sources show the publish token');
  else lines.push('open to   anyone who reaches it: to publish, to watch, and to steer where a host lets viewers');
  if (relay.redis !== undefined) lines.push(`Redis     ${parseRedis(relay.redis).shown}`);
  if (workers !== null) lines.push(`workers   ${workers}`);
  return lines.map((line) => `  ${line}\n`).join('');
}

/** What the examples are, and what to do with them. */
function tour({ running }: Examples, url: string): string {
  const width = Math.max(...running.map(({ name }) => name.length));
  const rows = running.map(({ name, pid }) => `  ${name.padEnd(width)}  process ${pid}`);
  return `\nExamples, each a process of its own: end any of them, the page waits and it comes back\n${rows.join('\n')}\n  dashboard  ${url}${DASHBOARD}\n`;
}

/** IPv4 addresses by which other machines may find this one. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address);
}

interface Trying {
  port: number;
  host: string;
  /** What its flags begin with. */
  flag: '' | 'metrics-';
}

function explain(error: NodeJS.ErrnoException, { port, host, flag }: Trying): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use. Stop what holds it, or take another: mpl serve --${flag}port ${port < 65_535 ? port + 1 : 8787}`;
    case 'EACCES':
      return `port ${port} needs more rights than this user has. Take one from 1024 up: mpl serve --${flag}port ${flag ? 9090 : 8787}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is not an address of this machine. Try --${flag}host 127.0.0.1, or 0.0.0.0 for all`;
    default:
      return `cannot listen on ${host}:${port}: ${error.message}`;
  }
}
