/**
 * A link over an RTCDataChannel. A message goes out in parts of 16 KiB, each with a byte in front (1: the last part), and
 * little is given to the channel at once: a burst of a megabyte into a fresh channel stalls it for seconds.
 */

import type { Link, LinkClose } from './link.js';

const PART = 16 * 1024;
const HIGH_WATER = 32 * 1024;
/** The longest message that is put together again. */
const LONGEST = 8 * 2 ** 20;
/** `bufferedamountlow` can be missed (it fires only on the way down), so a full channel is also asked; ms. */
const POLL = 100;

export class ChannelLink implements Link {
  readonly kind = 'webrtc';
  readonly highWater = HIGH_WATER;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;

  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #poll: ReturnType<typeof setTimeout> | null = null;
  /** Above the high water: whoever sends waits for `ondrain`. */
  #full = false;
  #open = true;

  /**
   * @param channel an open channel, ordered and reliable
   * @param release closes the connection that the channel belongs to
   */
  constructor(
    readonly channel: RTCDataChannel,
    readonly release: () => void,
  ) {
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = HIGH_WATER / 2;
    channel.onmessage = ({ data }) => this.#receive(data);
    channel.onbufferedamountlow = () => this.#pump();
    channel.onclose = () => this.#end({ code: 1006, reason: 'the other side closed the direct link' });
    channel.onerror = () => this.#end({ code: 1006, reason: 'the direct link failed' });
  }

  get buffered(): number {
    return this.#waitingBytes + this.channel.bufferedAmount;
  }

  send(message: Uint8Array): void {
    if (!this.#open) return;
    for (let at = 0; ; at += PART - 1) {
      const last = at + PART - 1 >= message.length;
      const piece = message.subarray(at, at + PART - 1);
      const part = new Uint8Array(piece.length + 1);
      part[0] = last ? 1 : 0;
      part.set(piece, 1);
      this.#waiting.push(part);
      this.#waitingBytes += part.length;
      if (last) break;
    }
    this.#pump();
  }

  close(code = 1000, reason = ''): void {
    this.#end({ code, reason });
  }

  #pump(): void {
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#poll = null;
    if (!this.#open) return;
    try {
      while (this.#waiting.length > 0 && this.channel.bufferedAmount < HIGH_WATER) {
        const part = this.#waiting.shift()!;
        this.#waitingBytes -= part.length;
        this.channel.send(part as Uint8Array<ArrayBuffer>);
      }
    } catch (error) {
      return this.#end({ code: 1006, reason: (error as Error).message });
    }
    if (this.buffered > HIGH_WATER) {
      this.#full = true;
      this.#poll = setTimeout(() => this.#pump(), POLL);
    } else if (this.#full) {
      this.#full = false;
      this.ondrain?.();
    }
  }

  #receive(data: unknown): void {
    if (!this.#open) return;
    if (!(data instanceof ArrayBuffer) || data.byteLength === 0) {
      return this.#end({ code: 4400, reason: 'the direct link carries what is not a part of a message' });
    }
    const part = new Uint8Array(data);
    // The flag counts too, and only the last part may be short: else parts of nothing would pile up without an end.
    this.#partBytes += part.length;
    if (part[0] !== 1 && part.length < PART)
      return this.#end({ code: 4400, reason: 'a part of a message is too short' });
    if (this.#partBytes > LONGEST) return this.#end({ code: 1009, reason: `a message is over ${LONGEST} bytes` });
    if (part[0] === 1 && this.#parts.length === 0) {
      this.#partBytes = 0;
      return this.onmessage?.(part.subarray(1));
    }
    this.#parts.push(part.subarray(1));
    if (part[0] !== 1) return;
    const message = new Uint8Array(this.#parts.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of this.#parts) {
      message.set(piece, at);
      at += piece.length;
    }
    this.#parts = [];
    this.#partBytes = 0;
    this.onmessage?.(message);
  }

  #end(event: LinkClose): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#waiting.length = 0;
    this.release();
    queueMicrotask(() => this.onclose?.(event));
  }
}
