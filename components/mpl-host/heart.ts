/**
 * Asks a worker now and then whether it lives, for where nothing else tells that it does not. It is patient: what counts is not
 * time, but how often it was asked in vain, so that a page that sleeps, or whose timers are held back, takes nobody for dead;
 * and one that said it was busy is not asked.
 */

export interface Pulse {
  /** From one question to the next, ms. */
  every: number;
  /** Questions without an answer, in a row. */
  misses: number;
  /** As many, where it said that it was busy. */
  missesBusy: number;
}

/** A minute; ten where it is busy. */
const PULSE: Pulse = { every: 5_000, misses: 12, missesBusy: 120 };

export class Heart {
  #missed = 0;
  #busy = false;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(
    readonly ask: () => void,
    readonly stopped: () => void,
    readonly pulse: Pulse = PULSE,
  ) {
    this.#timer = setInterval(() => this.#beat(), pulse.every);
  }

  /** It was heard. */
  heard(): void {
    this.#missed = 0;
  }

  set busy(busy: boolean) {
    this.#busy = busy;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    if (++this.#missed > (this.#busy ? this.pulse.missesBusy : this.pulse.misses)) {
      this.stop();
      this.stopped();
    } else this.ask();
  }
}
