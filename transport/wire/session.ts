/** Payloads of the session frames. JSON ones are checked field by field before anyone sees them. */

import { Reader, readJson, Writer, writeJson } from './bytes.js';
import { WireError } from './errors.js';
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

const string: Check = (v) => typeof v === 'string' && v.length <= 4096;
const text: Check = (v) => typeof v === 'string';
const finite: Check = (v) => typeof v === 'number' && Number.isFinite(v);
const natural: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0;
const boolean: Check = (v) => typeof v === 'boolean';
const one =
  (...values: unknown[]): Check =>
  (v) =>
    values.includes(v);
const optional =
  (check: Check): Check =>
  (v) =>
    v === undefined || check(v);
const integers: Check = (v) => Array.isArray(v) && v.every((n) => Number.isSafeInteger(n));
const object =
  (fields: Record<string, Check>): Check =>
  (v) =>
    typeof v === 'object' &&
    v !== null &&
    !Array.isArray(v) &&
    wrongField(v as Record<string, unknown>, fields) === undefined;

const wrongField = (value: Record<string, unknown>, fields: Record<string, Check>): string | undefined =>
  Object.keys(fields).find((name) => !fields[name]!(Object.hasOwn(value, name) ? value[name] : undefined));

/** A JSON message type: how to write one, and how to read one that may be anything. */
function json<T extends object>(name: string, fields: Record<string, Check>) {
  return {
    encode: (message: T): Uint8Array => writeJson(message),
    decode(payload: Uint8Array): T {
      const value = readJson(payload);
      const wrong = wrongField(value, fields);
      if (wrong !== undefined) throw new WireError(`${name}.${wrong} is ${show(value[wrong])}, which it may not be`);
      return value as T;
    },
  };
}

const show = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80));

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

const none = {};
const commands: Record<string, Record<string, Check>> = {
  play: none,
  pause: none,
  reset: none,
  clear: none,
  stop: none,
  step: { n: natural },
  speed: { value: (v) => finite(v) && (v as number) >= 0 },
  rule: { rule: string, neighborhood: optional(neighborhood) },
  wrap: { wrap },
  grid: { width: natural, height: natural },
  pattern: { text, name: string },
  soup: { density: (v) => finite(v) && (v as number) >= 0 && (v as number) <= 1, seed: natural },
  draw: { alive: boolean, cells: integers },
};

const anyControl = json<ControlMessage>('Control', { id: natural, command: string, token: optional(string) });

export const control = {
  encode: anyControl.encode,
  decode(payload: Uint8Array): ControlMessage {
    const message = anyControl.decode(payload);
    const fields = Object.hasOwn(commands, message.command) ? commands[message.command]! : undefined;
    if (fields === undefined) throw new WireError(`the command ${show(message.command)} is not known`);
    const wrong = wrongField(message as unknown as Record<string, unknown>, fields);
    if (wrong !== undefined) throw new WireError(`the command ${message.command} has a wrong ${wrong}`);
    return message;
  },
};
