/**
 * A source that has a channel for itself: what it sends is applied to the replicas, and passed on as it came. They stay when
 * it goes, for viewers and for its return.
 */

import { RateLimit } from '../../transport/session/rate.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { Replica } from '../../transport/session/replica.js';
import { SharedFrame } from '../../transport/session/shared-frame.js';
import { SignalReplica } from '../../transport/session/signal-replica.js';
import { takeStamps } from '../../transport/state/stamps.js';
import { CLOSE } from '../../transport/wire/codes.js';
import type { Frame } from '../../transport/wire/frame.js';
import type { GridTiles } from '../../transport/wire/grid.js';
import type { SignalUpdate } from '../../transport/wire/signals.js';
import { FLAG } from '../../transport/wire/types.js';
import type { Have } from '../cluster/messages.js';
import type { Outlet } from './outlet.js';

/** New worlds, or other signals, a second: each makes every viewer begin anew. */
const RESETS = 2;

export class LoneSource {
  /** The link it speaks on; null while it is away. */
  end: ReceiverEnd | null = null;
  readonly #replica: Replica;
  #signals = new SignalReplica();
  readonly #resets = new RateLimit(RESETS, RESETS * 10);

  constructor(
    readonly outlet: Outlet,
    /** Bytes of memory there are for it. */
    readonly most: () => number,
  ) {
    this.#replica = new Replica(most);
  }

  /** Bytes of memory that its world takes. */
  get gridBytes(): number {
    return this.#replica.grid?.bytes ?? 0;
  }

  /** Bytes of memory that its signals take. */
  get signalBytes(): number {
    return this.#signals.table?.bytes ?? 0;
  }

  /** What is shown of it, and need not be sent again. */
  get held(): Have {
    const { resume } = this.#replica;
    const signals = this.showsSignals ? this.#signals.resume : undefined;
    return { ...(resume && { grid: { epoch: resume.epoch, version: resume.version } }), ...(signals && { signals }) };
  }

  /** Are the signals shown its own? */
  get showsSignals(): boolean {
    return this.#signals.table !== null && this.outlet.fanout.signals?.table === this.#signals.table;
  }

  /** Asks for what the replicas lack. */
  subscribe(): void {
    const { end } = this;
    if (end === null) return;
    const maxFps = this.outlet.maxFpsOf(end);
    const { resume } = this.#replica;
    const signals = this.#signals.resume;
    const wanted = { coded: true, ...(signals && { resume: signals }) };
    end.subscribe({ ...(resume && { resume }), ...(maxFps && { maxFps }), signals: wanted }, this.#replica.grid);
  }

  tiles(tiles: GridTiles, frame: Frame, raw: Uint8Array, end: ReceiverEnd): void {
    if (end.reset !== null && !this.#resets.take()) {
      return end.close(CLOSE.tooFast.code, 'the world begins anew too often');
    }
    const taken = this.#replica.take(tiles, end);
    if (taken.kind === 'stale') return this.#askAgain(end);
    const { fanout } = this.outlet;
    fanout.stamp = { sequence: frame.sequence, timestamp: frame.timestamp };
    this.outlet.heard(end);
    const { grid } = this.#replica;
    if (taken.kind === 'replaced') fanout.replace(grid);
    else fanout.publish([new SharedFrame(raw, { ...tiles, keys: taken.keys }, grid!)]);
  }

  /** It said what signals it has, or that it has others now. */
  announced(end: ReceiverEnd): void {
    const changed = this.#signals.announced(end);
    this.outlet.heard(end);
    this.outlet.announced(end.answered);
    if (!changed) return;
    if (!this.#resets.take()) return end.close(CLOSE.tooFast.code, 'the names of the signals change too often');
    this.outlet.fanout.publishSignals();
  }

  signals(update: SignalUpdate, frame: Frame, raw: Uint8Array, end: ReceiverEnd): void {
    const taken = this.#signals.take(update, end);
    if (taken.kind === 'behind') return;
    if (taken.kind === 'stale') return this.#askAgain(end);
    const table = this.#signals.table!;
    const anew = taken.kind === 'replaced';
    if (anew && !this.#resets.take()) {
      // What the viewers do not get is not held either: it is asked for once the source comes back.
      this.#signals = new SignalReplica();
      return end.close(CLOSE.tooFast.code, 'the signals begin anew too often');
    }
    if (table.bytes > this.most()) {
      return end.close(CLOSE.tooBig.code, 'the relay has no room for these signals');
    }
    const { outlet } = this;
    outlet.heard(end);
    outlet.show(table, frame, end.signalAge);
    const feed = outlet.fanout.signals!;
    feed.coded = (frame.flags & FLAG.CODED) !== 0;
    if (!update.full) feed.passOn(raw, update.base);
    outlet.fanout.publishSignals();
  }

  /** What grew too large for the relay is not kept: it would only wait for a source that cannot come back. */
  forget(): void {
    this.#replica.grid = null;
    this.outlet.fanout.replace(null);
    this.forgetSignals();
  }

  /** When the tiles of this state changed last, as another relay knows. */
  takeStamps(stamps: Uint8Array): void {
    const { grid } = this.#replica;
    try {
      if (grid) takeStamps(grid, stamps);
    } catch {
      // Without them, whoever holds an older state is sent everything.
    }
  }

  forgetSignals(): void {
    this.#signals = new SignalReplica();
    this.outlet.hide();
  }

  #askAgain(end: ReceiverEnd): void {
    end.lost = true;
    this.subscribe();
  }
}
