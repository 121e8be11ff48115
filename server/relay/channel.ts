/**
 * One channel on a relay: a receiver of its source, or of several that share it, and a source to its viewers, joined by one
 * replica. It outlives its source for a while, so that a host that reloads finds its viewers where they were.
 *
 * Here are its viewers, and how they meet its sources: those call (`callers.ts`), one or several of them have it
 * (`sources.ts`), and what they say goes through its replica to the viewers (`lone-source.ts`, `merged-sources.ts`).
 */

import type { Link } from '../../transport/link/link.js';
import { Fanout } from '../../transport/session/fanout.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import type { Tenure } from '../../transport/session/tenure.js';
import type { SignalTable } from '../../transport/state/signal-table.js';
import type { Rights } from '../../transport/wire/messages.js';
import type { Admission } from '../auth/grant.js';
import type { ChannelParts, Member } from '../cluster/channel-parts.js';
import type { Have } from '../cluster/messages.js';
import { Tally, type Way } from '../metrics/tally.js';
import type { ResolvedOptions } from '../options.js';
import type { Acquaintances } from '../signal/acquaintances.js';
import { Audience } from './audience.js';
import { settled, settlesIn } from './awake.js';
import { Callers, type CallersParts } from './callers.js';
import { expectFirst } from './first-message.js';
import { holdResume } from './hold.js';
import { Introductions } from './introductions.js';
import type { ChannelPlace } from './places.js';
import { Sources, type SourcesParts } from './sources.js';
import { handOn } from './steering.js';

export class Channel implements ChannelParts, SourcesParts, CallersParts {
  readonly fanout: Fanout;
  readonly audience: Audience;
  /** Its place among those of other relays; null where there are none. */
  readonly member: Member | null;
  readonly introductions: Introductions;
  readonly tenures = new WeakMap<ReceiverEnd, Tenure>();
  /** Its place among those of this relay; null where it is alone. */
  place: ChannelPlace | null = null;
  readonly #sources: Sources;
  readonly #callers: Callers;

