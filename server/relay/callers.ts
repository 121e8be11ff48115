/**
 * Links on which a source speaks, or may yet. What it says goes to the channel's sources, as long as it may: tiles and signals
 * to that which has the channel for itself (`lone-source.ts`), or signals to those that share it.
 */

import type { Link } from '../../transport/link/link.js';
import { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { EXPIRED, Tenure } from '../../transport/session/tenure.js';
import { CLOSE } from '../../transport/wire/codes.js';
import type { PublishMessage, Rights } from '../../transport/wire/messages.js';
import { type Tally, type Way, wayOf } from '../metrics/tally.js';
import type { ResolvedOptions } from '../options.js';
import { mayPublish } from '../publish-token.js';
import { Entrance } from './entrance.js';
import { expectFirst } from './first-message.js';
import type { Sources, SourcesParts } from './sources.js';
import { ChangingLink } from './tunnel.js';

/** What callers need of their channel. */
export interface CallersParts
  extends Pick<SourcesParts, 'fanout' | 'introductions' | 'member' | 'tenures' | 'checkIdle' | 'noteBytes'> {
  readonly options: Pick<
    ResolvedOptions,
    | 'helloMs'
    | 'inflatedPayload'
    | 'inflateRatio'
    | 'publishToken'
    | 'sourceFrameRate'
    | 'sourceMessageRate'
    | 'sourceByteRate'
  >;
  readonly tally: Tally;
}

export class Callers {
  /** What each of them is. */
  readonly #ends = new Map<ReceiverEnd, Way>();
  readonly #entrance: Entrance;
  /** What each of those that have the channel said of itself last. */
  readonly #said = new WeakMap<ReceiverEnd, string>();

  constructor(
    readonly sources: Sources,
    readonly parts: CallersParts,
  ) {
    this.#entrance = new Entrance(parts.member, parts.tenures, {
      take: (message, end, anew) => sources.take(message, end, anew),
      sourced: () => sources.any || sources.waiting,
    });
  }

  get size(): number {
    return this.#ends.size;
  }

  [Symbol.iterator](): IterableIterator<[ReceiverEnd, Way]> {
    return this.#ends.entries();
  }

  /**
   * A source asks for this channel; its first message says with what claim.
   * @param rights for how long it may
   * @param known called once it has shown that it may
   */
  add(came: Link, rights?: Rights, known: () => void = () => {}): (rights: Rights) => void {
    // It may turn out that what it says is for another relay.
    const link = this.parts.member ? new ChangingLink(came) : came;
    const end = this.#open(link, 'source', (message) => this.#publish(message, end, known));
    expectFirst(link, this.parts.options.helloMs, () => this.sources.has(end));
    if (rights === undefined) return () => {};
    const tenure = new Tenure(rights, () => end.close(CLOSE.unauthorized.code, EXPIRED));
    this.parts.tenures.set(end, tenure);
    return (next) => {
      tenure.rights = next;
      // It is in already: the next time it is told, it hears how long it may stay.
      if (this.sources.has(end)) this.sources.tell(end);
      else this.#entrance.renewed(end);
    };
  }

  /** Another relay owns the channel: what its source says comes over this link. */
  addOwner(link: Link): ReceiverEnd {
    return this.#open(link, 'owner', (message, end) => this.sources.follow(message, end));
  }

  /** Another relay has asked a source for its right to this channel, and passes on what it says. */
  addTunnel(link: Link): void {
    this.#open(link, 'tunnel', (message, end) => this.sources.take(message, end, false));
  }

  /** @param who speaks: the source, another relay for it, or the source by way of another relay */
  #open(
    link: Link,
    who: 'source' | 'owner' | 'tunnel',
    onpublish: (message: PublishMessage, end: ReceiverEnd) => void,
  ): ReceiverEnd {
    const way = wayOf({ link, relay: who !== 'source' });
    const { sources, parts } = this;
    const { sourceFrameRate, sourceMessageRate, sourceByteRate } = parts.options;
    const allowances = {
      framesPerSecond: sourceFrameRate,
      messagesPerSecond: sourceMessageRate,
      bytesPerSecond: sourceByteRate,
    };
    // A source within this process is this relay's own, and what a relay says of its source it has weighed itself.
    const stranger = link.kind !== 'memory' && who !== 'owner';
    const { lone } = sources;
    /** Only of the source that has the channel, and as far as it fits. */
    const follows = (): boolean => lone.end === end && !end.lost;
    const shares = (): boolean => sources.merged?.has(end) === true && !end.lost;
    const end = new ReceiverEnd(
      link,
      {
        publish: onpublish,
        tiles: (tiles, frame, raw) => {
          if (!follows()) return;
          lone.tiles(tiles, frame, raw, end);
          parts.noteBytes();
        },
        schema: () => {
          if (follows()) lone.announced(end);
          else if (shares()) sources.merged!.announced(end);
          parts.noteBytes();
        },
        signals: (update, frame, raw) => {
          if (follows()) lone.signals(update, frame, raw, end);
          else if (shares()) sources.merged!.signals(update, frame, end);
          parts.noteBytes();
        },
        controlState: (message) => lone.end === end && parts.fanout.setControlState(message),
        status: (message) => lone.end === end && sources.told(message),
        introduce: (message) => lone.end === end && parts.introductions.answer(message),
        bad: (error) => parts.tally.bad(error),
        ended: () => lone.end === end && parts.fanout.end(),
        closed: ({ code }) => {
          this.#ends.delete(end);
          parts.tally.sourceGone(end, way);
          parts.tenures.get(end)?.stop();
          const last = sources.leaves(end, code);
          parts.noteBytes();
          if (!last) parts.checkIdle();
        },
      },
      parts.options.inflatedPayload,
      parts.options.inflateRatio,
      stranger ? allowances : undefined,
    );
    this.#ends.set(end, way);
    return end;
  }

  #publish(message: PublishMessage, end: ReceiverEnd, shown: () => void): void {
    if (!mayPublish(this.parts.options.publishToken, message.token)) {
      const why = message.token === undefined ? 'none was shown' : 'this is not the right one';
      return end.close(CLOSE.unauthorized.code, `this relay asks sources for a token, and ${why} (token, MPL_TOKEN)`);
    }
    shown();
    const known = this.sources.has(end);
    const { token: _, ...rest } = message;
    const said = JSON.stringify(rest);
    // Others are told, here and at other relays, of what is new.
    if (known && said === this.#said.get(end)) return;
    this.#said.set(end, said);
    this.#entrance.enter(message, end, known);
  }
}
