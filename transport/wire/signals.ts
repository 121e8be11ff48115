/**
 * Payloads of the signal frames: `SchemaAnnounce` (JSON), `SignalSync` and `SignalDiff` (JSON, or the compact coding of
 * `signal-code.ts` where both sides know it).
 */

import { readJson } from './bytes.js';
import { WireError } from './errors.js';
import { boolean, type Fields, json, natural, object, optional, string } from './fields.js';
import type { Hop, SchemaMessage } from './messages.js';
import {
  isSignalValue,
  SIGNAL_LIMITS,
  SIGNAL_TYPES,
  type SignalType,
  type SignalValue,
  wrongName,
} from './signal-value.js';

export interface SignalSpec {
  name: string;
  type: SignalType;
}

/** Channels that the signals of one may come from, in all. */
export const MAX_HOPS = 64;

/** Names that are told to whoever selected one that is not there. */
export const MAX_OTHERS = 16;

const isSpec = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && wrongName(value[0]) === null && SIGNAL_TYPES.includes(value[1]);
const isHop = (value: unknown): boolean => {
  const { id, channel, from } = (value ?? {}) as Partial<Hop>;
  return natural(id) && string(channel) && Array.isArray(from) && from.length <= MAX_HOPS && from.every(natural);
};
const schemaFields: Fields = {
  epoch: natural,
  signals: (v) =>
    Array.isArray(v) &&
    v.length <= SIGNAL_LIMITS.count &&
    v.every(isSpec) &&
    new Set(v.map(([name]) => name)).size === v.length,
  others: optional((v) => Array.isArray(v) && v.length <= MAX_OTHERS && v.every((name) => wrongName(name) === null)),
  hops: optional((v) => Array.isArray(v) && v.length > 0 && v.length <= MAX_HOPS && v.every(isHop)),
};
const plain = json<SchemaMessage>('SchemaAnnounce', schemaFields);
export const schema = {
  encode: plain.encode,
  decode(payload: Uint8Array): SchemaMessage {
    const { hops, ...message } = plain.decode(payload);
    // Of each hop, too, what nobody knows is not passed on: it may be deeper than could be written again.
    return hops ? { ...message, hops: hops.map(({ id, channel, from }) => ({ id, channel, from })) } : message;
  },
};

/** What a `SignalSync` or a `SignalDiff` says. */
export interface SignalUpdate {
  /** All signals that have a value, rather than those that changed. */
  full: boolean;
  /** The version at which this is how things stand. */
  version: number;
  /** Of a diff: everything that changed after this version is in it. */
  base: number;
  /** Some values are told as differences to those at `base`. */
  delta: boolean;
  /** The names and their values. `held` gives the value that differences start from. */
  values(held: (name: string) => SignalValue | undefined): [string, SignalValue][];
  /** By name, the version of the last write, where it is older than `version`: only among several sources of one channel. */
  versions?: ReadonlyMap<string, number>;
}

/** `{ version, base?, signals: { name: value }, versions? }`, written from values that are JSON text already. */
export function encodeSignalJson(
  version: number,
  base: number | undefined,
  values: readonly (readonly [name: string, text: string])[],
  versions?: Record<string, number>,
): Uint8Array {
  const signals = values.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',');
  const from = base === undefined ? '' : `,"base":${base}`;
  const older = versions === undefined ? '' : `,"versions":${JSON.stringify(versions)}`;
  return utf8.encode(`{"version":${version}${from},"signals":{${signals}}${older}}`);
}

const utf8 = new TextEncoder();

/** @throws WireError if it is anything but what `encodeSignalJson` writes, for signals of this schema */
export function decodeSignalJson(payload: Uint8Array, full: boolean, has: (name: string) => boolean): SignalUpdate {
  const message = readJson(payload);
  const { version, base = full ? 0 : undefined, signals, versions } = message;
  const what = full ? 'SignalSync' : 'SignalDiff';
  if (!natural(version)) throw new WireError(`${what}.version is no version`);
  // What leads to where it starts from would be news for ever.
  if (!natural(base) || (base as number) > (version as number) - (full ? 0 : 1)) {
    throw new WireError(`${what}.base is no older version`);
  }
  if (typeof signals !== 'object' || signals === null || Array.isArray(signals)) {
    throw new WireError(`${what}.signals is not an object`);
  }
  const entries = Object.entries(signals);
  for (const [name, value] of entries) {
    if (!has(name))
      throw new WireError(`${what} names a signal that was not announced: ${JSON.stringify(name.slice(0, 80))}`);
    if (!isSignalValue(value)) {
      throw new WireError(`the signal ${JSON.stringify(name.slice(0, 80))} is too deep, or not finite`);
    }
  }
  const update: SignalUpdate = {
    full,
    version: version as number,
    base: base as number,
    delta: false,
    values: () => entries as [string, SignalValue][],
  };
  return versions === undefined ? update : { ...update, versions: readVersions(versions, update, has) };
}

function readVersions(
  value: unknown,
  { full, version: newest, base }: SignalUpdate,
  has: (name: string) => boolean,
): Map<string, number> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [['', null] as const];
  for (const [name, version] of entries) {
    // One from the future would be news for ever, one from before the base no news to anybody.
    const between = (version as number) <= newest && (full || (version as number) > base);
    if (!has(name) || !natural(version) || !between) throw new WireError('the versions of the signals are none');
  }
  return new Map(entries as [string, number][]);
}

/** Names that one receiver may select. */
export const MAX_SELECT = 4096;
/** The same, at a relay that was not told otherwise. */
export const USUAL_SELECT = 1024;

export const signalsWantedFields: Fields = {
  select: optional((v) => Array.isArray(v) && v.length <= MAX_SELECT && v.every((name) => wrongName(name) === null)),
  resume: optional(object({ epoch: natural, version: natural })),
  coded: optional(boolean),
};
