/**
 * Signals as they stand: what a source last said, what a relay holds, what a receiver reads. All three are this, as `Grid`
 * is for tiles.
 *
 * Each signal has a stamp: the version at which it last changed. "What is new since version v" (late join, resume, another
 * link, a slow receiver) is a scan of the stamps, so no history is kept, and a later write wins in whatever order they come.
 * Whoever keeps up asks for the last version or so: for those, the few that changed lately are scanned, not all.
 */

import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import type { Hop, SchemaMessage } from '../wire/messages.js';
import {
  SIGNAL_LIMITS,
  type SignalError,
  type SignalType,
  type SignalValue,
  signalText,
} from '../wire/signal-value.js';
import type { SignalSpec, SignalUpdate } from '../wire/signals.js';
import { type SignalAsText, SignalRoom } from './signal-room.js';

/** So many signals are few, however few there are in all. */
const FEW = 16;
/** Else of so many, one is few. */
const ONE_IN = 64;

/** One signal of a table. */
export interface SignalEntry {
  spec: SignalSpec;
  /** Its place in the schema. */
  place: number;
  value: SignalValue;
  /** The value as JSON. */
  text: string;
  /** Version of its last change; -1 = it has no value yet. */
  stamp: number;
  /** What it held before that. */
  before: SignalValue | undefined;
}

export class SignalTable {
  /** Grows by one with every set of changes that were made together. */
  version = 0;
  /** The version before the present one: a receiver that stands there may be told differences. */
  previous = 0;
  /** Counts changes of what is announced, here; it is never sent. */
  schemaVersion = 0;
  readonly #room = new SignalRoom();
  readonly #entries = new Map<string, SignalEntry>();
  #schema: readonly SignalSpec[] = [];
  #hops: readonly Hop[] | null = null;
  /** All that changed after this version are among the fresh. */
  #freshSince = 0;
  readonly #fresh = new Set<SignalEntry>();

  constructor(
    /** Chosen at random when a source starts; another one voids what is held. */
    readonly epoch: number,
  ) {}

  get schema(): readonly SignalSpec[] {
    return this.#schema;
  }

  /** Channels that these signals are derived from: this one first. Null = they are its own. */
  get hops(): readonly Hop[] | null {
    return this.#hops;
  }

