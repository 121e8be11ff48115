/**
 * Several sources of one channel, that all asked for it: their signals become one table, and of each signal the last write
 * counts, in whatever order the writes arrive.
 *
 * Writes are put in order by a logical clock (Lamport 1978): each source is told the highest version that any has reached,
 * and its next write is above it. Nobody's wall clock is asked. Of writes that knew nothing of each other and have the same
 * version, the source with the higher epoch wins, everywhere.
 */

import { AgeClock } from '../../transport/session/clock.js';
import { RateLimit } from '../../transport/session/rate.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { SignalReplica, type TakenSignals } from '../../transport/session/signal-replica.js';
import { after, type Timer } from '../../transport/session/timer.js';
import { type SignalAsText, SignalRoom } from '../../transport/state/signal-room.js';
import { newEpoch, SignalTable } from '../../transport/state/signal-table.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { WireError } from '../../transport/wire/errors.js';
import type { Frame } from '../../transport/wire/frame.js';
import type { PublishMessage } from '../../transport/wire/messages.js';
import type { SignalSpec, SignalUpdate } from '../../transport/wire/signals.js';
import { NEWER, outdated } from './claim.js';
import { mergedHops } from './merged-hops.js';
import type { Outlet } from './outlet.js';

/** The clock is told at once when it goes on, and not again for so long, ms, so that it is told once for many writes. */
const TELL_CLOCK = 20;

/** Versions of writes are below this, so that there is always one above. Sources do not follow a clock half as far. */
const MAX_VERSION = 2 ** 52;

/** Changes of names a second, of one source. */
const ANNOUNCEMENTS = 2;

interface Writer {
  claim: string;
  attempt: number;
  replica: SignalReplica;
  /** Each counts from a time of its own. */
  clock: AgeClock;
  announcements: RateLimit;
}

export class MergedSources {
  readonly table = new SignalTable(newEpoch());
  /** The last of them said goodbye: who wants the channel alone may have it. */
  over = false;
  /** The highest version that any source has reached. */
  clock = 0;
  readonly #writers = new Map<ReceiverEnd, Writer>();
  /** By name, the write that counts. */
  readonly #written = new Map<string, { version: number; writer: number }>();
  #tell: Timer | null = null;

  constructor(
    readonly channel: string,
    readonly outlet: Outlet,
    /** Tells this source the clock. */
    readonly tellClock: (end: ReceiverEnd) => void,
    /** Sources there may be, and bytes that all of it may take. */
    readonly most: { sources: number; bytes(): number },
  ) {}

  /** Bytes of memory: the table, and what is held of each source. */
  get bytes(): number {
    let bytes = this.table.bytes;
    for (const { replica } of this.#writers.values()) bytes += replica.table?.bytes ?? 0;
    return bytes;
  }

  get ends(): IterableIterator<ReceiverEnd> {
    return this.#writers.keys();
  }

  get size(): number {
    return this.#writers.size;
  }

  has(end: ReceiverEnd): boolean {
    return this.#writers.has(end);
  }

  /** Has each source answered to what was asked of it last? */
  get #answered(): boolean {
    for (const end of this.ends) if (!end.answered) return false;
    return true;
  }

  /** Takes a source in; one that shows the claim of another is that one, come back. False, and it is told why, where it may not. */
  add(end: ReceiverEnd, { claim, attempt = 0 }: PublishMessage): boolean {
    for (const [old, writer] of this.#writers) {
      if (old === end || writer.claim !== claim) continue;
      // What was sent over an older connection, and comes late, counts for nothing.
      if (outdated(attempt, writer.attempt, old)) {
        end.close(CLOSE.taken.code, NEWER);
        return false;
      }
      this.#writers.delete(old);
      old.close(CLOSE.replaced.code, CLOSE.replaced.meaning);
    }
    if (!this.#writers.has(end)) {
      if (this.size >= this.most.sources) {
        end.close(CLOSE.tryLater.code, 'the channel has as many sources as it takes');
        return false;
      }
      const announcements = new RateLimit(ANNOUNCEMENTS, ANNOUNCEMENTS * 10);
      this.#writers.set(end, { claim, attempt, replica: new SignalReplica(), clock: new AgeClock(), announcements });
    }
    this.over = false;
    // Before it is asked for anything: what it has is then written after what is here.
    this.tellClock(end);
    this.subscribe(end);
    return true;
  }

