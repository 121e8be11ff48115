/** Numbers by numbers, for millions of them: a Map holds 2^24 at most, and stands still while it grows. */
import { MemoryError } from '../../errors.js';

const BITS = 14;
const MASK = 2 ** BITS - 1;

/** Of each id one number; 0 where none was set. */
export class Ids {
  readonly #pages: (Uint32Array | undefined)[] = [];

  get(id: number): number {
    const page = this.#pages[id >>> BITS];
    return page === undefined ? 0 : page[id & MASK];
  }

  /** @throws MemoryError */
  set(id: number, value: number): void {
    const at = id >>> BITS;
    let page = this.#pages[at];
    if (page === undefined) {
      while (this.#pages.length <= at) this.#pages.push(undefined);
      page = this.#pages[at] = room();
    }
    page[id & MASK] = value;
  }
}

function room(): Uint32Array {
  try {
    return new Uint32Array(2 ** BITS);
  } catch {
    throw new MemoryError('This machine has no more memory for a pattern of so many squares: use a smaller one.');
  }
}
