/**
 * What all receivers are told beside state: how the channel stands, how it is steered. It is told as state is: never queued,
 * the newest to each when its turn comes, and so often at most, however often it changes. What the words are made of is not
 * known here.
 */

import { after, type Timer } from './timer.js';

/** Of each, two rounds begin so many milliseconds after each other, at least. */
const GAPS = { welcome: 50, status: 50, control: 200, end: 50 } as const;
/** A round is followed by a rest as long as it took, but no longer than so many ms. */
const LONGEST_REST = 500;

/** In the order in which they are told. */
export type Word = keyof typeof GAPS;

const WORDS = Object.keys(GAPS) as Word[];

/** How often each was said: when a receiver was told last, or when the last round began. */
type Counts = Record<Word, number>;

const none = (): Counts => ({ welcome: 0, status: 0, control: 0, end: 0 });

export class News<Listener> {
  readonly #said = none();
  /** What all have been told. */
  #told = none();
  readonly #at: Counts = { welcome: -Infinity, status: -Infinity, control: -Infinity, end: -Infinity };
  readonly #listeners = new Map<Listener, Counts>();
  /** Who is still to be told in the present round, and which words; null between rounds. */
  #round: { left: Iterator<[Listener, Counts]>; words: Word[]; said: Counts | null; began: number } | null = null;
  #rest = 0;
  #timer: Timer | null = null;

  /**
   * @param tell tells one receiver what is so now
   * @param onround a round has begun: time for turns
   * @param sparing are there so many that they are told so often at most? Else, whenever there is news
   */
  constructor(
    readonly tell: Readonly<Record<Word, (listener: Listener) => void>>,
    readonly onround: () => void,
    readonly sparing: boolean,
  ) {}

  /** Is a round under way? */
  get underway(): boolean {
    return this.#round !== null;
  }

  /** Somebody has come, and will be told what changes from now on. */
  add(listener: Listener): void {
    this.#listeners.set(listener, { ...this.#said });
  }

  delete(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** Is there anybody who has not been told the newest? */
  pending(word: Word): boolean {
    return this.#said[word] > this.#told[word];
  }

  /** This has changed. */
  say(word: Word): void {
    this.#said[word]++;
    this.#look();
  }

  /** Tells one whatever it has not been told, ahead of its turn. */
  catchUp(listener: Listener): void {
    const heard = this.#listeners.get(listener);
    if (heard) this.#tellOne(listener, heard, WORDS);
  }

  /** Tells the next one. False where nobody is left. */
  next(): boolean {
    if (this.#round === null) return false;
    // What was said since it began, all are told in it.
    this.#round.said ??= { ...this.#said };
    const { done, value } = this.#round.left.next();
    if (done) this.#endRound();
    else this.#tellOne(value[0], value[1], this.#round.words);
    return true;
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#round = null;
  }

  #tellOne(listener: Listener, heard: Counts, words: readonly Word[]): void {
    for (const word of words) {
      if (heard[word] === this.#said[word]) continue;
      heard[word] = this.#said[word];
      this.tell[word](listener);
    }
  }

  /** Begins a round with whatever is due, or waits until something is. */
  #look(): void {
    if (this.#round !== null) return;
    this.#timer?.stop();
    this.#timer = null;
    const now = performance.now();
    let wait = Number.POSITIVE_INFINITY;
    const words = WORDS.filter((word) => {
      if (!this.pending(word)) return false;
      const left = this.sparing ? Math.max(this.#at[word] + GAPS[word], this.#rest) - now : 0;
      wait = Math.min(wait, left);
      return left <= 0;
    });
    if (words.length > 0) {
      for (const word of words) this.#at[word] = now;
      this.#round = { left: this.#listeners.entries(), words, said: null, began: now };
      this.onround();
    } else if (wait < Number.POSITIVE_INFINITY) {
      this.#timer = after(wait, () => this.#look());
    }
  }

  #endRound(): void {
    const { words, said, began } = this.#round!;
    this.#round = null;
    for (const word of words) this.#told[word] = said![word];
    const now = performance.now();
    this.#rest = now + Math.min(now - began, LONGEST_REST);
    this.#look();
  }
}
