/** One channel of this node, as a member of all nodes: it owns the channel, follows it, or neither. */

import { createHash, randomInt } from 'node:crypto';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { after, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import type { PublishMessage, StatusMessage } from '../../transport/wire/messages.js';
import { Refusal } from '../relay/refusal.js';
import type { BusLink } from './bus-link.js';
import type { Admission, ChannelParts, Member } from './channel-parts.js';
import { Follower } from './follower.js';
import { Lease } from './lease.js';
import { encodeOwned, type Have, type Place } from './messages.js';
import type { ClusterNode } from './node.js';
import { checkFree, elsewhere, type Owned, readOwned } from './owned.js';
import { Owner } from './owner.js';

/** Viewers that leave may only reload: the channel is followed for so long, ms. */
const LINGER = 2_000;
/** A lease may change hands while it is asked for; so often is it asked again. */
const TRIES = 5;

export class ChannelMember implements Member {
  readonly #lease: Lease;
  #owner: Owner | null = null;
  #follower: Follower | null = null;
  #linger: Timer | null = null;
  #closed = false;
  /** Hash of the claim of the source that has the channel here. */
  #claim = '';
  /** Which of its connections. */
  #attempt = 0;
  #term = 0;
  /** Sources are let in one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly channel: ChannelParts,
    readonly node: ClusterNode,
    /** It is of no more use. */
    readonly ongone: () => void,
  ) {
    this.#lease = new Lease(node.bus, `o:${channel.name}`, node.leaseMs, {
      lost: (by, sure) => this.#overtaken(by, sure),
      won: (from) => this.#won(from),
    });
  }

  get owns(): boolean {
    return this.#owner !== null;
  }

  hash(claim: string): string {
    return createHash('sha256').update(claim).digest('base64url');
  }

  admit(message: PublishMessage): Promise<Admission> {
    const admission = this.#turn.then(() => this.#admit(message));
    this.#turn = admission.catch(() => {});
    return admission;
  }

  published({ claim, attempt = 0, merge = false, peer, maxPeers }: PublishMessage): void {
    if (this.#owner === null) return;
    this.#claim = claim;
    this.#attempt = attempt;
    const owned: Owned = { node: this.node.id, claim, attempt, term: this.#term, ...(merge && { merge }) };
    void this.#lease.change(write(owned));
    // What was posted to a shared channel may have been at the node that had it before.
    if (merge) void this.node.orphaned(this.channel.name);
    this.#owner.published = { protocol: 1, claim, attempt, ...(peer && { peer }), ...(maxPeers && { maxPeers }) };
  }

  away(): void {
    const owned = readOwned(this.#lease.held);
    // Whatever comes with its claim comes later than what is gone.
    if (owned) void this.#lease.change(write({ ...owned, attempt: 0, away: true }));
  }

  freed(): void {
    const owned = readOwned(this.#lease.held);
    if (owned) void this.#lease.change(write({ ...owned, claim: '' }));
  }

  released(): void {
    this.#disown(CLOSE.goingAway.code, 'the source is away');
    this.audienceChanged();
  }

  audienceChanged(): void {
    const wanted = this.channel.audience.here > 0 && !this.owns && !this.#closed;
    if (wanted) {
      this.#linger?.stop();
      this.#linger = null;
      this.#follower ??= new Follower(this.channel, this.node);
    } else if (this.#follower && !this.#linger) {
      this.#linger = after(LINGER, () => {
        this.#linger = null;
        this.#unfollow();
      });
    }
  }

  close(): void {
    this.#closed = true;
    this.#linger?.stop();
    this.#linger = null;
    this.#unfollow();
    this.#disown(CLOSE.goingAway.code, 'the channel is idle');
    this.ongone();
  }

  /** Another node follows. */
  accept(link: BusLink): void {
    if (this.#owner === null) link.close(CLOSE.goingAway.code, 'the source is not at this relay');
    else this.#owner.accept(link);
  }

  /** Writes a keyframe; see `Owner`. */
  async keyframe(have: Have): Promise<Place> {
    return this.#mine.keyframe(have);
  }

  /** How far what is published is what the source has now; see `Owner`. */
  async now(): Promise<Place> {
    return this.#mine.now();
  }

  async found(over: AbortSignal): Promise<void> {
    if (!this.owns) await this.#follower?.found(over);
  }

  async current(over: AbortSignal): Promise<void> {
    // It may come to be owned here.
    if (!this.owns) await this.#follower?.current(over);
  }

  /** A follower says how many watch there. */
  heard(message: StatusMessage, end: SourceEnd): void {
    this.#owner?.heard(message, end);
  }

  /** Another node says that it owns the channel now. */
  moved(): void {
    void this.#lease.renew();
  }

  /** The bus is back, or away. */
  busChanged(): void {
    this.#follower?.lost();
    if (this.node.bus.up) void this.#lease.renew();
    else this.#lease.sure = false;
  }

  async #admit({ claim, attempt = 0, merge = false }: PublishMessage): Promise<Admission> {
    // Whose it is among those who come here is told here.
    if (this.#owner !== null) return { kind: 'here', anew: false };
    this.#term = randomInt(2 ** 32);
    const mine: Owned = { node: this.node.id, claim, attempt, term: this.#term, ...(merge && { merge }) };
    const value = write(mine);
    let expect = this.#lease.held;
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        const held = await this.#lease.take(expect, value);
        if (held === expect) {
          const before = readOwned(expect)?.node;
          if (before !== undefined && before !== mine.node) this.node.tell(before, 'moved', this.channel.name);
          return this.#own();
        }
        expect = held;
        const other = readOwned(held);
        if (other !== null && other.node !== mine.node) {
          if (merge && other.merge)
            return { kind: 'there', link: this.node.open(other.node, 'source', this.channel.name) };
          checkFree(this.channel.name, other, mine);
        }
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      // Nobody can be asked. It is served here, and the lease asked for once the bus is there.
      this.#lease.hold(value);
      return this.#own();
    }
    throw new Refusal(CLOSE.tryLater, 'too many ask for this channel at once; try again');
  }

  #own(): Admission {
    this.#linger?.stop();
    this.#linger = null;
    // What it showed of another relay stays until the source here says more.
    this.#unfollow();
    if (this.#owner === null) {
      this.#owner = new Owner(this.channel, this.node);
      const { name } = this.channel;
      const { bus } = this.node;
      this.#announce();
      // An owner that died could not.
      bus.delete(`k:${name}`).catch(() => {});
    }
    return { kind: 'here', anew: true };
  }

  /** Says to all who follow the channel that it is owned here. */
  #announce(): void {
    this.node.bus.publish(`c:${this.channel.name}`, encodeOwned(this.node.id)).catch(() => {});
  }

  /** Another node had taken the lease while nobody could be asked, and has to give way. */
  #won(from: Owned): void {
    this.node.tell(from.node, 'moved', this.channel.name);
    this.#announce();
  }

  /** Another node has the lease. `sure`: it knew of this one. */
  #overtaken(by: Owned | null, sure: boolean): void {
    const mine = this.#owner !== null;
    this.#closeOwner(CLOSE.goingAway.code, 'the source is at another relay');
    if (mine) {
      const { taken, replaced } = CLOSE;
      // Only one that has come back by a newer connection is to give up the older. Without that, it tries again.
      const newer = by !== null && (by.attempt > this.#attempt || (sure && by.attempt === this.#attempt));
      if (by?.claim === this.#claim && newer) this.channel.dropSources(replaced.code, replaced.meaning);
      else this.channel.dropSources(taken.code, elsewhere(this.channel.name));
    }
    this.audienceChanged();
  }

  #unfollow(): void {
    this.#follower?.close();
    this.#follower = null;
  }

  #disown(code: number, reason: string): void {
    this.#closeOwner(code, reason);
    this.#lease.release();
  }

  /** @throws Refusal where another owns it */
  get #mine(): Owner {
    if (this.#owner === null) throw new Refusal(CLOSE.goingAway, 'the source is not at this relay');
    return this.#owner;
  }

  #closeOwner(code: number, reason: string): void {
    const owner = this.#owner;
    this.#owner = null;
    owner?.close(code, reason);
    this.channel.audience.elsewhere = null;
  }
}

const write = (owned: Owned): string => JSON.stringify(owned);
