/** Every option of a relay, its default and its range, in one place. The CLI makes its flags from the same table. */

import { MAX_SELECT, USUAL_SELECT } from '../transport/wire/signals.js';
import { AUTH_NAMES, type AuthOptions, checkToken, type ResolvedAuth, resolveAuth } from './auth/auth-options.js';
import type { Bus } from './cluster/bus.js';
import { parseRedis } from './cluster/redis-address.js';
import { LOG_LEVELS, type Logger, type LogLevel } from './log.js';
import { OptionError } from './option-error.js';

export { checkToken } from './auth/auth-options.js';
export { OptionError } from './option-error.js';

/** What one relay will bear. Whatever goes over a limit is refused with a reason; nothing is queued for later. */
export interface RelayLimits {
  /** Channels at once that have a source, or had one a moment ago. */
  maxChannels: number;
  /** Beside them, channels that somebody waits for, and that have no source. */
  awaitedChannels: number;
  /** Of these, those that one address waits for; and channels that one address keeps by posting to them. */
  addressChannels: number;
  /** Sources that share one channel. */
  maxSources: number;
  /** Viewers of one channel. */
  maxViewers: number;
  /** WebSockets of all kinds, and event streams, at once. */
  maxConnections: number;
  /** New ones of these a second from one address (an IPv6 /64 counts as one). */
  connectionRate: number;
  /** Of these at once from one address (an IPv6 /64 counts as one); a whole school may be one. */
  addressConnections: number;
  /** WebSockets of one address, at once, that have not shown yet who they are: by a first message, or a token. */
  addressNewcomers: number;
  /** Bytes that one of them may send until it has. */
  newcomerBytes: number;
  /** Bytes that are held of all of them; the oldest makes room for another. */
  newcomersBytes: number;
  /** TCP connections at once that are neither WebSockets nor event streams, where the relay has a port of its own. */
  maxRequests: number;
  /** Of these at once from one address (an IPv6 /64 counts as one); with `trustProxy` any number. */
  addressRequests: number;
  /** Milliseconds that one of these has, from its request, to have read the answer. */
  answerMs: number;
  /** Bytes of one message from a source. */
  sourcePayload: number;
  /** Bytes of one message from a viewer. */
  viewerPayload: number;
  /** Fragments of one message. Browsers split 1 MiB into at most 12. */
  maxFragments: number;
  /** Chunks of one unfinished message kept in memory; of a short one, no more than one for each 256 bytes, and 256. */
  maxBufferedChunks: number;
  /** Bytes a compressed payload may grow to. */
  inflatedPayload: number;
  /** Bytes of memory for the replica of one channel: what a dense world of 32768x32768 cells takes, and some. */
  replicaBytes: number;
  /** Bytes of memory for the replicas of all channels. */
  replicasBytes: number;
  /** Times its own length that a compressed payload may grow to, where that is more than 1 MiB; deflate can do 1032. */
  inflateRatio: number;
  /** Control commands a second from one viewer; over it they are refused. */
  controlRate: number;
  /** Messages a second from one viewer, of all kinds but acks that are due; twice as many may come at once. */
  messageRate: number;
  /** Subscriptions a second from one viewer; six times as many may come at once. */
  subscriptionRate: number;
  /** Those of them a second that are answered with the whole picture; ten times as many may come at once. */
  keyframeRate: number;
  /** Messages a second from one source, beside frames of state and answers; twice as many may come at once. Over it, it is let go. */
  sourceMessageRate: number;
  /** Frames of state and answers a second from one source; twice as many may come at once. */
  sourceFrameRate: number;
  /** Bytes a second from one source, inflated where they are compressed; twice as many may come at once. */
  sourceByteRate: number;
  /** Signals that one viewer may select by their names; all of them is always possible. */
  maxSelect: number;
  /** Bytes of memory for the different selections of signals that viewers of one channel make, and what is kept for each. */
  selectedBytes: number;
  /** Milliseconds a channel outlives its source, for it to come back. */
  sourceGraceMs: number;
  /** Viewers that begin within so many milliseconds are sent the very same keyframe, made once; 0: each its own. */
  keyframeShareMs: number;
  /** Requests for signals a second from one address, by plain HTTP (an IPv6 /64 counts as one). */
  requestRate: number;
  /** Bytes of the body of one such request. */
  postBytes: number;
  /** Milliseconds that signals that were posted stay without another request. */
  postedMs: number;
  /** Milliseconds a new socket has for its first message, and a request for its body. */
  helloMs: number;
  /** Milliseconds over which sockets are told to go when the relay closes, so that they do not all come back at once. */
  drainMs: number;
  /** Milliseconds that clocks may differ by which tokens begin and end. */
  clockSkewMs: number;
  /** Milliseconds after which public keys that came from a URL are fetched again, and count no more if they cannot be. */
  jwksMs: number;
  /** Milliseconds between pings. A socket silent for two of them is dead. */
  pingMs: number;
  /** Peers known to the signaling at once. */
  signalPeers: number;
  /** Of these, where there are keys, those that nobody has introduced yet; the oldest makes room for another. */
  signalStrangers: number;
  /** Bytes of one signaling message. */
  signalPayload: number;
  /** Signaling messages a second from one peer, on average; four times as many may come at once. */
  signalRate: number;
  /** Milliseconds after which other relays take a silent one for dead, where several are joined. */
  leaseMs: number;
  /** How long a relay that is cut off from the others says all the same that it is ready, as all are while their Redis is away. */
  cutOffMs: number;
  /** Channels that `/metrics` tells apart, those with most viewers first: each is a time series. */
  metricsChannels: number;
}

