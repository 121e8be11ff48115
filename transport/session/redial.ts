/** Keeps one link open: connects, and connects again after any loss, later each time. */

import type { Link } from '../link/link.js';
import { Backoff } from './backoff.js';
import { after, type Timer } from './timer.js';

export interface RedialOwner {
  connect(): Promise<Link>;
  opened(link: Link): void;
  /** There is no link, and the next try has to wait. */
  waits(reason: string): void;
}

export class Redial {
  /** When the next try begins (performance.now()); 0 = none is due. */
  retryAt = 0;
  /** Tries after the first. */
  reconnects = 0;
  readonly #backoff = new Backoff();
  #attempt = 0;
  #connecting = false;
  #retry: Timer | null = null;

  constructor(readonly owner: RedialOwner) {}

  /** Is a try under way? */
  get connecting(): boolean {
    return this.#connecting;
  }

  /** Tries now, whatever was planned or under way. */
  async dial(): Promise<void> {
    this.stop();
    const attempt = this.#attempt;
    this.#connecting = true;
    let link: Link;
    try {
      link = await this.owner.connect();
    } catch (error) {
      if (attempt === this.#attempt) this.#later((error as Error).message);
      return;
    }
    if (attempt !== this.#attempt) return link.close();
    this.#connecting = false;
    this.#backoff.opened();
    this.owner.opened(link);
  }

  /** Tries at once, if it waits to try again. */
  hurry(): void {
    if (this.#retry !== null) void this.dial();
  }

  /** The link is gone. Tries again, unless `retry` is false; after `cap` milliseconds at the latest. */
  lost(reason: string, retry = true, cap?: number): void {
    this.#backoff.closed();
    if (retry) this.#later(reason, cap);
  }

  /** Tries no more. */
  stop(): void {
    this.#attempt++;
    this.#connecting = false;
    this.#retry?.stop();
    this.#retry = null;
    this.retryAt = 0;
  }

  #later(reason: string, cap?: number): void {
    this.#connecting = false;
    this.reconnects++;
    const wait = this.#backoff.next(cap);
    this.retryAt = performance.now() + wait;
    this.#retry = after(wait, () => void this.dial());
    this.owner.waits(reason);
  }
}
