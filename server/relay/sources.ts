/**
 * Who a channel's source is: one alone, several that share it, or one at another relay. It decides between those who ask, and
 * keeps the channel for one that has gone, for a while.
 */

import type { Fanout } from '../../transport/session/fanout.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { Tenure } from '../../transport/session/tenure.js';
import { after, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import type { PublishMessage, StatusMessage } from '../../transport/wire/messages.js';
import type { Member } from '../cluster/channel-parts.js';
import type { ResolvedOptions } from '../options.js';
import type { Audience } from './audience.js';
import { Claim, NEWER } from './claim.js';
import type { Introductions } from './introductions.js';
import { LoneSource } from './lone-source.js';
import { MergedSources } from './merged-sources.js';
import { Outlet } from './outlet.js';
import type { ChannelPlace } from './places.js';

const NO_PLACE = 'the relay has as many channels as it takes';

/** What sources need of their channel. */
export interface SourcesParts {
  readonly name: string;
  readonly options: Pick<ResolvedOptions, 'maxSources' | 'replicaBytes' | 'sourceGraceMs'>;
  readonly fanout: Fanout;
  readonly audience: Audience;
  readonly introductions: Introductions;
  /** Its place among those of other relays; null where there are none. */
  readonly member: Member | null;
  /** How long sources may stay, where they had to show a token. */
  readonly tenures: WeakMap<ReceiverEnd, Tenure>;
  /** Its place among those of this relay; null where it is alone. */
  readonly place: ChannelPlace | null;
  /** Bytes that replicas of other channels leave for this one. */
  room(): number;
  /** The replicas may take more than before, or less. */
  noteBytes(): void;
  /** A channel without source and viewers is forgotten once its grace is over. */
  checkIdle(): void;
}

export class Sources {
  readonly outlet: Outlet;
  readonly lone: LoneSource;
  /** Several sources that share the channel, instead of one. */
  #merged: MergedSources | null = null;
  readonly #claim = new Claim(() => this.parts.member?.freed());
  #grace: Timer | null = null;
  #closed = false;

  constructor(readonly parts: SourcesParts) {
    this.outlet = new Outlet(parts.fanout);
    this.lone = new LoneSource(this.outlet, () => this.#room());
  }

  /** Those that share the channel; null where they do not. */
  get merged(): MergedSources | null {
    return this.#merged;
  }

  /** Bytes of memory that the replicas take. */
  get bytes(): number {
    const shown = this.parts.fanout.signals?.table.bytes ?? 0;
    return this.lone.gridBytes + (this.#merged?.bytes ?? Math.max(shown, this.lone.signalBytes));
  }

  /** Bytes that they may take. */
  #room(): number {
    return Math.min(this.parts.options.replicaBytes, this.parts.room());
  }

  /** Is there one? */
  get any(): boolean {
    return this.lone.end !== null || (this.#merged?.size ?? 0) > 0;
  }

  /** Is one that has gone waited for? */
  get waiting(): boolean {
    return this.#grace !== null;
  }

  /** Is this one of them? */
  has(end: ReceiverEnd): boolean {
    return this.lone.end === end || this.#merged?.has(end) === true;
  }

  /**
   * A source that may publish has the channel, unless somebody else has.
   * @param anew nobody who came to this relay has it
   */
  take(message: PublishMessage, end: ReceiverEnd, anew: boolean): void {
    if (anew) {
      this.#claim.forget();
      this.outlet.follows = false;
      this.parts.audience.told = null;
    }
    if (message.merge !== true && this.#merged?.over) this.#dropMerged();
    if (message.merge === true || this.#merged !== null) return this.#share(message, end);
    const lone = this.lone;
    const known = lone.end === end;
    if (!known && this.#claim.refuses(message)) {
      const why = `the channel "${this.parts.name}" has another source; close that one, or choose another name`;
      return end.close(CLOSE.taken.code, why);
    }
    const old = known ? null : lone.end;
    if (old !== null && this.#claim.isLate(message, old)) return end.close(CLOSE.taken.code, NEWER);
    if (!this.#hasPlace(end)) return;
    const same = this.#claim.take(message);
    lone.end = end;
    old?.close(CLOSE.replaced.code, CLOSE.replaced.meaning);
    this.parts.introductions.host = message.peer ?? null;
    this.parts.fanout.setPeers(message.peer !== undefined && (message.maxPeers ?? 0) > 0);
    this.parts.member?.published(message);
    if (known) return;
    // The signals of somebody else, or of several, would pass for this one's.
    if (!same || !lone.showsSignals) lone.forgetSignals();
    this.#came();
    lone.subscribe();
    this.tell(end);
  }

  /** The source is at another relay, which says this of it. */
  follow(message: PublishMessage, end: ReceiverEnd): void {
    const lone = this.lone;
    if (!this.#hasPlace(end)) return this.parts.fanout.close(CLOSE.tryLater.code, NO_PLACE);
    const same = this.#claim.take(message);
    if (!same || !lone.showsSignals) lone.forgetSignals();
    this.parts.introductions.host = message.peer ?? null;
    this.parts.fanout.setPeers(message.peer !== undefined && (message.maxPeers ?? 0) > 0);
    this.outlet.follows = true;
    // It may be another relay than before, or have forgotten.
    this.tell(end);
    if (lone.end === end) return;
    this.#dropMerged();
    lone.end = end;
    this.#came();
    lone.subscribe();
  }

  /** The source says how it fares, or another relay says it for the source. */
  told(message: StatusMessage): void {
    const { fanout, audience } = this.parts;
    if (this.outlet.follows) {
      audience.told = message.viewers ?? audience.told;
      if (message.state !== fanout.state) return fanout.setState(message.state, message.reason);
    }
    fanout.tell({ ...message, state: fanout.state, viewers: audience.viewers });
  }

  /** One of several sources asks for the channel. */
  #share(message: PublishMessage, end: ReceiverEnd): void {
    if (message.merge !== true || this.#claim.held) {
      const why = `the channel "${this.parts.name}" has ${message.merge ? 'a source of its own' : 'sources that share it'}`;
      return end.close(CLOSE.taken.code, `${why}; close what holds it, or choose another name`);
    }
    if (!this.#hasPlace(end)) return;
    this.#merged ??= new MergedSources(this.parts.name, this.outlet, (source) => this.tell(source), {
      sources: this.parts.options.maxSources,
      bytes: () => this.#room(),
    });
    if (!this.#merged.add(end, message)) return;
    this.#came();
    this.parts.member?.published({ ...message, claim: this.parts.member.hash(`${this.#merged.table.epoch}`) });
  }

  /** Is there room for a channel with a source? If not, this one is told so. */
  #hasPlace(end: ReceiverEnd): boolean {
    if (this.parts.place?.take() !== false) return true;
    end.close(CLOSE.tryLater.code, NO_PLACE);
    this.parts.member?.released();
    return false;
  }

  /** There is a source. */
  #came(): void {
    this.#grace?.stop();
    this.#grace = null;
    // What ended was another's; whoever comes now waits for this one to speak.
    if (this.parts.fanout.state === 'ended') this.parts.fanout.setState('waiting', 'the source is about to begin');
  }

  /** A link is gone. True if it was that of the source, or of the last that shared the channel. */
  leaves(end: ReceiverEnd, code: number): boolean {
    const last = this.lone.end === end || (this.#merged?.delete(end, code) === true && this.#merged.size === 0);
    if (last) this.#lost(code);
    return last;
  }

  #lost(code: number): void {
    this.lone.end = null;
    // The relay closes its sockets last: there is nothing to wait for any more.
    if (this.#closed) return;
    this.parts.introductions.sourceGone();
    if (code === CLOSE.tooBig.code) this.lone.forget();
    // Whose it is, is for others to say.
    if (this.outlet.follows) this.#claim.forget();
    else {
      this.#claim.lost(code, this.parts.options.sourceGraceMs);
      this.parts.member?.away();
    }
    this.outlet.follows = false;
    this.parts.audience.told = null;
    this.parts.fanout.setPeers(false);
    if (this.parts.fanout.state !== 'ended') this.parts.fanout.setState('waiting', 'the source is away');
    this.#grace = after(this.parts.options.sourceGraceMs, () => {
      this.#grace = null;
      // Whoever comes next may share the channel, or have it alone.
      this.#dropMerged();
      this.parts.member?.released();
      this.parts.place?.leave();
      this.parts.noteBytes();
      this.parts.checkIdle();
    });
  }

  #dropMerged(): void {
    this.#merged?.close();
    this.#merged = null;
  }

  /** Closes the links of those that are connected here. */
  drop(code: number, reason: string): void {
    if (!this.outlet.follows) this.lone.end?.close(code, reason);
    for (const end of [...(this.#merged?.ends ?? [])]) end.close(code, reason);
  }

  /** What a source left behind is not to be seen any more. */
  forgetSignals(): void {
    if (this.any) return;
    this.#dropMerged();
    this.lone.forgetSignals();
  }

  close(): void {
    this.#closed = true;
    this.#grace?.stop();
    this.#claim.close();
    this.#merged?.close();
  }

  /** Somebody watches, or nobody does any more. */
  watch(watched: boolean): void {
    this.outlet.watched = watched;
    this.tellAll();
    this.lone.subscribe();
    for (const end of this.#merged?.ends ?? []) this.#merged!.subscribe(end);
  }

  /** Tells each of them how many watch. */
  tellAll(): void {
    if (this.lone.end) this.tell(this.lone.end);
    for (const end of this.#merged?.ends ?? []) this.tell(end);
  }

  /** Tells a source how many watch, and, where it shares the channel, what time it is. */
  tell(source: ReceiverEnd): void {
    const { viewers: all, here, watching } = this.parts.audience;
    const viewers = this.outlet.follows ? here : all;
    const clock = this.#merged?.clock;
    const expires = this.parts.tenures.get(source)?.expires;
    const more = { ...(clock !== undefined && { clock }), ...(expires !== undefined && { expires }) };
    const status = { state: this.parts.fanout.state, viewers, watching, ...more };
    source.tell(status);
  }
}