export interface RelayOptions extends Partial<RelayLimits>, AuthOptions {
  /** Key that peers show to the signaling, as in `new Peer({ key })`. Default `peerjs`, as in PeerJS. */
  signalKey?: string;
  /** Folder of a site to serve at `/`, or false. Default false. */
  demo?: string | false;
  /** Folder that holds `mpl.js` and its chunks, or false. Default: where this package was built. */
  dist?: string | false;
  /** The relay stands behind a proxy that sets `X-Forwarded-For`: count addresses by it. Default false. */
  trustProxy?: boolean;
  /**
   * The site's pages are isolated from other origins (COOP `same-origin`, COEP `credentialless`): a world in one of them may
   * then be computed by several threads. Default false: such pages cannot talk to windows of other origins, nor hold
   * frames that do not agree to it.
   */
  isolate?: boolean;
  /**
   * Serve `GET /metrics`, for Prometheus? Default: where the relay listens on a port of its own, and not through `handler`, since
   * that server may have its own. `true`: through `handler` too; `false`: nowhere.
   */
  metrics?: boolean;
  /**
   * Joins this relay with all that name the same Redis: `redis://host:6379`, `rediss://` with TLS, `redis+cluster://a:6379,b:6379`.
   * Default: it stands alone.
   */
  redis?: string;
  /** Before the names of all keys and topics there: 1 to 32 letters, digits, _ or -. Default `mpl`. */
  redisPrefix?: string;
  /** Joins this relay with others over this, instead of Redis. */
  bus?: Bus;
  /**
   * Where several processes are one relay: what `/metrics` answers, instead of the numbers of this process; those of all, in
   * Prometheus' text format, with names of channels or without. What rejects is answered with 500.
   */
  metricsOfAll?: (names: boolean) => Promise<string>;
  /** Who reads `/metrics` has to show this secret (`Authorization: Bearer`): 8 to 4096 characters. Default: anyone may. */
  metricsToken?: string;
  /**
   * Where to tell what happens: a logger such as an instance of `pino`, or how much to write to stderr as JSON: `silent`, `error`,
   * `warn`, `info` or `debug`. Default `silent`.
   */
  log?: LogLevel | Logger;
}

/** Options with every default filled in. */
export type ResolvedOptions = RelayLimits &
  Required<Omit<RelayOptions, keyof RelayLimits | Optional>> &
  Pick<RelayOptions, Optional> &
  ResolvedAuth;

/** Those that may be left unsaid. */
type Optional = keyof AuthOptions | 'dist' | 'metrics' | 'metricsOfAll' | 'metricsToken' | 'redis' | 'bus';

