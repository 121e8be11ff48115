/** `receive()`: a channel's signals as an object whose properties are followed when they are read. */

import type { ReadonlySignal } from '@preact/signals-core';
import { channelUrl, parseChannel } from '../link/address.js';
import type { Status } from '../receiver.js';
import type { TokenSource } from '../session/tokens.js';
import { checkName } from '../wire/signal-value.js';
import { environment } from './environment.js';
import { checkNames, checkToken, makeFace } from './face.js';
import { type Listener, Received } from './received.js';

export interface ReceiveOptions {
  /** Names of the signals wanted: the relay sends no others. Default: all. */
  select?: readonly string[] | undefined;
  /** URL of the relay, where the channel is given by its name alone. */
  server?: string | undefined;
  /** The right to watch, where the relay asks for one; a function is asked for it ahead of each need. */
  token?: TokenSource | undefined;
  /** Frames a second, at most. Default: as many as the source sends. */
  maxFps?: number | undefined;
}

/** What every received channel has beside its signals. Everything but the methods is followed when it is read. */
export interface ReceivedState<T extends object = object> {
  /** Is the relay there? */
  readonly _connected: boolean;
  /** `idle`, `connecting`, `waiting` (for the source), `live`, `reconnecting`, `ended` or `failed`. */
  readonly _status: Status;
  /** Why, in words. */
  readonly _reason: string;
  /** Round trip to the relay, milliseconds; told every 5 s. */
  readonly _latency: number;
  /** Frames received. */
  readonly _frames: number;
  readonly _reconnects: number;
  /** Names of the signals there are. */
  readonly _names: readonly string[];
  /** Names selected that the source does not have (yet). */
  readonly _missing: readonly string[];
  /** Milliseconds since the newest values were captured at the first of all sources. Not followed: it changes all the time. */
  readonly _age: number;
  /** The signal itself, for whoever works with signals. */
  _signal<Name extends keyof T & string>(name: Name): ReadonlySignal<T[Name] | undefined>;
  /** Calls `listener` with the values now, and after each frame; until the function returned is called. */
  _subscribe(listener: (values: Partial<T>, changed: readonly string[]) => void): () => void;
  /** Resolves with the first values; rejects where there will be none. */
  _ready(): Promise<Partial<T>>;
  /** Lets go of the channel. The last values stay. */
  _close(): void;
  [Symbol.asyncIterator](): AsyncIterableIterator<Partial<T>>;
}

// biome-ignore lint/suspicious/noExplicitAny: what a channel holds is known to whoever reads it, not to a type.
type Anything = Record<string, any>;

export type ReceivedChannel<T extends object = Anything> = {
  readonly [Name in keyof T]: T[Name] | undefined;
} & ReceivedState<T>;

const cores = new WeakMap<object, Received>();

/** The core of what `receive()` returned. */
export const receivedOf = (channel: object): Received | undefined => cores.get(channel);

/**
 * Receives the signals of a channel. Reading `channel.count` in a derived value or an effect follows it; elsewhere it gives
 * the present value, `undefined` as long as there is none. It connects at once, comes back after any loss, and rests while
 * nothing follows it any more.
 *
 * @param channelOrUrl the channel's name, or a URL such as `wss://relay.example/stream/name`
 * @throws TypeError if that is no channel, or an option is not what it should be (SignalError: a name cannot be a signal's)
 */
export function receive<T extends object = Anything>(
  channelOrUrl: string,
  options: ReceiveOptions = {},
): ReceivedChannel<T> {
  const { select, maxFps } = options;
  checkNames(options, ['select', 'server', 'token', 'maxFps']);
  if (select !== undefined && !(Array.isArray(select) && select.every((name) => typeof name === 'string'))) {
    throw new TypeError('select is a list of names, as in select: ["count"]');
  }
  for (const name of select ?? []) checkName(name);
  if (maxFps !== undefined && !(Number.isFinite(maxFps) && maxFps > 0))
    throw new TypeError('maxFps is a number above 0');
  checkToken(options.token);
  const { server, channel } = parseChannel(channelOrUrl, options.server ?? environment().server());
  const { token = environment().token?.(server) } = options;
  const core = new Received({ channel, url: channelUrl(server, 'stream', channel), select, maxFps, token });
  return face<T>(core);
}

function face<T extends object>(core: Received): ReceivedChannel<T> {
  const channel = makeFace<ReceivedChannel<T>>({
    state: {
      _connected: () => core.connected.value,
      _status: () => core.status.value,
      _reason: () => core.reason.value,
      _latency: () => core.latency.value,
      _frames: () => core.frames.value,
      _reconnects: () => core.reconnects.value,
      _names: () => core.names.value,
      _missing: () => core.missing.value,
      _age: () => core.age,
      _signal: () => (name: string) => core.signal(name),
      _subscribe: () => (listener: Listener) => core.listen(listener),
      _ready: () => () => core.ready(),
      _close: () => () => core.close(),
    } satisfies { [Name in keyof ReceivedState & string]: () => unknown },
    names: () => core.names.value,
    has: (name) => core.has(name),
    read: (name) => core.read(name),
    write(name) {
      throw new TypeError(`"${name}" is received from "${core.options.channel}" and cannot be set here`);
    },
    follow: () => core.follow(),
  });
  cores.set(channel, core);
  return channel;
}
