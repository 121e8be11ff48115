/**
 * How much may be on its way to one receiver. A socket's own buffer says little (the kernel and the proxies have theirs),
 * so the receiver's acks decide: the window grows while they come back soon and shrinks when they come late.
 */

import type { Ack } from '../wire/session.js';
import { ACK_MS } from './acks.js';

const WINDOW_MIN = 64 * 1024;
/** Before the first ack nothing is known of the link: on one of 500 kbit/s this is two seconds. */
const WINDOW_START = 128 * 1024;
const WINDOW_MAX = 8 * 1024 * 1024;
/** Frames that may be in flight, however small. */
const FRAMES = 4096;
/** An ack later than this means that frames stand in a queue somewhere, milliseconds. */
const LATE = 400;
const SOON = 200;
/** What an ack leaves of the window, however late it is, and however little late. */
const SHRINK = { most: 0.25, least: 0.7 };

export class Pacer {
  /** Bytes sent and not yet acknowledged. */
  inFlight = 0;
  /** Bytes that may be in flight. */
  window = WINDOW_START;
  /** From sending a frame to its ack, the last time, milliseconds; without the time for which the receiver held it back. */
  latency = 0;
  /** When anything was last acknowledged, or first became outstanding. */
  progressAt = 0;

  /** Bytes and time of each frame outstanding, in a ring: there is one for each receiver and frame. */
  #ring = new Float64Array(2 * 16);
  #oldest = 0;
  #count = 0;
  #frames = 0;

  get ready(): boolean {
    // One frame may always go, however large.
    return this.inFlight === 0 || (this.inFlight < this.window && this.#count < FRAMES);
  }

  /** Bytes of memory. */
  get memory(): number {
    return this.#ring.byteLength;
  }

  /**
   * How far the receiver is behind, milliseconds: what the last ack told, or, where that is long overdue, what the oldest frame
   * has waited beyond the second in which it need not be acknowledged. Nothing on its way, nothing behind.
   */
  lag(now: number): number {
    if (this.#count === 0) return 0;
    return Math.max(this.latency, now - this.#ring[this.#oldest + 1]! - ACK_MS);
  }

  sent(bytes: number, now: number): void {
    if (this.inFlight === 0) this.progressAt = now;
    this.inFlight += bytes;
    if (2 * this.#count === this.#ring.length) this.#grow();
    const at = (this.#oldest + 2 * this.#count++) % this.#ring.length;
    this.#ring[at] = bytes;
    this.#ring[at + 1] = now;
  }

  /** Takes an ack; false if it counts frames that were never sent. */
  acked(ack: Ack, now: number): boolean {
    const count = ack.frames - this.#frames;
    if (count < 0 || count > this.#count) return false;
    if (count === 0) return true;
    const ring = this.#ring;
    this.#frames = ack.frames;
    const pressed = this.inFlight > this.window / 2;
    let sentAt = now;
    for (let i = 0; i < count; i++) {
      this.inFlight -= ring[this.#oldest]!;
      sentAt = ring[this.#oldest + 1]!;
      this.#oldest = (this.#oldest + 2) % ring.length;
    }
    this.#count -= count;
    // Whatever it says it held back, no frame was there before it was sent.
    this.latency = Math.max(0, now - sentAt - Math.max(0, ack.heldMs || 0));
    this.progressAt = now;
    if (this.latency > LATE) {
      // Acks are few where a link is slow, so each must tell by how much: what was on its way for 2 s is five times too much.
      const share = Math.min(SHRINK.least, Math.max(SHRINK.most, LATE / this.latency));
      this.window = Math.max(WINDOW_MIN, this.window * share);
    } else if (this.latency < SOON && pressed) this.window = Math.min(WINDOW_MAX, this.window * 1.5);
    return true;
  }

  #grow(): void {
    const ring = new Float64Array(2 * this.#ring.length);
    ring.set(this.#ring.subarray(this.#oldest));
    ring.set(this.#ring.subarray(0, this.#oldest), this.#ring.length - this.#oldest);
    this.#ring = ring;
    this.#oldest = 0;
  }
}