  constructor(
    readonly name: string,
    readonly options: ResolvedOptions,
    /** Bytes that replicas of other channels leave for this one. */
    readonly room: () => number,
    /** Neither source nor viewers are left, and the grace is over. */
    readonly onidle: () => void,
    readonly tally = new Tally(),
    join: ((channel: ChannelParts) => Member) | null = null,
    acquaintances: Acquaintances | null = null,
  ) {
    this.introductions = new Introductions(name, () => this.#sources.lone.end, acquaintances);
    this.fanout = new Fanout({
      channel: name,
      maxFps: Number.POSITIVE_INFINITY,
      keyframeShareMs: options.keyframeShareMs,
      selectedBytes: options.selectedBytes,
      observer: tally,
      later: setImmediate,
    });
    this.audience = new Audience(
      this.fanout,
      (watched) => this.#sources.watch(watched),
      () => this.#sources.tellAll(),
    );
    this.#sources = new Sources(this);
    this.fanout.oncontrol = (message, end) =>
      tally.command(handOn(message, end, this.#sources.merged ? undefined : this.#sources.lone.end));
    this.fanout.onintroduce = (message, end) => this.introductions.ask(message, end);
    this.fanout.onbad = (error) => tally.bad(error);
    this.fanout.onends = () => {
      this.audience.changed();
      this.member?.audienceChanged();
      this.checkIdle();
    };
    this.fanout.onstatus = (message, end) => {
      if (end.relay) this.member?.heard(message, end);
    };
    this.member = join?.(this) ?? null;
    this.#callers = new Callers(this.#sources, this);
  }

  /** Viewers connected to this relay. */
  get viewers(): number {
    return this.audience.here;
  }

  /** Links on which a source speaks, or may yet, and what they are. */
  get callers(): Iterable<[ReceiverEnd, Way]> {
    return this.#callers;
  }

  /** The signals held: of the source that is there, or of the one that was. */
  get signals(): SignalTable | null {
    return this.fanout.signals?.table ?? null;
  }

  /** Milliseconds since the newest change of a signal was captured at its source. */
  get signalAge(): number {
    return this.#sources.outlet.signalAge;
  }

  /** The highest version that any of several sources has written; 0 where there is one alone. */
  get clock(): number {
    return this.#sources.merged?.clock ?? 0;
  }

  /** When its source answered to being watched; null while it rests, or is about to wake. Long ago if none could rest. */
  get awakeSince(): number | null {
    const local = this.#sources.lone.end?.link.kind === 'memory';
    // How a source at another relay is, that one knows.
    const none = this.fanout.state !== 'live' || this.signals === null || local || this.follows;
    return none ? Number.NEGATIVE_INFINITY : this.#sources.outlet.awakeSince;
  }

  /** Is its source at another relay? */
  get follows(): boolean {
    return this.#sources.outlet.follows;
  }

  /** Bytes of memory that the replicas take. */
  get bytes(): number {
    return this.#sources.bytes;
  }

  /** They may take more than before, or less. */
  noteBytes(): void {
    this.place?.holds(this.bytes);
  }

  /** @param admission what it may do and see; without it, whatever the source grants to anyone */
  addViewer(link: Link, admission?: Admission): SourceEnd {
    const end = this.fanout.attach(link, {
      commandsPerSecond: this.options.controlRate,
      messagesPerSecond: this.options.messageRate,
      subscriptionsPerSecond: this.options.subscriptionRate,
      keyframesPerSecond: this.options.keyframeRate,
      maxSelect: this.options.maxSelect,
      ...admission,
    });
    holdResume(link, (over) => this.#found(over), this.options.helloMs / 2);
    expectFirst(link, this.options.helloMs, () => end.greeted);
    const { onclose } = link;
    link.onclose = (event) => {
      this.introductions.forget(end);
      onclose?.(event);
    };
    return end;
  }

  addRelay(link: Link): SourceEnd {
    const end = this.fanout.attach(link, { relay: true });
    const { onclose } = link;
    link.onclose = (event) => {
      this.introductions.forget(end);
      onclose?.(event);
    };
    return end;
  }

  /** Other rights of a viewer, from now on. */
  setRights(viewer: SourceEnd, { rights, bucket }: Admission): void {
    viewer.setRights(rights, bucket);
    this.introductions.renew(viewer);
  }

  held(): Have {
    return this.#sources.lone.held;
  }

  /** Is what is held what its source has now, as far as can be said without asking? */
  get isCurrent(): boolean {
    const left = this.member?.owns === false ? null : settlesIn(this);
    return left !== null && left <= 0;
  }

  takeStamps(stamps: Uint8Array): void {
    this.#sources.lone.takeStamps(stamps);
  }

  settled(over: AbortSignal): Promise<void> {
    return settled(this, over);
  }

  /** Resolves when what is held is what its source has now, wherever that is, or when it is `over`. Somebody has to watch. */
  async current(over: AbortSignal): Promise<void> {
    await this.member?.current(over);
    await this.settled(over);
  }

  /** Calls `listener` whenever a source says what signals it has, until the function returned is called. */
  onAnnounced(listener: () => void): () => void {
    return this.#sources.outlet.onAnnounced(listener);
  }

  /**
   * A source asks for this channel; its first message says with what claim.
   * @param rights for how long it may
   * @param known called once it has shown that it may
   */
  addSource(link: Link, rights?: Rights, known?: () => void): (rights: Rights) => void {
    return this.#callers.add(link, rights, known);
  }

  addOwner(link: Link): ReceiverEnd {
    return this.#callers.addOwner(link);
  }

  /** Another relay has asked a source for its right to this channel, and passes on what it says. */
  addTunnel(link: Link): void {
    this.#callers.addTunnel(link);
  }

  dropSources(code: number, reason: string): void {
    this.#sources.drop(code, reason);
  }

  /** What a source left behind is not to be seen any more. */
  forgetSignals(): void {
    this.#sources.forgetSignals();
  }

  close(): void {
    this.#sources.close();
    this.audience.close();
    this.member?.close();
  }

  /** A channel without source and viewers is forgotten once its grace is over. */
  checkIdle(): void {
    if (this.#callers.size > 0 || this.#sources.waiting || this.viewers > 0) return;
    this.member?.close();
    this.onidle();
  }

  /** Waits for what another relay has of the channel; null where there is nothing to wait for. */
  #found(over: AbortSignal): Promise<void> | null {
    const { member } = this;
    return member === null || member.owns || this.fanout.grid !== null ? null : member.found(over);
  }
}
