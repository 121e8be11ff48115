/** Keeps the right to steer, or a place among those who ask for it, as long as somebody is there who wants it. */

import type { ControlCommand } from '../wire/messages.js';
import { every, type Timer } from './timer.js';

/** A third of how long it lasts, ms: two of these may be lost. */
const RENEW = 5_000;

export class Renewal {
  #wanted = false;
  #present = true;
  #involved = false;
  #timer: Timer | null = null;

  /** @param renew asks for it again */
  constructor(readonly renew: () => void) {}

  /** Is somebody there? While nobody is, it runs out. */
  get present(): boolean {
    return this.#present;
  }

  set present(present: boolean) {
    if (present === this.#present) return;
    this.#present = present;
    this.#adjust(true);
  }

  /** A command was carried out. */
  done(command: ControlCommand): void {
    if (command.command !== 'controller') return;
    this.#wanted = command.action === 'request' || command.action === 'take';
    this.#adjust();
  }

  /** Who steers and who asks is known anew. `involved`: this is one of them. */
  told(involved: boolean): void {
    // What was lost is not had back by itself.
    if (this.#involved && !involved) this.#wanted = false;
    this.#involved = involved;
    this.#adjust();
  }

  stop(): void {
    this.#wanted = this.#involved = false;
    this.#adjust();
  }

  #adjust(atOnce = false): void {
    if (this.#wanted && this.#involved && this.#present) {
      if (atOnce) this.renew();
      this.#timer ??= every(RENEW, this.renew);
    } else {
      this.#timer?.stop();
      this.#timer = null;
    }
  }
}
