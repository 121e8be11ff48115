/**
 * One channel on a relay: a receiver of its source, or of several that share it, and a source to its viewers, joined by one
 * replica. It outlives its source for a while, so that a host that reloads finds its viewers where they were.
 */

import type { Link } from '../../transport/link/link.js';
import { Fanout } from '../../transport/session/fanout.js';
import { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { EXPIRED, Tenure } from '../../transport/session/tenure.js';
import { after, type Timer } from '../../transport/session/timer.js';
import type { SignalTable } from '../../transport/state/signal-table.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { PublishMessage, Rights, StatusMessage } from '../../transport/wire/messages.js';
import * as session from '../../transport/wire/session.js';
import type { ChannelParts, Member } from '../cluster/channel-parts.js';
import type { Have } from '../cluster/messages.js';
import { Tally, type Way, wayOf } from '../metrics/tally.js';
import type { ResolvedOptions } from '../options.js';
import { mayPublish } from '../publish-token.js';
import type { Acquaintances } from '../signal/acquaintances.js';
import { Audience } from './audience.js';
import { settled, settlesIn } from './awake.js';
import { Claim, NEWER } from './claim.js';
import { Entrance } from './entrance.js';
import { Introductions } from './introductions.js';
import { LoneSource } from './lone-source.js';
import { MergedSources } from './merged-sources.js';
import { Outlet } from './outlet.js';
import { handOn } from './steering.js';
import { ChangingLink } from './tunnel.js';

export class Channel implements ChannelParts {
  readonly fanout: Fanout;
  readonly audience: Audience;
  /** Its place among those of other relays; null where there are none. */
  readonly member: Member | null;
  readonly #outlet: Outlet;
  readonly #introductions: Introductions;
  readonly #claim = new Claim(() => this.member?.freed());
  readonly #lone: LoneSource;
  /** Several sources that share the channel, instead of one. */
  #merged: MergedSources | null = null;
  /** How long sources may stay, where they had to show a token. */
  readonly #tenures = new WeakMap<ReceiverEnd, Tenure>();
  readonly #entrance: Entrance;
  /** Links on which a source speaks, or may yet. */
  readonly #callers = new Map<ReceiverEnd, Way>();
  #grace: Timer | null = null;
  #closed = false;

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
    this.#introductions = new Introductions(name, () => this.#lone.end, acquaintances);
    this.fanout = new Fanout({
      channel: name,
      maxFps: Number.POSITIVE_INFINITY,
      keyframeShareMs: options.keyframeShareMs,
      observer: tally,
      later: setImmediate,
    });
    this.#outlet = new Outlet(this.fanout);
    this.#lone = new LoneSource(this.#outlet, () => Math.min(options.replicaBytes, room()));
    this.audience = new Audience(
      this.fanout,
      (watched) => this.#setWatched(watched),
      () => this.#tellSources(),
    );
    this.fanout.oncontrol = (message, end) =>
      tally.command(handOn(message, end, this.#merged ? undefined : this.#lone.end));
    this.fanout.onintroduce = (message, end) => this.#introductions.ask(message, end);
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
    this.#entrance = new Entrance(this.member, this.#tenures, {
      take: (message, end, anew) => this.#take(message, end, anew),
      sourced: () => this.#lone.end !== null || (this.#merged?.size ?? 0) > 0 || this.#grace !== null,
    });
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
    return this.#outlet.signalAge;
  }

  /** The highest version that any of several sources has written; 0 where there is one alone. */
  get clock(): number {
    return this.#merged?.clock ?? 0;
  }

  /** When its source answered to being watched; null while it rests, or is about to wake. Long ago if none could rest. */
  get awakeSince(): number | null {
    const local = this.#lone.end?.link.kind === 'memory';
    // How a source at another relay is, that one knows.
    const none = this.fanout.state !== 'live' || this.signals === null || local || this.follows;
    return none ? Number.NEGATIVE_INFINITY : this.#outlet.awakeSince;
  }

  /** Is its source at another relay? */
  get follows(): boolean {
    return this.#outlet.follows;
  }

  /** Bytes of memory that the replicas take. */
  get bytes(): number {
    return this.#lone.gridBytes + (this.signals?.bytes ?? 0);
  }

  /** @param rights what it may do and see; without them, whatever the source grants to anyone */
  addViewer(link: Link, rights?: Rights): SourceEnd {
    const end = this.fanout.attach(link, {
      commandsPerSecond: this.options.controlRate,
      messagesPerSecond: this.options.messageRate,
      subscriptionsPerSecond: this.options.subscriptionRate,
      keyframesPerSecond: this.options.keyframeRate,
      ...(rights && { rights }),
    });
    this.#expectFirst(link, () => end.greeted);
    const { onclose } = link;
    link.onclose = (event) => {
      this.#introductions.forget(end);
      onclose?.(event);
    };
    return end;
  }

  addRelay(link: Link): SourceEnd {
    const end = this.fanout.attach(link, { relay: true });
    const { onclose } = link;
    link.onclose = (event) => {
      this.#introductions.forget(end);
      onclose?.(event);
    };
    return end;
  }

  addOwner(link: Link): ReceiverEnd {
    return this.#addSource(link, (message, end) => this.#follow(message, end), true);
  }

  /** Other rights of a viewer, from now on. */
  setRights(viewer: SourceEnd, rights: Rights): void {
    viewer.setRights(rights);
    this.#introductions.renew(viewer);
  }

  /**
   * A source asks for this channel; its first message says with what claim.
   * @param rights for how long it may
   */
  addSource(came: Link, rights?: Rights): (rights: Rights) => void {
    // It may turn out that what it says is for another relay.
    const link = this.member ? new ChangingLink(came) : came;
    const end = this.#addSource(link, (message) => this.#publish(message, end));
    const has = (): boolean => this.#lone.end === end || this.#merged?.has(end) === true;
    this.#expectFirst(link, has);
    if (rights === undefined) return () => {};
    const tenure = new Tenure(rights, () => end.close(CLOSE.unauthorized.code, EXPIRED));
    this.#tenures.set(end, tenure);
    return (next) => {
      tenure.rights = next;
      // It is in already: the next time it is told, it hears how long it may stay.
      if (has()) this.#tell(end);
      else this.#entrance.renewed(end);
    };
  }

  /** Another relay has asked a source for its right to this channel, and passes on what it says. */
  addTunnel(link: Link): void {
    this.#addSource(link, (message, end) => this.#take(message, end, false), true);
  }

  /** @param relay another relay speaks for the source */
  #addSource(link: Link, onpublish: (message: PublishMessage, end: ReceiverEnd) => void, relay = false): ReceiverEnd {
    const way = wayOf({ link, relay });
    const lone = this.#lone;
    /** Only of the source that has the channel, and as far as it fits. */
    const follows = (): boolean => lone.end === end && !end.lost;
    const shares = (): boolean => this.#merged?.has(end) === true && !end.lost;
    const end = new ReceiverEnd(
      link,
      {
        publish: onpublish,
        tiles: (tiles, frame, raw) => follows() && lone.tiles(tiles, frame, raw, end),
        schema: () => {
          if (follows()) lone.announced(end);
          else if (shares()) this.#merged!.announced(end);
        },
        signals: (update, frame, raw) => {
          if (follows()) lone.signals(update, frame, raw, end);
          else if (shares()) this.#merged!.signals(update, frame, end);
        },
        controlState: (message) => lone.end === end && this.fanout.setControlState(message),
        status: (message) => lone.end === end && this.#told(message),
        introduce: (message) => lone.end === end && this.#introductions.answer(message),
        bad: (error) => this.tally.bad(error),
        ended: () => lone.end === end && this.fanout.end(),
        closed: ({ code }) => {
          this.#callers.delete(end);
          this.tally.sourceGone(end, way);
          this.#tenures.get(end)?.stop();
          if (lone.end === end || this.#leaves(end, code)) this.#sourceLost(code);
          else this.checkIdle();
        },
      },
      this.options.inflatedPayload,
      this.options.inflateRatio,
    );
    this.#callers.set(end, way);
    return end;
  }

  held(): Have {
    return this.#lone.held;
  }

  /** Is what is held what its source has now, as far as can be said without asking? */
  get isCurrent(): boolean {
    const left = this.member?.owns === false ? null : settlesIn(this);
    return left !== null && left <= 0;
  }

  settled(over: AbortSignal): Promise<void> {
    return settled(this, over);
  }

  /** Resolves when what is held is what its source has now, wherever that is, or when it is `over`. Somebody has to watch. */
  async current(over: AbortSignal): Promise<void> {
    await this.member?.current(over);
    await this.settled(over);
  }

  dropSources(code: number, reason: string): void {
    if (!this.#outlet.follows) this.#lone.end?.close(code, reason);
    for (const end of [...(this.#merged?.ends ?? [])]) end.close(code, reason);
  }

  /** Calls `listener` whenever a source says what signals it has, until the function returned is called. */
  onAnnounced(listener: () => void): () => void {
    return this.#outlet.onAnnounced(listener);
  }

  /** What a source left behind is not to be seen any more. */
  forgetSignals(): void {
    if (this.#lone.end !== null || (this.#merged?.size ?? 0) > 0) return;
    this.#dropMerged();
    this.#lone.forgetSignals();
  }

  close(): void {
    this.#closed = true;
    this.#grace?.stop();
    this.#claim.close();
    this.audience.close();
    this.#merged?.close();
    this.member?.close();
  }

  /** A channel without source and viewers is forgotten once its grace is over. */
  checkIdle(): void {
    if (this.#callers.size > 0 || this.#grace !== null || this.viewers > 0) return;
    this.member?.close();
    this.onidle();
  }

  #expectFirst(link: Link, came: () => boolean): void {
    const timer = after(this.options.helloMs, () => {
      if (!came()) link.close(CLOSE.timeout.code, 'no first message');
    });
    const { onclose } = link;
    link.onclose = (event) => {
      timer.stop();
      onclose?.(event);
    };
  }

  #publish(message: PublishMessage, end: ReceiverEnd): void {
    if (!mayPublish(this.options.publishToken, message.token)) {
      const shown = message.token === undefined ? 'none was shown' : 'this is not the right one';
      return end.close(CLOSE.unauthorized.code, `this relay asks sources for a token, and ${shown} (token, MPL_TOKEN)`);
    }
    const known = this.#lone.end === end || this.#merged?.has(end) === true;
    this.#entrance.enter(message, end, known);
  }

  /**
   * A source that may publish has the channel, unless somebody else has.
   * @param anew nobody who came to this relay has it
   */
  #take(message: PublishMessage, end: ReceiverEnd, anew: boolean): void {
    if (anew) {
      this.#claim.forget();
      this.#outlet.follows = false;
      this.audience.told = null;
    }
    if (message.merge !== true && this.#merged?.over) this.#dropMerged();
    if (message.merge === true || this.#merged !== null) return this.#share(message, end);
    const lone = this.#lone;
    const known = lone.end === end;
    if (!known && this.#claim.refuses(message)) {
      const why = `the channel "${this.name}" has another source; close that one, or choose another name`;
      return end.close(CLOSE.taken.code, why);
    }
    const old = known ? null : lone.end;
    if (old !== null && this.#claim.isLate(message, old)) return end.close(CLOSE.taken.code, NEWER);
    const same = this.#claim.take(message);
    lone.end = end;
    old?.close(CLOSE.replaced.code, CLOSE.replaced.meaning);
    this.#introductions.host = message.peer ?? null;
    this.fanout.setPeers(message.peer !== undefined && (message.maxPeers ?? 0) > 0);
    this.member?.published(message);
    if (known) return;
    // The signals of somebody else, or of several, would pass for this one's.
    if (!same || !lone.showsSignals) lone.forgetSignals();
    this.#came();
    lone.subscribe();
    this.#tell(end);
  }

  /** The source is at another relay, which says this of it. */
  #follow(message: PublishMessage, end: ReceiverEnd): void {
    const lone = this.#lone;
    const same = this.#claim.take(message);
    if (!same || !lone.showsSignals) lone.forgetSignals();
    this.#introductions.host = message.peer ?? null;
    this.fanout.setPeers(message.peer !== undefined && (message.maxPeers ?? 0) > 0);
    this.#outlet.follows = true;
    // It may be another relay than before, or have forgotten.
    this.#tell(end);
    if (lone.end === end) return;
    this.#dropMerged();
    lone.end = end;
    this.#came();
    lone.subscribe();
  }

  /** The source says how it fares, or another relay says it for the source. */
  #told(message: StatusMessage): void {
    const { fanout, audience } = this;
    if (this.#outlet.follows) {
      audience.told = message.viewers ?? audience.told;
      if (message.state !== fanout.state) return fanout.setState(message.state, message.reason);
    }
    fanout.tell({ ...message, state: fanout.state, viewers: audience.viewers });
  }

  /** One of several sources asks for the channel. */
  #share(message: PublishMessage, end: ReceiverEnd): void {
    if (message.merge !== true || this.#claim.held) {
      const why = `the channel "${this.name}" has ${message.merge ? 'a source of its own' : 'sources that share it'}`;
      return end.close(CLOSE.taken.code, `${why}; close what holds it, or choose another name`);
    }
    this.#merged ??= new MergedSources(this.name, this.#outlet, (source) => this.#tell(source));
    this.#came();
    this.#merged.add(end, message);
    this.member?.published({ ...message, claim: this.member.hash(`${this.#merged.table.epoch}`) });
  }

  /** There is a source. */
  #came(): void {
    this.#grace?.stop();
    this.#grace = null;
  }

  /** A shared channel loses one of its sources; true if it was the last. */
  #leaves(end: ReceiverEnd, code: number): boolean {
    return this.#merged?.delete(end, code) === true && this.#merged.size === 0;
  }

  #sourceLost(code: number): void {
    this.#lone.end = null;
    // The relay closes its sockets last: there is nothing to wait for any more.
    if (this.#closed) return;
    this.#introductions.sourceGone();
    if (code === CLOSE.tooBig.code) this.#lone.forget();
    // Whose it is, is for others to say.
    if (this.#outlet.follows) this.#claim.forget();
    else {
      this.#claim.lost(code, this.options.sourceGraceMs);
      this.member?.away();
    }
    this.#outlet.follows = false;
    this.audience.told = null;
    this.fanout.setPeers(false);
    if (this.fanout.state !== 'ended') this.fanout.setState('waiting', 'the source is away');
    this.#grace = after(this.options.sourceGraceMs, () => {
      this.#grace = null;
      // Whoever comes next may share the channel, or have it alone.
      this.#dropMerged();
      this.member?.released();
      this.checkIdle();
    });
  }

  #dropMerged(): void {
    this.#merged?.close();
    this.#merged = null;
  }

  #setWatched(watched: boolean): void {
    this.#outlet.watched = watched;
    this.#tellSources();
    this.#lone.subscribe();
    for (const end of this.#merged?.ends ?? []) this.#merged!.subscribe(end);
  }

  #tellSources(): void {
    if (this.#lone.end) this.#tell(this.#lone.end);
    for (const end of this.#merged?.ends ?? []) this.#tell(end);
  }

  /** Tells a source how many watch, and, where it shares the channel, what time it is. */
  #tell(source: ReceiverEnd): void {
    const { viewers: all, here, watching } = this.audience;
    const viewers = this.#outlet.follows ? here : all;
    const clock = this.#merged?.clock;
    const expires = this.#tenures.get(source)?.expires;
    const more = { ...(clock !== undefined && { clock }), ...(expires !== undefined && { expires }) };
    const status = { state: this.fanout.state, viewers, watching, ...more };
    source.link.send(encodeFrame('Status', session.status.encode(status)));
  }
}
