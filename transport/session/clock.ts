/**
 * The age of a picture, without a common clock: the source's timestamps are compared with the quickest frame seen lately,
 * which is taken to have needed half a round trip.
 */

/** Frames after which an old minimum is forgotten, so that drifting clocks do no harm. */
const WINDOW = 256;

export class AgeClock {
  #min = Number.POSITIVE_INFINITY;
  #nextMin = Number.POSITIVE_INFINITY;
  #count = 0;
  #epoch = -1;
  /** Time of the last frame, unwrapped. */
  #time = -1;
  #arrivedAt = 0;
  #late = 0;

  /**
   * Notes a frame captured at `timestamp` (ms, modulo 2^32) in `epoch`.
   * @param told of the first of an epoch: how old it was when it was sent, ms, by the sender's account
   */
  frame(epoch: number, timestamp: number, now: number, told = 0): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#time = timestamp;
      this.#min = this.#nextMin = now - timestamp - told;
    }
    // Timestamps wrap after 49 days, and another link may bring a frame from before: the nearer way round is meant.
    this.#time += (timestamp - this.#time) | 0;
    const transit = now - this.#time;
    this.#min = Math.min(this.#min, transit);
    this.#nextMin = Math.min(this.#nextMin, transit);
    if (++this.#count % WINDOW === 0) {
      this.#min = this.#nextMin;
      this.#nextMin = Number.POSITIVE_INFINITY;
    }
    this.#late = transit - this.#min;
    this.#arrivedAt = now;
  }

  /** Milliseconds since what is shown was captured, given the round trip to the source. */
  age(now: number, rtt: number): number {
    return this.#arrivedAt === 0 ? 0 : now - this.#arrivedAt + this.#late + rtt / 2;
  }

  /** Milliseconds the last frame took, from capture to arrival. */
  transit(rtt: number): number {
    return this.#late + rtt / 2;
  }
}
