/**
 * What is received of a channel, as reactive values: the headless core of `receive()`.
 *
 * It knows the receiver and who reads; it does not know what for. It rests (`rest.ts`) when everything that followed its
 * signals has gone.
 */

import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import { Receiver, type ReceiverEvent, type Status } from '../receiver.js';
import { aside } from '../session/aside.js';
import { every, type Timer } from '../session/timer.js';
import type { TokenSource } from '../session/tokens.js';
import type { SignalTable } from '../state/signal-table.js';
import type { Hop } from '../wire/messages.js';
import type { SignalValue } from '../wire/signal-value.js';
import { because, computed, noteRead, type Origin } from './cause.js';
import { environment } from './environment.js';
import { Missing } from './missing.js';
import { Newest } from './newest.js';
import { Rest } from './rest.js';

/** The round trip is told this often, ms. */
const LATENCY_EVERY = 5_000;
/** Values older than this, ms, may be those of a source that rests; it has so long to say better. */
const STALE = 1_000;
const FRESH_WITHIN = 500;
export type Values = Record<string, SignalValue>;
export type Listener = (values: Values, changed: readonly string[]) => void;

export interface ReceivedOptions {
  channel: string;
  url: string;
  select: readonly string[] | undefined;
  maxFps: number | undefined;
  token?: TokenSource | undefined;
}

export class Received implements Origin {
  readonly status = signal<Status>('idle');
  readonly reason = signal('');
  readonly connected = signal(false);
  readonly latency = signal(0);
  readonly frames = signal(0);
  readonly reconnects = signal(0);
  readonly names = signal<readonly string[]>([]);
  readonly missing = signal<readonly string[]>([]);
  readonly receiver: Receiver;

  readonly #signals = new Map<string, Signal<SignalValue | undefined>>();
  readonly #shown = new Map<string, ReadonlySignal<SignalValue | undefined>>();
  readonly #listeners = new Set<Listener>();
  /** Kept awake by what follows a signal, by whoever listens, and by reading by hand, which could happen again at any time. */
  readonly #rest: Rest;
  readonly #absent: Missing;
  readonly #ping: Timer;
  readonly #letGo: () => void;
  /** Ends that it tries again when the page wakes. */
  readonly #sleep: () => void;
  readonly #iterators = new Set<Newest<Values>>();
  #done = false;
  #told = '';
  /** What was told of last. */
  #table: SignalTable | null = null;
  #waiting: (() => void)[] = [];

