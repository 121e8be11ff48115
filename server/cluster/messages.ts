/** What nodes say to each other: a line of JSON, and bytes. */

import { Reader, Writer } from '../../transport/wire/bytes.js';

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

const utf8 = new TextEncoder();
const text = new TextDecoder();
const take = (reader: Reader, n: number): Uint8Array => reader.bytes.subarray(reader.skip(n), reader.at);

export function encodeMessage(message: NodeMessage, body: Uint8Array = new Uint8Array()): Uint8Array {
  const head = utf8.encode(JSON.stringify(message));
  return done(new Writer(head.length + body.length + 5).varint(head.length).put(head).put(body));
}

/** What was written, which nobody writes to any more. */
const done = ({ bytes, length }: Writer): Uint8Array => bytes.subarray(0, length);

/** Null for what is none: another version, or a stranger. */
export function decodeMessage(bytes: Uint8Array): [NodeMessage, body: Uint8Array] | null {
  try {
    const reader = new Reader(bytes);
    const head = take(reader, reader.varint());
    const message: unknown = JSON.parse(text.decode(head));
    const kind = (message as { kind?: unknown } | null)?.kind;
    return typeof kind === 'string' ? [message as NodeMessage, bytes.subarray(reader.at)] : null;
  } catch {
    return null;
  }
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

export function decodeChannelMessage(bytes: Uint8Array): ChannelMessage | null {
  try {
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
  } catch {
    return null;
  }
}

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

export function decodeKeyframe(bytes: Uint8Array): Keyframe | null {
  const message = decodeChannelMessage(bytes);
  if (message?.kind !== 'state') return null;
  const [head, stamps, ...frames] = message.frames;
  if (stamps === undefined) return null;
  try {
    const { have } = JSON.parse(text.decode(head)) as Pick<Keyframe, 'have'>;
    return { ...message, have, stamps, frames };
  } catch {
    return null;
  }
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
