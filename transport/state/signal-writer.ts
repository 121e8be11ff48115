/** The source's hand on a table: collects what a program sets within a tick, and makes one version of it. */

import {
  checkName,
  SignalError,
  type SignalType,
  type SignalValue,
  signalText,
  toSignalValue,
} from '../wire/signal-value.js';
import { SignalRoom } from './signal-room.js';
import { newEpoch, SignalTable } from './signal-table.js';

/** Versions are exact up to four times this. */
const MAX_WITNESSED = 2 ** 51;

export class SignalWriter {
  readonly table = new SignalTable(newEpoch());
  readonly #pending = new Map<string, SignalValue>();
  /** In the order in which they were first named. */
  readonly #types = new Map<string, { type: SignalType; fixed: boolean }>();
  /** What all of them take once this is committed. */
  readonly #room: SignalRoom;
  #declared = true;
  #joined = false;
  /** The newest version that other sources of the channel are known to have reached. */
  #witnessed = -1;

  /** @param options.merge there are other sources of these signals: a full state says of each when it was written, too */
  constructor({ merge = false }: { merge?: boolean } = {}) {
    this.#room = new SignalRoom(merge);
  }

  /**
   * There is such a signal from now on, with a value or without. A type given here stays; else it follows the values.
   * @throws SignalError if it cannot be, or its value is of another type
   */
  declare(name: string, type?: SignalType): void {
    const held = this.#types.get(name);
    if (held === undefined) {
      checkName(name);
      this.#room.take(name, 'null');
      this.#types.set(name, { type: type ?? 'json', fixed: type !== undefined });
      this.#declared = false;
    } else if (type !== undefined) {
      const value = this.#pending.has(name) ? this.#pending.get(name) : this.table.get(name);
      const fitted = value === undefined ? undefined : fit(name, value, type);
      if (fitted !== undefined && fitted !== value) this.#write(name, fitted);
      held.fixed = true;
      this.#retype(held, type);
    }
  }

  /**
   * Sets a value, to be told with the next `commit`. One that is not declared yet is from now on.
   * @throws SignalError if it cannot be sent; the old value stays then
   */
  set(name: string, value: unknown): void {
    const held = this.#types.get(name);
    if (held === undefined) checkName(name);
    const sent = toSignalValue(name, value);
    const fitted = held?.fixed ? fit(name, sent, held.type) : sent;
    this.#write(name, fitted);
    if (held === undefined) {
      this.#types.set(name, { type: fitted === null ? 'json' : typeOf(fitted), fixed: false });
      this.#declared = false;
    } else if (!held.fixed && fitted !== null) this.#follow(name, held, fitted);
  }

  /**
   * Other sources of the channel have written up to this version: what is written next is later. What was written before
   * the first news of them counts as written now, since it could not know better.
   */
  witness(version: number): void {
    // Somebody has run the clock to its end; what is left of it is for those who did not.
    if (version > MAX_WITNESSED) return;
    this.#witnessed = Math.max(this.#witnessed, version);
    if (!this.#joined) {
      for (const { spec } of this.table.changedSince(-1)) this.table.restamp(spec.name, version + 1);
      version++;
    }
    this.#joined = true;
    if (version > this.table.version) this.table.reached(version);
  }

  /** Makes a version of what was set since the last. Returns the names that were written. */
  commit(): string[] {
    if (!this.#declared) {
      this.#declared = true;
      this.table.declare([...this.#types].map(([name, { type }]) => ({ name, type })));
    }
    if (this.#pending.size === 0) return [];
    const { table } = this;
    const version = table.version + 1;
    const written: string[] = [];
    for (const [name, value] of this.#pending) {
      // The same again is a write only where somebody else's may have come between.
      const again = table.stamp(name) <= this.#witnessed;
      if (table.put(name, value, version)) written.push(name);
      else if (again) {
        table.restamp(name, version);
        written.push(name);
      }
    }
    this.#pending.clear();
    if (written.length > 0) table.reached(version);
    return written;
  }

  /** Why not all of these can be set, one after another, for want of room; null where they can. */
  whyNoRoom(values: readonly (readonly [name: string, value: SignalValue])[]): SignalError | null {
    const texts = values.map(([name, value]) => [name, signalText(value)] as const);
    return this.#room.why(texts, true);
  }

  #write(name: string, value: SignalValue): void {
    this.#room.take(name, signalText(value));
    this.#pending.set(name, value);
  }

  /** A signal without a type has that of its values, as long as they agree. */
  #follow(name: string, held: { type: SignalType; fixed: boolean }, value: SignalValue): void {
    const type = typeOf(value);
    const mixed = this.table.stamp(name) >= 0 && held.type !== type && this.table.get(name) !== null;
    const next = mixed ? 'json' : type;
    this.#retype(held, next);
  }

  #retype(held: { type: SignalType }, type: SignalType): void {
    if (type === held.type) return;
    held.type = type;
    this.#declared = false;
  }
}

/** The type that a value shows; of `null`, and of what is made of others: "json". */
export function typeOf(value: SignalValue): SignalType {
  switch (typeof value) {
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    default:
      return 'json';
  }
}

/** A value as its type has it. */
function fit(name: string, value: SignalValue, type: SignalType): SignalValue {
  if (value === null || type === 'json') return value;
  const own = type === 'f32' ? 'number' : type;
  if (typeOf(value) !== own)
    throw new SignalError(name, `is ${signalText(value).slice(0, 40)}, but its type is "${type}"`);
  if (type !== 'f32') return value;
  const rounded = Math.fround(value as number);
  return Number.isFinite(rounded) ? rounded : null;
}
