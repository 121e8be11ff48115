/** A table of signals that follows one link at a time, and knows when a frame is not for it. */

import { SignalTable } from '../state/signal-table.js';
import type { SignalsWanted } from '../wire/messages.js';
import type { SignalUpdate } from '../wire/signals.js';
import type { ReceiverEnd } from './receiver-end.js';
import type { AnnouncedSchema } from './state-reader.js';

export type TakenSignals =
  /** These have other values. */
  | { kind: 'changed'; names: string[] }
  /** Another table has taken the old one's place. */
  | { kind: 'replaced'; names: string[] }
  /** What is held is newer: another link was quicker, and goes on to be the one that is followed. */
  | { kind: 'behind' }
  /** The frame does not follow from what is held: subscribe again. */
  | { kind: 'stale' };

export class SignalReplica {
  table: SignalTable | null = null;
  /** Names of some signals that were not selected, where others that were are missing. */
  others: readonly string[] = [];
  /** What the table was last declared by. */
  #schema: AnnouncedSchema | null = null;

  /** What a subscription may leave out, because it is held already. */
  get resume(): SignalsWanted['resume'] {
    const { table } = this;
    return table ? { epoch: table.epoch, version: table.version } : undefined;
  }

  /** Takes what `end` announced; true if names, types or origin of the signals held have changed by it. */
  announced(end: ReceiverEnd): boolean {
    const { table } = this;
    // Those of another epoch are shown only once their values come: until then the old ones are better than none.
    if (table === null || table.epoch !== end.schema!.epoch || this.#schema === end.schema) return false;
    const before = table.schemaVersion;
    const { others } = this;
    this.#declare(table, end.schema!);
    return table.schemaVersion !== before || others.join('\n') !== this.others.join('\n');
  }

  /**
   * Takes a frame that came over `end`.
   * @throws WireError if it is malformed; the values are then as they were.
   */
  take(update: SignalUpdate, end: ReceiverEnd): TakenSignals {
    const schema = end.schema!;
    const { table } = this;
    if (update.full) {
      // A table of its own: who sent it may be behind what is held, and other names may have been asked for.
      const fresh = new SignalTable(schema.epoch);
      const before = { others: this.others, schema: this.#schema };
      try {
        this.#declare(fresh, schema);
        const names = fresh.apply(update);
        this.table = fresh;
        return { kind: 'replaced', names };
      } catch (error) {
        this.others = before.others;
        this.#schema = before.schema;
        throw error;
      }
    }
    if (table?.epoch !== schema.epoch || update.base > table.version) return { kind: 'stale' };
    if (update.version < table.version) return { kind: 'behind' };
    if (update.version === table.version) return { kind: 'changed', names: [] };
    if (!table.fits(update)) return { kind: 'stale' };
    // Another link may have announced its own, and been a step behind.
    const declare = () => this.#schema !== schema && this.#declare(table, schema);
    return { kind: 'changed', names: table.apply(update, declare) };
  }

  #declare(table: SignalTable, schema: AnnouncedSchema): void {
    const { specs, hops = null, others = [] } = schema;
    this.#schema = schema;
    this.others = others;
    table.declare(specs);
    table.hops = hops;
  }
}
