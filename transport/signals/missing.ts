/**
 * Signals that are asked for by name and that the source does not have. They may only be late: what is not there after a while
 * is told of, once each, or a name that was misspelt would be waited for without a word.
 */

import type { Receiver } from '../receiver.js';
import { after, type Timer } from '../session/timer.js';

/** How late a name may be, ms. */
const PATIENCE = 3_000;
/** Names that are listed. */
const LISTED = 12;

export class Missing {
  readonly #told = new Set<string>();
  #doubt: Timer | null = null;

  /** @param tell is given words such as: no signal "cuont"; it has: count, doubled */
  constructor(
    readonly receiver: Receiver,
    readonly tell: (what: string) => void,
  ) {}

  /** The source is there, and does not have these. */
  get names(): readonly string[] {
    return this.receiver.status === 'live' ? this.receiver.missing : [];
  }

  /** Some may be missing now that were not before. */
  look(): void {
    if (this.#doubt !== null) return;
    const untold = this.names.filter((name) => !this.#told.has(name));
    if (untold.length === 0) return;
    this.#doubt = after(PATIENCE, () => {
      this.#doubt = null;
      this.#complain(untold);
      this.look();
    });
  }

  stop(): void {
    this.#doubt?.stop();
    this.#doubt = null;
  }

  #complain(doubted: readonly string[]): void {
    const { names } = this;
    const missing = doubted.filter((name) => names.includes(name));
    if (missing.length === 0) return;
    for (const name of missing) this.#told.add(name);
    const { signals, others } = this.receiver;
    const there = [...(signals?.names() ?? []), ...others];
    const has = there.length > 0 ? `; it has: ${list(there)}` : '';
    this.tell(`no signal ${list(missing.map((name) => JSON.stringify(name)))}${has}`);
  }
}

function list(names: readonly string[]): string {
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