  /** A source has left; what it said stays, as long as there is room. False if it was none of these. */
  delete(end: ReceiverEnd, code: number): boolean {
    if (!this.#writers.delete(end)) return false;
    this.over = this.size === 0 && code === CLOSE.normal.code;
    // The others may have waited for it alone.
    if (this.size > 0) this.outlet.announced(this.#answered);
    const before = this.table.schemaVersion;
    this.#renewHops();
    if (this.table.schemaVersion !== before) this.outlet.fanout.publishSignals();
    return true;
  }

  /** Asks a source for what is not held of it. */
  subscribe(end: ReceiverEnd): void {
    const maxFps = this.outlet.maxFpsOf(end);
    const resume = this.#writers.get(end)?.replica.resume;
    end.subscribe({ grid: false, ...(maxFps && { maxFps }), signals: { coded: true, ...(resume && { resume }) } });
  }

  /** A source said what signals it has, or that it has others now. */
  announced(end: ReceiverEnd): void {
    const before = this.table.schemaVersion;
    const { replica, announcements } = this.#writers.get(end)!;
    replica.announced(end);
    const announced = end.schema!.specs;
    this.#makeRoom(announced.filter(({ name }) => !this.table.has(name)).map(({ name }) => [name, 'null'] as const));
    const specs = new Map<string, SignalSpec>(this.table.schema.map((spec) => [spec.name, spec]));
    for (const spec of announced) {
      const { name, type } = spec;
      specs.set(name, (specs.get(name)?.type ?? type) === type ? spec : { name, type: 'json' });
    }
    this.table.declare([...specs.values()]);
    this.#renewHops();
    const { outlet } = this;
    outlet.heard(end);
    outlet.announced(this.#answered);
    if (this.table.schemaVersion === before) return;
    // Each has its own measure: one that takes it full harms no other.
    if (!announcements.take()) return end.close(CLOSE.tooFast.code, 'the names of the signals change too often');
    outlet.fanout.publishSignals();
  }

  /** A frame of signals came from a source. */
  signals(update: SignalUpdate, frame: Frame, end: ReceiverEnd): void {
    const { outlet, table } = this;
    const { version } = table;
    const taken = this.#take(update, end);
    if (taken === 'stale') {
      end.lost = true;
      return this.subscribe(end);
    }
    outlet.heard(end);
    if (taken === 'behind') return;
    if (this.bytes > this.most.bytes()) end.close(CLOSE.tooBig.code, 'the relay has no room for these signals');
    const { clock, replica } = this.#writers.get(end)!;
    const now = performance.now();
    clock.frame(replica.table!.epoch, frame.timestamp, now, end.signalAge);
    if (table.version === version && outlet.fanout.signals?.table === table) return;
    // The relay counts for all. The way from the source is told apart.
    const age = clock.age(now, 0);
    outlet.show(table, { sequence: frame.sequence, timestamp: Math.round(now - age) >>> 0 }, age);
    outlet.fanout.publishSignals();
  }

  /**
   * Takes a frame of a source.
   * @throws WireError if it is malformed, or more than a channel may have: its link closes, the table is as it was
   */
  #take(update: SignalUpdate, end: ReceiverEnd): TakenSignals['kind'] {
    if (update.version > MAX_VERSION) throw new WireError(`no write can come after version ${update.version}`);
    const { replica } = this.#writers.get(end)!;
    const before = replica.table?.version ?? -1;
    const taken = replica.take(update, end);
    if (taken.kind === 'stale' || taken.kind === 'behind') return taken.kind;
    const from = replica.table!;
    // One that writes again what it wrote before has written too.
    const later = from.changedSince(taken.kind === 'replaced' ? -1 : before).filter(({ spec, stamp }) => {
      const held = this.#written.get(spec.name);
      return !held || stamp > held.version || (stamp === held.version && from.epoch > held.writer);
    });
    this.#makeRoom(later.map(({ spec, text }) => [spec.name, text] as const));
    const version = this.table.version + 1;
    let changed = false;
    for (const { spec, value, stamp } of later) {
      this.#written.set(spec.name, { version: stamp, writer: from.epoch });
      changed = this.table.put(spec.name, value, version) || changed;
    }
    if (changed) this.table.reached(version);
    this.#advance(update.version, end);
    return taken.kind;
  }

  /**
   * Makes room for these, if need be in place of what sources said that are gone.
   * @throws WireError if they are more than a channel may have, of all its sources together; nothing is dropped then
   */
  #makeRoom(values: readonly SignalAsText[]): void {
    if (this.table.whyNoRoom(values) === null) return;
    const names = new Set<string>();
    for (const { schema } of this.#writers.keys()) for (const name of schema?.names ?? []) names.add(name);
    const kept = this.table.schema.filter(({ name }) => names.has(name));
    const room = new SignalRoom();
    for (const { name } of kept) room.set(name, this.table.entry(name)!.text);
    const wrong = room.why(values);
    if (wrong !== null) throw new WireError(`of all sources together, ${wrong.message}`, CLOSE.tooBig.code);
    for (const name of this.#written.keys()) if (!names.has(name)) this.#written.delete(name);
    this.table.declare(kept);
  }

  #renewHops(): void {
    const schemas = [...this.#writers.keys()].flatMap(({ schema }) => schema ?? []);
    this.table.hops = mergedHops({ id: this.table.epoch, channel: this.channel }, schemas);
  }

  close(): void {
    this.#tell?.stop();
  }

  #advance(clock: number, by: ReceiverEnd): void {
    if (clock <= this.clock) return;
    this.clock = clock;
    if (this.#tell !== null) return;
    this.#tellAll(by);
    this.#tell = after(TELL_CLOCK, () => {
      this.#tell = null;
      if (this.clock > clock) this.#tellAll(null);
    });
  }

  #tellAll(but: ReceiverEnd | null): void {
    for (const end of this.#writers.keys()) if (end !== but) this.tellClock(end);
  }
}
