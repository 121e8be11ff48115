/** The token of one session, as a program gives it: a text, or a function that is asked for one whenever it takes one. */

import { after, type Timer } from './timer.js';

/**
 * A token, or what gives one: it is asked before each connection and ahead of the end of the one before, and may go and fetch
 * it. A function that rejects is asked again.
 */
export type TokenSource = string | (() => string | Promise<string>);

/** A function has so long to answer, ms. */
const PATIENCE = 10_000;
/** Another token is sought so long before the end of the present one, ms, or when so much of its time is left. */
const AHEAD = 30_000;
const LEFT = 0.3;
/** One that was just given, and not shown yet, need not be asked for again; ms. */
const FRESH = 5_000;
/** Whoever has no other token yet is asked again after this long, ms, at the soonest. */
const AGAIN = 1_000;

export class Tokens {
  /** The one that counts; undefined for none. */
  current: string | undefined;
  #source: TokenSource | undefined;
  /** It was shown and refused. */
  #refused: string | undefined;
  #asked = 0;
  /** When it was given, if it was not taken yet (performance.now()). */
  #freshAt = Number.NEGATIVE_INFINITY;
  #ends = Number.POSITIVE_INFINITY;
  #timer: Timer | null = null;

  constructor(
    source: TokenSource | undefined,
    /** There is another one, to be shown now where there is a link. */
    readonly onnews: () => void,
  ) {
    this.#source = source;
    this.current = typeof source === 'string' ? source : undefined;
  }

  get source(): TokenSource | undefined {
    return this.#source;
  }

  /** Another text is shown at once; another function is asked at once. */
  set source(source: TokenSource | undefined) {
    if (source === this.#source) return;
    this.#source = source;
    this.#refused = undefined;
    this.#freshAt = Number.NEGATIVE_INFINITY;
    this.#asked++;
    if (typeof source === 'function') void this.#renew();
    else {
      this.current = source;
      if (source !== undefined) this.onnews();
    }
  }

  /**
   * The token for a new connection.
   * @throws Error, in words for people, where there is none now and may be one later
   */
  async ask(): Promise<string | undefined> {
    this.#wait(undefined);
    const source = this.#source;
    const fresh = performance.now() - this.#freshAt < FRESH;
    if (typeof source !== 'function' || fresh) return this.current;
    const asked = ++this.#asked;
    const token = await given(source);
    if (asked !== this.#asked) return this.current;
    if (token === this.#refused) throw new Error('the token was refused, and there is no other one yet');
    this.current = token;
    return token;
  }

  /** The other side says how long the one that was shown counts, ms; undefined: for ever. */
  lasts(ms: number | undefined): void {
    this.#refused = undefined;
    this.#freshAt = Number.NEGATIVE_INFINITY;
    this.#wait(ms);
  }

  /** The other side has refused it. Is it worth coming back, with another one? */
  refused(): boolean {
    this.#refused = this.current;
    this.#freshAt = Number.NEGATIVE_INFINITY;
    return typeof this.#source === 'function';
  }

  /** There is no link any more. */
  rest(): void {
    this.#asked++;
    this.#wait(undefined);
  }

  #wait(ms: number | undefined): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#ends = ms === undefined ? Number.POSITIVE_INFINITY : performance.now() + ms;
    if (ms !== undefined && typeof this.#source === 'function') this.#renewIn(ms - Math.min(AHEAD, ms * LEFT));
  }

  #renewIn(ms: number): void {
    this.#timer = after(ms, () => {
      this.#timer = null;
      // A timer waits a month at the longest.
      const early = this.#ends - performance.now() - 2 * AHEAD;
      if (early > 0) this.#renewIn(early + AHEAD);
      else void this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const source = this.#source;
    if (typeof source !== 'function') return;
    const asked = ++this.#asked;
    const token = await given(source).catch(() => undefined);
    if (asked !== this.#asked) return;
    if (token !== undefined && token !== this.current) {
      this.current = token;
      this.#freshAt = performance.now();
      this.onnews();
      return;
    }
    // As long as the present one lasts, there may yet be another.
    const left = this.#ends - performance.now();
    if (left > 0 && left < Number.POSITIVE_INFINITY) this.#renewIn(Math.max(AGAIN, left * LEFT));
  }
}

/** @throws Error where it gives none, or not in time; what it gives is not repeated */
async function given(source: () => string | Promise<string>): Promise<string> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = after(PATIENCE, () => reject(new Error(`it took longer than ${PATIENCE / 1000} seconds`)));
  });
  try {
    const token: unknown = await Promise.race([source(), late]);
    if (typeof token !== 'string' || token === '') throw new Error('what was given is no text');
    return token;
  } catch (error) {
    throw new Error(`no token could be had: ${error instanceof Error ? error.message : 'it was refused'}`);
  } finally {
    timer?.stop();
  }
}
