/** The source's hand on a table: collects what a program sets within a tick, and makes one version of it. */

import {
  checkName,
  SIGNAL_LIMITS,
  SignalError,
  type SignalType,
  type SignalValue,
  signalText,
  toSignalValue,
} from '../wire/signal-value.js';
import { newEpoch, SignalTable } from './signal-table.js';

export class SignalWriter {
  readonly table = new SignalTable(newEpoch());
  readonly #pending = new Map<string, SignalValue>();
  /** In the order in which they were first named. */
  readonly #types = new Map<string, { type: SignalType; fixed: boolean }>();
  #declared = true;
  #joined = false;

  /** There is such a signal from now on, with a value or without. A type given here stays; else it follows the values. */
  declare(name: string, type?: SignalType): void {
    checkName(name);
    if (this.#types.size >= SIGNAL_LIMITS.count && !this.#types.has(name)) {
      throw new SignalError(name, `is one too many: a channel has up to ${SIGNAL_LIMITS.count}`);
    }
    this.#types.set(name, { type: type ?? 'json', fixed: type !== undefined });
    this.#declared = false;
  }

  /**
   * Sets a value, to be told with the next `commit`. One that is not declared yet is from now on.
   * @throws SignalError if it cannot be sent; the old value stays then
   */
  set(name: string, value: unknown): void {
    let held = this.#types.get(name);
    const sent = toSignalValue(name, value);
    if (held === undefined) {
      this.declare(name);
      held = this.#types.get(name)!;
    }
    const fitted = held.fixed ? fit(name, sent, held.type) : sent;
    this.table.checkRoom(name, signalText(fitted));
    if (!held.fixed && fitted !== null) this.#follow(name, held, fitted);
    this.#pending.set(name, fitted);
  }

  /**
   * Other sources of the channel have written up to this version: what is written next is later. What was written before
   * the first news of them counts as written now, since it could not know better.
   */
  witness(version: number): void {
    if (!this.#joined) {
      for (const { spec } of this.table.changedSince(-1)) this.table.restamp(spec.name, version + 1);
      version++;
    }
    this.#joined = true;
    if (version > this.table.version) this.table.reached(version);
  }

  /** Makes a version of what was set since the last. Returns the names that changed. */
  commit(): string[] {
    if (!this.#declared) {
      this.#declared = true;
      this.table.declare([...this.#types].map(([name, { type }]) => ({ name, type })));
    }
    if (this.#pending.size === 0) return [];
    const { table } = this;
    const version = table.version + 1;
    const changed: string[] = [];
    for (const [name, value] of this.#pending) if (table.put(name, value, version)) changed.push(name);
    this.#pending.clear();
    if (changed.length > 0) table.reached(version);
    return changed;
  }

  /** A signal without a type has that of its values, as long as they agree. */
  #follow(name: string, held: { type: SignalType; fixed: boolean }, value: SignalValue): void {
    const type = typeOf(value);
    const mixed = this.table.stamp(name) >= 0 && held.type !== type && this.table.get(name) !== null;
    const next = mixed ? 'json' : type;
    if (next === held.type) return;
    held.type = next;
    this.#declared = false;
  }
}

function typeOf(value: SignalValue): SignalType {
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
