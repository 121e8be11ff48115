/** Payloads of the session frames. JSON ones are checked field by field before anyone sees them. */

import { Reader, readJson, Writer, writeJson } from './bytes.js';
import { WireError } from './errors.js';
import { MAX_CELLS } from './grid.js';
import type {
  ControlMessage,
  ControlReplyMessage,
  ControlStateMessage,
  ErrorMessage,
  IntroduceMessage,
  PublishMessage,
  StatusMessage,
  SubscribeMessage,
  WelcomeMessage,
} from './messages.js';

/** `varint frames | f32 decode ms`: how many state frames were applied on this link, and how fast. */
export interface Ack {
  /** State frames taken from this link since it opened. */
  frames: number;
  /** Milliseconds to decode and apply a frame, on average since the last ack. */
  decodeMs: number;
}

export const encodeAck = (ack: Ack): Uint8Array => new Writer(16).varint(ack.frames).f32(ack.decodeMs).take();

export function decodeAck(payload: Uint8Array): Ack {
  const reader = new Reader(payload);
  const ack = { frames: reader.varint(), decodeMs: reader.f32() };
  reader.end();
  return ack;
}

/** `u8 kind | f64 time | f32 upstream`: kind 0 asks, kind 1 echoes the asker's time. */
export interface Ping {
  echo: boolean;
  /** The asker's clock, milliseconds. */
  time: number;
  /** In an echo: the round trip from there on towards the source, milliseconds; 0 at the source itself. */
  upstream: number;
}

export const encodePing = (ping: Ping): Uint8Array =>
  new Writer(16)
    .u8(ping.echo ? 1 : 0)
    .f64(ping.time)
    .f32(ping.upstream)
    .take();

export function decodePing(payload: Uint8Array): Ping {
  const reader = new Reader(payload);
  const kind = reader.u8();
  if (kind > 1) throw new WireError(`ping kind ${kind} is not known`);
  const ping = { echo: kind === 1, time: reader.f64(), upstream: reader.f32() };
  reader.end();
  return ping;
}

type Check = (value: unknown) => boolean;

/** Checks of an object's fields: it is also a pattern of what may be taken from it. */
type Fields = Record<string, Check & { fields?: Fields }>;

const string: Check = (v) => typeof v === 'string' && v.length <= 4096;
const text: Check = (v) => typeof v === 'string';
const finite: Check = (v) => typeof v === 'number' && Number.isFinite(v);
const natural: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0;
const boolean: Check = (v) => typeof v === 'boolean';
const one =
  (...values: unknown[]): Check =>
  (v) =>
    values.includes(v);
const optional = (check: Fields[string]): Fields[string] =>
  Object.assign((v: unknown) => v === undefined || check(v), { fields: check.fields });
const integers: Check = (v) => Array.isArray(v) && v.every((n) => Number.isSafeInteger(n));
const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
const object = (fields: Fields): Fields[string] =>
  Object.assign((v: unknown) => isObject(v) && wrongField(v, fields) === undefined, { fields });

/** The fields that were checked, and no others: what nobody knows is not passed on. */
function known(value: Record<string, unknown>, fields: Fields): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, { fields: inner }] of Object.entries(fields)) {
    if (!Object.hasOwn(value, name)) continue;
    const field = value[name];
    out[name] = inner && isObject(field) ? known(field, inner) : field;
  }
  return out;
}

const wrongField = (value: Record<string, unknown>, fields: Fields): string | undefined =>
  Object.keys(fields).find((name) => !fields[name]!(Object.hasOwn(value, name) ? value[name] : undefined));

/** A JSON message type: how to write one, and how to read one that may be anything. */
function json<T extends object>(name: string, fields: Fields) {
  return {
    encode: (message: T): Uint8Array => writeJson(message),
    decode(payload: Uint8Array): T {
      const value = readJson(payload);
      const wrong = wrongField(value, fields);
      if (wrong !== undefined) throw new WireError(`${name}.${wrong} is ${show(value[wrong])}, which it may not be`);
      return known(value, fields) as T;
    },
  };
}