  constructor(readonly options: ReceivedOptions) {
    const { url, select, maxFps, token } = options;
    const { connect, hold, waking } = environment();
    this.receiver = new Receiver({
      connect: () => connect(url),
      grid: false,
      signals: select ? { select } : true,
      ...(maxFps && { maxFps }),
      ...(token && { token }),
    });
    this.#rest = new Rest(this.receiver);
    this.#absent = new Missing(this.receiver, (what) => this.#notice(`there is ${what}; it is waited for`));
    this.#letGo = hold();
    this.#sleep = waking(() => this.receiver.retryNow());
    this.#ping = every(LATENCY_EVERY, () => this.#measure());
    this.receiver.listen((event) => this.#hear(event));
    this.missing.value = this.receiver.missing;
    this.receiver.start();
  }

  get age(): number {
    return this.receiver.age;
  }

  get distance(): number {
    return this.receiver.distance;
  }

  get hops(): readonly Hop[] {
    const { signals } = this.receiver;
    if (signals === null) return [];
    return signals.hops ?? [{ id: signals.epoch, channel: this.options.channel, from: [] }];
  }

  /** The value of a signal; whoever reads it in a derived value or an effect follows it. */
  read(name: string): SignalValue | undefined {
    const held = this.#signal(name);
    const { value } = held;
    noteRead(this);
    // Read by hand: what is not followed cannot be told, so it has to be up to date always.
    if (!this.#rest.has(held)) this.#rest.forbid();
    return value;
  }

  /** The signal itself, for whoever works with signals; it can only be read. */
  signal(name: string): ReadonlySignal<SignalValue | undefined> {
    let shown = this.#shown.get(name);
    if (shown === undefined) {
      shown = computed(() => this.read(name));
      this.#shown.set(name, shown);
    }
    return shown;
  }

  #signal(name: string): Signal<SignalValue | undefined> {
    let held = this.#signals.get(name);
    if (held === undefined) {
      held = signal(this.receiver.signals?.get(name), {
        name,
        watched: () => this.#rest.add(held),
        unwatched: () => this.#rest.delete(held),
      });
      this.#signals.set(name, held);
    }
    return held;
  }

  /** Is there such a signal? Whoever asks follows the names. */
  has(name: string): boolean {
    this.names.value;
    return this.receiver.signals?.has(name) ?? false;
  }

  values(): Values {
    return this.receiver.signals?.values() ?? Object.create(null);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#rest.add(listener);
    const values = this.values();
    if (this.receiver.signals) listener(values, Object.keys(values));
    return () => {
      this.#listeners.delete(listener);
      this.#rest.delete(listener);
    };
  }

  /** Resolves with the first values, or the present ones; rejects where there will be none. */
  async ready(): Promise<Values> {
    while (this.receiver.signals === null || this.receiver.missing.length > 0) {
      if (this.#over) {
        throw new Error(`nothing was received of "${this.options.channel}": ${this.reason.peek() || 'it was closed'}`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    // A derived channel that rested holds what it held then; it was woken by this receiver.
    if (this.hops.length > 1 && this.age > STALE) await this.#nextNews();
    return this.values();
  }

  async #nextNews(): Promise<void> {
    let stop = (): void => {};
    await new Promise<void>((resolve) => {
      const patience = setTimeout(resolve, FRESH_WITHIN);
      const heard = this.frames.peek();
      const unfollow = this.frames.subscribe((frames) => frames > heard && resolve());
      stop = () => {
        clearTimeout(patience);
        unfollow();
      };
    });
    stop();
  }

  /** The newest values each time they have changed; what comes meanwhile is not queued. Ends with the channel. */
  follow(): Newest<Values> {
    const newest: Newest<Values> = new Newest(
      () => this.values(),
      () => {
        unfollow();
        this.#iterators.delete(newest);
      },
    );
    this.#iterators.add(newest);
    const unfollow = this.listen(() => newest.news());
    if (this.#over) newest.end();
    return newest;
  }

  close(): void {
    if (this.#done) return;
    this.#end();
    this.#tellState();
  }

  #hear(event: ReceiverEvent): void {
    if (this.#done) return;
    if (event.type === 'signals') this.#because(() => this.#changed(event.names));
    else if (event.type === 'schema') this.#because(() => this.#schema());
    // How the connection stands is nobody's signal: what is made of it is not derived from the channel.
    aside(() => batch(() => this.#tellState()));
    if (event.type === 'signals') {
      const names = this.#news(event.names);
      if (names.length > 0) because(this, () => this.#tell(names));
    }
    for (const wake of this.#waiting.splice(0)) wake();
    if (this.#over) this.#end();
  }

  /** Those of them that are news: a full state may say again what is known. */
  #news(names: readonly string[]): readonly string[] {
    const before = this.#table;
    const { signals } = this.receiver;
    this.#table = signals;
    if (before === signals || before === null) return names;
    return names.filter((name) => before.entry(name)?.text !== signals?.entry(name)?.text || before.stamp(name) < 0);
  }

  /** Everything that follows from it at once comes from this channel. */
  #because(run: () => void): void {
    because(this, () => aside(() => batch(run)));
  }

  /** Nothing more comes by itself. */
  get #over(): boolean {
    const { status } = this.receiver;
    return this.#done || status === 'ended' || status === 'failed';
  }

  /** Lets go of everything; values and status stay. A program that has nothing else to do may end. */
  #end(): void {
    if (this.#done) return;
    this.#done = true;
    for (const newest of [...this.#iterators]) newest.end();
    this.#rest.stop();
    this.#absent.stop();
    this.#ping.stop();
    this.#sleep();
    this.#letGo();
    this.receiver.stop();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #changed(names: readonly string[]): void {
    const { signals } = this.receiver;
    for (const name of names) {
      const held = this.#signals.get(name);
      if (held) held.value = signals!.get(name);
    }
    if (this.latency.peek() === 0) this.#measure();
  }

  #schema(): void {
    const { signals } = this.receiver;
    this.names.value = signals?.names() ?? [];
    // Of another source, or another schema: what is not there any more is not known any more.
    for (const [name, held] of this.#signals) held.value = signals?.get(name);
  }

  #tellState(): void {
    const { receiver } = this;
    if (receiver.status === 'failed' && this.status.peek() !== 'failed') {
      this.#notice(receiver.reason);
    }
    if (receiver.retryAt > 0 && receiver.reason !== this.#told) {
      this.#notice(`${receiver.reason}; it tries again`);
      this.#told = receiver.reason;
    }
    this.status.value = receiver.status;
    this.reason.value = receiver.reason;
    this.connected.value = receiver.status === 'live' || receiver.status === 'waiting';
    this.frames.value = receiver.counts.frames;
    this.reconnects.value = receiver.counts.reconnects;
    const { missing } = receiver;
    if (missing.join('\n') !== this.missing.peek().join('\n')) this.missing.value = missing;
    this.#absent.look();
  }

  #notice(text: string): void {
    environment().notice(`receive "${this.options.channel}": ${text}`);
  }

  #tell(changed: readonly string[]): void {
    if (this.#listeners.size === 0) return;
    const values = this.values();
    for (const listener of [...this.#listeners]) aside(() => listener(values, changed));
  }

  #measure(): void {
    this.latency.value = this.receiver.rtt;
  }
}
