/** What nodes say to each other: a line of JSON, and bytes. */

import { Reader, Writer } from '../../transport/wire/bytes.js';
import { WireError } from '../../transport/wire/errors.js';
import * as is from '../../transport/wire/fields.js';

/** On the topic of a node. Links are numbered in both directions, so that a loss is noticed. */
export type NodeMessage =
  /** A link to this node: of a follower of a channel, or of a source that came to another node. */
  | { kind: 'open'; link: string; from: string; as: LinkPurpose; channel: string }
  | { kind: 'data'; link: string; n: number }
  | { kind: 'close'; link: string; code: number; reason: string }
  /** A question, and its answer. */
  | { kind: 'ask'; id: number; from: string; what: string; about: unknown }
  | { kind: 'answer'; id: number; from: string; answer?: unknown; refused?: Refused }
  /** Something worth knowing. */
  | { kind: 'tell'; from: string; what: string; about: unknown };

/** Why a question has no answer: a close code, words, and the signal it is about if it is about one. */
export interface Refused {
  code: number;
  reason: string;
  signal?: string;
}

export type LinkPurpose = 'follower' | 'source';

/** Anything, and nothing: whoever is asked or told looks at it. */
const any: is.Check = () => true;
const ofLink = { link: is.string };

const FIELDS: Record<NodeMessage['kind'], is.Fields> = {
  open: { ...ofLink, from: is.string, as: is.one('follower', 'source'), channel: is.string },
  data: { ...ofLink, n: is.natural },
  close: { ...ofLink, code: is.natural, reason: is.text },
  ask: { id: is.natural, from: is.string, what: is.string, about: any },
  answer: {
    id: is.natural,
    from: is.string,
    answer: any,
    refused: is.optional(is.object({ code: is.natural, reason: is.text, signal: is.optional(is.text) })),
  },
  tell: { from: is.string, what: is.string, about: any },
};

/**
 * Someone who is asked or told about something, which is looked at first.
 * @throws WireError from what is returned, where it is not what it should be
 */
export const about =
  <About, Answer>(check: is.Check, then: (about: About, from: string) => Answer) =>
  (given: never, from: string): Answer => {
    if (!check(given)) throw new WireError(`what another relay says is ${is.show(given)}, which it may not be`);
    return then(given, from);
  };

const utf8 = new TextEncoder();
const text = new TextDecoder();
const take = (reader: Reader, n: number): Uint8Array => reader.bytes.subarray(reader.skip(n), reader.at);

export function encodeMessage(message: NodeMessage, body: Uint8Array = new Uint8Array()): Uint8Array {
  const head = utf8.encode(JSON.stringify(message));
  return done(new Writer(head.length + body.length + 5).varint(head.length).put(head).put(body));
}

/** What was written, which nobody writes to any more. */
const done = ({ bytes, length }: Writer): Uint8Array => bytes.subarray(0, length);

/**
 * Null for a kind that is not known: another version may say more.
 * @throws WireError for what no node says
 */
export function decodeMessage(bytes: Uint8Array): [NodeMessage, body: Uint8Array] | null {
  const reader = new Reader(bytes);
  const message = parse(take(reader, reader.varint()));
  const { kind } = message;
  if (typeof kind !== 'string') throw new WireError(`a message between relays is of kind ${is.show(kind)}`);
  if (!Object.hasOwn(FIELDS, kind)) return null;
  const fields = FIELDS[kind as NodeMessage['kind']];
  const wrong = is.wrongField(message, fields);
  if (wrong !== undefined) {
    throw new WireError(
      `${kind}.${wrong} of a message between relays is ${is.show(message[wrong])}, which it may not be`,
    );
  }
  return [{ kind, ...is.known(message, fields) } as NodeMessage, bytes.subarray(reader.at)];
}

/** @throws WireError */
function parse(bytes: Uint8Array | undefined): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.decode(bytes));
  } catch {
    throw new WireError('a message between relays is no JSON');
  }
  if (!is.isObject(value)) throw new WireError(`a message between relays is ${is.show(value)}`);
  return value;
}

/** On the topic of a channel: what its owner's tap was sent, or that a node owns it now. */
export type ChannelMessage =
  | { kind: 'state'; tap: number; sequence: number; frames: Uint8Array[] }
  | { kind: 'owned'; node: string };

const STATE = 0;
const OWNED = 1;

export function encodeState(tap: number, sequence: number, frames: readonly Uint8Array[]): Uint8Array {
  const size = frames.reduce((sum, frame) => sum + frame.length + 5, 16);
  const out = new Writer(size).u8(STATE).u32(tap).varint(sequence);
  for (const frame of frames) out.varint(frame.length).put(frame);
  return done(out);
}

export const encodeOwned = (node: string): Uint8Array => done(new Writer(32).u8(OWNED).put(utf8.encode(node)));

/**
 * Null for a kind that is not known: another version may say more.
 * @throws WireError for what no node says
 */
export function decodeChannelMessage(bytes: Uint8Array): ChannelMessage | null {
  const reader = new Reader(bytes);
  const kind = reader.u8();
  if (kind === OWNED) return { kind: 'owned', node: text.decode(bytes.subarray(reader.at)) };
  if (kind !== STATE) return null;
  const message = {
    kind: 'state',
    tap: reader.u32(),
    sequence: reader.varint(),
    frames: [] as Uint8Array[],
  } as const;
  while (reader.left > 0) message.frames.push(take(reader, reader.varint()));
  return message;
}

const version = is.optional(is.object({ epoch: is.natural, version: is.natural }));
/** Is it a `Have`? */
export const isHave = is.object({ grid: version, signals: version });

/** What is held of a channel, whole at its version. */
export interface Have {
  grid?: { epoch: number; version: number } | undefined;
  signals?: { epoch: number; version: number } | undefined;
}

/** How far a tap has published. */
export interface Place {
  tap: number;
  sequence: number;
}

/** A channel as a tap had it after its message of this sequence. */
export interface Keyframe extends Place {
  /** It is for those that have this much, or more. */
  have: Have;
  /** When each tile changed last (`transport/state/stamps.ts`); empty where the keyframe is not the whole grid. */
  stamps: Uint8Array;
  /** `Status`, `GridMeta`, `GridReset`, `GridTiles`, ...: as a receiver that has it is sent them. */
  frames: Uint8Array[];
}

export function encodeKeyframe({ tap, sequence, have, stamps, frames }: Keyframe): Uint8Array {
  const head = utf8.encode(JSON.stringify({ have }));
  return encodeState(tap, sequence, [head, stamps, ...frames]);
}

/** @throws WireError for what no node writes */
export function decodeKeyframe(bytes: Uint8Array): Keyframe {
  const message = decodeChannelMessage(bytes);
  const [head, stamps, ...frames] = message?.kind === 'state' ? message.frames : [];
  if (message?.kind !== 'state' || stamps === undefined) throw new WireError('what should be a keyframe is none');
  const { have } = parse(head);
  if (!isHave(have)) throw new WireError(`a keyframe is for those that have ${is.show(have)}`);
  return { ...message, have: have as Have, stamps, frames };
}

/** Is what was made for those that have `needed` enough for one that has this? */
export function covers(needed: Have, have: Have): boolean {
  const enough = (part: keyof Have): boolean => {
    const least = needed[part];
    const held = have[part];
    return least === undefined || (held !== undefined && held.epoch === least.epoch && held.version >= least.version);
  };
  return enough('grid') && enough('signals');
}