/** A value in an error. Objects may be of any depth, and are only named. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return JSON.stringify(value).slice(0, 80);
}

const state = one('waiting', 'live', 'ended');
const neighborhood = one('moore', 'von-neumann');
const wrap = one('torus', 'bounded');
const report = object({
  generation: natural,
  rate: finite,
  population: optional(natural),
  engine: string,
  engineReason: optional(string),
  fps: finite,
  tilesChanged: finite,
});

export const publish = json<PublishMessage>('Publish', {
  protocol: one(1),
  claim: (v) => string(v) && (v as string).length >= 16 && (v as string).length <= 64,
  attempt: optional(natural),
  peer: optional(string),
  maxPeers: optional(natural),
});

export const subscribe = json<SubscribeMessage>('SubscribeFilter', {
  protocol: one(1),
  resume: optional(object({ epoch: natural, version: natural, seen: natural })),
  standby: optional(boolean),
  maxFps: optional((v) => finite(v) && (v as number) > 0),
});

export const welcome = json<WelcomeMessage>('Welcome', {
  protocol: one(1),
  channel: string,
  state,
  resume: one('full', 'merged', 'none'),
  epoch: optional(natural),
  answers: optional(natural),
  peers: optional(boolean),
});

export const status = json<StatusMessage>('Status', {
  state,
  reason: optional(string),
  viewers: optional(natural),
  source: optional(report),
});

export const controlState = json<ControlStateMessage>('ControlState', {
  control: one('none', 'viewers', 'token'),
  paused: boolean,
  speed: finite,
  rule: string,
  neighborhood,
  wrap,
  width: natural,
  height: natural,
  pattern: string,
});

export const controlReply = json<ControlReplyMessage>('ControlReply', {
  id: natural,
  ok: boolean,
  reason: optional(string),
});

export const introduce = json<IntroduceMessage>('Introduce', {
  peer: string,
  control: optional(boolean),
  refused: optional(string),
});

export const errorMessage = json<ErrorMessage>('Error', { code: natural, reason: string });

const side: Check = (v) => natural(v) && (v as number) >= 1 && (v as number) <= MAX_CELLS;
const none = {};
const commands: Record<string, Fields> = {
  play: none,
  pause: none,
  reset: none,
  clear: none,
  stop: none,
  step: { n: natural },
  speed: { value: (v) => finite(v) && (v as number) >= 0 },
  rule: { rule: string, neighborhood: optional(neighborhood) },
  wrap: { wrap },
  grid: { width: side, height: side },
  pattern: { text, name: string },
  soup: { density: (v) => finite(v) && (v as number) >= 0 && (v as number) <= 1, seed: natural },
  draw: { alive: boolean, cells: integers },
};

const heading: Fields = { id: natural, command: string, token: optional(string) };

/** A command that is none, or that a newer receiver knows: it is refused, which is an answer too. */
export interface RefusedCommand {
  id: number;
  refused: string;
}

export const control = {
  encode: (message: ControlMessage): Uint8Array => writeJson(message),
  /** @throws WireError only where there is nothing that could be answered. */
  decode(payload: Uint8Array): ControlMessage | RefusedCommand {
    const value = readJson(payload);
    const wrong = wrongField(value, heading);
    if (wrong !== undefined) throw new WireError(`Control.${wrong} is ${show(value[wrong])}, which it may not be`);
    const { id, command } = value as unknown as ControlMessage;
    const fields = Object.hasOwn(commands, command) ? commands[command]! : undefined;
    if (fields === undefined) return { id, refused: `the command ${show(command)} is not known here` };
    const bad = wrongField(value, fields);
    if (bad !== undefined)
      return { id, refused: `the command "${command}" has a ${bad} that may not be: ${show(value[bad])}` };
    return known(value, { ...heading, ...fields }) as unknown as ControlMessage;
  },
};
