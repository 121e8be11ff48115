/** Rights that last some time: what is left of it, and what happens when it is over. */

import type { Rights } from '../wire/messages.js';
import { after, type Timer } from './timer.js';

/** Why a link is closed whose rights are over. */
export const EXPIRED = 'the token has expired: show another one';

export class Tenure {
  #rights: Rights;
  #until = Number.POSITIVE_INFINITY;
  #timer: Timer | null = null;

  constructor(
    rights: Rights,
    /** The rights are over, and no others came. */
    readonly onover: () => void,
  ) {
    this.#rights = rights;
    this.rights = rights;
  }

  /** The rights, with what is left of their time. */
  get rights(): Rights {
    const { expires } = this;
    return expires === undefined ? this.#rights : { ...this.#rights, expires };
  }

  /** Others count from now on. */
  set rights(rights: Rights) {
    this.#rights = rights;
    this.#until = performance.now() + (rights.expires ?? Number.POSITIVE_INFINITY);
    this.#wait();
  }

  /** Milliseconds that are left; undefined for ever. */
  get expires(): number | undefined {
    return this.#until === Number.POSITIVE_INFINITY
      ? undefined
      : Math.max(0, Math.ceil(this.#until - performance.now()));
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #wait(): void {
    this.stop();
    const left = this.expires;
    if (left === undefined) return;
    this.#timer = after(left, () => {
      // A month is more than one timer can wait for.
      if (this.expires! > 0) this.#wait();
      else this.onover();
    });
  }
}
