/** Flags of `mpl serve`. Those for limits come from the table of limits. */

import { parseArgs } from 'node:util';
import { parseRedis } from '../cluster/redis-address.js';
import { checkLimit, checkLog, checkToken, LIMIT_NAMES, OptionError, type RelayOptions } from '../options.js';
import { packagedDemo } from '../package.js';
import { exampleSources } from './examples.js';
import { AUTH_OPTIONS, authIn } from './key-flags.js';

export interface ServeFlags {
  port: number;
  host: string;
  /** Where `/metrics` is served, if not with the rest. */
  metricsPort: number | null;
  /** Processes that share the port; null where this one serves. */
  workers: number | null;
  relay: RelayOptions;
  /** Modules to run beside it, each in a process of its own. */
  examples: string[] | null;
  /** Show them in a browser, where there is one. */
  open: boolean;
}

/** `maxChannels` is `--max-channels`. */
export const flagOf = (option: string): string => option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  demo: { type: 'string' },
  'no-demo': { type: 'boolean' },
  dist: { type: 'string' },
  'signal-key': { type: 'string' },
  'trust-proxy': { type: 'boolean' },
  ...AUTH_OPTIONS,
  examples: { type: 'boolean' },
  'no-open': { type: 'boolean' },
  'no-metrics': { type: 'boolean' },
  'metrics-token': { type: 'string' },
  'metrics-port': { type: 'string' },
  'log-level': { type: 'string' },
  redis: { type: 'string' },
  'redis-prefix': { type: 'string' },
  workers: { type: 'string' },
} as const;

/** @throws OptionError that names the flag or variable that cannot be used */
export function parseServeFlags(argv: string[], env: NodeJS.ProcessEnv): ServeFlags {
  const limits = Object.fromEntries(LIMIT_NAMES.map((name) => [flagOf(name), { type: 'string' as const }]));
  const { values, positionals } = parse(argv, { ...limits, ...OPTIONS });
  if (positionals.length) throw new OptionError(positionals[0], 'not expected here');

  const relay: RelayOptions = {};
  for (const name of LIMIT_NAMES) {
    const text = values[flagOf(name)];
    if (text !== undefined) relay[name] = checkLimit(name, toNumber(text), `--${flagOf(name)}`);
  }
  if (values['signal-key'] !== undefined) relay.signalKey = values['signal-key'] as string;
  if (values['trust-proxy']) relay.trustProxy = true;
  checkToken(env.MPL_METRICS_TOKEN, 'MPL_METRICS_TOKEN');
  checkToken(values['metrics-token'], '--metrics-token');
  const metricsToken = values['metrics-token'] ?? env.MPL_METRICS_TOKEN;
  if (metricsToken !== undefined) relay.metricsToken = metricsToken;
  const level = values['log-level'] ?? (env.MPL_LOG_LEVEL || 'warn');
  checkLog(level, values['log-level'] === undefined ? 'MPL_LOG_LEVEL' : '--log-level');
  relay.log = level;
  // It may hold a password, which a command line shows to everybody on the machine.
  const redis = (values.redis as string | undefined) ?? (env.MPL_REDIS || undefined);
  if (redis !== undefined) {
    parseRedis(redis, values.redis === undefined ? 'MPL_REDIS' : '--redis');
    relay.redis = redis;
  }
  const metricsPort = values['metrics-port'] === undefined ? null : toPort(values['metrics-port'], '--metrics-port');
  if (values['no-metrics'] || metricsPort !== null) relay.metrics = false;
  if (values.dist !== undefined) relay.dist = values.dist as string;
  relay.demo = values['no-demo'] ? false : ((values.demo as string | undefined) ?? packagedDemo() ?? false);
  const port = values.port !== undefined ? toPort(values.port, '--port') : toPort(env.PORT || '8787', 'PORT');
  const host = (values.host as string | undefined) ?? (env.HOST || '127.0.0.1');
  Object.assign(relay, authIn(values, env, host));
  const examples = values.examples ? exampleSources(relay.demo) : null;
  if (examples && relay.keys) throw new OptionError('--examples', 'their pages have no tokens: run them without keys');
  const workers = values.workers === undefined ? null : toWorkers(values.workers);
  return { port, host, metricsPort, workers, relay, examples, open: values['no-open'] !== true };
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** @throws OptionError that names the flag */
export function parse(args: string[], options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>) {
  try {
    return parseArgs({ args, options, allowPositionals: true }) as { values: Values; positionals: string[] };
  } catch (error) {
    // "Unknown option '--prot'. To specify a positional argument ..." : the first sentence names the flag.
    const message = (error as Error).message.split(/\.\s/, 1)[0];
    throw new OptionError(/--?[\w-]+/.exec(message)?.[0] ?? 'flags', message);
  }
}

const toNumber = (text: unknown): unknown => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text);

function toWorkers(text: unknown): number {
  const count = toNumber(text);
  if (typeof count === 'number' && count >= 1 && count <= 64) return count;
  throw new OptionError('--workers', `expected a whole number from 1 to 64, got ${JSON.stringify(text)}`);
}

function toPort(text: unknown, label: string): number {
  const port = toNumber(text);
  if (typeof port === 'number' && port <= 65_535) return port;
  throw new OptionError(label, `expected a port from 0 to 65535, got ${JSON.stringify(text)}`);
}
