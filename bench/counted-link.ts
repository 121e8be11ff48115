/** Two ends of a link in this process that say they are a socket's, and count what one of them is sent. */

import { decodeFrame, FLAG, type Link, type LinkClose, type LinkKind } from '../transport/index.js';
import { compress } from '../transport/wire/deflate.js';
import { HEADER_BYTES } from '../transport/wire/frame.js';

/** What was sent in one direction since the last `take`. */
export interface Count {
  /** Frames of state: header and payload. */
  frames: number;
  bytes: number;
  /** Of them, deflated. */
  deflated: number;
  /** What `bytes` would be if each message were deflated that is shorter so. */
  deflatedBytes: number;
  /** Time the receiver took to apply them, ms. */
  ms: number;
}

const STATE = ['GridMeta', 'GridReset', 'GridTiles'];
const nothing = (): Count => ({ frames: 0, bytes: 0, deflated: 0, deflatedBytes: 0, ms: 0 });

class CountedLink implements Link {
  readonly buffered = 0;
  readonly highWater = Number.POSITIVE_INFINITY;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  other!: CountedLink;
  #count = nothing();

  constructor(readonly kind: LinkKind) {}

  /** Heard a turn later, as from a socket; counted as it is heard. */
  send(message: Uint8Array): void {
    queueMicrotask(() => this.other.#hear(message));
  }

  close(code = 1000, reason = ''): void {
    for (const side of [this, this.other]) side.onclose?.({ code, reason });
  }

  /** What this end was sent since the last time. */
  take(): Count {
    const count = this.#count;
    this.#count = nothing();
    return count;
  }

  #hear(message: Uint8Array): void {
    const { type, flags, payload } = decodeFrame(message);
    const began = performance.now();
    this.onmessage?.(message);
    if (!STATE.includes(type)) return;
    const count = this.#count;
    count.ms += performance.now() - began;
    count.frames++;
    count.bytes += message.length;
    if (flags & FLAG.COMPRESSED) count.deflated++;
    else count.deflatedBytes += Math.min(message.length, HEADER_BYTES + compress(payload).length);
  }
}

/** A pair: the source's end, and the receiver's, which counts. */
export function countedLinks(kind: LinkKind): [Link, CountedLink] {
  const source = new CountedLink(kind);
  const receiver = new CountedLink(kind);
  source.other = receiver;
  receiver.other = source;
  return [source, receiver];
}
