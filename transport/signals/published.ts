/**
 * What is published on a channel, as reactive values: the headless core of `publish()`.
 *
 * It knows which names may leave, and follows those alone; everything else a program keeps beside them is not its business.
 * What is derived from other channels is not followed while nobody watches, so that those can rest too.
 */

import { batch, effect, Signal, signal } from '@preact/signals-core';
import { aside } from '../session/aside.js';
import { after, type Timer } from '../session/timer.js';
import type { TokenSource } from '../session/tokens.js';
import { Source } from '../source.js';
import { SignalWriter } from '../state/signal-writer.js';
import { Uplink, type UplinkStatus } from '../uplink.js';
import type { StatusMessage } from '../wire/messages.js';
import { SignalError, type SignalType, toSignalValue } from '../wire/signal-value.js';
import { currentCause, type Origin, whileNoting } from './cause.js';
import { Cells } from './cells.js';
import { environment } from './environment.js';
import { LineageError, lineage } from './lineage.js';

/** How a published channel stands: as its uplink, until the program has left it or ended it. */
export type PublishedStatus = UplinkStatus | 'closed' | 'ended';

export interface PublishedOptions {
  channel: string;
  url: string;
  output: readonly string[];
  types: Readonly<Record<string, SignalType>>;
  token: TokenSource | undefined;
  merge: boolean;
  coded: boolean;
  maxFps: number;
  claim: string;
  from: readonly Origin[];
}

/** One name that may leave. */
interface Output {
  /** Ends what follows it; null while nothing does. */
  unfollow: (() => void) | null;
  /** The channels its value comes from. */
  origins: ReadonlySet<Origin>;
  /** It has had a value: from now on `undefined` is one, too. */
  told: boolean;
  /** Why its newest value could not be told. */
  fault: Error | null;
}

export class Published {
  readonly status = signal<PublishedStatus>('connecting');
  readonly reason = signal('');
  readonly viewers = signal(0);
  /** Does anybody take frames? Not known yet counts as yes. */
  readonly watched = signal(true);
  readonly error = signal<Error | null>(null);
  readonly cells = new Cells();
  readonly source: Source;

  readonly #writer: SignalWriter;
  readonly #uplink: Uplink;
  readonly #outputs = new Map<string, Output>();
  readonly #letGo: (() => void)[] = [];
  /** When the oldest of what is to be told was captured at its own source (performance.now()). */
  #captured = Number.POSITIVE_INFINITY;
  #due = false;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #later: Timer | null = null;
  #closed = false;
  #told = '';

