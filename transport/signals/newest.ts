/** An iterator that always gives the newest: what comes while nobody asks is not queued, only remembered as news. */

export class Newest<T> implements AsyncIterableIterator<T> {
  #news = false;
  #over = false;
  #waiting: ((result: IteratorResult<T>) => void)[] = [];

  constructor(
    /** The newest, when it is asked for. */
    readonly value: () => T,
    /** Nobody will ask again. */
    readonly done: () => void,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** There is something new. */
  news(): void {
    this.#news = true;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    this.#news = false;
    waiting({ value: this.value(), done: false });
  }

  /** There will be nothing new any more; what is new now is still given. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
    this.done();
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#news) {
      this.#news = false;
      return Promise.resolve({ value: this.value(), done: false });
    }
    if (this.#over) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<T>> {
    this.#news = false;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }
}
