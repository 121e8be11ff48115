/**
 * The bucket from which the bytes of a token with `maxBps` come: one for all who show it at this relay, or another token of the
 * same subject with the same `maxBps`, whatever they come by.
 */

import { Bucket } from '../../transport/session/bucket.js';

/** Buckets, above which those that nobody uses are looked for. */
const MANY = 1000;
/** Whoever was given one has taken it up in this time, ms. */
const TAKEN_UP = 60_000;

export class Buckets {
  readonly #all = new Map<string, { bucket: Bucket; given: number }>();
  #many: number;

  constructor(readonly many = MANY) {
    this.#many = many;
  }

  get size(): number {
    return this.#all.size;
  }

  /** @param holder who has the right, in words that nobody else has */
  of(holder: string, perSecond: number): Bucket {
    const now = performance.now();
    const key = `${perSecond} ${holder}`;
    const known = this.#all.get(key);
    if (known !== undefined) {
      known.given = now;
      return known.bucket;
    }
    if (this.#all.size >= this.#many) this.#forget(now);
    const bucket = new Bucket(perSecond);
    this.#all.set(key, { bucket, given: now });
    return bucket;
  }

  /** Another one is as good as one that is full and that nobody has at hand. */
  #forget(now: number): void {
    for (const [key, { bucket, given }] of this.#all) {
      if (bucket.users === 0 && bucket.full && now - given > TAKEN_UP) this.#all.delete(key);
    }
    this.#many = Math.max(this.many, 2 * this.#all.size);
  }
}
