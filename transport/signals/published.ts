/**
 * What is published on a channel, as reactive values: the headless core of `publish()`.
 *
 * It knows which names may leave, and follows those alone; everything else a program keeps beside them is not its business.
 * A channel that is derived from others, and watched by nobody, follows nothing: so those it is made of can rest too.
 */

import { computed, effect, Signal, signal } from '@preact/signals-core';
import { after, type Timer } from '../session/timer.js';
import { Source } from '../source.js';
import { SignalWriter } from '../state/signal-writer.js';
import { Uplink, type UplinkStatus } from '../uplink.js';
import { SignalError, type SignalType } from '../wire/signal-value.js';
import { currentCause, type Origin, whileNoting } from './cause.js';
import { environment } from './environment.js';
import { LineageError, lineage } from './lineage.js';

export interface PublishedOptions {
  channel: string;
  url: string;
  output: readonly string[];
  types: Readonly<Record<string, SignalType>>;
  token: string | undefined;
  merge: boolean;
  coded: boolean;
  maxFps: number;
  claim: string;
  from: readonly Origin[];
}

export class Published {
  readonly status = signal<UplinkStatus>('connecting');
  readonly reason = signal('');
  readonly viewers = signal(0);
  /** Does anybody take frames? Not known yet counts as yes. */
  readonly watched = signal(true);
  readonly error = signal<Error | null>(null);
  readonly source: Source;

  readonly #writer = new SignalWriter();
  readonly #uplink: Uplink;
  readonly #signals = new Map<string, Signal<unknown>>();
  readonly #outputs: ReadonlySet<string>;
  /** What follows each output, as long as it is followed. */
  readonly #effects = new Map<string, () => void>();
  readonly #origins: Set<Origin>;
  readonly #letGo: (() => void)[] = [];
  /** When the oldest of what is to be told was captured at its own source (performance.now()). */
  #captured = Number.POSITIVE_INFINITY;
  #due = false;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #later: Timer | null = null;
  #resting = false;
  #closed = false;

  constructor(readonly options: PublishedOptions) {
    const { channel, url, output, types, token, merge, coded, claim, from } = options;
    this.#outputs = new Set(output);
    this.#origins = new Set(from);
    for (const name of this.#outputs) this.#writer.declare(name, types[name]);
    this.source = new Source(null, { channel, signals: this.#writer, coded, merge });
    this.source.fanout.onstatus = ({ viewers = 0, watching, clock }) => {
      if (clock !== undefined) this.#writer.witness(clock);
      this.viewers.value = viewers;
      if (watching !== undefined) this.#setWatched(watching > 0);
    };
    const { connect, hold, leaving } = environment();
    this.#uplink = new Uplink(this.source, {
      ...{ url, claim, token, merge, connect },
      onstatus: (status, reason) => {
        // What was refused here is not for the relay to speak of.
        if (this.#closed) return;
        this.status.value = status;
        this.reason.value = reason;
        if (status === 'failed') this.#refused(reason);
      },
    });
    this.#letGo.push(hold());
    this.#letGo.push(
      leaving(
        () => this.#uplink.close(),
        () => this.#uplink.open(),
      ),
    );
    for (const name of this.#outputs) this.#follow(name);
  }

  read(name: string): unknown {
    return this.#signal(name).value;
  }

  /** The signal of this name; an own one, with no value, where there was none. */
  #signal(name: string): Signal<unknown> {
    let held = this.#signals.get(name);
    if (held === undefined) {
      held = signal<unknown>(undefined, { name });
      this.#signals.set(name, held);
    }
    return held;
  }

  names(): string[] {
    return [...this.#signals.keys()];
  }

  /** Sets a value; a function is a derived value; a signal is taken as it is. */
  write(name: string, value: unknown): void {
    if (name.startsWith('_'))
      throw new SignalError(name, 'has a name with "_" in front, which is kept for the state of the connection');
    if (value instanceof Signal || typeof value === 'function') {
      this.#signals.set(name, value instanceof Signal ? value : computed(value as () => unknown));
      if (this.#outputs.has(name)) this.#follow(name);
      return;
    }
    const held = this.#signal(name);
    // Among several sources, who sets again what it set before has written too.
    const again = this.options.merge && this.#effects.has(name) && Object.is(held.peek(), value);
    if (again) return this.#changed(name, value);
    try {
      held.value = value;
    } catch (error) {
      throw new SignalError(name, `is derived and cannot be set (${(error as Error).message})`);
    }
  }

  /** Ends the channel: who received it is told that nothing more comes. */
  end(): void {
    if (this.#closed) return;
    this.#flush();
    this.source.end();
    this.close();
  }

  /** Leaves the channel; who receives it waits for it to come back. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#unfollow();
    this.#later?.stop();
    this.#uplink.close();
    this.source.fanout.close();
    for (const letGo of this.#letGo) letGo();
  }

  #setWatched(watched: boolean): void {
    this.watched.value = watched;
    // What a program makes by itself goes on: only what is derived from others can let them rest.
    const resting = !watched && this.#origins.size > 0;
    if (resting === this.#resting || this.#closed) return;
    this.#resting = resting;
    if (resting) this.#unfollow();
    else for (const name of this.#outputs) this.#follow(name);
  }

  #follow(name: string): void {
    this.#effects.get(name)?.();
    this.#effects.delete(name);
    if (this.#resting || this.#closed) return;
    const held = this.#signal(name);
    this.#effects.set(
      name,
      effect(() => {
        try {
          this.#changed(
            name,
            whileNoting(this.#origins, () => held.value),
          );
        } catch (error) {
          this.#fault(error as Error);
        }
      }),
    );
  }

  #unfollow(): void {
    for (const stop of this.#effects.values()) stop();
    this.#effects.clear();
  }

  #changed(name: string, value: unknown): void {
    const cause = currentCause();
    const now = performance.now();
    if (cause) this.#origins.add(cause);
    this.#captured = Math.min(this.#captured, cause ? now - cause.age : now);
    this.#writer.set(name, value);
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
  }

  /** Says what this channel is made of, and how far away that is. */
  #trace(): void {
    const { table } = this.#writer;
    const origins = [...this.#origins];
    this.source.fanout.upstream = Math.max(0, ...origins.map(({ distance }) => distance));
    table.hops = lineage(
      { id: table.epoch, channel: this.options.channel },
      origins.map(({ hops }) => hops),
    );
  }

  /** What cannot be sent keeps its last value; it is told once for each way of being wrong. */
  #fault(error: Error): void {
    if (this.error.peek()?.message !== error.message) console.error(`publish "${this.options.channel}":`, error);
    this.error.value = error;
  }

  /** The relay will not have it, and says why. */
  #refused(reason: string): void {
    if (this.error.peek()?.message !== reason) console.error(`publish "${this.options.channel}": ${reason}`);
    this.error.value = new Error(reason);
  }

  /** The channel cannot be: it would be made of itself. */
  #refuse(error: Error): void {
    if (!(error instanceof LineageError)) throw error;
    this.#refused(error.message);
    this.error.value = error;
    this.close();
    this.status.value = 'failed';
    this.reason.value = error.message;
  }
}
