/**
 * Decides when to step and how far: from one generation a second to as fast as it goes, where many generations pass
 * between two frames. It works in short slices, so that messages are heard in between.
 */

import { type Clock, SystemClock } from './clock.js';

export interface Paced {
  /** Where it computes elsewhere: when that is done. It is not called again before, nor is `publish`. */
  step(generations: number): void | Promise<void>;
  /** Generations that are best computed at a time; 0 while any number will do. */
  readonly leap?: number;
  /** A frame is due. */
  publish(): void;
  /** A step could not be taken; it has stopped. */
  failed?(error: Error): void;
}

/** A slice of work, and the least time between two of them while the machine keeps up, ms. */
const SLICE = 8;
/** What is computed elsewhere keeps no message waiting, but an edit: it may take so long, ms. */
const ELSEWHERE = 24;
const FIRST_STRIDE = 2;
/** Debt is forgotten beyond this, ms: a machine that is too slow runs slower, it does not freeze. */
const MAX_DEBT = 200;
/** Timers are a little off: after a late frame, the next may come early by this part of a frame. */
const EARLY = 0.1;

export class Pacemaker {
  #speed = 30;
  #maxFps = 30;
  #running = false;
  /** Generations owed, with their fraction. */
  #owed = 0;
  #at = 0;
  /** When the next frame may be published. */
  #frameAt = Number.NEGATIVE_INFINITY;
  /** Something was computed since the last frame. */
  #unseen = false;
  #timer: (() => void) | null = null;
  #called = false;
  /** What was stepped last is being computed elsewhere. */
  #waiting: Promise<void> | null = null;
  /** Generations with which a slice begins; more than at first only for what is computed elsewhere. */
  #stride = FIRST_STRIDE;

  constructor(
    readonly world: Paced,
    readonly clock: Clock = new SystemClock(),
  ) {}

  get running(): boolean {
    return this.#running;
  }

  set speed(speed: number) {
    this.#speed = speed;
    this.#restart();
  }

  set maxFps(fps: number) {
    this.#maxFps = fps;
    this.#frameAt = Math.min(this.#frameAt, this.clock.now() + 1000 / fps);
  }

