/**
 * The follower's side of a channel: finds who owns it, holds a session with that node, and sees to it that the feed has a
 * place in what the owner's tap publishes. Whatever breaks, it begins with the part that broke.
 */

import { after, every, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { Bell } from './bell.js';
import type { ChannelParts } from './channel-parts.js';
import { Feed } from './feed.js';
import { covers, decodeChannelMessage, decodeKeyframe, type Place } from './messages.js';
import type { ClusterNode } from './node.js';
import { readOwned } from './owned.js';
import type { KeyframeQuestion } from './owner.js';

/** After what could not be done it is tried again after this, ms, and later each time. */
const FIRST = 50;
const LAST = 2_000;

export class Follower {
  #feed: Feed | null = null;
  /** Who owns the channel, as far as is known. */
  #owner: string | null = null;
  #closed = false;
  #running = false;
  /** Something has happened since the last look. */
  #again = false;
  #wait = FIRST;
  #retry: Timer | null = null;
  /** It is known that nobody owns the channel. */
  #nobody = false;
  /** Since when there is no place in what is published; 0 = there is one. */
  #lostAt = 0;
  readonly #watch: Timer;
  /** Ends the waiting for a keyframe of an owner that is none any more. */
  #interrupt: () => void = () => {};
  /** Something has come, or is otherwise than before. */
  readonly #news = new Bell();
  /** The question after the present state that is out, and the one that follows it. */
  #asked: Promise<unknown> = Promise.resolve();
  #next: Promise<Place | null> | null = null;

  constructor(
    readonly channel: ChannelParts,
    readonly node: ClusterNode,
  ) {
    node.bus.subscribe(this.#topic, (message) => this.#heard(message)).catch(() => {});
    this.#watch = every(node.leaseMs / 5, () => this.#check());
    this.look();
  }

  /** Does the channel get its state over it? */
  get following(): boolean {
    return this.#feed !== null;
  }

  /** Resolves when the channel has what its owner had a moment ago; where nobody has it, at once; or when it is `over`. */
  async found(over: AbortSignal): Promise<void> {
    const seeks = (): boolean => !this.#closed && this.node.bus.up && !(this.#feed === null && this.#nobody);
    while (!over.aborted && seeks() && !this.#feed?.synced) await this.#news.next(over);
  }

  /**
   * Resolves when the channel holds all that its source had when this was asked: its owner says how far that is. Where
   * nobody has it, or nobody can be asked, at once; or when it is `over`.
   */
  async current(over: AbortSignal): Promise<void> {
    while (!over.aborted && !this.#closed && this.node.bus.up && !(this.#feed === null && this.#nobody)) {
      const feed = this.#feed;
      const place = feed?.synced ? await this.#askPlace(feed.session!.other) : null;
      // Another tap than that is followed by now begins with a keyframe, which may be older: it is asked again.
      while (place && feed === this.#feed && feed?.tap === place.tap && !feed.reached(place) && !over.aborted) {
        await this.#news.next(over);
      }
      if (place && feed?.reached(place)) return;
      await Promise.race([this.#news.next(over), new Promise((resolve) => after(FIRST, () => resolve(null)))]);
    }
  }

  get #topic(): string {
    return `c:${this.channel.name}`;
  }

  /** Something may have changed: looks again, at once. */
  look(): void {
    this.#interrupt();
    this.#retry?.stop();
    this.#retry = null;
    this.#again = true;
    if (!this.#running) void this.#run();
  }

  /** The bus was away, or is: what was published meanwhile is lost. */
  lost(): void {
    if (this.#lostAt === 0) this.#lostAt = performance.now();
    this.#feed?.desync();
    this.look();
  }

  /** This node owns the channel now, or nobody watches it here. */
  close(): void {
    this.#closed = true;
    this.#watch.stop();
    this.#news.ring();
    this.#retry?.stop();
    this.node.bus.unsubscribe(this.#topic);
    this.#drop(CLOSE.normal.code, 'the channel is not followed any more');
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      let done = false;
      try {
        done = await this.#step();
      } catch {
        // Tried again like anything else that did not come about.
      }
      this.#news.ring();
      if (done) this.#wait = FIRST;
      else if (!this.#closed && !this.#again) this.#later();
    }
    this.#running = false;
  }

  #later(): void {
    const wait = this.#wait * (0.75 + Math.random() / 2);
    this.#wait = Math.min(this.#wait * 2, LAST, this.node.leaseMs / 3);
    this.#retry = after(wait, () => this.look());
  }

  /** Does the next thing that is to be done; true if nothing is left to do. */
  async #step(): Promise<boolean> {
    const { bus } = this.node;
    if (!bus.up) return false;
    const session = this.#feed?.session;
    if (!session?.open) {
      const ask = async (): Promise<string | null> => {
        const owned = await bus.get(`o:${this.channel.name}`);
        return readOwned(owned && new TextDecoder().decode(owned))?.node ?? null;
      };
      let owner = await ask();
      if (owner === null) {
        await this.node.orphaned(this.channel.name);
        owner = await ask();
      }
      if (this.#closed) return true;
      this.#nobody = owner === null;
      // Nothing will come of waiting.
      if (owner === null) this.#drop(CLOSE.goingAway.code, 'the source is away');
      if (owner === null || owner === this.node.id) return false;
      this.#open(owner);
    }
    const feed = this.#feed!;
    // Its answer to being followed comes first; it makes the channel subscribe.
    if (feed.subscriptions === 0) return true;
    if (!feed.synced) await this.#sync(feed);
    return feed.synced;
  }

  /** Opens a session with this node; the channel gets its source, if it has none yet. */
  #open(owner: string): void {
    this.#owner = owner;
    let feed = this.#feed;
    if (feed === null) {
      feed = new Feed({
        lost: () => this.lost(),
        stamps: (stamps) => this.channel.takeStamps(stamps),
        sessionLost: () => this.lost(),
        closed: () => {
          if (this.#feed !== feed) return;
          this.#feed = null;
          this.look();
        },
      });
      this.#feed = feed;
      this.#lostAt = performance.now();
      feed.session = this.node.open(owner, 'follower', this.channel.name);
      feed.end = this.channel.addOwner(feed);
    } else feed.session = this.node.open(owner, 'follower', this.channel.name);
  }

  async #sync(feed: Feed): Promise<void> {
    const { channel, node } = this;
    const { session } = feed;
    // The session, and with it the answer of its owner, may be over by then.
    const current = (): boolean => this.#feed === feed && feed.session === session && !feed.synced;
    const about: KeyframeQuestion = { channel: channel.name, have: channel.held() };
    const asked = await Promise.race([
      node.ask<Place>(session!.other, 'keyframe', about, node.leaseMs / 2),
      new Promise<null>((resolve) => {
        this.#interrupt = () => resolve(null);
      }),
    ]);
    if (!asked || !current()) return;
    const bytes = await node.bus.get(`k:${channel.name}`);
    const keyframe = bytes && decodeKeyframe(bytes);
    if (!current() || !keyframe || keyframe.tap !== asked.tap || keyframe.sequence < asked.sequence) return;
    if (!covers(keyframe.have, channel.held())) return;
    if (feed.begin(keyframe) && feed.synced) this.#lostAt = 0;
  }

  /** Who asks while a question is out has the answer of the next: what was said meanwhile is to be in it. Null where there is none. */
  #askPlace(owner: string): Promise<Place | null> {
    const { channel, node } = this;
    this.#next ??= this.#asked.then(() => {
      this.#next = null;
      const answer = node.ask<Place>(owner, 'now', channel.name, node.leaseMs / 2).catch(() => null);
      this.#asked = answer;
      return answer;
    });
    return this.#next;
  }

  #heard(bytes: Uint8Array): void {
    const message = decodeChannelMessage(bytes);
    if (message?.kind === 'state') {
      this.#feed?.heard(message);
      this.#news.ring();
    } else if (message?.kind === 'owned' && message.node !== this.#owner && message.node !== this.node.id) {
      // The channel has another owner: what the one before says counts no more.
      this.#owner = message.node;
      if (this.#feed) this.#feed.session = null;
      this.look();
    }
  }

  #check(): void {
    const now = performance.now();
    const feed = this.#feed;
    if (feed === null) return;
    const { leaseMs } = this.node;
    // A subscription that was lost without a word: an owner says often that it is there.
    if (feed.synced && now - feed.heardAt > leaseMs * 0.7) {
      this.node.bus.subscribe(this.#topic, (message) => this.#heard(message)).catch(() => {});
      this.lost();
    } else if (this.#lostAt > 0 && now - this.#lostAt > leaseMs) {
      this.#drop(CLOSE.timeout.code, 'the relay of the source is out of reach');
    }
  }

  #drop(code: number, reason: string): void {
    const feed = this.#feed;
    this.#feed = null;
    feed?.close(code, reason);
  }
}