  constructor(readonly options: PublishedOptions) {
    const { channel, url, output, types, token, merge, coded, claim } = options;
    this.#writer = new SignalWriter({ merge });
    for (const name of new Set(output)) {
      this.#outputs.set(name, { unfollow: null, origins: new Set(), told: false, fault: null });
      this.#writer.declare(name, Object.hasOwn(types, name) ? types[name] : undefined);
    }
    this.source = new Source(null, { channel, signals: this.#writer, coded, merge });
    // What a program does when it hears of it is no fault of the link.
    this.source.fanout.onstatus = (status) => aside(() => this.#heard(status));
    const { connect, hold, leaving, waking } = environment();
    const uplink = new Uplink(this.source, {
      ...{ url, claim, token, merge, connect },
      onstatus: (status, reason) => aside(() => this.#stands(status, reason)),
    });
    this.#uplink = uplink;
    this.#letGo.push(
      hold(),
      waking(() => uplink.retryNow()),
      leaving(
        () => uplink.close(),
        () => uplink.open(),
      ),
    );
    // Derived values may speak of what the program has not got in hand yet.
    queueMicrotask(() => this.#followAll());
  }

  /**
   * Sets a value; a function is a derived value; a signal is taken as it is.
   * @throws SignalError if it is to leave and cannot be sent; the old value stays then
   */
  write(name: string, value: unknown): void {
    if (name.startsWith('_')) {
      throw new SignalError(name, 'has a name with "_" in front, which is kept for the state of the connection');
    }
    const output = this.#outputs.get(name);
    const plain = typeof value !== 'function' && !(value instanceof Signal);
    if (output && plain) toSignalValue(name, value);
    // Among several sources, who sets again what it set before has written too.
    const again = output?.unfollow && this.options.merge && this.cells.holds(name, value);
    if (again) this.#changed(name, output, value);
    else this.cells.set(name, value);
  }

  /** Ends the channel: who received it is told that nothing more comes. */
  end(): void {
    if (this.#closed) return;
    this.#followAll();
    this.#flush();
    this.#closed = true;
    this.source.end();
    this.#leave('ended', '');
  }

  /** Leaves the channel; who receives it waits for it to come back. */
  close(): void {
    if (this.#closed) return;
    this.#followAll();
    this.#flush();
    this.#leave('closed', '');
  }

  #leave(status: PublishedStatus, reason: string): void {
    this.#closed = true;
    for (const output of this.#outputs.values()) unfollow(output);
    this.#later?.stop();
    this.#uplink.close();
    this.source.fanout.close();
    for (const letGo of this.#letGo.splice(0)) letGo();
    this.status.value = status;
    this.reason.value = reason;
  }

  #heard({ viewers = 0, watching, clock }: StatusMessage): void {
    if (clock !== undefined) this.#writer.witness(clock);
    this.viewers.value = viewers;
    if (watching === undefined) return;
    this.watched.value = watching > 0;
    if (watching > 0) this.#followAll();
    else this.#rest();
  }

  #stands(status: UplinkStatus, reason: string): void {
    // What was refused here is not for the relay to speak of.
    if (this.#closed) return;
    batch(() => {
      this.status.value = status;
      this.reason.value = reason;
    });
    // What it has told once it does not tell again, as long as nothing else has happened.
    if (status !== 'live' && status !== 'connecting' && reason !== this.#told) {
      const then = this.#uplink.over ? '' : '; it tries again';
      environment().notice(`publish "${this.options.channel}": ${reason}${then}`);
      this.#told = reason;
    }
    if (status !== 'failed') return;
    this.error.value = new Error(reason);
    // It will not come back by itself: a program that has nothing else to do may end.
    if (this.#uplink.over) this.#letGo.shift()?.();
  }

  #followAll(): void {
    if (this.#closed) return;
    for (const [name, output] of this.#outputs) if (output.unfollow === null) this.#follow(name, output);
  }

  /** What a program makes by itself goes on: only what is derived from others can let them rest. */
  #rest(): void {
    if (this.watched.peek()) return;
    for (const output of this.#outputs.values()) if (output.origins.size > 0) unfollow(output);
  }

  #follow(name: string, output: Output): void {
    const shown = this.cells.shown(name);
    output.unfollow = effect(() => {
      const origins = new Set<Origin>();
      try {
        const value = whileNoting(origins, () => shown.value);
        // Set by hand, because of a frame: then that is where it comes from.
        const cause = currentCause();
        if (origins.size === 0 && cause) origins.add(cause);
        output.origins = origins;
        this.#changed(name, output, value);
      } catch (error) {
        this.#fault(output, error as Error);
      }
    });
  }

  #changed(name: string, output: Output, value: unknown): void {
    if (value === undefined && !output.told) return;
    const now = performance.now();
    // Of several origins, the newest has made it change.
    const age = currentCause()?.age ?? Math.min(...[...output.origins].map((origin) => origin.age));
    this.#captured = Math.min(this.#captured, Number.isFinite(age) ? now - age : now);
    this.#writer.set(name, value);
    output.told = true;
    if (output.fault) this.#fault(output, null);
    if (this.#due) return;
    this.#due = true;
    const wait = this.#flushedAt + 1000 / this.options.maxFps - now;
    if (wait <= 0) queueMicrotask(() => this.#flush());
    else this.#later = after(wait, () => this.#flush());
  }

  /** Tells what was set since the last time, in one frame. */
  #flush(): void {
    if (!this.#due || this.#closed) return;
    this.#due = false;
    this.#flushedAt = performance.now();
    try {
      this.#trace();
    } catch (error) {
      return this.#refuse(error as Error);
    }
    const captured = Math.min(this.#captured, this.#flushedAt);
    this.#captured = Number.POSITIVE_INFINITY;
    this.source.publishSignals(this.#flushedAt - captured);
    this.#rest();
  }

  /** Says what this channel is made of, and how far away that is. */
  #trace(): void {
    const { table } = this.#writer;
    const origins = new Set(this.options.from);
    for (const output of this.#outputs.values()) for (const origin of output.origins) origins.add(origin);
    this.source.fanout.upstream = Math.max(0, ...[...origins].map(({ distance }) => distance));
    const self = { id: table.epoch, channel: this.options.channel };
    table.hops = lineage(
      self,
      [...origins].map(({ hops }) => hops),
    );
  }

  /** What cannot be sent keeps its last value; it is told once for each way of being wrong. */
  #fault(output: Output, fault: Error | null): void {
    if (fault && fault.message !== output.fault?.message) console.error(`publish "${this.options.channel}":`, fault);
    output.fault = fault;
    this.error.value = fault ?? [...this.#outputs.values()].find((other) => other.fault)?.fault ?? null;
  }

  /** The channel cannot be: it would be made of itself. */
  #refuse(error: Error): void {
    if (!(error instanceof LineageError)) throw error;
    environment().notice(`publish "${this.options.channel}": ${error.message}`);
    this.error.value = error;
    this.#leave('failed', error.message);
  }
}

function unfollow(output: Output): void {
  output.unfollow?.();
  output.unfollow = null;
}
