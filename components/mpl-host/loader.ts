/** What is said of the pattern on its way into a world, and what ends that. One large one is on its way at a time. */

import { LoadingTeller, type PatternLoading } from '../screen/loading.js';
import type { LoadOptions } from './unpack.js';

/** A pattern was not wanted any more before it was there. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff';
}

/** Of what is there at once nothing is said, and nothing ends it. */
export const IN_NO_TIME: LoadOptions = { signal: new AbortController().signal, onprogress: () => {} };

export class Loader {
  #ending = new AbortController();
  /** Begun, and not ended. */
  #under = 0;
  readonly #teller: LoadingTeller;

  constructor(tell: (loading: PatternLoading | null) => void) {
    this.#teller = new LoadingTeller(tell);
  }

  /** For the next one, until it is called off. */
  begin(): LoadOptions {
    const { signal } = this.#ending;
    this.#under++;
    return { signal, onprogress: (loading) => signal.aborted || this.#teller.at(loading) };
  }

  /** The one for which these options are has ended, well or not. */
  over({ signal }: LoadOptions): void {
    if (signal.aborted) return;
    this.#under--;
    this.#teller.over();
  }

  callOff(why: string): void {
    this.#ending.abort(new CalledOff(`${why} called it off`));
    this.#ending = new AbortController();
    if (this.#under > 0) this.#teller.over();
    this.#under = 0;
  }
}
