/**
 * One channel on a relay: a receiver of its source, and a source to its viewers, joined by one replica of its tiles and one
 * of its signals.
 *
 * What a source sends is applied to the replica and passed on as it came; whoever is not in step gets, from the replica,
 * what it lacks. The channel outlives its source for a while, so that a host that reloads finds its viewers where they were.
 */

import type { Link } from '../../transport/link/link.js';
import { AgeClock } from '../../transport/session/clock.js';
import { Fanout } from '../../transport/session/fanout.js';
import { RateLimit } from '../../transport/session/rate.js';
import { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { Replica } from '../../transport/session/replica.js';
import { SignalReplica } from '../../transport/session/signal-replica.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { after, type Timer } from '../../transport/session/timer.js';
import type { SignalTable } from '../../transport/state/signal-table.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame, type Frame } from '../../transport/wire/frame.js';
import type { GridTiles } from '../../transport/wire/grid.js';
import type { PublishMessage } from '../../transport/wire/messages.js';
import * as session from '../../transport/wire/session.js';
import type { SignalUpdate } from '../../transport/wire/signals.js';
import { FLAG } from '../../transport/wire/types.js';
import type { ResolvedOptions } from '../options.js';
import { mayPublish } from '../publish-token.js';
import { Introductions } from './introductions.js';
import { MergedSources } from './merged-sources.js';

/** Frames a second that a source sends while nobody watches: enough to serve the first who comes at once. */
const IDLE_FPS = 1;
/** Viewers come and go in bursts; their number is told this often, ms. */
const TELL_VIEWERS = 500;
/** A source that vanished without a word keeps its name this long, ms: a reload takes no longer. */
const CLAIM_HOLD = 5_000;
/** New worlds, or other signals, a second. */
const RESETS = 2;
/** A viewer that leaves may only reload: the source is told to rest after this long, ms. */
const UNWATCHED = 1000;

export class Channel {
  readonly fanout: Fanout;
  readonly #replica: Replica;
  readonly #resets = new RateLimit(RESETS, RESETS * 10);
  readonly #introductions: Introductions;
  #source: ReceiverEnd | null = null;
  #signals = new SignalReplica();
  readonly #signalClock = new AgeClock();
  readonly #listeners = new Set<() => void>();
  /** Several sources that share the channel, instead of one. */
  #merged: MergedSources | null = null;
  #claim = '';
  /** Of the source before this one. */
  #lastClaim = '';
  #attempt = 0;
  /** Links on which a source speaks, or may yet. */
  #callers = 0;
  #grace: Timer | null = null;
  #hold: Timer | null = null;
  #tellViewers: Timer | null = null;
  #watched = false;
  #unwatch: Timer | null = null;

  constructor(
    readonly name: string,
    readonly options: ResolvedOptions,
    /** Bytes that replicas of other channels leave for this one. */
    readonly room: () => number,
    /** Neither source nor viewers are left, and the grace is over. */
    readonly onidle: () => void,
  ) {
    this.fanout = new Fanout({ channel: name });
    this.#replica = new Replica(() => Math.min(options.replicaBytes, room()));
    this.fanout.maxFps = Number.POSITIVE_INFINITY;
    this.#introductions = new Introductions();
    this.fanout.oncontrol = ({ id: _, ...command }) =>
      this.#source?.command(command) ?? Promise.reject(new Error('the source is away; try again when it is back'));
    this.fanout.onintroduce = (message, end) => this.#introductions.ask(message, end, this.#source);
    this.fanout.onends = () => this.#viewersChanged();
  }

  get viewers(): number {
    return this.fanout.ends.size;
  }

  /** The signals held: of the source that is there, or of the one that was. */
  get signals(): SignalTable | null {
    return this.fanout.signals?.table ?? null;
  }

  /** Milliseconds since the newest change of a signal was captured at its source. */
  get signalAge(): number {
    return this.#signalClock.age(performance.now(), this.fanout.upstream);
  }

  /** The highest version that any of several sources has written; 0 where there is one alone. */
  get clock(): number {
    return this.#merged?.clock ?? 0;
  }

  /** Is there a source of signals that may have more to say, if somebody watched? */
  get resting(): boolean {
    const local = this.#source?.link.kind === 'memory';
    return this.fanout.state === 'live' && this.fanout.signals !== null && !this.#watched && !local;
  }

  /** Bytes of memory that the replicas take. */
  get bytes(): number {
    return (this.#replica.grid?.bytes ?? 0) + (this.fanout.signals?.table.bytes ?? 0);
  }

  addViewer(link: Link): SourceEnd {
    const end = this.fanout.attach(link, { commandsPerSecond: this.options.controlRate });
    this.#expectFirst(link, () => end.greeted);
    const { onclose } = link;
    link.onclose = (event) => {
      this.#introductions.forget(end);
      onclose?.(event);
    };
    return end;
  }

  /** A source asks for this channel; its first message says with what right. */
  addSource(link: Link): void {
    const end = new ReceiverEnd(
      link,
      {
        publish: (message) => this.#publish(message, end),
        tiles: (tiles, frame, raw) => this.#tiles(tiles, frame, raw, end),
        schema: () => this.#announced(end),
        signals: (update, frame, raw) => this.#takeSignals(update, frame, raw, end),
        controlState: (message) => this.#from(end, () => this.fanout.setControlState(message)),
        status: (message) =>
          this.#from(end, () => this.fanout.tell({ ...message, state: this.fanout.state, viewers: this.viewers })),
        introduce: (message) => this.#from(end, () => this.#introductions.answer(message)),
        ended: () => this.#from(end, () => this.fanout.end()),
        closed: ({ code }) => {
          this.#callers--;
          if (this.#source === end || this.#leaves(end)) this.#sourceLost(code);
          else this.checkIdle();
        },
      },
      this.options.inflatedPayload,
    );
    this.#callers++;
    this.#expectFirst(link, () => this.#source === end || this.#merged?.has(end) === true);
  }

  /** Calls `listener` whenever a source says what signals it has, until the function returned is called. */
  onAnnounced(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What a source left behind is not to be seen any more. */
  forgetSignals(): void {
    if (this.#source !== null || (this.#merged?.size ?? 0) > 0) return;
    this.#merged?.close();
    this.#merged = null;
    if (this.fanout.signals) this.#dropSignals();
  }

  close(): void {
    this.#grace?.stop();
    this.#hold?.stop();
    this.#tellViewers?.stop();
    this.#unwatch?.stop();
    this.#merged?.close();
  }

  /** A channel without source and viewers is forgotten once its grace is over. */
  checkIdle(): void {
    if (this.#callers === 0 && this.#grace === null && this.viewers === 0) this.onidle();
  }

  #from(end: ReceiverEnd, run: () => void): void {
    if (this.#source === end) run();
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
      return end.close(CLOSE.unauthorized.code, 'this relay asks sources for a token, and this is not the right one');
    }
    if (message.merge === true || this.#merged !== null) return this.#share(message, end);
    if (this.#source !== end && this.#claim !== '' && this.#claim !== message.claim) {
      const why = `the channel "${this.name}" has another source; close that one, or choose another name`;
      return end.close(CLOSE.taken.code, why);
    }
    const { attempt = this.#attempt } = message;
    if (this.#source !== null && this.#source !== end && attempt < this.#attempt) {
      return end.close(CLOSE.replaced.code, CLOSE.replaced.meaning);
    }
    this.#attempt = attempt;
    if (this.#source !== null && this.#source !== end) {
      const old = this.#source;
      this.#source = null;
      old.close(CLOSE.replaced.code, CLOSE.replaced.meaning);
    }
    this.#introductions.host = message.peer ?? null;
    this.fanout.setPeers(message.peer !== undefined && (message.maxPeers ?? 0) > 0);
    if (this.#source === end) return;
    this.#source = end;
    this.#claim = message.claim;
    // The signals of somebody else, or of several, would pass for this one's.
    const own = message.claim === this.#lastClaim && this.signals === this.#signals.table;
    if (!own && this.fanout.signals) this.#dropSignals();
    this.#lastClaim = message.claim;
    this.#grace?.stop();
    this.#grace = null;
    this.#hold?.stop();
    this.#subscribe();
    this.#tellSource();
  }

  /** One of several sources asks for the channel. */
  #share(message: PublishMessage, end: ReceiverEnd): void {
    if (message.merge !== true || this.#claim !== '') {
      const why = `the channel "${this.name}" has ${message.merge ? 'a source of its own' : 'sources that share it'}`;
      return end.close(CLOSE.taken.code, `${why}; close what holds it, or choose another name`);
    }
    this.#merged ??= new MergedSources(
      this.name,
      (source) => this.#tell(source),
      (source) => this.#maxFpsOf(source),
    );
    this.#grace?.stop();
    this.#grace = null;
    this.#merged.add(end, message);
  }

  /** A shared channel loses one of its sources; true if it was the last. */
  #leaves(end: ReceiverEnd): boolean {
    return this.#merged?.delete(end) === true && this.#merged.size === 0;
  }

  /** A source within this process costs nothing to hear. */
  #maxFpsOf({ link }: ReceiverEnd): number | undefined {
    return this.#watched || link.kind === 'memory' ? undefined : IDLE_FPS;
  }

  /** Asks the source for what the replicas lack. */
  #subscribe(): void {
    for (const end of this.#merged?.ends ?? []) this.#merged!.subscribe(end);
    if (this.#source === null) return;
    const maxFps = this.#maxFpsOf(this.#source);
    const { resume } = this.#replica;
    const signals = this.#signals.resume;
    this.#source.subscribe({
      ...(resume && { resume }),
      ...(maxFps && { maxFps }),
      signals: { coded: true, ...(signals && { resume: signals }) },
    });
  }

  #tiles(tiles: GridTiles, frame: Frame, raw: Uint8Array, end: ReceiverEnd): void {
    if (this.#source !== end || end.lost) return;
    // A new world makes every viewer begin anew.
    if (end.reset !== null && !this.#resets.take()) {
      return end.close(CLOSE.tooFast.code, 'the world begins anew too often');
    }
    const taken = this.#replica.take(tiles, end);
    if (taken.kind === 'stale') {
      end.lost = true;
      return this.#subscribe();
    }
    const { fanout } = this;
    fanout.stamp = { sequence: frame.sequence, timestamp: frame.timestamp };
    this.#heard(end);
    if (taken.kind === 'replaced') fanout.replace(this.#replica.grid);
    else fanout.publish([{ ...tiles, base: tiles.base, keys: taken.keys, bytes: raw }]);
  }

  /** A source announced its signals: that it has any, or that there are others now. */
  #announced(end: ReceiverEnd): void {
    if (end.lost) return;
    const merged = this.#merged?.has(end) === true;
    if (!merged && this.#source !== end) return;
    const changed = merged ? this.#merged!.announced(end) : this.#signals.announced(end);
    this.#heard(end);
    for (const listener of [...this.#listeners]) listener();
    if (merged && this.signals !== this.#merged!.table) this.fanout.replaceSignals(this.#merged!.table);
    if (!changed) return;
    if (merged ? !this.#merged!.mayAnnounce(end) : !this.#resets.take()) {
      return end.close(CLOSE.tooFast.code, 'the names of the signals change too often');
    }
    this.fanout.publishSignals();
  }

  #takeSignals(update: SignalUpdate, frame: Frame, raw: Uint8Array, end: ReceiverEnd): void {
    if (end.lost) return;
    if (this.#merged?.has(end)) return this.#merge(update, frame, end);
    if (this.#source !== end) return;
    const taken = this.#signals.take(update, end);
    if (taken.kind === 'behind') return;
    if (taken.kind === 'stale') {
      end.lost = true;
      return this.#subscribe();
    }
    const { fanout } = this;
    if (taken.kind === 'replaced') {
      if (!this.#resets.take()) {
        // What the viewers do not get is not held either: it is asked for once the source comes back.
        this.#signals = new SignalReplica();
        return end.close(CLOSE.tooFast.code, 'the signals begin anew too often');
      }
      fanout.replaceSignals(this.#signals.table);
    }
    this.#heard(end);
    const feed = fanout.signals!;
    feed.stamp = { sequence: frame.sequence, timestamp: frame.timestamp };
    this.#signalClock.frame(feed.table.epoch, frame.timestamp, performance.now());
    feed.coded = (frame.flags & FLAG.CODED) !== 0;
    if (!update.full) feed.passOn(raw, update.base);
    fanout.publishSignals();
  }

  #merge(update: SignalUpdate, frame: Frame, end: ReceiverEnd): void {
    const changed = this.#merged!.take(update, end);
    if (changed === null) {
      end.lost = true;
      return this.#merged!.subscribe(end);
    }
    this.#heard(end);
    const feed = this.fanout.signals!;
    feed.stamp = { sequence: frame.sequence, timestamp: Math.round(performance.now()) >>> 0 };
    this.#signalClock.frame(feed.table.epoch, feed.stamp.timestamp, performance.now());
    this.fanout.publishSignals();
  }

  /** Something came from the source: it is there, and so far away. */
  #heard(end: ReceiverEnd): void {
    const { fanout } = this;
    fanout.upstream = end.rtt + end.upstream;
    if (fanout.state !== 'live') fanout.setState('live');
  }

  #sourceLost(code: number): void {
    this.#source = null;
    this.#introductions.sourceGone();
    // What grew too large for the relay is not kept: it would only wait for a source that cannot come back.
    if (code === CLOSE.tooBig.code) {
      this.#replica.grid = null;
      this.fanout.replace(null);
      this.#dropSignals();
    }
    // One that said goodbye gives the name back; one that vanished may be a page that reloads.
    if (code === CLOSE.normal.code) this.#free();
    else {
      this.#hold = after(Math.min(CLAIM_HOLD, this.options.sourceGraceMs), () => {
        if (this.#source === null) this.#free();
      });
    }
    this.fanout.setPeers(false);
    if (this.fanout.state !== 'ended') this.fanout.setState('waiting', 'the source is away');
    this.#grace = after(this.options.sourceGraceMs, () => {
      this.#grace = null;
      // Whoever comes next may share the channel, or have it alone.
      this.#merged?.close();
      this.#merged = null;
      this.checkIdle();
    });
  }

  #dropSignals(): void {
    this.#signals = new SignalReplica();
    this.fanout.replaceSignals(null);
  }

  /** Anyone may have the channel now. */
  #free(): void {
    this.#claim = '';
    this.#attempt = 0;
  }

  #viewersChanged(): void {
    const watched = this.fanout.watching > 0;
    if (watched) {
      this.#unwatch?.stop();
      this.#unwatch = null;
      if (!this.#watched) this.#setWatched(true);
    } else if (this.#watched) {
      this.#unwatch ??= after(UNWATCHED, () => {
        this.#unwatch = null;
        this.#setWatched(false);
      });
    }
    this.#tellViewers ??= after(TELL_VIEWERS, () => {
      this.#tellViewers = null;
      this.#tellSource();
      this.fanout.tell({ state: this.fanout.state, viewers: this.viewers });
    });
    this.checkIdle();
  }

  #setWatched(watched: boolean): void {
    this.#watched = watched;
    this.#tellSource();
    this.#subscribe();
  }

  #tellSource(): void {
    if (this.#source) this.#tell(this.#source);
    for (const end of this.#merged?.ends ?? []) this.#tell(end);
  }

  #tell(source: ReceiverEnd): void {
    const { fanout, viewers } = this;
    const watching = this.#watched ? Math.max(1, fanout.watching) : 0;
    const clock = this.#merged?.clock;
    const status = { state: fanout.state, viewers, watching, ...(clock !== undefined && { clock }) };
    source.link.send(encodeFrame('Status', session.status.encode(status)));
  }
}
