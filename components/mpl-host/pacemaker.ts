/**
 * Decides when to step and how far: from one generation a second to as fast as it goes, where many generations pass
 * between two frames. It works in short slices, so that messages are heard in between.
 */

export interface Paced {
  step(generations: number): void;
  /** A frame is due. */
  publish(): void;
}

/** A slice of work at full speed, ms. */
const SLICE = 8;
/** Debt is forgotten beyond this, ms: a machine that is too slow runs slower, it does not freeze. */
const MAX_DEBT = 200;

export class Pacemaker {
  #speed = 30;
  #maxFps = 30;
  #running = false;
  /** Generations owed, with their fraction. */
  #owed = 0;
  #at = 0;
  #publishedAt = 0;
  /** Milliseconds a generation takes, smoothed. */
  #cost = 0.01;
  #timer: ReturnType<typeof setTimeout> | null = null;
  // A message to oneself comes sooner than any timer, which is kept at 4 ms and more.
  readonly #soon = new MessageChannel();

  constructor(readonly world: Paced) {
    this.#soon.port1.onmessage = () => this.#turn();
  }

  get running(): boolean {
    return this.#running;
  }

  set speed(speed: number) {
    this.#speed = speed;
    this.#restart();
  }

  set maxFps(fps: number) {
    this.#maxFps = fps;
  }

  play(): void {
    if (this.#running) return;
    this.#running = true;
    this.#restart();
  }

  pause(): void {
    this.#running = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  close(): void {
    this.pause();
    this.#soon.port1.close();
  }

  #restart(): void {
    if (!this.#running) return;
    this.#owed = 0;
    this.#at = performance.now();
    this.#again(0);
  }

  #again(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (ms < 1) this.#soon.port2.postMessage(null);
    else this.#timer = setTimeout(() => this.#turn(), ms);
  }

  #turn(): void {
    if (!this.#running || this.#timer !== null) this.#timer = null;
    if (!this.#running) return;
    if (this.#speed === 0) this.#flatOut();
    else this.#inTime();
  }

  #flatOut(): void {
    // Even strides: what blinks with period two then costs nothing to send.
    this.#run(Math.max(2, 2 * Math.round(SLICE / this.#cost / 2)));
    if (performance.now() - this.#publishedAt >= 1000 / this.#maxFps) this.#publish();
    this.#again(0);
  }

  #inTime(): void {
    const now = performance.now();
    this.#owed += (Math.min(now - this.#at, MAX_DEBT) / 1000) * this.#speed;
    this.#at = now;
    const frame = 1000 / this.#maxFps;
    const due = now - this.#publishedAt >= frame - 1;
    const most = Math.max(1, Math.floor(SLICE / this.#cost));
    if (due && this.#owed >= 1) {
      let n = Math.floor(this.#owed);
      if (this.#speed >= 2 * this.#maxFps) n -= n % 2;
      n = Math.min(n, most);
      this.#run(n);
      this.#owed -= n;
      // A frame waits until what is owed is done, unless the machine cannot keep up.
      if (this.#owed < 2 || now - this.#publishedAt > 2 * frame) this.#publish();
    }
    const toFrame = this.#publishedAt + frame - performance.now();
    const toStep = ((1 - this.#owed) / this.#speed) * 1000;
    this.#again(this.#owed >= 2 && due ? 0 : Math.max(1, toFrame, toStep));
  }

  #run(n: number): void {
    if (n <= 0) return;
    const began = performance.now();
    this.world.step(n);
    const cost = (performance.now() - began) / n;
    this.#cost = Math.max(1e-4, this.#cost * 0.8 + cost * 0.2);
  }

  #publish(): void {
    this.#publishedAt = performance.now();
    this.world.publish();
  }
}