  play(): void {
    if (this.#running) return;
    this.#running = true;
    this.#restart();
  }

  pause(): void {
    this.#running = false;
    this.#timer?.();
    this.#timer = null;
  }

  /**
   * Goes so many generations as fast as it can, with frames in between, while it does not play; in slices, so that
   * messages are heard. Resolves with how many it were: fewer where `signal` is aborted, or `ms` milliseconds are over.
   */
  async go(generations: number, { ms, signal }: { ms: number; signal: AbortSignal }): Promise<number> {
    const end = this.clock.now() + ms;
    if (this.#waiting) await this.#waiting;
    let done = this.#run(generations);
    if (this.#waiting) await this.#waiting;
    while (done < generations && this.clock.now() < end) {
      this.#show();
      await new Promise<void>((resolve) => this.clock.soon(resolve));
      if (signal.aborted) break;
      done += this.#run(generations - done);
      if (this.#waiting) await this.#waiting;
    }
    return done;
  }

  close(): void {
    this.pause();
    this.#unseen = false;
    this.clock.close();
  }

  #restart(): void {
    if (!this.#running) return;
    this.#owed = 0;
    this.#at = this.clock.now();
    this.#again(0);
  }

  /** One call is under way at any time, however often it is asked for. */
  #again(ms: number): void {
    this.#timer?.();
    this.#timer = null;
    if (ms >= 1) this.#timer = this.clock.after(ms, () => this.#turn());
    else if (!this.#called) {
      this.#called = true;
      this.clock.soon(() => {
        this.#called = false;
        this.#turn();
      });
    }
  }

  #turn(): void {
    // Whatever is waited for calls again.
    if (!this.#running || this.#waiting) return;
    try {
      if (this.#speed === 0) this.#flatOut();
      else this.#inTime();
    } catch (error) {
      this.pause();
      if (!this.world.failed) throw error;
      this.world.failed(error as Error);
    }
  }

  #flatOut(): void {
    this.#run(Number.POSITIVE_INFINITY);
    if (this.#waiting) return;
    this.#show();
    this.#again(0);
  }

  #inTime(): void {
    const interval = 1000 / this.#speed;
    // Where many generations pass between two frames, they are taken in pairs, or by leaps.
    const least = Math.max(this.world.leap ?? 0, this.#speed >= 2 * this.#maxFps ? 2 : 1);
    this.#owe(interval, least);
    // They wait for the frame that shows them, unless there are too many for one stride.
    if (this.#owed >= least && (this.#owed >= 2 * least || this.clock.now() >= this.#frameAt)) {
      const whole = Math.floor(this.#owed);
      this.#owed -= this.#run(whole - (whole % least));
      if (this.#waiting) return;
      this.#owe(interval, least);
    }
    this.#show();
    const toFrame = this.#frameAt - this.clock.now();
    const toLeast = (least - this.#owed) * interval;
    const toStep = Math.max(toLeast, Math.min(toFrame, toLeast + least * interval));
    if (toStep <= 0) return this.#again(0);
    this.#again(Math.max(1, Math.min(this.#unseen ? toFrame : Number.POSITIVE_INFINITY, Math.max(toStep, SLICE))));
  }

  /** Counts what time has brought since it was last counted; what may wait for a frame is no debt. */
  #owe(interval: number, least: number): void {
    const now = this.clock.now();
    this.#owed = Math.min(this.#owed + (now - this.#at) / interval, 2 * least + MAX_DEBT / interval);
    this.#at = now;
  }

  /**
   * Steps for a slice of time, or `most` generations, and returns how many it were. What a generation costs may change
   * with the next one, so that it feels its way: in pairs at first, then in strides that grow as long as time is left.
   * Even strides: what blinks with period two then costs nothing to send. A world that leaps says how far.
   */
  #run(most: number): number {
    const began = this.clock.now();
    let done = 0;
    const leap = this.world.leap ?? 0;
    let stride = leap || this.#stride;
    while (stride > 0 && done < most) {
      const n = Math.min(stride, most - done);
      const elsewhere = this.world.step(n);
      this.#unseen = true;
      done += n;
      if (elsewhere) {
        this.#waiting = this.#await(elsewhere, n);
        break;
      }
      this.#stride = FIRST_STRIDE;
      const spent = this.clock.now() - began;
      if (leap > 0) stride = spent < SLICE ? leap : 0;
      else stride = Math.min(2 * stride, 2 * Math.floor((((SLICE - spent) / spent) * done) / 2));
    }
    return done;
  }

  /** One stride at a time is computed elsewhere, long enough that the way there and back costs little beside it. */
  async #await(elsewhere: Promise<void>, n: number): Promise<void> {
    const began = this.clock.now();
    try {
      await elsewhere;
    } catch (error) {
      this.pause();
      // As if it had been computed here.
      this.clock.soon(() => {
        if (!this.world.failed) throw error;
        this.world.failed(error as Error);
      });
    }
    this.#waiting = null;
    const ms = this.clock.now() - began;
    if (ms > ELSEWHERE) this.#stride = Math.max(FIRST_STRIDE, 2 * (n >> 2));
    else if (ms < ELSEWHERE / 2 && n === this.#stride) this.#stride *= 2;
    if (this.#running) {
      this.#show();
      this.#again(0);
    } else if (this.#unseen) {
      // It was paused meanwhile: no other frame will show this.
      this.#unseen = false;
      this.world.publish();
    }
  }

  /** Publishes what was computed, if it is time for a frame. */
  #show(): void {
    const now = this.clock.now();
    if (!this.#unseen || now < this.#frameAt) return;
    const frame = 1000 / this.#maxFps;
    this.#frameAt = Math.max(this.#frameAt + frame, now + (1 - EARLY) * frame);
    this.#unseen = false;
    this.world.publish();
  }
}
