/** Who owns a channel: one key, taken by compare-and-set, renewed while it is held. */

import { every, type Timer } from '../../transport/session/timer.js';
import type { Bus } from './bus.js';

/** What the key says. */
export interface Owned {
  node: string;
  /** Hash of the claim of its source; empty where anyone may have the channel. */
  claim: string;
  attempt: number;
  /** Chosen at random each time it is taken. */
  term: number;
  /** It is shared: other sources that say so may join. */
  merge?: boolean;
}

/** Read from a key; null for what nobody here wrote. */
export function readOwned(text: string | null): Owned | null {
  if (text === null) return null;
  try {
    const { node, claim, attempt, term, merge } = JSON.parse(text) as Owned;
    const good = [typeof node, typeof claim, typeof attempt, typeof term].join() === 'string,string,number,number';
    return good ? { node, claim, attempt, term, ...(merge === true && { merge }) } : null;
  } catch {
    return null;
  }
}

export class Lease {
  /** What it is held with; null while it is not. */
  held: string | null = null;
  /** Is it known to be held? Not while the bus is away: somebody else may have it then. */
  sure = false;
  #renew: Timer | null = null;

  constructor(
    readonly bus: Bus,
    readonly key: string,
    readonly leaseMs: number,
    /** Somebody else has it: this is what the key says. */
    readonly onlost: (by: string) => void,
  ) {}

  /**
   * Takes it, in place of `expect`; resolves with what it held before, so it is had if that is `expect`.
   * @throws BusError
   */
  async take(expect: string | null, value: string): Promise<string | null> {
    const before = await this.bus.swap(this.key, expect, value, this.leaseMs);
    if (before === expect) this.hold(value, true);
    return before;
  }

  /** It is held from now on, as far as is known: the bus is asked when it is there. */
  hold(value: string, sure = false): void {
    this.held = value;
    this.sure = sure;
    this.#renew ??= every(this.leaseMs / 3, () => void this.renew());
  }

  /** Changes what is said, if it is still held. */
  async change(value: string): Promise<void> {
    const { held } = this;
    if (held === null || held === value) return;
    this.held = value;
    try {
      const before = await this.bus.swap(this.key, held, value, this.leaseMs);
      if (before !== held && before !== value && this.held === value) await this.#again(before, value);
    } catch {
      this.sure = false;
    }
  }

  /** Asks whether it is still held, and holds it for longer. */
  async renew(): Promise<void> {
    const { held } = this;
    if (held === null) return;
    try {
      const before = await this.bus.swap(this.key, held, held, this.leaseMs);
      if (this.held !== held) return;
      if (before === held) this.sure = true;
      else await this.#again(before, held);
    } catch {
      this.sure = false;
    }
  }

  /** Gives it up. */
  release(): void {
    const { held } = this;
    this.drop();
    if (held !== null) this.bus.swap(this.key, held, null, 0).catch(() => {});
  }

  /** Holds it no more, whoever has it. */
  drop(): void {
    this.held = null;
    this.sure = false;
    this.#renew?.stop();
    this.#renew = null;
  }

  /** The key was gone, or is somebody else's. */
  async #again(before: string | null, value: string): Promise<void> {
    if (before !== null) return this.#lost(before);
    const now = await this.bus.swap(this.key, null, value, this.leaseMs);
    if (this.held !== value) return;
    if (now === null || now === value) this.sure = true;
    else this.#lost(now);
  }

  #lost(by: string): void {
    // One's own words, from before they were changed, and overtaken.
    if (readOwned(by)?.node === readOwned(this.held)?.node) {
      const value = this.held!;
      void this.bus.swap(this.key, by, value, this.leaseMs).catch(() => {});
      return;
    }
    this.drop();
    this.onlost(by);
  }
}