interface Limit {
  default: number;
  min: number;
  max: number;
  /** One line for `mpl help`. */
  help: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const DAY = 86_400_000;

export const LIMITS: Readonly<Record<keyof RelayLimits, Limit>> = {
  maxChannels: { default: 1000, min: 1, max: 1e6, help: 'channels at once that have a source' },
  awaitedChannels: { default: 2000, min: 1, max: 1e6, help: 'beside them, channels that are waited for' },
  addressChannels: { default: 200, min: 1, max: 1e6, help: 'that one address waits for, or posts to' },
  maxSources: { default: 256, min: 1, max: 100_000, help: 'sources that share one channel' },
  maxViewers: { default: 10_000, min: 1, max: 1e6, help: 'viewers of one channel' },
  maxConnections: { default: 20_000, min: 1, max: 1e7, help: 'WebSockets and event streams at once' },
  connectionRate: { default: 200, min: 1, max: 1e6, help: 'new ones of these a second from one address' },
  addressConnections: { default: 2000, min: 1, max: 1e6, help: 'of these at once from one address' },
  addressNewcomers: { default: 500, min: 1, max: 1e6, help: 'of one address that have not shown yet who they are' },
  newcomerBytes: { default: 64 * KIB, min: KIB, max: 64 * MIB, help: 'bytes one of these may send until it has' },
  newcomersBytes: { default: 16 * MIB, min: KIB, max: 1e12, help: 'bytes held of all of them together' },
  maxRequests: { default: 4000, min: 1, max: 1e6, help: 'plain HTTP connections at once' },
  addressRequests: { default: 500, min: 1, max: 1e6, help: 'of these at once from one address' },
  answerMs: { default: 120_000, min: 10, max: DAY, help: 'ms that one of these has to read its answer' },
  sourcePayload: { default: MIB, min: KIB, max: 64 * MIB, help: 'bytes of one message from a source' },
  viewerPayload: { default: 64 * KIB, min: KIB, max: 64 * MIB, help: 'bytes of one message from a viewer' },
  maxFragments: { default: 64, min: 1, max: 16_384, help: 'fragments of one message' },
  maxBufferedChunks: { default: 4096, min: 16, max: 262_144, help: 'chunks of one unfinished message' },
  inflatedPayload: { default: MIB, min: KIB, max: 1024 * MIB, help: 'bytes a compressed payload may grow to' },
  replicaBytes: { default: 160 * MIB, min: MIB, max: 8192 * MIB, help: 'bytes of memory for one replica' },
  replicasBytes: { default: 1024 * MIB, min: MIB, max: 1e12, help: 'bytes of memory for all replicas' },
  inflateRatio: { default: 100, min: 1, max: 1032, help: 'times its length that a payload may grow to, beyond 1 MiB' },
  controlRate: { default: 30, min: 1, max: 10_000, help: 'control commands a second from one viewer' },
  messageRate: { default: 100, min: 1, max: 10_000, help: 'messages a second from one viewer' },
  subscriptionRate: { default: 5, min: 1, max: 1000, help: 'subscriptions a second from one viewer' },
  keyframeRate: { default: 1, min: 1, max: 1000, help: 'of these a second that need the whole picture' },
  sourceMessageRate: { default: 100, min: 1, max: 10_000, help: 'messages a second from one source, beside state' },
  sourceFrameRate: { default: 5000, min: 10, max: 1e6, help: 'frames of state and answers a second from one source' },
  sourceByteRate: { default: 128 * MIB, min: KIB, max: 1e12, help: 'bytes a second from one source, inflated' },
  maxSelect: { default: USUAL_SELECT, min: 1, max: MAX_SELECT, help: 'signals that one viewer may select by name' },
  selectedBytes: {
    default: 32 * MIB,
    min: KIB,
    max: 1e12,
    help: 'bytes of memory for what viewers of a channel select',
  },
  sourceGraceMs: { default: 30_000, min: 0, max: DAY, help: 'ms a channel outlives its source' },
  keyframeShareMs: { default: 100, min: 0, max: 10_000, help: 'ms within which viewers that begin share a keyframe' },
  requestRate: { default: 200, min: 1, max: 1e6, help: 'HTTP requests for signals a second from one address' },
  postBytes: { default: MIB, min: 64, max: 64 * MIB, help: 'bytes of one POST of signals' },
  postedMs: { default: 600_000, min: 10, max: DAY, help: 'ms that posted signals stay without another POST' },
  helloMs: {
    default: 10_000,
    min: 10,
    max: DAY,
    help: 'ms for the first message of a socket, or the body of a request',
  },
  drainMs: { default: 0, min: 0, max: DAY / 24, help: 'ms over which all are told to go, when the relay closes' },
  clockSkewMs: { default: 5_000, min: 0, max: 300_000, help: 'ms that clocks may differ where tokens begin and end' },
  jwksMs: { default: 600_000, min: 1000, max: DAY, help: 'ms after which public keys from a URL are fetched again' },
  pingMs: { default: 25_000, min: 10, max: DAY, help: 'ms between pings; silent for two is dead' },
  signalPeers: { default: 10_000, min: 1, max: 1e6, help: 'signaling peers at once' },
  signalStrangers: { default: 500, min: 1, max: 1e6, help: 'of these not introduced yet, where there are keys' },
  signalPayload: { default: 16 * KIB, min: KIB, max: MIB, help: 'bytes of one signaling message' },
  signalRate: { default: 50, min: 1, max: 10_000, help: 'signaling messages a second from one peer' },
  cutOffMs: {
    default: 300_000,
    min: 0,
    max: 1e9,
    help: 'ms for which a relay that is cut off from the others is still ready',
  },
  leaseMs: { default: 10_000, min: 500, max: 600_000, help: 'ms after which joined relays take a silent one for dead' },
  metricsChannels: { default: 100, min: 0, max: 100_000, help: 'channels that /metrics tells apart, busiest first' },
};

export const LIMIT_NAMES = Object.keys(LIMITS) as (keyof RelayLimits)[];

/** A limit as a number in range, or an `OptionError` that says what would do. `label` is the name the caller used. */
export function checkLimit(name: keyof RelayLimits, value: unknown, label: string = name): number {
  const { min, max } = LIMITS[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new OptionError(label, `expected a whole number from ${min} to ${max}, got ${show(value)}`);
  }
  return value;
}

/** Fills in defaults. Unknown and unusable options throw `OptionError`: a limit misspelt is a limit missing. */
export function resolveOptions(options: RelayOptions = {}): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw new OptionError('options', 'expected an object');
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(LIMITS, name) && !OTHERS.includes(name)) {
      throw new OptionError(name, `no such option; there are ${[...LIMIT_NAMES, ...OTHERS].join(', ')}`);
    }
  }
  const limits = {} as RelayLimits;
  for (const name of LIMIT_NAMES) {
    const value = options[name];
    limits[name] = value === undefined ? LIMITS[name].default : checkLimit(name, value);
  }
  const {
    signalKey = 'peerjs',
    demo = false,
    dist,
    trustProxy = false,
    isolate = false,
    metrics,
    metricsOfAll,
    metricsToken,
    log = 'silent',
  } = options;
  if (typeof signalKey !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(signalKey)) {
    throw new OptionError('signalKey', `expected 1 to 64 letters, digits, _ or -, got ${show(signalKey)}`);
  }
  const auth = resolveAuth(options);
  checkToken(metricsToken, 'metricsToken');
  checkFolder('demo', demo);
  if (dist !== undefined) checkFolder('dist', dist);
  if (typeof trustProxy !== 'boolean') throw new OptionError('trustProxy', 'expected true or false');
  if (typeof isolate !== 'boolean') throw new OptionError('isolate', 'expected true or false');
  if (metrics !== undefined && typeof metrics !== 'boolean') throw new OptionError('metrics', 'expected true or false');
  if (metricsOfAll !== undefined && typeof metricsOfAll !== 'function')
    throw new OptionError('metricsOfAll', 'expected a function');
  checkLog(log);
  const { redis, redisPrefix = 'mpl', bus } = options;
  if (redis !== undefined) parseRedis(redis);
  if (redis !== undefined && bus !== undefined) throw new OptionError('bus', 'there is one already: redis');
  checkRedisPrefix(redisPrefix);
  return {
    ...limits,
    signalKey,
    demo,
    dist,
    trustProxy,
    isolate,
    metrics,
    metricsOfAll,
    metricsToken,
    log,
    redis,
    redisPrefix,
    bus,
    ...auth,
  };
}

