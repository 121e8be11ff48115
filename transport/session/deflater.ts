/** Decides whether to deflate: tries now and then, and goes on as long as it pays in bytes and costs little time. */

import { compress } from '../wire/deflate.js';

const MIN_BYTES = 512;
/** It must save this share of the bytes... */
const SAVING = 0.1;
/** ...at no more than this many milliseconds for a kilobyte saved. */
const MS_PER_KB = 0.5;
/** Frames until a "no" is thought over. */
const RETRY = 8;

export class Deflater {
  #skip = 0;

  /** The compressed payload, or null where it does not pay. */
  try(payload: Uint8Array): Uint8Array | null {
    if (payload.length < MIN_BYTES) return null;
    if (this.#skip > 0) {
      this.#skip--;
      return null;
    }
    const began = performance.now();
    const out = compress(payload);
    const saved = payload.length - out.length;
    const ms = performance.now() - began;
    if (saved < payload.length * SAVING || ms > (saved / 1024) * MS_PER_KB) this.#skip = RETRY;
    return saved > 0 ? out : null;
  }
}
