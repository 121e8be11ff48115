/**
 * One connection for all elements of a page that show signals of the same channel, and on it only the signals that one of
 * them shows. It lasts as long as somebody reads, and a moment longer: elements are moved, and pages change their views.
 */

import { connectWebSocket } from '../../transport/link/websocket.js';
import { Receiver, type ReceiverEvent, type Status } from '../../transport/receiver.js';
import type { TokenSource } from '../../transport/session/tokens.js';
import { Missing } from '../../transport/signals/missing.js';
import type { SignalValue } from '../../transport/wire/signal-value.js';
import { USUAL_SELECT } from '../../transport/wire/signals.js';
import { channelUrl } from '../screen/server-url.js';
import { inTurn } from '../screen/turnstile.js';
import { listenWakeups, reducedMotion } from '../screen/wakeups.js';
import { isState, stateOf } from './connection-state.js';

/** A last reader that left may be back; ms. */
const GRACE = 250;
/** Readers come and go many at a time: they are asked for together, ms. */
const GATHER = 50;
/** A relay hears five subscriptions a second, on average; ms. */
const TUNE = 220;
/** Somebody who reads one signal. */
export interface SignalReader {
  /** Name of the signal, or of a state of the connection ("_latency"). */
  readonly signal: string;
  /** Updates a second that it shows, at most; may be Infinity. */
  fps(): number;
  /** It wants news while nobody can see the page, too. */
  readonly awake: boolean;
  /** The value or the state of the connection has changed. */
  news(): void;
  failed(error: Error): void;
}

export class Feed {
  /** The reader of the page asks for less motion. */
  calm = reducedMotion();
  readonly #receiver: Receiver;
  readonly #readers = new Set<SignalReader>();
  readonly #using = new AbortController();
  #missing: ReadonlySet<string> = new Set();
  readonly #absent: Missing;
  #started = false;
  #tunedAt = Number.NEGATIVE_INFINITY;
  #tuning: ReturnType<typeof setTimeout> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly url: string,
    readonly channel: string,
    readonly token: TokenSource | null,
    /** Nobody reads any more. */
    readonly gone: () => void,
  ) {
    const { host } = new URL(url);
    this.#receiver = new Receiver({
      connect: () => inTurn(host, () => connectWebSocket(url)),
      transport: 'relay',
      grid: false,
      signals: { select: [] },
      ...(token && { token }),
    });
    this.#absent = new Missing(this.#receiver, (what) =>
      console.warn(`<mpl-signal>: channel "${channel}" has ${what}. It waits for it.`),
    );
    this.#receiver.listen((event) => this.#hear(event));
    const wakeups = { again: () => this.#receiver.retryNow(), look: () => this.#tuneSoon(0) };
    listenWakeups(wakeups, this.#using.signal);
    this.#leaveSoon();
  }

  get status(): Status {
    return this.#receiver.status;
  }
  get reason(): string {
    return this.#receiver.reason;
  }
  /** Milliseconds since what is held was captured at its own source. */
  get age(): number {
    return this.#receiver.age;
  }
  value(name: string): SignalValue | undefined {
    return isState(name) ? stateOf(this.#receiver, name) : this.#receiver.signals?.get(name);
  }

  /** The source is there, and has no such signal. */
  missing(name: string): boolean {
    return this.#missing.has(name);
  }

  join(reader: SignalReader): void {
    clearTimeout(this.#leaving);
    this.#readers.add(reader);
    // What is asked for in one go with the page is asked for at once.
    if (this.#started) this.#tuneSoon(GATHER);
    else this.#tuneSoon(0);
  }

  leave(reader: SignalReader): void {
    if (!this.#readers.delete(reader)) return;
    if (this.#readers.size > 0) return this.#tuneSoon(GATHER);
    this.#leaveSoon();
  }

  #leaveSoon(): void {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.#close(), GRACE);
  }

  /** Tries at once, if it waits to try again, or has given up. */
  retry(): void {
    if (this.status === 'failed' || this.status === 'ended') this.#receiver.start();
    else this.#receiver.retryNow();
  }

  #tuneSoon(wait: number): void {
    this.#tuning ??= setTimeout(
      () => {
        this.#tuning = undefined;
        this.#tunedAt = performance.now();
        this.#tune();
      },
      Math.max(wait, this.#tunedAt + TUNE - performance.now()),
    );
  }

  #tune(): void {
    if (this.#readers.size === 0) return;
    this.calm = reducedMotion();
    const readers = [...this.#readers];
    const names = new Set(readers.map(({ signal }) => signal).filter((name) => !isState(name)));
    const select = names.size > USUAL_SELECT ? 'all' : [...names].sort();
    const receiver = this.#receiver;
    receiver.select = select;
    const fps = Math.max(...readers.map((reader) => reader.fps()));
    receiver.maxFps = Number.isFinite(fps) ? fps : undefined;
    receiver.standby = document.hidden && !readers.some(({ awake }) => awake);
    if (!this.#started) {
      this.#started = true;
      receiver.start();
    }
    this.#look();
  }

  #hear(event: ReceiverEvent): void {
    if (event.type === 'error') for (const reader of this.#readers) reader.failed(event.error);
    if (event.type === 'signals') {
      const names = new Set(event.names);
      for (const reader of this.#readers) if (names.has(reader.signal)) reader.news();
    } else if (event.type === 'status' || event.type === 'schema') this.#look();
  }

  /** Looks what is there, and lets everybody know. */
  #look(): void {
    // Before the first of them have come, that says nothing.
    this.#missing = new Set(this.#receiver.signals === null ? [] : this.#absent.names);
    for (const reader of this.#readers) reader.news();
    this.#absent.look();
  }

  #close(): void {
    clearTimeout(this.#tuning);
    this.#absent.stop();
    this.#using.abort();
    this.#receiver.stop();
    this.gone();
  }
}

const feeds = new Map<string, Feed>();
const names = new WeakMap<() => unknown, number>();
let named = 0;

/** Tokens that are the same are one connection's; of functions, those that are one. */
export function nameOf(token: TokenSource | null): string | number | null {
  if (typeof token !== 'function') return token;
  if (!names.has(token)) names.set(token, ++named);
  return names.get(token)!;
}

/** The feed of a channel: that which is there, or a new one, which begins with its first reader. */
export function feedOf(server: URL, channel: string, token: TokenSource | null): Feed {
  const url = channelUrl(server, 'stream', channel);
  const key = JSON.stringify([url, nameOf(token)]);
  const there = feeds.get(key);
  if (there) return there;
  const feed = new Feed(url, channel, token, () => feeds.delete(key));
  feeds.set(key, feed);
  return feed;
}

/** Connections there are; for tests. */
export const openFeeds = (): number => feeds.size;
