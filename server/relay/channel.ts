/**
 * One channel on a relay: a receiver of its source, and a source to its viewers, joined by one replica.
 *
 * What a source sends is applied to the replica and passed on as it came; whoever is not in step gets, from the replica,
 * what it lacks. The channel outlives its source for a while, so that a host that reloads finds its viewers where they were.
 */

import type { Link } from '../../transport/link/link.js';
import { Fanout } from '../../transport/session/fanout.js';
import { RateLimit } from '../../transport/session/rate.js';
import { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { Replica } from '../../transport/session/replica.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { after, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame, type Frame } from '../../transport/wire/frame.js';
import type { GridTiles } from '../../transport/wire/grid.js';
import type { PublishMessage } from '../../transport/wire/messages.js';
import * as session from '../../transport/wire/session.js';
import type { ResolvedOptions } from '../options.js';
import { Introductions } from './introductions.js';

/** Frames a second that a source sends while nobody watches: enough to serve the first who comes at once. */
const IDLE_FPS = 1;
/** Viewers come and go in bursts; their number is told this often, ms. */
const TELL_VIEWERS = 500;
/** A source that vanished without a word keeps its name this long, ms: a reload takes no longer. */
const CLAIM_HOLD = 5_000;
/** New worlds a second. */
const RESETS = 2;

export class Channel {
  readonly fanout: Fanout;
  readonly #replica: Replica;
  readonly #resets = new RateLimit(RESETS, RESETS * 10);
  readonly #introductions: Introductions;
  #source: ReceiverEnd | null = null;
  #claim = '';
  #attempt = 0;
  /** Links on which a source speaks, or may yet. */
  #callers = 0;
  #grace: Timer | null = null;
  #hold: Timer | null = null;
  #tellViewers: Timer | null = null;
  #watched = false;

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

  /** Bytes of memory that the replica takes. */
  get bytes(): number {
    return this.#replica.grid?.bytes ?? 0;
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
        controlState: (message) => this.#from(end, () => this.fanout.setControlState(message)),
        status: (message) =>
          this.#from(end, () => this.fanout.tell({ ...message, state: this.fanout.state, viewers: this.viewers })),
        introduce: (message) => this.#from(end, () => this.#introductions.answer(message)),
        ended: () => this.#from(end, () => this.fanout.end()),
        closed: ({ code }) => {
          this.#callers--;
          if (this.#source === end) this.#sourceLost(code);
          else this.checkIdle();
        },
      },
      this.options.inflatedPayload,
    );
    this.#callers++;
    this.#expectFirst(link, () => this.#source === end);
  }

  close(): void {
    this.#grace?.stop();
    this.#hold?.stop();
    this.#tellViewers?.stop();
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
    this.#grace?.stop();
    this.#grace = null;
    this.#hold?.stop();
    this.#subscribe();
    this.#tellSource();
  }

  /** Asks the source for what the replica lacks. */
  #subscribe(): void {
    this.#watched = this.viewers > 0;
    const { resume } = this.#replica;
    this.#source?.subscribe({ ...(resume && { resume }), ...(this.#watched ? {} : { maxFps: IDLE_FPS }) });
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
    fanout.upstream = end.rtt;
    if (fanout.state !== 'live') fanout.setState('live');
    if (taken.kind === 'replaced') fanout.replace(this.#replica.grid);
    else fanout.publish([{ ...tiles, base: tiles.base, keys: taken.keys, bytes: raw }]);
  }

  #sourceLost(code: number): void {
    this.#source = null;
    this.#introductions.sourceGone();
    // A world that grew too large for the relay is not kept: it would only wait for a source that cannot come back.
    if (code === CLOSE.tooBig.code) {
      this.#replica.grid = null;
      this.fanout.replace(null);
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
      this.checkIdle();
    });
  }

  /** Anyone may have the channel now. */
  #free(): void {
    this.#claim = '';
    this.#attempt = 0;
  }

  #viewersChanged(): void {
    if (this.#watched !== this.viewers > 0) this.#subscribe();
    this.#tellViewers ??= after(TELL_VIEWERS, () => {
      this.#tellViewers = null;
      this.#tellSource();
      this.fanout.tell({ state: this.fanout.state, viewers: this.viewers });
    });
    this.checkIdle();
  }

  #tellSource(): void {
    const payload = session.status.encode({ state: this.fanout.state, viewers: this.viewers });
    this.#source?.link.send(encodeFrame('Status', payload));
  }
}
