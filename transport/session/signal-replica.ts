/** A table of signals that follows one link at a time, and knows when a frame is not for it. */

import { SignalTable } from '../state/signal-table.js';
import type { SignalsWanted } from '../wire/messages.js';
import type { SignalUpdate } from '../wire/signals.js';
import type { ReceiverEnd } from './receiver-end.js';

export type TakenSignals =
  /** These have other values. */
  | { kind: 'changed'; names: string[] }
  /** Another table has taken the old one's place. */
  | { kind: 'replaced'; names: string[] }
  /** The frame does not follow from what is held: subscribe again. */
  | { kind: 'stale' };

export class SignalReplica {
  table: SignalTable | null = null;
  /** Names of some signals that were not selected, where others that were are missing. */
  others: readonly string[] = [];

  /** What a subscription may leave out, because it is held already. */
  get resume(): SignalsWanted['resume'] {
    const { table } = this;
    return table ? { epoch: table.epoch, version: table.version } : undefined;
  }

  /** Takes what `end` announced; true if names, types or origin of the signals held have changed by it. */
  announced(end: ReceiverEnd): boolean {
    const { table } = this;
    // Those of another epoch are shown only once their values come: until then the old ones are better than none.
    if (table === null || table.epoch !== end.schema!.epoch) return false;
    const before = table.schemaVersion;
    const { others } = this;
    this.#declare(table, end);
    return table.schemaVersion !== before || others.join('\n') !== this.others.join('\n');
  }

  /**
   * Takes a frame that came over `end`.
   * @throws WireError if it is malformed; the table is then as it was.
   */
  take(update: SignalUpdate, end: ReceiverEnd): TakenSignals {
    const { epoch } = end.schema!;
    if (this.table?.epoch === epoch) {
      if (!this.table.fits(update)) return { kind: 'stale' };
      return { kind: 'changed', names: this.table.apply(update) };
    }
    if (!update.full) return { kind: 'stale' };
    const table = new SignalTable(epoch);
    this.#declare(table, end);
    const names = table.apply(update);
    this.table = table;
    return { kind: 'replaced', names };
  }

  #declare(table: SignalTable, end: ReceiverEnd): void {
    const { specs, hops = null, others = [] } = end.schema!;
    this.others = others;
    table.declare(specs);
    table.hops = hops;
  }
}
