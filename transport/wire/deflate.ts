/**
 * Deflate-raw, synchronous: a frame is applied in the turn in which it comes, so no other frame can overtake it.
 */

import { deflateSync, Inflate, inflateSync } from 'fflate';
import { Reader, Writer } from './bytes.js';
import { WireError } from './errors.js';

/** `varint inflated length | deflate-raw data`. */
export function compress(payload: Uint8Array): Uint8Array {
  const data = deflateSync(payload, { level: 1 });
  return new Writer(data.length + 8).varint(payload.length).put(data).take();
}

/** Bytes inflated at a time: a megabyte that says it makes ten bytes could otherwise keep a relay busy for ten seconds. */
const SLICE = 8192;

/** Inflates slice by slice; null as soon as there is more than `length`. */
function inflateSlices(data: Uint8Array, length: number): Uint8Array | null {
  const out = new Uint8Array(length);
  let at = 0;
  const inflate = new Inflate((part) => {
    if (at + part.length <= length) out.set(part, at);
    at += part.length;
  });
  for (let from = 0; from < data.length; from += SLICE) {
    inflate.push(data.subarray(from, from + SLICE), from + SLICE >= data.length);
    if (at > length) return null;
  }
  return out.subarray(0, at);
}

/** The most that deflate can do (RFC 1951). */
const MOST_RATIO = 1032;
/** Bytes that a payload may become whatever it is made of: a world of equal tiles shrinks to very little. */
const ANY_RATIO = 2 ** 20;

/**
 * The payload inside a compressed one.
 * @param limit bytes it may have
 * @param ratio and times its compressed length, where it has more than a mebibyte
 * @throws WireError if it says it is longer than that or than deflate can make it, or is not what it says.
 */
export function decompress(payload: Uint8Array, limit: number, ratio = MOST_RATIO): Uint8Array {
  const reader = new Reader(payload);
  const length = reader.varint();
  const data = reader.rest();
  const most = Math.min(limit, Math.max(ANY_RATIO, ratio * data.length));
  // A claim beyond what deflate can do is a lie.
  if (length > most || length > MOST_RATIO * data.length) {
    throw new WireError(`a payload of ${data.length} bytes says it inflates to ${length}, more than is allowed`);
  }
  let out: Uint8Array | null;
  try {
    // One byte more than stated, to see whether there is more.
    out = data.length <= SLICE ? inflateSync(data, { out: new Uint8Array(length + 1) }) : inflateSlices(data, length);
  } catch (error) {
    throw new WireError(`a compressed payload cannot be inflated: ${(error as Error).message}`);
  }
  if (out?.length !== length) throw new WireError(`a compressed payload is not of the ${length} bytes it states`);
  return out;
}
