/**
 * Bytes of state a second that one receiver is sent at most: from a bucket of its own, and from one that it shares, where its
 * right is one of several. It makes frames wait, and keeps none: what is sent once there is room again is what there is by then.
 */

import { CHUNK_BYTES } from '../state/chunk.js';
import { Bucket } from './bucket.js';

/** Smaller frames than this are not worth their headers. */
const FRAME_MIN = 1024;

export class Cap {
  readonly #own = new Bucket();
  #shared: Bucket | null = null;

  /** @param run called when it is ready, after it said that it was not */
  constructor(readonly run: () => void) {}

  get perSecond(): number {
    return Math.min(this.#own.perSecond, this.#shared?.perSecond ?? Number.POSITIVE_INFINITY);
  }

  set perSecond(bytes: number) {
    this.#own.perSecond = bytes;
  }

  /** What it takes it takes from this one, too. */
  share(bucket: Bucket | null): void {
    if (bucket === this.#shared) return;
    this.#shared?.giveUp(this.run);
    if (this.#shared) this.#shared.users--;
    if (bucket) bucket.users++;
    this.#shared = bucket;
  }

  /** May anything be sent now? If not, `run` is called when it may. */
  get ready(): boolean {
    return this.#own.ready(this.run) && (this.#shared === null || this.#shared.ready(this.run));
  }

  /** Bytes of a frame that is not too long to wait for. */
  get frameBytes(): number {
    const burst = Math.min(this.#own.burst, this.#shared?.burst ?? Number.POSITIVE_INFINITY);
    return Math.min(CHUNK_BYTES, Math.max(FRAME_MIN, burst));
  }

  /** May this frame, which was made for others too, go now as it is? */
  takes(bytes: number): boolean {
    return this.perSecond === Number.POSITIVE_INFINITY || (this.ready && bytes <= this.frameBytes);
  }

  sent(bytes: number): void {
    this.#own.took(bytes, this.run);
    this.#shared?.took(bytes, this.run);
  }

  stop(): void {
    this.#own.giveUp(this.run);
    this.share(null);
  }
}
