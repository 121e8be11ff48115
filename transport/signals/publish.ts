/** `publish()`: an object whose properties are a channel's signals. */

import { channelUrl, parseChannel } from '../link/address.js';
import type { TokenSource } from '../session/tokens.js';
import { checkName, SIGNAL_LIMITS, SIGNAL_TYPES, SignalError, type SignalType } from '../wire/signal-value.js';
import type { Origin } from './cause.js';
import { environment } from './environment.js';
import { checkNames, checkToken, makeFace } from './face.js';
import { Published, type PublishedStatus } from './published.js';
import { receivedOf } from './receive.js';

export interface PublishOptions {
  /** Names of the signals that are published. Nothing else that is set on the object ever leaves the program. */
  output: readonly string[];
  /** Values to begin with; functions are derived values, signals are taken as they are. */
  signals?: Readonly<Record<string, unknown>> | undefined;
  /** URL of the relay, where the channel is given by its name alone. */
  server?: string | undefined;
  /** The right to publish, where the relay asks for one; a function is asked for it ahead of each need. */
  token?: TokenSource | undefined;
  /** Share the channel with other sources that say so too: of each signal, the last write counts. Default false. */
  merge?: boolean | undefined;
  /** Types of signals: `number`, `f32`, `bool`, `string` or `json`. Default: that of the values. */
  types?: Readonly<Record<string, SignalType>> | undefined;
  /** `schema`: in few bytes, for whoever knows how to read that; else as JSON. Default `json`. */
  coding?: 'json' | 'schema' | undefined;
  /** Received channels it is derived from, where that cannot be seen: after an `await`, or a timer. */
  from?: readonly object[] | undefined;
  /** Frames a second, at most. Changes within one tick are one frame anyhow. Default 60. */
  maxFps?: number | undefined;
  /** Who shows this secret again may take the channel back at once. 16 to 64 characters; default: a random one. */
  claim?: string | undefined;
}

/** What every published channel has beside its signals. Everything but the methods is followed when it is read. */
export interface PublishedState {
  /** Does a relay carry it? */
  readonly _connected: boolean;
  /** `connecting`, `live`, `reconnecting`, `failed`; `closed` or `ended` by the program itself. */
  readonly _status: PublishedStatus;
  /** Why, in words. */
  readonly _reason: string;
  /** Does anybody take its frames? */
  readonly _watched: boolean;
  /** Receivers connected, whether they take frames or not. */
  readonly _viewers: number;
  /** What could not be published last, and why. */
  readonly _error: Error | null;
  /** Leaves the channel: receivers wait for it to come back. */
  _close(): void;
  /** Ends the channel: receivers are told that nothing more comes. */
  _end(): void;
}

/** Anything may be set and read; a function that is set is a derived value, and reads as its result. */
// biome-ignore lint/suspicious/noExplicitAny: what is set as a function reads as its result, which no type can say.
export type PublishedChannel = Record<string, any> & PublishedState;

/**
 * Publishes signals on a channel: sets what is set on the object returned, as soon as the tick is over, in one frame.
 *
 * ```js
 * const counter = publish('counter', { output: ['count', 'doubled'] });
 * counter.count = 0;
 * counter.doubled = () => counter.count * 2;
 * counter.secret = 'stays here';
 * every(1000, () => counter.count++);
 * ```
 *
 * @param channelOrUrl the channel's name, or a URL such as `wss://relay.example/peer/name`
 * @throws TypeError if that is no channel, or an option is not what it should be
 */
export function publish(channelOrUrl: string, options: PublishOptions): PublishedChannel {
  const checked = checkOptions(options);
  const { server, channel } = parseChannel(channelOrUrl, options.server ?? environment().server());
  const { token = environment().token?.(server), claim = crypto.randomUUID() } = checked;
  const url = channelUrl(server, 'peer', channel);
  const core = new Published({ ...checked, channel, url, token, claim });
  try {
    for (const [name, value] of Object.entries(options.signals ?? {})) core.write(name, value);
  } catch (error) {
    core.close();
    throw error;
  }
  return face(core);
}

function checkOptions(options: PublishOptions) {
  const { output, types = {}, coding = 'json', maxFps = 60, merge = false, token, from = [] } = options ?? {};
  checkNames(options ?? {}, OPTIONS);
  if (!Array.isArray(output)) throw new TypeError('output is a list of names, as in output: ["count"]');
  for (const name of output) checkName(name);
  if (output.length > SIGNAL_LIMITS.count) throw new TypeError(`output names more than ${SIGNAL_LIMITS.count} signals`);
  for (const [name, type] of Object.entries(types)) {
    if (!output.includes(name)) throw new SignalError(name, 'has a type, but is not in output');
    if (!SIGNAL_TYPES.includes(type))
      throw new SignalError(name, `has no such type: there are ${SIGNAL_TYPES.join(', ')}`);
  }
  if (coding !== 'json' && coding !== 'schema') throw new TypeError('coding is "json" or "schema"');
  if (!(Number.isFinite(maxFps) && maxFps > 0)) throw new TypeError('maxFps is a number above 0');
  checkToken(token);
  const { claim } = options;
  if (claim !== undefined && !(claim.length >= 16 && claim.length <= 64)) {
    throw new TypeError('claim has 16 to 64 characters');
  }
  const origins = from.map((channel): Origin => {
    const core = receivedOf(channel);
    if (core === undefined) throw new TypeError('from is a list of what receive() returned');
    return core;
  });
  return { output, types, coded: coding === 'schema', maxFps, merge, token, claim, from: origins };
}

const face = (core: Published): PublishedChannel =>
  makeFace<PublishedChannel>({
    state: {
      _connected: () => core.status.value === 'live',
      _status: () => core.status.value,
      _reason: () => core.reason.value,
      _watched: () => core.watched.value,
      _viewers: () => core.viewers.value,
      _error: () => core.error.value,
      _close: () => () => core.close(),
      _end: () => () => core.end(),
    } satisfies { [Name in keyof PublishedState]: () => unknown },
    names: () => core.cells.names(),
    has: (name) => core.cells.has(name),
    read: (name) => core.cells.shown(name).value,
    write: (name, value) => core.write(name, value),
  });

const OPTIONS = ['output', 'signals', 'server', 'token', 'merge', 'types', 'coding', 'from', 'maxFps', 'claim'];
