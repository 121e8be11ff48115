/**
 * The relay itself as a source of one channel, of the signals that are posted to it. To the channel it is a source like any
 * other, over a link within the process: filters, merging, late joiners and limits are the same code.
 */

import { randomUUID } from 'node:crypto';
import {
  type Link,
  memoryLinks,
  type SignalType,
  type SignalValue,
  SignalWriter,
  Source,
} from '../../transport/index.js';
import { RateLimit } from '../../transport/session/rate.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { typeOf } from '../../transport/state/signal-writer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import * as session from '../../transport/wire/session.js';
import { checkName, SignalError, toSignalValue } from '../../transport/wire/signal-value.js';
import type { Channel } from './channel.js';
import { Refusal } from './refusal.js';

/** Changes of names or types a second: fewer than a channel takes, so that it need not close its own source. */
const RENAMES = 1;
/** A channel that is posted to may come to be shared with other sources. */
const SHARED = { merge: true } as const;

/** What a POST has done. */
export interface Posted {
  /** Of the posted signals, after it. */
  version: number;
  /** Names of those that have other values now. */
  changed: string[];
}

/** Names and values that can be sent. */
export type SignalValues = readonly (readonly [name: string, value: SignalValue])[];

/** @throws SignalError that names the first that cannot be a signal, or has no room beside those before it */
export function checkSignals(values: Record<string, unknown>): SignalValues {
  const checked = Object.entries(values).map(([name, value]) => {
    checkName(name);
    const made = toSignalValue(name, value);
    // A program that says infinity means that there is no value; in JSON it stands for digits that would be lost.
    if (!isFiniteAll(value)) throw new SignalError(name, 'holds a number beyond 1.8e308, the largest there is');
    return [name, made] as const;
  });
  checkRoom(new SignalWriter(SHARED), checked);
  return checked;
}

/** Is every number in it finite? It came out of `JSON.parse`, and is not deep. */
function isFiniteAll(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isFiniteAll);
}

/** Of many values each may fit where all of them do not: the writer is to take all or none. */
function checkRoom(writer: SignalWriter, values: SignalValues): void {
  const wrong = writer.whyNoRoom(values);
  if (wrong !== null) throw wrong;
}

export class PostedSource {
  readonly #writer = new SignalWriter(SHARED);
  readonly #source: Source;
  readonly #claim = randomUUID();
  readonly #renames = new RateLimit(RENAMES, RENAMES * 10);
  readonly #types = new Map<string, SignalType>();
  #end: SourceEnd | null = null;
  #merge = false;
  #refusal: Refusal | null = null;

  constructor(
    readonly channel: Channel,
    /** The right to publish at this relay, where one is asked for: who posts has shown it. */
    readonly token: string | undefined,
    /** The channel has let go of it. */
    readonly ongone: (code: number) => void,
  ) {
    this.#source = new Source(null, { channel: channel.name, signals: this.#writer, merge: true });
    this.#source.fanout.onstatus = ({ clock }) => {
      if (clock !== undefined) this.#writer.witness(clock);
    };
  }

  /** All that is posted. */
  get values(): Record<string, SignalValue> {
    return this.#writer.table.values();
  }

  /** Does it share its channel? */
  get merge(): boolean {
    return this.#merge;
  }

  /** Bytes of a full state, about. */
  get bytes(): number {
    return this.#writer.table.bytes;
  }

  /**
   * Sets these, all or none, and resolves when the channel holds them.
   * @param merge join channels whose sources share them
   * @throws Refusal where the channel does not take it, SignalError where there is no room
   */
  async post(values: SignalValues, merge: boolean): Promise<Posted> {
    const { table } = this.#writer;
    const before = table.version;
    checkRoom(this.#writer, values);
    // Other sources are told the clock a moment later; here it is known that what they wrote was before this.
    if (this.#merge) this.#writer.witness(this.channel.clock);
    this.#set(values);
    // The first values go out with the first word: nobody has to see a channel with nothing in it.
    if (this.#end === null || (merge && !this.#merge)) await this.#open(merge);
    this.#source.publishSignals();
    await turn();
    if (this.#refusal !== null) throw this.#refusal;
    const changed = values.map(([name]) => name).filter((name) => table.stamp(name) > before);
    return { version: table.version, changed };
  }

  /** Tells all receivers that this was all, and goes. */
  async end(): Promise<void> {
    this.#source.fanout.end();
    // A link that is closed delivers nothing any more.
    await turn();
    this.close('the posted signals were deleted');
  }

  close(reason: string): void {
    this.#end?.close(CLOSE.normal.code, reason);
  }

  async #open(merge: boolean): Promise<void> {
    const [near, far] = memoryLinks();
    const before = this.#end;
    this.#end = null;
    before?.close(CLOSE.normal.code, 'it comes again, to share the channel');
    this.#merge = merge;
    this.channel.addSource(far);
    const end = this.#source.attach(near, { owner: true });
    this.#end = end;
    await new Promise<void>((resolve, reject) => {
      const { onclose } = near;
      near.onclose = (event) => {
        onclose?.(event);
        if (this.#end !== end) return;
        this.#end = null;
        this.#refusal = new Refusal(event.code, event.reason);
        this.ongone(event.code);
        reject(this.#refusal);
      };
      this.#source.fanout.onends = () => {
        if (end.active) resolve();
      };
      this.#announce(near);
    });
  }

  #announce(link: Link): void {
    const { token } = this;
    const message = { protocol: 1, claim: this.#claim, merge: this.#merge, ...(token && { token }) } as const;
    link.send(encodeFrame('Publish', session.publish.encode(message)));
  }

  #set(values: SignalValues): void {
    const types = this.#newTypes(values);
    if (types.size > 0 && !this.#renames.take()) {
      throw new Refusal(CLOSE.tooFast, 'new names, or values of other types, come too often; wait a second');
    }
    for (const [name, value] of values) {
      const type = types.get(name);
      if (type === 'json' && this.#types.has(name)) this.#writer.declare(name, type);
      this.#writer.set(name, value);
      if (type === undefined) continue;
      this.#types.set(name, type);
      this.#writer.declare(name, type);
    }
  }

  /** A signal has the type of its first value, or "json" once another came: a type changes once at the most. */
  #newTypes(values: SignalValues): Map<string, SignalType> {
    const types = new Map<string, SignalType>();
    for (const [name, value] of values) {
      const held = this.#types.get(name);
      const type = typeOf(value);
      const next = held === undefined ? type : value === null || held === type ? held : 'json';
      if (next !== held) types.set(name, next);
    }
    return types;
  }
}

/** By then, everything sent over links within the process has arrived, and was answered. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
