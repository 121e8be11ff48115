/** Payloads of the session frames. */

import { Reader, readJson, Writer, writeJson } from './bytes.js';
import { WireError } from './errors.js';
import {
  boolean,
  type Check,
  type Fields,
  finite,
  integers,
  json,
  known,
  natural,
  object,
  one,
  optional,
  show,
  string,
  text,
  words,
  wrongField,
} from './fields.js';
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
import { signalsWantedFields } from './signals.js';

/** `varint frames | f32 held`: how many state frames were applied on this link, and how long that was not said. */
export interface Ack {
  /** State frames taken from this link since it opened. */
  frames: number;
  /** Milliseconds since the newest of them was taken: what its way took is without them. */
  heldMs: number;
}

export const encodeAck = (ack: Ack): Uint8Array => new Writer(16).varint(ack.frames).f32(ack.heldMs).take();

export function decodeAck(payload: Uint8Array): Ack {
  const reader = new Reader(payload);
  const ack = { frames: reader.varint(), heldMs: reader.f32() };
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

const side: Check = (v) => natural(v) && (v as number) >= 1 && (v as number) <= MAX_CELLS;
const at: Check = (v) => natural(v) && (v as number) < MAX_CELLS;
const rect = object({ x: at, y: at, width: side, height: side });
const positive: Check = (v) => finite(v) && (v as number) > 0;
/** Longer than any that counts, so that who shows one hears why from whoever asks for it. */
const secret: Check = (v) => typeof v === 'string' && v.length <= 16_384;
const most =
  (length: number): Check =>
  (v) =>
    typeof v === 'string' && v.length <= length;
/** A public id, a dot, a secret. */
const sessionId: Check = (v) => typeof v === 'string' && /^[\w-]{4,32}\.[\w-]{16,64}$/.test(v);
const publicId: Check = (v) => typeof v === 'string' && /^[\w-]{4,32}$/.test(v);
const rights = object({
  control: boolean,
  view: optional(rect),
  maxBps: optional(positive),
  expires: optional((v) => finite(v) && (v as number) >= 0),
});
const controller = object({ id: publicId, name: optional(most(40)) });
const state = one('waiting', 'live', 'ended');
const neighborhood = one('moore', 'von-neumann');
const wrap = one('torus', 'bounded');
const report = object({
  generation: natural,
  rate: finite,
  population: optional(natural),
  engine: string,
  engineReason: optional(words),
  fps: finite,
  tilesChanged: finite,
});

export const publish = json<PublishMessage>('Publish', {
  protocol: one(1),
  claim: (v) => string(v) && (v as string).length >= 16 && (v as string).length <= 64,
  attempt: optional(natural),
  peer: optional(string),
  maxPeers: optional(natural),
  token: optional(secret),
  merge: optional(boolean),
});

export const subscribe = json<SubscribeMessage>('SubscribeFilter', {
  protocol: one(1),
  resume: optional(object({ epoch: natural, version: natural, seen: natural, window: optional(rect) })),
  update: optional(boolean),
  session: optional(sessionId),
  name: optional(most(40)),
  token: optional(secret),
  window: optional(rect),
  lod: optional((v) => natural(v) && (v as number) <= 16),
  maxBps: optional(positive),
  standby: optional(boolean),
  maxFps: optional(positive),
  grid: optional(boolean),
  signals: optional(object(signalsWantedFields)),
});

export const welcome = json<WelcomeMessage>('Welcome', {
  protocol: one(1),
  channel: string,
  state,
  resume: one('full', 'merged', 'none'),
  epoch: optional(natural),
  answers: optional(natural),
  peers: optional(boolean),
  age: optional((v) => finite(v) && (v as number) >= 0),
  rights: optional(rights),
});

export const status = json<StatusMessage>('Status', {
  state,
  reason: optional(words),
  viewers: optional(natural),
  watching: optional(natural),
  clock: optional(natural),
  expires: optional((v) => finite(v) && (v as number) >= 0),
  source: optional(report),
});

export const controlState = json<ControlStateMessage>('ControlState', {
  control: one('none', 'viewers', 'token'),
  desk: optional(natural),
  controllers: optional(one('one', 'many')),
  controller: optional(controller),
  asking: optional((v) => Array.isArray(v) && v.length <= 64 && v.every(controller)),
  paused: boolean,
  speed: finite,
  rule: string,
  neighborhood: one('moore', 'von-neumann', 'circular'),
  wrap,
  width: natural,
  height: natural,
  pattern: string,
});

export const controlReply = json<ControlReplyMessage>('ControlReply', {
  id: natural,
  ok: boolean,
  reason: optional(words),
  retry: optional(boolean),
  lost: optional(boolean),
});

export const introduce = json<IntroduceMessage>('Introduce', {
  peer: string,
  rights: optional(rights),
  session: optional(sessionId),
  refused: optional(words),
});

export const errorMessage = json<ErrorMessage>('Error', { code: natural, reason: words });

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
  controller: { action: one('request', 'release', 'take', 'give'), to: optional(publicId) },
};

const origin = object({ session: sessionId, id: natural, name: optional(most(40)), control: boolean });
const heading: Fields = {
  id: natural,
  command: string,
  token: optional(secret),
  after: optional(natural),
  desk: optional(natural),
  from: optional(origin),
};

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
    if (wrong !== undefined)
      throw new WireError(`Control.${wrong} is ${show(value[wrong], wrong)}, which it may not be`);
    const { id, command } = value as unknown as ControlMessage;
    const fields = Object.hasOwn(commands, command) ? commands[command]! : undefined;
    if (fields === undefined) return { id, refused: `the command ${show(command)} is not known here` };
    const bad = wrongField(value, fields);
    if (bad !== undefined)
      return { id, refused: `the command "${command}" has a ${bad} that may not be: ${show(value[bad])}` };
    return known(value, { ...heading, ...fields }) as unknown as ControlMessage;
  },
};
