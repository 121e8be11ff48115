/** A screen's turn to steer, where one does at a time: whether it was lost without having been given up, and why. */

/** A turn that ends so soon after the page was hidden, ms, ended for that. */
const SOON = 60_000;

const LOST = 'your turn to steer is over: it ends when the page is hidden, or not connected, for 15 seconds';

export class Turn {
  /** Why it was lost; empty where it was not, or was given up. */
  lost = '';
  #had = false;
  #givenUp = false;
  /** When the page was seen again, Infinity while it is hidden. */
  #hiddenUntil = Number.NEGATIVE_INFINITY;

  /** The page is seen or hidden. */
  seen(hidden: boolean, now = performance.now()): void {
    if (hidden) this.#hiddenUntil = Number.POSITIVE_INFINITY;
    else if (this.#hiddenUntil === Number.POSITIVE_INFINITY) this.#hiddenUntil = now;
  }

  /** It is about to give it up by itself, or to hand it over. */
  giveUp(): void {
    this.#givenUp = true;
  }

  /** It steers, or not, as the source says. Returns true if it has been lost just now. */
  told(steers: boolean, now = performance.now()): boolean {
    const lost = this.#had && !steers && !this.#givenUp && now - this.#hiddenUntil < SOON;
    this.#had = steers;
    if (steers) this.lost = '';
    else this.#givenUp = false;
    if (lost) this.lost = LOST;
    return lost;
  }
}
