/** The owner's side of a channel: sessions with its followers, one tap for all of them, keyframes for those that begin. */

import type { Link, LinkClose } from '../../transport/link/link.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { after, every, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { PublishMessage, StatusMessage } from '../../transport/wire/messages.js';
import { publish } from '../../transport/wire/session.js';
import { frameName } from '../../transport/wire/types.js';
import { Refusal } from '../relay/refusal.js';
import type { BusLink } from './bus-link.js';
import type { ChannelParts } from './channel-parts.js';
import { encodeKeyframe, type Have, type Place } from './messages.js';
import type { ClusterNode } from './node.js';
import { common } from './snapshot.js';
import { Tap } from './tap.js';

/** One keyframe serves all who ask within this, ms. */
const SHARE = 100;
/** A source that wakes has so long to say what it has now, ms; then what is held will do. */
const WAKE = 2_000;
/** It is of no use to anybody after this, ms. */
const KEEP = 60_000;
/** Bytes that the bus may owe before no keyframe is added to them. */
const BUSY = 64 * 2 ** 20;

/** What a follower asks for. */
export interface KeyframeQuestion {
  channel: string;
  have: Have;
}

/** What a follower is told by itself; the rest comes by the tap. */
const DIRECT = new Set<string | undefined>(['Ping', 'ControlReply', 'Introduce', 'Publish', 'Error']);

/** The owner's end of a session: what the tap tells all followers need not be told here. */
class SessionLink implements Link {
  readonly kind = 'websocket';
  readonly highWater: number;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;

  constructor(readonly inner: BusLink) {
    this.highWater = inner.highWater;
    inner.onmessage = (message) => this.onmessage?.(message);
    inner.onclose = (event) => this.onclose?.(event);
  }

  get buffered(): number {
    return this.inner.buffered;
  }

  send(message: Uint8Array): void {
    if (DIRECT.has(frameName(message[0]!))) this.inner.send(message);
  }

  close(code?: number, reason?: string): void {
    this.inner.close(code, reason);
  }
}

interface Session {
  link: SessionLink;
  viewers: number;
  watching: number;
}

export class Owner {
  readonly #sessions = new Map<SourceEnd, Session>();
  #tap: Tap | null = null;
  #beat: Timer | null = null;
  #retry: Timer | null = null;
  /** Those who wait for the next keyframe. */
  #asking: { haves: Have[]; answer: Promise<Place> } | null = null;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #published: PublishMessage | null = null;
  #closed = false;

  constructor(
    readonly channel: ChannelParts,
    readonly node: ClusterNode,
  ) {}

  /** Followers it has. */
  get followers(): number {
    return this.#sessions.size;
  }

  /** A source said this when it came, or came back: followers take it for theirs. */
  set published(message: PublishMessage) {
    this.#published = message;
    for (const { link } of this.#sessions.values()) this.#tellPublished(link);
  }

  /** Another node follows this channel from now on. */
  accept(inner: BusLink): void {
    const { channel } = this;
    const link = new SessionLink(inner);
    const end = channel.addRelay(link);
    const session: Session = { link, viewers: 0, watching: 0 };
    this.#sessions.set(end, session);
    const { onclose } = link;
    link.onclose = (event) => {
      onclose?.(event);
      this.#sessions.delete(end);
      this.#count();
      if (this.#sessions.size === 0) this.#rest();
    };
    this.#tellPublished(link);
    this.#open();
  }

  /** A follower says how many watch there. */
  heard({ viewers = 0, watching = 0 }: StatusMessage, end: SourceEnd): void {
    const session = this.#sessions.get(end);
    if (session === undefined) return;
    session.viewers = viewers;
    session.watching = watching;
    this.#count();
  }

  /**
   * Writes a keyframe for whoever has this much, and for all who ask about now.
   * @throws Refusal or BusError where there is none to be had now
   */
  keyframe(have: Have): Promise<Place> {
    if (this.#asking === null) {
      const haves: Have[] = [];
      this.#asking = { haves, answer: this.#write(haves) };
    }
    this.#asking.haves.push(have);
    return this.#asking.answer;
  }

  /**
   * Where its followers are once they have all that its source has now. A follower watches while it asks.
   * @throws Refusal where nothing is published
   */
  async now(): Promise<Place> {
    const over = AbortSignal.timeout(WAKE);
    await this.channel.settled(over);
    const tap = this.#tap;
    if (tap === null || !tap.open) throw new Refusal(CLOSE.tryLater, 'nothing is published now');
    return tap.upToDate(over);
  }

  /** It owns the channel no longer. */
  close(code: number = CLOSE.goingAway.code, reason = 'the channel is owned by another relay'): void {
    this.#closed = true;
    for (const { link } of [...this.#sessions.values()]) link.close(code, reason);
    this.#rest();
  }

  #count(): void {
    let viewers = 0;
    let watching = 0;
    for (const session of this.#sessions.values()) {
      viewers += session.viewers;
      watching += session.watching;
    }
    if (this.#tap) this.#tap.watched = watching > 0;
    this.channel.audience.elsewhere = { viewers, watching };
  }

  #tellPublished(link: SessionLink): void {
    if (this.#published) link.send(encodeFrame('Publish', publish.encode(this.#published)));
  }

  /** Sees to it that there is a tap, as long as there are followers. */
  #open(): void {
    if (this.#tap?.open || this.#closed || this.#sessions.size === 0 || !this.node.bus.up) return;
    const { channel, node } = this;
    const tap = new Tap(channel.fanout, node.bus, `c:${channel.name}`);
    this.#tap = tap;
    this.#count();
    const { onclose } = tap;
    tap.onclose = (event) => {
      onclose?.(event);
      if (this.#tap !== tap) return;
      this.#tap = null;
      this.#retry ??= after(node.leaseMs / 20, () => {
        this.#retry = null;
        this.#open();
      });
    };
    // Whoever missed the last message would not know, if nothing followed it.
    tap.beat();
    this.#beat ??= every(node.leaseMs / 5, () => {
      if (this.#tap === null) this.#open();
      else if (performance.now() - this.#tap.sentAt > node.leaseMs / 6) this.#tap.beat();
    });
  }

  async #write(haves: readonly Have[]): Promise<Place> {
    const wait = Math.max(0, this.#wroteAt + SHARE - performance.now());
    await new Promise<void>((resolve) => after(wait, resolve));
    // Who asks from now on may have subscribed after what is in it.
    this.#asking = null;
    const tap = this.#tap;
    if (tap === null || !tap.open) throw new Refusal(CLOSE.tryLater, 'nothing is published now');
    if (tap.buffered > BUSY) throw new Refusal(CLOSE.tryLater, 'the bus is slow');
    this.#wroteAt = performance.now();
    const keyframe = tap.keyframe(common(haves));
    await this.node.bus.set(`k:${this.channel.name}`, encodeKeyframe(keyframe), KEEP);
    // It may have closed while that was written, and nobody would delete it.
    if (this.#tap === null) this.#delete();
    return { tap: keyframe.tap, sequence: keyframe.sequence };
  }

  #rest(): void {
    this.#beat?.stop();
    this.#retry?.stop();
    this.#beat = this.#retry = null;
    const tap = this.#tap;
    this.#tap = null;
    tap?.close();
    if (this.#wroteAt > 0) this.#delete();
  }

  #delete(): void {
    this.node.bus.delete(`k:${this.channel.name}`).catch(() => {});
  }
}
