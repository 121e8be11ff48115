/** One after the other has its turn: all of them once more, each time that something is new for them. */

export class Rounds<T> {
  /** Who is still to be served in the present round; null between rounds. */
  #left: Iterator<T> | null = null;
  /** Is there anything for a round to bring? */
  #due = false;

  /**
   * @param onbegin a round is about to serve its first
   * @param onend all were served
   */
  constructor(
    readonly all: Iterable<T>,
    readonly serve: (one: T) => void,
    readonly onbegin?: () => void,
    readonly onend?: () => void,
  ) {}

  /** Is anybody left? */
  get underway(): boolean {
    return this.#due || this.#left !== null;
  }

  /** Something is new: those who have had their turn have another. */
  begin(): void {
    this.#due = true;
  }

  /** Serves the next one. False where nobody is left. */
  next(): boolean {
    if (this.#left === null) {
      if (!this.#due) return false;
      this.#due = false;
      this.#left = this.all[Symbol.iterator]();
      this.onbegin?.();
    }
    const { done, value } = this.#left.next();
    if (!done) this.serve(value);
    else {
      this.#left = null;
      this.onend?.();
    }
    return true;
  }
}
