/**
 * Who may write to whom by the signaling of a relay with keys: a viewer and the source that a relay has introduced to each
 * other, for as long as it takes them to meet, and nobody else.
 *
 * Where relays are joined, those two may be connected to other ones than introduced them: so each id has a key on the bus,
 * which says of a viewer whom it may meet, and of a source what its channel is. Whoever names an id first has it, so that
 * nobody is met in somebody else's name.
 */

import { every, type Timer } from '../../transport/session/timer.js';
import type { Bus } from '../cluster/bus.js';
import { PEER_ID } from './message.js';

/** So long two have to meet, ms; a source is said to be there for so long, and again three times within it. */
const KEEP = 60_000;
/** What a key says is good for so long, ms: candidates follow an offer by the dozen. */
const KNOWN = 3_000;
const MOST_KNOWN = 10_000;

/** A viewer that was introduced. */
interface Met {
  host: string;
  /** On whose behalf: that one alone may meet somebody else under this id, while it counts. */
  by: object;
  until: number;
}

/** A source that takes direct viewers. */
interface Hosted {
  channel: string;
  /** Parts of this relay that say so. */
  count: number;
  /** Was the id its own to take? */
  own: boolean | Promise<boolean>;
}

/** No id begins like this: what a source is told by. */
const OF_CHANNEL = '#';

export class Acquaintances {
  /** Viewers by id, those that were introduced last behind. */
  readonly #met = new Map<string, Met>();
  readonly #hosted = new Map<string, Hosted>();
  readonly #known = new Map<string, { value: string | null; until: number }>();
  readonly #renew: Timer | null;

  /** @param bus that joins this relay with others, or null */
  constructor(readonly bus: Pick<Bus, 'get' | 'swap'> | null = null) {
    this.#renew = bus && every(KEEP / 3, () => this.#renewAll());
  }

  /** Viewers that may meet a source now, or might a moment ago. */
  get size(): number {
    return this.#met.size;
  }

  /** The source of this channel can be reached under this id, until `gone` is called as often. */
  host(id: string, channel: string): void {
    const known = this.#hosted.get(id);
    if (known) {
      if (known.channel === channel) known.count++;
      return;
    }
    if (!PEER_ID.test(id) || this.#metNow(id)) return;
    this.#hosted.set(id, { channel, count: 1, own: this.#hold(id, OF_CHANNEL + channel) });
  }

  gone(id: string, channel: string): void {
    const known = this.#hosted.get(id);
    if (known?.channel === channel && --known.count === 0) this.#hosted.delete(id);
  }

  /**
   * A viewer and the source of this channel are introduced: from now on they may write to each other, for a while. Who is told
   * of it when the promise resolves, if it is one, is not too early.
   * @param by the viewer's place at this relay
   */
  meet(viewer: string, host: string, channel: string, by: object): void | Promise<void> {
    const hosted = this.#hosted.get(host);
    if (hosted?.channel !== channel || !PEER_ID.test(viewer) || this.#hosted.has(viewer)) return;
    const former = this.#metNow(viewer);
    if (former && former.by !== by) return;
    const note = (): void => {
      this.#sweep();
      this.#met.delete(viewer);
      this.#met.set(viewer, { host, by, until: performance.now() + KEEP });
    };
    if (this.bus === null) return note();
    return this.#meetByBus(viewer, host, hosted, former).then((may) => {
      if (may) note();
    });
  }

  /** The viewer is introduced under another id now, or has left. */
  part(viewer: string, by: object): void {
    if (this.#met.get(viewer)?.by === by) this.#met.delete(viewer);
  }

  /** May one write to the other? */
  may(from: string, to: string): boolean | Promise<boolean> {
    if (this.#metNow(from)?.host === to || this.#metNow(to)?.host === from) return true;
    if (this.bus === null) return false;
    const [one, other] = [this.#find(from), this.#find(to)];
    if (!(one instanceof Promise || other instanceof Promise)) return one === to || other === from;
    return Promise.all([one, other]).then(([one, other]) => one === to || other === from);
  }

  /** Is this a source that may be met, or a viewer that may meet one? Where nobody can be asked, it may be. */
  knows(id: string): boolean | Promise<boolean> {
    if (this.#metNow(id) || this.#hosted.has(id)) return true;
    if (this.bus === null) return false;
    return this.bus.get(keyOf(id)).then(
      (value) => value !== null,
      () => true,
    );
  }

  close(): void {
    this.#renew?.stop();
  }

  #metNow(id: string): Met | undefined {
    const met = this.#met.get(id);
    return met && met.until > performance.now() ? met : undefined;
  }

  /** The oldest are in front. */
  #sweep(): void {
    const now = performance.now();
    for (const [id, { until }] of this.#met) {
      if (until > now) return;
      this.#met.delete(id);
    }
  }

  async #meetByBus(viewer: string, host: string, hosted: Hosted, former: Met | undefined): Promise<boolean> {
    return (await hosted.own) && (await this.#hold(viewer, host, former?.host));
  }

  /** Takes the key of an id, if it is free, or says this already, or `former`. Without a bus it is known here at least. */
  #hold(id: string, value: string, former?: string): boolean | Promise<boolean> {
    return this.bus === null || this.#swap(this.bus, id, value, former).catch(() => true);
  }

  async #swap(bus: Pick<Bus, 'swap'>, id: string, value: string, former?: string): Promise<boolean> {
    let expect: string | null = null;
    for (let tries = 0; tries < 3; tries++) {
      const held = await bus.swap(keyOf(id), expect, value, KEEP);
      if (held === expect) return true;
      if (held !== null && held !== value && held !== former) return false;
      expect = held;
    }
    return false;
  }

  /** What its key says; null where it has none, or nobody can be asked. */
  #find(id: string): string | null | Promise<string | null> {
    const known = this.#known.get(id);
    if (known && known.until > performance.now()) return known.value;
    const read = async (): Promise<string | null> => {
      const bytes = await this.bus!.get(keyOf(id));
      const value = bytes && new TextDecoder().decode(bytes);
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      // Somebody who is not introduced may be at any moment.
      if (value !== null) this.#known.set(id, { value, until: performance.now() + KNOWN });
      return value;
    };
    return read().catch(() => null);
  }

  #renewAll(): void {
    for (const [id, hosted] of this.#hosted) hosted.own = this.#hold(id, OF_CHANNEL + hosted.channel);
  }
}

const keyOf = (id: string): string => `v:${id}`;