const OTHERS: readonly string[] = [
  'signalKey',
  'demo',
  'dist',
  'trustProxy',
  'isolate',
  'metrics',
  'metricsOfAll',
  'metricsToken',
  'log',
  'redis',
  'redisPrefix',
  'bus',
  ...AUTH_NAMES,
];

/** @throws OptionError where this is neither a level nor a logger */
export function checkLog(log: unknown, label = 'log'): asserts log is LogLevel | Logger {
  if (LOG_LEVELS.includes(log as LogLevel)) return;
  const methods = typeof log === 'object' && log !== null ? LOG_LEVELS.slice(1) : [];
  if (methods.length > 0 && methods.every((name) => typeof (log as Record<string, unknown>)[name] === 'function'))
    return;
  throw new OptionError(label, `expected one of ${LOG_LEVELS.join(', ')}, or a logger, got ${show(log)}`);
}

/** @throws OptionError where names in a Redis cannot begin with this */
export function checkRedisPrefix(prefix: unknown, label = 'redisPrefix'): asserts prefix is string {
  if (typeof prefix === 'string' && /^[A-Za-z0-9_-]{1,32}$/.test(prefix)) return;
  throw new OptionError(label, `expected 1 to 32 letters, digits, _ or -, got ${show(prefix)}`);
}

function checkFolder(option: string, value: unknown): void {
  if (value !== false && (typeof value !== 'string' || value === '')) {
    throw new OptionError(option, `expected the path of a folder, or false, got ${show(value)}`);
  }
}

const show = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));
