/**
 * Bytes of state a second that one receiver is sent at most: a bucket that fills at that rate. It makes frames wait, and
 * keeps none: what is sent once there is room again is what there is by then.
 */

import { CHUNK_BYTES } from '../state/chunk.js';
import { after, type Timer } from './timer.js';

/** The bucket holds what comes in so many seconds; no frame is made larger than that. */
const BURST = 0.25;
/** Smaller frames than this are not worth their headers. */
const FRAME_MIN = 1024;

export class Cap {
  #perSecond = Number.POSITIVE_INFINITY;
  /** Bytes that may go now; what was sent too much is owed. */
  #level = 0;
  #at = 0;
  #later: Timer | null = null;

  /** @param run called when it is ready, after it said that it was not */
  constructor(readonly run: () => void) {}

  get perSecond(): number {
    return this.#perSecond;
  }

  set perSecond(bytes: number) {
    if (bytes === this.#perSecond) return;
    this.#fill();
    const before = Number.isFinite(this.#perSecond);
    this.#perSecond = bytes;
    this.#level = before ? Math.min(this.#level, this.#burst) : this.#burst;
    // By the old rate, it may wait for long.
    this.stop();
  }

  /** May anything be sent now? If not, `run` is called when it may. */
  get ready(): boolean {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return true;
    this.#fill();
    if (this.#level > 0) return true;
    // A little later, or nothing would fit by then.
    this.#later ??= after(Math.max(1, ((1 - this.#level) / this.#perSecond) * 1000), () => {
      this.#later = null;
      this.run();
    });
    return false;
  }

  /** Bytes of a frame that is not too long to wait for. */
  get frameBytes(): number {
    return Math.min(CHUNK_BYTES, Math.max(FRAME_MIN, this.#burst));
  }

  /** May this frame, which was made for others too, go now as it is? */
  takes(bytes: number): boolean {
    return this.#perSecond === Number.POSITIVE_INFINITY || (this.ready && bytes <= this.frameBytes);
  }

  sent(bytes: number): void {
    this.#level -= bytes;
  }

  stop(): void {
    this.#later?.stop();
    this.#later = null;
  }

  get #burst(): number {
    return this.#perSecond * BURST;
  }

  #fill(): void {
    const now = performance.now();
    const come = ((now - this.#at) / 1000) * this.#perSecond;
    this.#at = now;
    // Without a limit there is nothing to count.
    this.#level = Number.isFinite(come) ? Math.min(this.#burst, this.#level + come) : 0;
  }
}
