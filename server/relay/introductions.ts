/** Viewers that ask to be introduced to the source. The relay vouches for them: a source accepts nobody else. */

import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { after, type Timer } from '../../transport/session/timer.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { IntroduceMessage } from '../../transport/wire/messages.js';
import { introduce } from '../../transport/wire/session.js';
import type { Acquaintances } from '../signal/acquaintances.js';

/**
 * Milliseconds between two introductions of one viewer: each takes a place at the source for a while. Who asks sooner waits
 * for the rest of it, since one that is refused comes back much later.
 */
const AGAIN = 3_000;
/** A source that has not answered another relay by now will not, ms; a viewer waits half as long. */
const ANSWER = 10_000;

export class Introductions {
  #host: string | null = null;
  /** By peer id: who waits for the source's answer. One a viewer. */
  readonly #pending = new Map<string, SourceEnd>();
  /** Who asked too soon, and as whom. One a viewer, the newest. */
  readonly #early = new Map<SourceEnd, { peer: string; timer: Timer }>();
  readonly #asked = new WeakMap<SourceEnd, number>();
  /** As whom it was introduced last. */
  readonly #met = new WeakMap<SourceEnd, string>();

  constructor(
    readonly channel: string,
    readonly source: () => ReceiverEnd | null,
    /** Where only those who were introduced may write to each other: who those are. */
    readonly acquaintances: Acquaintances | null = null,
  ) {}

  /** The source's own peer id, if it takes direct viewers. */
  get host(): string | null {
    return this.#host;
  }

  set host(host: string | null) {
    const former = this.#host;
    if (host === former) return;
    this.#host = host;
    if (host !== null) this.acquaintances?.host(host, this.channel);
    if (former !== null) this.acquaintances?.gone(former, this.channel);
  }

  /** A viewer wants to meet the source. */
  ask(message: IntroduceMessage, viewer: SourceEnd): void {
    const { peer } = message;
    if (!viewer.relay) this.forget(viewer);
    const source = this.source();
    if (this.host === null || source === null) return refuse(viewer, peer, 'the source takes no direct viewers');
    if (this.#pending.has(peer)) return refuse(viewer, peer, 'somebody else asks under this id');
    if (viewer.relay) {
      // It has seen to all of this for its own viewers, and vouches for them.
      this.#pending.set(peer, viewer);
      // What only renews rights is not answered.
      after(ANSWER, () => this.#pending.get(peer) === viewer && this.#pending.delete(peer));
      return source.introduce(message);
    }
    const now = performance.now();
    const wait = (this.#asked.get(viewer) ?? Number.NEGATIVE_INFINITY) + AGAIN - now;
    if (wait > 0) {
      this.#early.set(viewer, { peer, timer: after(wait + 1, () => this.ask({ peer }, viewer)) });
      return;
    }
    this.#asked.set(viewer, now);
    this.#pending.set(peer, viewer);
    const former = this.#met.get(viewer);
    if (former !== undefined && former !== peer) this.acquaintances?.part(former, viewer);
    this.#met.set(viewer, peer);
    source.introduce(vouchFor(viewer, peer));
  }

  /** The rights of a viewer are others now: where it knows the source, that hears of it. */
  renew(viewer: SourceEnd): void {
    const peer = this.#met.get(viewer);
    if (peer !== undefined && this.host !== null) this.source()?.introduce(vouchFor(viewer, peer));
  }

  /** The source answered for the viewer with this peer id. */
  answer({ peer, refused }: IntroduceMessage): void {
    const viewer = this.#pending.get(peer);
    this.#pending.delete(peer);
    if (viewer === undefined || this.host === null) return;
    if (refused !== undefined) return refuse(viewer, peer, refused);
    if (viewer.relay) return tell(viewer, { peer });
    const { host } = this;
    // It writes to the source as soon as it is told.
    const met = this.acquaintances?.meet(peer, host, this.channel, viewer);
    if (met) void met.then(() => tell(viewer, { peer: host }));
    else tell(viewer, { peer: host });
  }

  /** The viewer has left, or asks anew. */
  forget(viewer: SourceEnd): void {
    for (const [peer, asker] of this.#pending) if (asker === viewer) this.#pending.delete(peer);
    this.#early.get(viewer)?.timer.stop();
    this.#early.delete(viewer);
  }

  /** Nobody is left to answer. */
  sourceGone(): void {
    this.host = null;
    const asking = [...this.#pending, ...[...this.#early].map(([viewer, { peer }]) => [peer, viewer] as const)];
    for (const [peer, viewer] of asking) {
      this.forget(viewer);
      refuse(viewer, peer, 'the source has gone');
    }
  }
}

const vouchFor = ({ vouched, session }: SourceEnd, peer: string): IntroduceMessage => ({
  peer,
  session,
  ...(vouched && { rights: vouched }),
});
const tell = (viewer: SourceEnd, message: IntroduceMessage): void =>
  viewer.send(encodeFrame('Introduce', introduce.encode(message)));
const refuse = (viewer: SourceEnd, peer: string, refused: string): void => tell(viewer, { peer, refused });
