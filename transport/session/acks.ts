/**
 * Acknowledges the frames of state that came over one link. They are counted, never named: a sender knows by the count what
 * is still on its way, and by when they come how soon it gets there. What was in them is not known here.
 */

import { encodeFrame } from '../wire/frame.js';
import { encodeAck } from '../wire/session.js';
import { after, type Timer } from './timer.js';

/** Acks go out with the frames, not by a timer: a hidden page's timers sleep, its messages do not. */
const ACK_FRAMES = 32;
/** No more than the least that a sender lets be on its way, or it would wait for the timer. */
const ACK_BYTES = 64 * 1024;
/** An ack says how long it was held back, so that one a second tells as much as one for each frame, for a fraction of the work. */
export const ACK_MS = 1_000;

export class Acks {
  /** Frames of state that came. */
  frames = 0;
  #acked = 0;
  #ackedAt = 0;
  #tookAt = 0;
  #bytes = 0;
  #later: Timer | null = null;

  constructor(readonly send: (frame: Uint8Array) => void) {}

  /** A frame of state was taken: it is acknowledged, now or soon. */
  took({ length }: Uint8Array): void {
    this.frames++;
    const now = performance.now();
    this.#bytes += length;
    this.#tookAt = now;
    const due = this.frames - this.#acked >= ACK_FRAMES || this.#bytes >= ACK_BYTES || now - this.#ackedAt >= ACK_MS;
    if (due) this.now();
    else this.#later ??= after(ACK_MS, () => this.now());
  }

  /** Acknowledges what is not yet: the last frames before a pause too, or the sender would wait for their acks. */
  now(): void {
    this.stop();
    const { frames } = this;
    if (frames === this.#acked) return;
    const now = performance.now();
    this.send(encodeFrame('Ack', encodeAck({ frames, heldMs: now - this.#tookAt })));
    this.#acked = frames;
    this.#ackedAt = now;
    this.#bytes = 0;
  }

  stop(): void {
    this.#later?.stop();
    this.#later = null;
  }
}
