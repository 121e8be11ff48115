/** Decides whether to deflate: goes on as long as it saves enough bytes, in a share of the frame that nobody misses. */

import { compress } from '../wire/deflate.js';

const MIN_BYTES = 512;
/** It must save this share of the bytes. */
const SAVING = 0.1;
/** Milliseconds that one payload may take: an eighth of a frame at 30 a second. */
const BUDGET = 4;
/** Payloads until a "no" is thought over. */
const RETRY = 8;

export class Deflater {
  #skip = 0;
  /** Milliseconds a kilobyte: the least that was seen, since a busy machine only ever adds to it. */
  #cost = 0.2;

  /** The compressed payload, or null where it does not pay. */
  try(payload: Uint8Array): Uint8Array | null {
    const kilobytes = payload.length / 1024;
    if (payload.length < MIN_BYTES || kilobytes * this.#cost > BUDGET) return null;
    if (this.#skip > 0) {
      this.#skip--;
      return null;
    }
    const began = performance.now();
    const out = compress(payload);
    const cost = (performance.now() - began) / kilobytes;
    // It is forgotten slowly, should the machine become slower for good.
    this.#cost = Math.min(cost, this.#cost * 1.01);
    const saved = payload.length - out.length;
    if (saved < payload.length * SAVING) this.#skip = RETRY;
    return saved > 0 ? out : null;
  }
}
