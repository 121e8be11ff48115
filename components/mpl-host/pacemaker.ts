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
/** A timer that is set for more than 2^31 ms fires at once. */
const MAX_SLEEP = 60_000;

export class Pacemaker {
  #speed = 30;
  #maxFps = 30;
  #running = false;
  /** Generations owed, with their fraction. */
  #owed = 0;
  #at = 0;
  #publishedAt = 0;
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
    else this.#timer = setTimeout(() => this.#turn(), Math.min(ms, MAX_SLEEP));
  }

  #turn(): void {
    if (!this.#running || this.#timer !== null) this.#timer = null;
    if (!this.#running) return;
    if (this.#speed === 0) this.#flatOut();
    else this.#inTime();
  }

  #flatOut(): void {
    this.#run(Number.POSITIVE_INFINITY);
    if (performance.now() - this.#publishedAt >= 1000 / this.#maxFps) this.#publish();
    this.#again(0);
  }

  #inTime(): void {
    const now = performance.now();
    const interval = 1000 / this.#speed;
    // At least one generation can be owed, however slow the world is to go.
    const most = Math.max(MAX_DEBT / interval, 1);
    this.#owed = Math.min(this.#owed + (now - this.#at) / interval, most);
    this.#at = now;
    const frame = 1000 / this.#maxFps;
    const due = now - this.#publishedAt >= frame - 1;
    if (due && this.#owed >= 1) {
      const whole = Math.floor(this.#owed);
      this.#owed -= this.#run(this.#speed >= 2 * this.#maxFps ? whole - (whole % 2) : whole);
      // A frame waits until what is owed is done, unless the machine cannot keep up.
      if (this.#owed < 2 || now - this.#publishedAt > 2 * frame) this.#publish();
    }
    const toFrame = this.#publishedAt + frame - performance.now();
    const toStep = (1 - this.#owed) * interval;
    this.#again(this.#owed >= 2 && due ? 0 : Math.max(1, toFrame, toStep));
  }

  /**
   * Steps for a slice of time, or `most` generations, and returns how many it were. What a generation costs may change
   * with the next one, so that it feels its way: in pairs at first, then in strides that grow as long as time is left.
   * Even strides: what blinks with period two then costs nothing to send.
   */
  #run(most: number): number {
    const began = performance.now();
    let done = 0;
    let stride = 2;
    while (stride > 0 && done < most) {
      const n = Math.min(stride, most - done);
      this.world.step(n);
      done += n;
      const spent = performance.now() - began;
      stride = Math.min(2 * stride, 2 * Math.floor((((SLICE - spent) / spent) * done) / 2));
    }
    return done;
  }

  #publish(): void {
    this.#publishedAt = performance.now();
    this.world.publish();
  }
}
