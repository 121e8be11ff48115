/**
 * A frame: 16 bytes of header and a payload, the same bytes on every link.
 *
 * `type u8 | flags u8 | sequence u16 | timestamp u32 | width u16 | height u16 | payload length u32`, little-endian.
 */

import { WireError } from './errors.js';
import { FLAG, FRAME, type FrameName, frameName } from './types.js';

export const HEADER_BYTES = 16;

export interface Header {
  type: FrameName;
  flags: number;
  /** Counts what the source captured, modulo 2^16. Every frame made from one capture has the same number. */
  sequence: number;
  /** Milliseconds since the epoch began, modulo 2^32. */
  timestamp: number;
  /** Of a grid: tiles across. */
  width: number;
  /** Of a grid: tiles down. */
  height: number;
}

export interface Frame extends Header {
  payload: Uint8Array;
}

const known = FLAG.INPUT | FLAG.KEYFRAME | FLAG.COMPRESSED | FLAG.CODED;

export function encodeFrame(type: FrameName, payload: Uint8Array, header: Partial<Header> = {}): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = FRAME[type].code;
  bytes[1] = header.flags ?? 0;
  view.setUint16(2, header.sequence ?? 0, true);
  view.setUint32(4, header.timestamp ?? 0, true);
  view.setUint16(8, header.width ?? 0, true);
  view.setUint16(10, header.height ?? 0, true);
  view.setUint32(12, payload.length, true);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/**
 * Reads one message as one frame. The payload is a view of the message, not a copy.
 * @throws WireError if the message is not exactly one frame of a type in the table.
 */
export function decodeFrame(message: Uint8Array): Frame {
  if (message.length < HEADER_BYTES) {
    throw new WireError(`a message of ${message.length} bytes is shorter than a frame header (${HEADER_BYTES})`);
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const flags = message[1]!;
  const type = frameName(message[0]!);
  if (type === undefined) throw new WireError(`frame type 0x${message[0]!.toString(16)} is not known`);
  if ((flags & ~known) !== 0) throw new WireError(`frame flags 0x${flags.toString(16)} are not known`);
  const length = view.getUint32(12, true);
  if (length !== message.length - HEADER_BYTES) {
    throw new WireError(`the header says ${length} bytes of payload, the message has ${message.length - HEADER_BYTES}`);
  }
  return {
    type,
    flags,
    sequence: view.getUint16(2, true),
    timestamp: view.getUint32(4, true),
    width: view.getUint16(8, true),
    height: view.getUint16(10, true),
    payload: message.subarray(HEADER_BYTES),
  };
}
