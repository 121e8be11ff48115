/** Whose a channel is: that of the source that published it, for as long as it is there, and a moment longer. */

import { after, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import type { PublishMessage } from '../../transport/wire/messages.js';
import { sameSecret } from '../secret.js';

/** Why one is refused that shows the claim, but seems to come late: if it does not, it will try again. */
export const NEWER = 'a newer connection of this source has the channel';
/** A source that is pinged every two seconds and has not been heard for so long hangs on a line that is dead, ms. */
const DEAD = 5_000;

/** Says something over an older connection than `known`, or from a page whose clock was set back? Only time tells which. */
export const outdated = (attempt: number, known: number, { heardAt }: { heardAt: number }): boolean =>
  attempt < known && performance.now() - heardAt < DEAD;

/** A source that vanished without a word keeps its name this long, ms: a reload takes no longer. */
const HOLD = 5_000;

export class Claim {
  #secret = '';
  /** Of the source before this one. */
  #last = '';
  #attempt = 0;
  #hold: Timer | null = null;

  /** @param onfree called when anybody may have the channel again */
  constructor(readonly onfree: () => void = () => {}) {}

  /** Has anybody the channel? */
  get held(): boolean {
    return this.#secret !== '';
  }

  /** May a source with this message not have it? */
  refuses({ claim }: PublishMessage): boolean {
    return this.held && !sameSecret(this.#secret, claim);
  }

  /** Was this sent over an older connection than the one of `holder`, and comes late? */
  isLate({ attempt = this.#attempt }: PublishMessage, holder: { heardAt: number }): boolean {
    return outdated(attempt, this.#attempt, holder);
  }

  /** The source with this message has it. True if it had it before. */
  take({ claim, attempt = this.#attempt }: PublishMessage): boolean {
    const same = claim === this.#last;
    this.#attempt = attempt;
    this.#secret = this.#last = claim;
    this.close();
    return same;
  }

  /** Its source is gone. One that said goodbye gives the name back; one that vanished may be a page that reloads. */
  lost(code: number, graceMs: number): void {
    if (code === CLOSE.normal.code) this.#free();
    else this.#hold = after(Math.min(HOLD, graceMs), () => this.#free());
  }

  close(): void {
    this.#hold?.stop();
    this.#hold = null;
  }

  /** It is not for this relay to say whose it is. */
  forget(): void {
    this.close();
    this.#secret = '';
    this.#attempt = 0;
  }

  /** Anybody may have it. */
  #free(): void {
    this.forget();
    this.onfree();
  }
}
