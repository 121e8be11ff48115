/** How much room signals take of what a channel has: whoever writes, holds, or gathers some counts them in this one way. */

import { SIGNAL_LIMITS, SignalError, signalText, utf8Length } from '../wire/signal-value.js';

/** Quotes aside, what is around a name and its value in a full state; bytes, about. */
const AROUND = 4;

/** A name and its value as JSON. */
export type SignalAsText = readonly [name: string, text: string];

export class SignalRoom {
  readonly #held = new Map<string, { name: number; text: number }>();
  #bytes = 0;

  constructor(
    /** Of each signal it is told, too, when it was last written: its name comes twice. */
    readonly versions = false,
  ) {}

  /** Bytes that a full state takes, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes room for this value, instead of the one before. */
  set(name: string, text: string): void {
    const length = utf8Length(text);
    const held = this.#held.get(name);
    if (held === undefined) {
      const entry = { name: this.#nameBytes(name), text: length };
      this.#held.set(name, entry);
      this.#bytes += entry.name + length;
    } else {
      this.#bytes += length - held.text;
      held.text = length;
    }
  }

  /** Takes room for this value. @throws SignalError if there is none */
  take(name: string, text: string): void {
    const wrong = this.why([[name, text]]);
    if (wrong !== null) throw wrong;
    this.set(name, text);
  }

  clear(): void {
    this.#held.clear();
    this.#bytes = 0;
  }

  /**
   * Why there is no room for all of these, each of another name, beside the others that are held; null where there is.
   * @param inTurn they are taken one after another, and there has to be room at each step
   */
  why(values: Iterable<SignalAsText>, inTurn = false): SignalError | null {
    let bytes = this.#bytes;
    let count = this.#held.size;
    /** To be named where all are too many. */
    let grew = '';
    for (const [name, text] of values) {
      const held = this.#held.get(name);
      if (held === undefined && ++count > SIGNAL_LIMITS.count) {
        return new SignalError(name, `is one too many: a channel has up to ${SIGNAL_LIMITS.count}`);
      }
      const more = utf8Length(text) + (held === undefined ? this.#nameBytes(name) : -held.text);
      bytes += more;
      if (more > 0 || grew === '') grew = name;
      if (inTurn && bytes > SIGNAL_LIMITS.total) return this.#full(name);
    }
    return bytes > SIGNAL_LIMITS.total ? this.#full(grew) : null;
  }

  #nameBytes(name: string): number {
    return utf8Length(signalText(name)) * (this.versions ? 2 : 1) + AROUND;
  }

  #full(name: string): SignalError {
    const counted = this.versions ? ', where sources share it with each name counted twice' : '';
    const all = `all signals of a channel together may take ${SIGNAL_LIMITS.total / 1024} KiB${counted}`;
    return new SignalError(name, `does not fit: ${all}`);
  }
}
