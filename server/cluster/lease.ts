/** Who owns a channel: one key, taken by compare-and-set, renewed while it is held. */

import { every, type Timer } from '../../transport/session/timer.js';
import type { Bus } from './bus.js';
import { type Owned, outranks, readOwned } from './owned.js';

/** A key may change hands while it is asked for; so often is it asked again. */
const TRIES = 5;

export interface LeaseParties {
  /** Somebody else has it. `sure`: nobody took it without knowing of this one. */
  lost(by: Owned | null, sure: boolean): void;
  /** Somebody else had it, who has to give way. */
  won(from: Owned): void;
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
    readonly parties: LeaseParties,
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
    const sure = this.sure;
    let by = before;
    for (let tries = 0; tries < TRIES; tries++) {
      const other = readOwned(by);
      const mine = readOwned(value);
      // One's own words are from before they were changed, and were overtaken.
      const own = other !== null && other.node === mine?.node;
      if (by !== null && !own && !(other && mine && outranks(mine, other))) {
        this.drop();
        return this.parties.lost(other, sure);
      }
      const now = await this.bus.swap(this.key, by, value, this.leaseMs);
      if (this.held !== value) return;
      if (now === by || now === value) {
        this.sure = true;
        if (other && !own) this.parties.won(other);
        return;
      }
      by = now;
    }
    this.sure = false;
  }
}
