/** `mpl serve`: runs a relay until it is told to stop. */

import { networkInterfaces } from 'node:os';
import { createRelay, type RelayAddress } from '../create-relay.js';
import { packagedDist, packageVersion } from '../package.js';
import { DASHBOARD, type Examples, startExamples } from './examples.js';
import type { ServeFlags } from './flags.js';
import { openBrowser } from './open-browser.js';

/** Resolves with the exit code once the relay has closed. */
export async function serve({ port, host, metricsPort, relay: options, examples, open }: ServeFlags): Promise<number> {
  const relay = createRelay(options);
  let address: RelayAddress;
  let metrics: RelayAddress | null = null;
  let trying = port;
  try {
    address = await relay.listen(port, host);
    if (metricsPort !== null) metrics = await relay.listenMetrics((trying = metricsPort), host);
  } catch (error) {
    await relay.close();
    process.stderr.write(`mpl: ${explain(error as NodeJS.ErrnoException, trying, host)}\n`);
    return 1;
  }
  const stopped = new Promise((resolve) => {
    // Once: a second Ctrl+C ends the process the hard way.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  process.stdout.write(greeting(address, options.demo !== false, Boolean(options.dist ?? packagedDist())));
  if (metrics !== null) process.stdout.write(`  metrics   ${metrics.url}/metrics\n`);
  let running: Examples | undefined;
  if (examples) {
    running = startExamples(examples, address.url, options.publishToken);
    process.stdout.write(tour(running, address.url));
    if (open) openBrowser(address.url + DASHBOARD);
  }
  process.stdout.write('Ctrl+C stops it.\n');
  await stopped;
  // They say goodbye to the relay, which has to be there to hear it.
  await running?.stop();
  const viewers = relay.channels().reduce((sum, channel) => sum + channel.viewers, 0);
  if (options.drainMs && viewers > 0) {
    process.stdout.write(
      `${viewers} viewers are told to come back, within ${options.drainMs / 1000} s. Ctrl+C again ends it at once.\n`,
    );
  }
  await relay.close();
  return 0;
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

function explain(error: NodeJS.ErrnoException, port: number, host: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use. Stop what holds it, or take another: mpl serve --port ${port < 65_535 ? port + 1 : 8787}`;
    case 'EACCES':
      return `port ${port} needs more rights than this user has. Take one from 1024 up: mpl serve --port 8787`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is not an address of this machine. Try --host 127.0.0.1, or 0.0.0.0 for all`;
    default:
      return `cannot listen on ${host}:${port}: ${error.message}`;
  }
}
