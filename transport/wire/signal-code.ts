/**
 * The compact coding of signals, by the place of each in the announced schema:
 *
 * `u8 bits | varint version | [varint version - base] | u8 which | [nulls] | values`
 *
 * - bits: 1 = integers are differences to those at `base`, 2 = some values are null
 * - which: 0 = a bitmap of the schema follows; 1 = `varint count`, then gaps between places as varints; 2 = all
 * - nulls: a bitmap of those that follow; they have no bytes below
 * - number: an integer as varint of 4|n| (+2 if it is negative), anything else as a byte 1 and an f64
 * - f32: 4 bytes; bool: 1 byte; string and json: varint length and UTF-8
 *
 * The frame is a few bytes where JSON takes a hundred; what it says is the same.
 */

import { Reader, Writer } from './bytes.js';
import { WireError } from './errors.js';
import { isSignalValue, type SignalType, type SignalValue } from './signal-value.js';
import type { SignalSpec, SignalUpdate } from './signals.js';

const DELTA = 1;
const NULLS = 2;
const BITMAP = 0;
const GAPS = 1;
const ALL = 2;
/** Integers up to here, four times as large and more, are still exact. */
const MAX_INTEGER = 2 ** 50;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { fatal: true });

/** One signal to be written: its place in the schema, its value, and the integer it is told as a difference to. */
export interface CodedSignal {
  place: number;
  spec: SignalSpec;
  value: SignalValue;
  /** The receiver's value; only looked at with `delta`. */
  held?: SignalValue;
}

const LONE = /\p{Surrogate}/u;

/** Can this value be told as one of this type? */
export function isCodable(type: SignalType, value: SignalValue): boolean {
  if (value === null || type === 'json') return true;
  if (type === 'f32') return typeof value === 'number' && Object.is(Math.fround(value), value);
  if (type === 'string') return typeof value === 'string' && !LONE.test(value);
  return typeof value === (type === 'bool' ? 'boolean' : 'number');
}

/** @param signals in the order of the schema, which has `places`; each of its type */
export function encodeSignals(
  head: { version: number; base?: number; delta?: boolean },
  places: number,
  signals: readonly CodedSignal[],
): Uint8Array {
  const out = new Writer(64);
  const nulls = signals.some(({ value }) => value === null);
  out.u8((head.delta ? DELTA : 0) | (nulls ? NULLS : 0)).varint(head.version);
  if (head.base !== undefined) out.varint(head.version - head.base);
  writePlaces(out, places, signals);
  if (nulls) writeBits(out, signals.length, (i) => signals[i]!.value === null);
  for (const { spec, value, held } of signals) {
    if (value !== null) writeValue(out, spec, value, head.delta ? held : undefined);
  }
  return out.take();
}

function writePlaces(out: Writer, places: number, signals: readonly CodedSignal[]): void {
  if (signals.length === places) out.u8(ALL);
  else if (signals.length * 8 < places) {
    out.u8(GAPS).varint(signals.length);
    let next = 0;
    for (const { place } of signals) {
      out.varint(place - next);
      next = place + 1;
    }
  } else {
    const chosen = new Set(signals.map(({ place }) => place));
    out.u8(BITMAP);
    writeBits(out, places, (i) => chosen.has(i));
  }
}

function writeBits(out: Writer, count: number, bit: (i: number) => boolean): void {
  for (let i = 0; i < count; i += 8) {
    let byte = 0;
    for (let j = 0; j < 8 && i + j < count; j++) if (bit(i + j)) byte |= 1 << j;
    out.u8(byte);
  }
}

function writeValue(out: Writer, { type }: SignalSpec, value: SignalValue, held: SignalValue | undefined): void {
  switch (type) {
    case 'number': {
      const number = value as number;
      const told = isInteger(held) ? number - held : number;
      // Only what comes back exactly is told as a difference.
      if (isInteger(number) && Math.abs(told) <= MAX_INTEGER) out.varint(told < 0 ? -4 * told + 2 : 4 * told);
      else out.u8(1).f64(number);
      return;
    }
    case 'f32':
      out.f32(value as number);
      return;
    case 'bool':
      out.u8(value ? 1 : 0);
      return;
    default: {
      const bytes = utf8.encode(type === 'string' ? (value as string) : JSON.stringify(value));
      out.varint(bytes.length).put(bytes);
    }
  }
}

const isInteger = (value: SignalValue | undefined): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= MAX_INTEGER;

