/**
 * Whether helpers are worth calling. How much they save is known of no machine beforehand: cores may be halves of one, or
 * busy with something else. So it is measured: between long bouts of the way that was quicker last, a short one of the
 * other. As long as the same one wins, the long bouts grow longer, and the short ones cost less and less.
 */

/** Generations a bout. */
const SHORT = 6;
const LONG = 60;
const LONGEST = 3840;

export class Worth {
  /** Whether the next generation is to be computed together. */
  together = true;
  /** What won last. */
  #better = true;
  #long = LONG;
  #left = SHORT;
  #ms = 0;
  #groups = 0;
  /** Milliseconds a group in the last bout. */
  #last = Number.POSITIVE_INFINITY;

  /** Whether helpers are quicker, as far as is known. */
  get better(): boolean {
    return this.#better;
  }

  /** The generation took so long, for so many groups of rows. */
  add(ms: number, groups: number): void {
    this.#ms += ms;
    this.#groups += groups;
    if (--this.#left > 0) return;
    const cost = this.#ms / this.#groups;
    if (this.together === this.#better) this.#begin(!this.#better, SHORT);
    else {
      // The bout before this one was the other way: the machine was much the same.
      if (cost < this.#last) {
        this.#better = this.together;
        this.#long = LONG;
      } else this.#long = Math.min(this.#long * 2, LONGEST);
      this.#begin(this.#better, this.#long);
    }
    this.#last = cost;
  }

  #begin(together: boolean, generations: number): void {
    this.together = together;
    this.#left = generations;
    this.#ms = 0;
    this.#groups = 0;
  }
}
