/** How far a pattern is on its way into a world. */

export interface PatternLoading {
  /** The file's name. */
  name: string;
  /** It comes over the network; is unpacked, where it is gzip; is read; its cells are put into the new world. */
  phase: 'fetching' | 'unpacking' | 'reading' | 'placing';
  /** Bytes of it that are done in this phase. */
  done: number;
  /** Of how many; 0 = not known. */
  total: number;
}

const PHASES = { fetching: 'Fetching', unpacking: 'Unpacking', reading: 'Reading', placing: 'Placing' };

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** "Reading breeder: 12 of 100 MB". */
export function loadingText({ name, phase, done, total }: PatternLoading): string {
  const of = total > 0 ? ` of ${megabytes(total)}` : '';
  return `${PHASES[phase]} ${name}: ${megabytes(done)}${of} MB`;
}

/** What is done sooner is not worth a word; nor is it told more often; ms. */
const EVERY = 100;

/** Tells how far something is, now and then, and when there is nothing more to tell (null). */
export class LoadingTeller {
  #began: number | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;
  #phase = '';

  constructor(readonly tell: (loading: PatternLoading | null) => void) {}

  at(loading: PatternLoading): void {
    const now = performance.now();
    this.#began ??= now;
    if (now - this.#began < EVERY || (loading.phase === this.#phase && now - this.#toldAt < EVERY)) return;
    this.#toldAt = now;
    this.#phase = loading.phase;
    this.tell(loading);
  }

  over(): void {
    this.#began = null;
    this.#phase = '';
    this.tell(null);
  }
}