/**
 * Reads the head; values are read when they are asked for, against those held.
 * @throws WireError, as `values()` does, if it is anything but what `encodeSignals` writes for this schema
 */
export function decodeSignals(payload: Uint8Array, full: boolean, schema: readonly SignalSpec[]): SignalUpdate {
  const reader = new Reader(payload);
  const bits = reader.u8();
  if (bits > (DELTA | NULLS)) throw new WireError(`signal bits 0x${bits.toString(16)} are not known`);
  const version = reader.varint();
  const back = full ? version : reader.varint();
  if (back > version) throw new WireError('the base of the signals lies before their first version');
  if (!full && back === 0) throw new WireError('the base of the signals is no older version');
  const delta = (bits & DELTA) !== 0;
  if (full && delta) throw new WireError('a full state of signals has no differences');
  return {
    full,
    version,
    base: version - back,
    delta,
    values: (held) => readValues(reader, schema, (bits & NULLS) !== 0, delta ? held : null),
  };
}

function readValues(
  reader: Reader,
  schema: readonly SignalSpec[],
  hasNulls: boolean,
  held: ((name: string) => SignalValue | undefined) | null,
): [string, SignalValue][] {
  const chosen = readPlaces(reader, schema);
  const nulls = hasNulls ? readBits(reader, chosen.length) : null;
  const values = chosen.map((spec, i): [string, SignalValue] => [
    spec.name,
    nulls?.[i] ? null : readValue(reader, spec, held?.(spec.name)),
  ]);
  reader.end();
  return values;
}

function readPlaces(reader: Reader, schema: readonly SignalSpec[]): readonly SignalSpec[] {
  switch (reader.u8()) {
    case ALL:
      return schema;
    case BITMAP: {
      const bits = readBits(reader, schema.length);
      return schema.filter((_, i) => bits[i]);
    }
    case GAPS: {
      const count = reader.varint();
      if (count > schema.length) throw new WireError(`${count} signals of a schema of ${schema.length}`);
      const chosen: SignalSpec[] = [];
      for (let i = 0, place = 0; i < count; i++, place++) {
        place += reader.varint();
        const spec = schema[place];
        if (spec === undefined) throw new WireError(`a signal at place ${place} of a schema of ${schema.length}`);
        chosen.push(spec);
      }
      return chosen;
    }
    default:
      throw new WireError('which signals follow is told in a way that is not known');
  }
}

function readBits(reader: Reader, count: number): boolean[] {
  const bits: boolean[] = [];
  for (let i = 0; i < count; i += 8) {
    const byte = reader.u8();
    if (byte >> Math.min(8, count - i) !== 0) throw new WireError('a bitmap of signals has bits too many');
    for (let j = 0; j < 8 && i + j < count; j++) bits.push((byte & (1 << j)) !== 0);
  }
  return bits;
}

function readValue(reader: Reader, { name, type }: SignalSpec, held: SignalValue | undefined): SignalValue {
  switch (type) {
    case 'number': {
      const told = reader.varint();
      if (told % 2 === 1) {
        if (told !== 1) throw new WireError(`the number ${told} is not one of the coding`);
        return finite(name, reader.f64());
      }
      const size = Math.floor(told / 4);
      const number = told % 4 === 2 ? -size : size;
      return isInteger(held) ? held + number : number + 0;
    }
    case 'f32':
      return finite(name, reader.f32());
    case 'bool': {
      const byte = reader.u8();
      if (byte > 1) throw new WireError(`the signal ${JSON.stringify(name)} is neither true nor false`);
      return byte === 1;
    }
    default: {
      const text = readText(reader, reader.varint());
      return type === 'string' ? text : readJsonValue(name, text);
    }
  }
}

function finite(name: string, value: number): number {
  if (!Number.isFinite(value)) throw new WireError(`the signal ${JSON.stringify(name)} is not finite`);
  return value + 0;
}

function readText(reader: Reader, length: number): string {
  const from = reader.skip(length);
  try {
    return fromUtf8.decode(reader.bytes.subarray(from, from + length));
  } catch {
    throw new WireError('the text of a signal is not UTF-8');
  }
}

function readJsonValue(name: string, text: string): SignalValue {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireError(`the signal ${JSON.stringify(name)} is not JSON`);
  }
  if (!isSignalValue(value)) throw new WireError(`the signal ${JSON.stringify(name)} is too deep, or not finite`);
  return value;
}