  set hops(hops: readonly Hop[] | null) {
    if (JSON.stringify(hops) === JSON.stringify(this.#hops)) return;
    this.#hops = hops;
    this.schemaVersion++;
  }

  /** Bytes that a full state takes, about. */
  get bytes(): number {
    return this.#room.bytes;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Its value; undefined where there is no such signal, or none yet. */
  get(name: string): SignalValue | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined || entry.stamp < 0 ? undefined : entry.value;
  }

  /** Version of its last change; -1 where there is no value yet. */
  stamp(name: string): number {
    return this.#entries.get(name)?.stamp ?? -1;
  }

  entry(name: string): SignalEntry | undefined {
    return this.#entries.get(name);
  }

  /** Names of the signals there are, with a value or without, in the order of the schema. */
  names(): string[] {
    return this.#schema.map(({ name }) => name);
  }

  /** All that have a value, as a plain object that nobody's prototype shines through. */
  values(): Record<string, SignalValue> {
    const values: Record<string, SignalValue> = Object.create(null);
    for (const { name } of this.#schema) {
      const value = this.get(name);
      if (value !== undefined) values[name] = value;
    }
    return values;
  }

  /** Signals that changed after `version`, in the order of the schema; after -1: all that have a value. */
  changedSince(version: number): SignalEntry[] {
    const changed: SignalEntry[] = [];
    const fresh = version >= this.#freshSince;
    for (const entry of fresh ? this.#fresh : this.#entries.values()) if (entry.stamp > version) changed.push(entry);
    return fresh ? changed.sort((a, b) => a.place - b.place) : changed;
  }

  /**
   * These signals there are, and no others. What keeps name and type keeps its value.
   * Returns false where that is how things are already.
   */
  declare(schema: readonly SignalSpec[]): boolean {
    const same =
      schema.length === this.#schema.length &&
      schema.every(({ name, type }, i) => name === this.#schema[i]!.name && type === this.#schema[i]!.type);
    if (same) return false;
    const before = new Map(this.#entries);
    this.#entries.clear();
    this.#room.clear();
    for (const [place, spec] of schema.entries()) {
      const old = before.get(spec.name);
      const entry = old ?? { value: null, text: 'null', stamp: -1, before: undefined };
      this.#entries.set(spec.name, { ...entry, spec, place });
      this.#room.set(spec.name, entry.text);
    }
    this.#refreshen(this.#entries.values(), this.version);
    this.#schema = schema.map((spec) => ({ ...spec }));
    this.schemaVersion++;
    return true;
  }

  /** Takes one value at `version`; false where it is older than what is held, or the same. */
  put(name: string, value: SignalValue, version: number): boolean {
    return this.#put(this.#entries.get(name), value, signalText(value), version);
  }

  #put(entry: SignalEntry | undefined, value: SignalValue, text: string, version: number): boolean {
    if (entry === undefined || version < entry.stamp) return false;
    if (entry.stamp >= 0 && text === entry.text) return false;
    entry.before = entry.stamp < 0 ? undefined : entry.value;
    entry.value = typeof value === 'number' ? value + 0 : value;
    entry.text = text;
    this.#room.set(entry.spec.name, text);
    entry.stamp = version;
    this.#fresh.add(entry);
    return true;
  }

  /** The value held counts as written at `version`. */
  restamp(name: string, version: number): void {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.stamp < 0) return;
    entry.stamp = version;
    this.#fresh.add(entry);
    // Who stands at the version before holds this value already.
    entry.before = entry.value;
  }

  /** Says that the table now stands at `version`. */
  reached(version: number): void {
    if (version === this.version) return;
    this.previous = this.version;
    this.version = version;
    // As soon as they are no longer few, only those of the last version are.
    if (this.#fresh.size > Math.max(FEW, this.#entries.size / ONE_IN)) this.#refreshen([...this.#fresh], this.previous);
  }

  #refreshen(among: Iterable<SignalEntry>, since: number): void {
    this.#freshSince = since;
    this.#fresh.clear();
    for (const entry of among) if (entry.stamp > since) this.#fresh.add(entry);
  }

  /**
   * Does this update follow from what is held? A diff has all that changed since its base; differences need the very
   * values of their base.
   */
  fits(update: SignalUpdate): boolean {
    if (update.full) return true;
    return update.delta ? update.base === this.version : update.base <= this.version;
  }

  /**
   * Takes an update that fits; returns the names that changed.
   * @param first done once the update is known to be good, before any of it is taken
   * @throws WireError if it is malformed, or more than signals may be; nothing is taken then.
   */
  apply(update: SignalUpdate, first: () => void = () => {}): string[] {
    // All of it is read before any of it is taken.
    const values = update.values((name) => this.get(name));
    const texts = values.map(([name, value]): SignalAsText => {
      const text = signalText(value);
      if (text.length > SIGNAL_LIMITS.value) throw tooBig(`the signal ${JSON.stringify(name)} is too large`);
      return [name, text];
    });
    const wrong = this.#room.why(texts);
    if (wrong !== null) throw tooBig(wrong.message);
    first();
    const { version, versions } = update;
    const changed: string[] = [];
    for (const [i, [name, value]] of values.entries()) {
      const at = versions?.get(name) ?? version;
      if (this.#put(this.#entries.get(name), value, texts[i]![1], at)) changed.push(name);
      // Written again: a write from before that comes later still does not count.
      else if (at > this.stamp(name)) this.restamp(name, at);
    }
    this.reached(Math.max(this.version, version));
    return changed;
  }

  /** How it is announced to a receiver of these signals, of all by default. */
  announce(schema: readonly SignalSpec[] = this.#schema): SchemaMessage {
    return {
      epoch: this.epoch,
      signals: schema.map(({ name, type }): [string, SignalType] => [name, type]),
      ...(this.#hops && { hops: [...this.#hops] }),
    };
  }

  /** Why there is no room for these beside what is held; null where there is. */
  whyNoRoom(values: Iterable<SignalAsText>): SignalError | null {
    return this.#room.why(values);
  }
}

const tooBig = (message: string) => new WireError(message, CLOSE.tooBig.code);

/** A random epoch. */
export const newEpoch = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;
