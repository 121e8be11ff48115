/** `mpl stream`: runs source modules until they are told to stop, or have nothing left to do. */

import { parseChannel, serverUrl } from '../../transport/link/address.js';
import type { Kit } from '../../transport/signals/kit.js';
import * as signals from '../../transport/signals/node.js';
import { claimOf } from './claim.js';
import type { StreamFlags } from './stream-flags.js';
import { type Cleanup, ModuleError, StreamModule } from './stream-module.js';
import { type Say, StreamSockets } from './stream-sockets.js';

/** What a module does before it ends may take this long, ms. */
const CLEANUP = 2_000;

/** Resolves with the exit code once all channels are left. */
export async function stream(flags: StreamFlags): Promise<number> {
  const say: Say = {
    note: (text) => flags.quiet || process.stderr.write(`${text}\n`),
    problem: (text) => process.stderr.write(`mpl stream: ${text}\n`),
  };
  // For modules that import the kit by themselves.
  process.env.MPL_SERVER = flags.server;
  if (flags.token !== undefined) process.env.MPL_TOKEN = flags.token;

  let ending = false;
  let resolve = (_code: number): void => {};
  const over = new Promise<number>((resolver) => {
    resolve = resolver;
  });
  const end = (code: number): void => {
    ending = true;
    resolve(code);
  };
  const sockets = new StreamSockets(say, () => end(1));
  const modules: StreamModule[] = [];
  listen(modules, say, end);
  process.once('beforeExit', () => {
    if (ending) return;
    if (sockets.opened === 0) say.problem('nothing was published, and nothing is left to do');
    end(sockets.opened === 0 || sockets.failed ? 1 : 0);
  });

  const cleanups: Cleanup[] = [];
  try {
    for (const file of flags.files) modules.push(new StreamModule(file));
    const loading = load(modules, flags, sockets, say, cleanups);
    // Whoever is told to stop does not wait for a module that is slow to begin.
    await Promise.race([loading, over]);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    say.problem(error.message);
    end(1);
  }
  const code = await over;
  await cleanUp(cleanups, say);
  await sockets.close();
  // A module's timers may go on for ever.
  setTimeout(() => process.exit(code)).unref();
  return code;
}

async function load(
  modules: readonly StreamModule[],
  flags: StreamFlags,
  sockets: StreamSockets,
  say: Say,
  cleanups: Cleanup[],
): Promise<void> {
  for (const module of modules) {
    const cleanup = await module.run(kitFor(module, flags, sockets, say), () => sockets.opened);
    if (cleanup) cleanups.push(cleanup);
  }
}

/** Whatever ends it from outside, and what a module does wrong later. */
function listen(modules: readonly StreamModule[], say: Say, end: (code: number) => void): void {
  // Once: a second Ctrl+C ends the process the hard way.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end(0));
  // Whoever started it has gone; that it may yet go is no reason to stay.
  process.once('disconnect', () => end(0));
  process.channel?.unref();
  const fail = (error: unknown): void => {
    const module =
      modules.find((one) => one.placeOf(error) !== null) ?? (modules.length === 1 ? modules[0] : undefined);
    // From elsewhere than the modules themselves: then it takes the way there to find it.
    say.problem(module?.describe(error) ?? `a module failed: ${(error instanceof Error && error.stack) || error}`);
    end(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
}

/** The kit, bound to the relay. What is meant for this relay is shown to no other. */
function kitFor(module: StreamModule, { server, token }: StreamFlags, sockets: StreamSockets, say: Say): Kit {
  const home = serverUrl(server).href;
  const publish: Kit['publish'] = (channelOrUrl, options) => {
    const { server: at, channel } = parseChannel(channelOrUrl, options?.server ?? server);
    const published = signals.publish(channelOrUrl, {
      server,
      ...(token !== undefined && at.href === home && { token }),
      // Those that share a channel are many, and each is itself.
      ...(!options?.merge && { claim: claimOf(at.href, module.path, channel) }),
      ...options,
    });
    say.note(`${module.name} publishes ${channel}: ${options.output.join(', ')}`);
    signals.effect(() => {
      if (published._error instanceof signals.LineageError) sockets.fail(channel);
    });
    return published;
  };
  const receive: Kit['receive'] = (channelOrUrl, options) => signals.receive(channelOrUrl, { server, ...options });
  const { signal, computed, effect, batch, untracked, every } = signals;
  return { publish, receive, signal, computed, effect, batch, untracked, every };
}

async function cleanUp(cleanups: readonly Cleanup[], say: Say): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, CLEANUP);
  });
  const done = cleanups.toReversed().map(async (cleanup) => {
    try {
      await cleanup();
    } catch (error) {
      say.problem(`a module failed while it ended: ${error}`);
    }
  });
  await Promise.race([Promise.all(done), patience]);
  clearTimeout(timer);
}
