/**
 * Several sources of one channel, that all asked for it: their signals become one table, and of each signal the last write
 * counts, in whatever order the writes arrive.
 *
 * Writes are put in order by a logical clock (Lamport 1978): each source is told the highest version that any has reached,
 * and its next write is above it. Nobody's wall clock is asked. Of writes that knew nothing of each other and have the same
 * version, the source with the higher epoch wins, everywhere.
 */

import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { SignalReplica } from '../../transport/session/signal-replica.js';
import { after, type Timer } from '../../transport/session/timer.js';
import { newEpoch, SignalTable } from '../../transport/state/signal-table.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { WireError } from '../../transport/wire/errors.js';
import type { PublishMessage } from '../../transport/wire/messages.js';
import { SIGNAL_LIMITS } from '../../transport/wire/signal-value.js';
import { type Hop, MAX_HOPS, type SignalSpec, type SignalUpdate } from '../../transport/wire/signals.js';

/** The clock is told this long after it went on, ms, so that it is told once for many writes. */
const TELL_CLOCK = 20;

interface Writer {
  claim: string;
  replica: SignalReplica;
}

export class MergedSources {
  readonly table = new SignalTable(newEpoch());
  /** The highest version that any source has reached. */
  clock = 0;
  readonly #writers = new Map<ReceiverEnd, Writer>();
  /** By name, the write that counts. */
  readonly #written = new Map<string, { version: number; writer: number }>();
  #tell: Timer | null = null;

  constructor(
    readonly channel: string,
    /** Tells this source the clock. */
    readonly tellClock: (end: ReceiverEnd) => void,
  ) {}

  get ends(): IterableIterator<ReceiverEnd> {
    return this.#writers.keys();
  }

  get size(): number {
    return this.#writers.size;
  }

  has(end: ReceiverEnd): boolean {
    return this.#writers.has(end);
  }

  /** Takes a source in; one that shows the claim of another is that one, come back. */
  add(end: ReceiverEnd, { claim }: PublishMessage): void {
    for (const [old, writer] of this.#writers) {
      if (old === end || writer.claim !== claim) continue;
      this.#writers.delete(old);
      old.close(CLOSE.replaced.code, CLOSE.replaced.meaning);
    }
    if (!this.#writers.has(end)) this.#writers.set(end, { claim, replica: new SignalReplica() });
    // Before it is asked for anything: what it has is then written after what is here.
    this.tellClock(end);
    this.subscribe(end);
  }

  delete(end: ReceiverEnd): boolean {
    return this.#writers.delete(end);
  }

  /** Asks a source for what is not held of it. */
  subscribe(end: ReceiverEnd, maxFps?: number): void {
    const resume = this.#writers.get(end)?.replica.resume;
    end.subscribe({ grid: false, ...(maxFps && { maxFps }), signals: { coded: true, ...(resume && { resume }) } });
  }

  /** A source announced its signals. True if that changes those of the channel. */
  announced(end: ReceiverEnd): boolean {
    const before = this.table.schemaVersion;
    this.#writers.get(end)?.replica.announced(end);
    const specs = new Map<string, SignalSpec>(this.table.schema.map((spec) => [spec.name, spec]));
    for (const spec of end.schema!.specs) {
      const { name, type } = spec;
      specs.set(name, (specs.get(name)?.type ?? type) === type ? spec : { name, type: 'json' });
    }
    if (specs.size > SIGNAL_LIMITS.count) {
      throw new WireError(`more than ${SIGNAL_LIMITS.count} signals in one channel`, CLOSE.tooBig.code);
    }
    this.table.declare([...specs.values()]);
    this.table.hops = this.#hops();
    return this.table.schemaVersion !== before;
  }

  /** Takes a frame of a source; returns the names that have changed, or null where it has to be asked again. */
  take(update: SignalUpdate, end: ReceiverEnd): string[] | null {
    const { replica } = this.#writers.get(end)!;
    const taken = replica.take(update, end);
    if (taken.kind === 'stale') return null;
    const { epoch } = replica.table!;
    const version = this.table.version + 1;
    const changed: string[] = [];
    for (const name of taken.names) {
      const stamp = replica.table!.stamp(name);
      const held = this.#written.get(name);
      if (held && (stamp < held.version || (stamp === held.version && epoch < held.writer))) continue;
      this.#written.set(name, { version: stamp, writer: epoch });
      if (this.table.put(name, replica.table!.get(name)!, version)) changed.push(name);
    }
    if (changed.length > 0) this.table.reached(version);
    if (this.table.bytes > SIGNAL_LIMITS.total) {
      throw new WireError('the signals of all sources together are more than a channel may have', CLOSE.tooBig.code);
    }
    this.#advance(update.version, end);
    return changed;
  }

  close(): void {
    this.#tell?.stop();
  }

  #advance(clock: number, by: ReceiverEnd): void {
    if (clock <= this.clock) return;
    this.clock = clock;
    this.#tell ??= after(TELL_CLOCK, () => {
      this.#tell = null;
      for (const end of this.#writers.keys()) if (end !== by || this.clock > clock) this.tellClock(end);
    });
  }

  /** This channel, made of its sources, each made of what it says. */
  #hops(): Hop[] {
    const hops = new Map<number, Hop>();
    const from: number[] = [];
    for (const { schema } of this.#writers.keys()) {
      if (schema === null) continue;
      from.push(schema.epoch);
      for (const hop of schema.hops ?? [{ id: schema.epoch, channel: this.channel, from: [] }]) hops.set(hop.id, hop);
    }
    return [{ id: this.table.epoch, channel: this.channel, from: from.slice(0, MAX_HOPS) }, ...hops.values()].slice(
      0,
      MAX_HOPS,
    );
  }
}
