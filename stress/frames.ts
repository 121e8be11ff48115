/** Frames by hand, for those who do not keep to the protocol; and WebSocket frames, for those who do not even keep to that. */

import { deflateRawSync } from 'node:zlib';
import { encodeFrame, FLAG, type FrameName } from 'mpl-kit/transport';

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export const json = (name: FrameName, value: object): Uint8Array => encodeFrame(name, text(value));
export const subscribe = (more: object = {}): Uint8Array => json('SubscribeFilter', { protocol: 1, ...more });
export const publish = (claim: string, more: object = {}): Uint8Array =>
  json('Publish', { protocol: 1, claim, ...more });

/** Whole numbers as the wire has them: seven bits a byte, the lowest first. */
export function varint(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) | 128);
  }
}

export const gridMeta = (epoch: number, width: number, height: number, planes = 1): Uint8Array =>
  encodeFrame(
    'GridMeta',
    new Uint8Array([epoch & 255, (epoch >> 8) & 255, 0, 0, ...varint(width), ...varint(height), planes]),
  );

export const gridReset = (version: number): Uint8Array => encodeFrame('GridReset', new Uint8Array(varint(version)));

/** No tiles, from nothing: the grid is empty at this version. */
export const noTiles = (version: number): Uint8Array =>
  encodeFrame('GridTiles', new Uint8Array([1, ...varint(version)]));

/** Zeros, deflated: about a thousandth of what they were. */
export const deflatedZeros = (bytes: number): Uint8Array => deflateRawSync(Buffer.alloc(bytes), { level: 9 });

/** A frame that says its payload inflates to `said` bytes. */
export const deflated = (name: FrameName, data: Uint8Array, said: number): Uint8Array =>
  encodeFrame(name, new Uint8Array([...varint(said), ...data]), { flags: FLAG.COMPRESSED });

export interface RawFrame {
  /** Opcode: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  op: number;
  payload?: Uint8Array;
  fin?: boolean;
  masked?: boolean;
  /** Bits 4..6 of the first byte. */
  reserved?: number;
  /** The length it says it has; by default the one it has. */
  length?: number;
}

/** A WebSocket frame from a client, right or wrong. Its mask is zero. */
export function rawFrame({ op, payload = new Uint8Array(), ...rest }: RawFrame): Buffer {
  const { fin = true, masked = true, reserved = 0, length = payload.length } = rest;
  const head = [(fin ? 128 : 0) | reserved | op];
  const mask = masked ? 128 : 0;
  if (length < 126) head.push(mask | length);
  else if (length < 65536) head.push(mask | 126, length >> 8, length & 255);
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(length));
    head.push(mask | 127, ...long);
  }
  if (masked) head.push(0, 0, 0, 0);
  return Buffer.concat([Buffer.from(head), payload]);
}

/** The close code in what a relay answered to a handshake and whatever came after it; 0 where it said none. */
export function closeCodeIn(answer: Buffer): number {
  let at = answer.indexOf('\r\n\r\n') + 4;
  while (at > 3 && at + 1 < answer.length) {
    const op = answer[at]! & 15;
    let length = answer[at + 1]! & 127;
    at += 2;
    if (length === 126) {
      length = answer.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(answer.readBigUInt64BE(at));
      at += 8;
    }
    if (op === 8) return length >= 2 ? answer.readUInt16BE(at) : 1005;
    at += length;
  }
  return 0;
}
