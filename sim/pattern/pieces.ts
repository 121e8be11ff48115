/** Work that goes piece by piece: a generator that does a few milliseconds of it at each `next()`. */

/** All at once what would go piece by piece. */
export function exhaust<T>(pieces: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}
