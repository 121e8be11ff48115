/**
 * Acknowledges the frames of state that came over one link. They are counted, never named: a sender knows by the count what
 * is still on its way, and by the time they took how fast they are decoded. What was in them is not known here.
 */

import { encodeFrame } from '../wire/frame.js';
import { encodeAck } from '../wire/session.js';
import { after, type Timer } from './timer.js';

/** Acks go out with the frames, not by a timer: a hidden page's timers sleep, its messages do not. */
const ACK_FRAMES = 32;
/** No more than the least that a sender lets be on its way, or it would wait for the timer. */
const ACK_BYTES = 64 * 1024;
const ACK_MS = 250;

export class Acks {
  /** Frames of state that came. */
  frames = 0;
  #acked = 0;
  #ackedAt = 0;
  #bytes = 0;
  #decodeMs = 0;
  #later: Timer | null = null;

  constructor(readonly send: (frame: Uint8Array) => void) {}

  /** A frame of state was taken, of which the work began at `began`: it is acknowledged, now or soon. */
  took({ length }: Uint8Array, began: number): void {
    this.frames++;
    const now = performance.now();
    this.#bytes += length;
    this.#decodeMs += now - began;
    const due = this.frames - this.#acked >= ACK_FRAMES || this.#bytes >= ACK_BYTES || now - this.#ackedAt >= ACK_MS;
    if (due) this.now();
    else this.#later ??= after(ACK_MS, () => this.now());
  }

  /** Acknowledges what is not yet: the last frames before a pause too, or the sender would wait for their acks. */
  now(): void {
    this.stop();
    const { frames } = this;
    const news = frames - this.#acked;
    if (news === 0) return;
    this.send(encodeFrame('Ack', encodeAck({ frames, decodeMs: this.#decodeMs / news })));
    this.#acked = frames;
    this.#ackedAt = performance.now();
    this.#bytes = this.#decodeMs = 0;
  }

  stop(): void {
    this.#later?.stop();
    this.#later = null;
  }
}
