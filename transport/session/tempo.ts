/** When one receiver may have its next frame, by the rate it asked for. */

import { after, type Timer } from './timer.js';

export class Tempo {
  #maxFps: number | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #later: Timer | null = null;

  /** @param run called when it is time, after `due` said it was not, or `later` was asked for */
  constructor(readonly run: () => void) {}

  /** Frames a second that the receiver asked for, if it did. Whoever changes it asks then whether it is time. */
  get maxFps(): number | undefined {
    return this.#maxFps;
  }

  set maxFps(fps: number | undefined) {
    // By the old rate, it may wait for long.
    if (fps !== this.#maxFps) this.stop();
    this.#maxFps = fps;
  }

  /** Is it time for the next frame? If not, `run` is called when it is. */
  get due(): boolean {
    const fps = this.maxFps;
    if (fps === undefined) return true;
    const wait = this.#sentAt + 1000 / fps - performance.now();
    // Clocks and timers are a little off; a frame early by a tenth is better than a frame skipped.
    if (wait <= 100 / fps) return true;
    this.later(wait);
    return false;
  }

  /** Is `run` going to be called? */
  get waiting(): boolean {
    return this.#later !== null;
  }

  sent(now: number): void {
    this.#sentAt = now;
  }

  later(ms: number): void {
    this.#later ??= after(ms, () => {
      this.#later = null;
      this.run();
    });
  }

  stop(): void {
    this.#later?.stop();
    this.#later = null;
  }
}
