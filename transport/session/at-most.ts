/** Runs something now, or once it may again; however often it is asked to. */

import { after, type Timer } from './timer.js';

export class AtMost {
  #wait: Timer | null = null;
  #again = false;

  /** @param ms between two runs, at least */
  constructor(
    readonly ms: number,
    readonly run: () => void,
  ) {}

  ask(): void {
    this.#again = this.#wait !== null;
    if (this.#again) return;
    this.#wait = after(this.ms, () => {
      this.#wait = null;
      if (this.#again) this.ask();
    });
    this.run();
  }

  stop(): void {
    this.#wait?.stop();
    this.#wait = null;
    this.#again = false;
  }
}
