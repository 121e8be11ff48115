/** Flags of `mpl serve`. Those for limits come from the table of limits. */

import { parseArgs } from 'node:util';
import { parseRedis } from '../cluster/redis-address.js';
import {
  checkLimit,
  checkLog,
  checkRedisPrefix,
  checkToken,
  LIMIT_NAMES,
  OptionError,
  type RelayOptions,
} from '../options.js';
import { packagedDemo } from '../package.js';
import { exampleSources } from './examples.js';
import { AUTH_OPTIONS, authIn } from './key-flags.js';

export interface ServeFlags {
  port: number;
  host: string;
  /** Where `/metrics` is served, if not with the rest. */
  metricsPort: number | null;
  /** The address of that; this machine, unless something else is said. */
  metricsHost: string;
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
  isolate: { type: 'boolean' },
  ...AUTH_OPTIONS,
  examples: { type: 'boolean' },
  'no-open': { type: 'boolean' },
  'no-metrics': { type: 'boolean' },
  'metrics-token': { type: 'string' },
  'metrics-port': { type: 'string' },
  'metrics-host': { type: 'string' },
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
  if (values.isolate) relay.isolate = true;
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
  const prefix = values['redis-prefix'] as string | undefined;
  if (prefix !== undefined) {
    checkRedisPrefix(prefix, '--redis-prefix');
    if (redis === undefined) throw new OptionError('--redis-prefix', 'there is no Redis that it is for: see --redis');
    relay.redisPrefix = prefix;
  }
  if (values.dist !== undefined) relay.dist = values.dist as string;
  relay.demo = values['no-demo'] ? false : ((values.demo as string | undefined) ?? packagedDemo() ?? false);
  const port = values.port !== undefined ? toPort(values.port, '--port') : toPort(env.PORT || '8787', 'PORT');
  const host = (values.host as string | undefined) ?? (env.HOST || '127.0.0.1');
  const metrics = metricsIn(values, port);
  if (values['no-metrics'] || metrics.metricsPort !== null) relay.metrics = false;
  Object.assign(relay, authIn(values, env, host));
  const examples = values.examples ? exampleSources(relay.demo) : null;
  if (examples && relay.keys) throw new OptionError('--examples', 'their pages have no tokens: run them without keys');
  const workers = values.workers === undefined ? null : toWorkers(values.workers);
  return { port, host, ...metrics, workers, relay, examples, open: values['no-open'] !== true };
}

/** Where metrics are served, apart from the rest. */
function metricsIn(values: Values, port: number): Pick<ServeFlags, 'metricsPort' | 'metricsHost'> {
  for (const flag of ['metrics-port', 'metrics-token']) {
    if (values['no-metrics'] && values[flag] !== undefined) {
      throw new OptionError(
        '--no-metrics',
        `there are to be none, and --${flag} says how to serve them: leave one out`,
      );
    }
  }
  const host = values['metrics-host'] as string | undefined;
  if (values['metrics-port'] === undefined) {
    if (host === undefined) return { metricsPort: null, metricsHost: '127.0.0.1' };
    throw new OptionError('--metrics-host', 'metrics have no port of their own: say --metrics-port too');
  }
  if (host === '') throw new OptionError('--metrics-host', 'is empty');
  const metricsPort = toPort(values['metrics-port'], '--metrics-port');
  if (metricsPort === port && port !== 0) {
    throw new OptionError('--metrics-port', `${port} is the port of the relay itself: take another`);
  }
  return { metricsPort, metricsHost: host ?? '127.0.0.1' };
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** @throws OptionError that names the flag */
export function parse(args: string[], options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>) {
  try {
    const joined = withNegatives(args, options);
    return parseArgs({ args: joined, options, allowPositionals: true }) as { values: Values; positionals: string[] };
  } catch (error) {
    // "Unknown option '--prot'. To specify a positional argument ..." : the first sentence names the flag.
    const message = (error as Error).message.split(/\.\s/, 1)[0];
    const flag = /--?[\w-]+/.exec(message)?.[0] ?? 'flags';
    throw new OptionError(flag, /ambiguous/.test(message) ? 'needs a value, and a flag follows' : message);
  }
}

/** `--port -1` is a number that will not do, and not two flags. */
function withNegatives(args: string[], options: Record<string, { type: 'string' | 'boolean' }>): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const flag = joined.at(-1);
    if (/^-[\d.]/.test(arg) && flag?.startsWith('--') && options[flag.slice(2)]?.type === 'string') {
      joined[joined.length - 1] = `${flag}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
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
