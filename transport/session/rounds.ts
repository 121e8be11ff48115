/** One after the other has its turn: all of them once more, each time that something is new for them. */

export class Rounds<T> {
  #round: Iterator<T> | null = null;
  #again = false;

  constructor(
    readonly all: Iterable<T>,
    readonly serve: (one: T) => void,
  ) {}

  /** Is anybody left? */
  get underway(): boolean {
    return this.#round !== null;
  }

  /** Something is new: those who have had their turn have another. */
  begin(): void {
    if (this.#round === null) this.#round = this.all[Symbol.iterator]();
    else this.#again = true;
  }

  /** Serves the next one. False where nobody is left. */
  next(): boolean {
    if (this.#round === null) return false;
    const { done, value } = this.#round.next();
    if (!done) {
      this.serve(value);
      return true;
    }
    this.#round = null;
    if (this.#again) {
      this.#again = false;
      this.begin();
    }
    return true;
  }
}
