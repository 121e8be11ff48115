/** Reading and writing little-endian bytes. The reader checks every bound: nothing in a message is trusted. */

import { WireError } from './errors.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const utf8Encoder = new TextEncoder();

export class Reader {
  #at = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  /** Moves past `n` bytes and says where they began. */
  skip(n: number): number {
    const from = this.#at;
    if (n > this.left) throw new WireError(`the payload ends at byte ${this.bytes.length}, inside a value at ${from}`);
    this.#at += n;
    return from;
  }

  u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.skip(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.skip(8), true);
  }

  /** LEB128, at most 2^53 - 1. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) break;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw new WireError(`a varint before byte ${this.#at} is over 2^53`);
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.skip(this.left));
  }

  /** Fails if something is left over: trailing bytes are a sender's error or an attack. */
  end(): void {
    if (this.left > 0) throw new WireError(`${this.left} bytes too many at the end of the payload`);
  }
}

/** A byte buffer that grows. */
export class Writer {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for `n` more bytes, and says where they go. Take it back with `length`. */
  reserve(n: number): number {
    const from = this.length;
    if (from + n > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, from + n));
      grown.set(this.bytes.subarray(0, from));
      this.bytes = grown;
    }
    this.length = from + n;
    return from;
  }

  u8(value: number): this {
    const at = this.reserve(1);
    this.bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.reserve(2);
    this.bytes[at] = value;
    this.bytes[at + 1] = value >>> 8;
    return this;
  }

  u32(value: number): this {
    return this.u16(value).u16(value >>> 16);
  }

  f32(value: number): this {
    const at = this.reserve(4);
    new DataView(this.bytes.buffer, this.bytes.byteOffset).setFloat32(at, value, true);
    return this;
  }

  f64(value: number): this {
    const at = this.reserve(8);
    new DataView(this.bytes.buffer, this.bytes.byteOffset).setFloat64(at, value, true);
    return this;
  }

  varint(value: number): this {
    while (value >= 128) {
      this.u8((value % 128) | 128);
      value = Math.floor(value / 128);
    }
    return this.u8(value);
  }

  put(bytes: Uint8Array): this {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  /** The bytes written, as a copy of their own. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}

/** A JSON object from UTF-8 bytes. */
export function readJson(payload: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(payload));
  } catch (error) {
    throw new WireError(`the payload is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError('the payload is JSON, but not an object');
  }
  return value as Record<string, unknown>;
}

export const writeJson = (value: object): Uint8Array => utf8Encoder.encode(JSON.stringify(value));
