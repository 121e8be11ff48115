/** Bytes a second of answers to whoever shows one token: an answer goes out whole, and the next once it is paid for. */

import { createHash } from 'node:crypto';

/** Debts, above which those that are paid are looked for. */
const MANY = 10_000;

export class ByteDebt {
  /** By digest of the token, when it is paid (`performance.now()`). */
  readonly #paid = new Map<string, number>();
  #many = MANY;

  /** Milliseconds until another answer may go. */
  wait(token: string, now = performance.now()): number {
    return Math.max(0, (this.#paid.get(digest(token)) ?? 0) - now);
  }

  add(token: string, bytes: number, perSecond: number, now = performance.now()): void {
    const key = digest(token);
    this.#paid.set(key, Math.max(now, this.#paid.get(key) ?? 0) + (bytes / perSecond) * 1000);
    if (this.#paid.size < this.#many) return;
    for (const [other, at] of this.#paid) if (at <= now) this.#paid.delete(other);
    this.#many = Math.max(MANY, 2 * this.#paid.size);
  }
}

const digest = (token: string): string => createHash('sha256').update(token).digest('base64');
