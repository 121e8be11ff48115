/**
 * One channel on a relay: a receiver of its source, and a source to its viewers, joined by one replica.
 *
 * What a source sends is applied to the replica and passed on as it came; whoever is not in step gets, from the replica,
 * what it lacks. The channel outlives its source for a while, so that a host that reloads finds its viewers where they were.
 */

import type { Link } from '../../transport/link/link.js';
import { Fanout } from '../../transport/session/fanout.js';
import { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { Replica } from '../../transport/session/replica.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { after, type Timer } from '../../transport/session/timer.js';
import { Grid } from '../../transport/state/grid.js';
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

export class Channel {
  readonly fanout: Fanout;
  readonly #replica = new Replica();
  readonly #introductions: Introductions;
  #source: ReceiverEnd | null = null;
  #claim = '';
  /** Links on which a source speaks, or may yet. */
  #callers = 0;
  #grace: Timer | null = null;
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
    this.fanout.maxFps = Number.POSITIVE_INFINITY;
    this.#introductions = new Introductions(this.fanout);
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
    return end;
  }

  /** A source asks for this channel; its first message says with what right. */
  addSource(link: Link): void {
    const end = new ReceiverEnd(
      link,
      {
        publish: (message) => this.#publish(message, end),
        tiles: (tiles, frame, raw) => this.#tiles(tiles, frame, raw, end),
        controlState: (_, frame) => this.#from(end, () => this.#controlState(frame)),
        status: (message) =>
          this.#from(end, () => this.fanout.tell({ ...message, state: this.fanout.state, viewers: this.viewers })),
        introduce: (message) => this.#from(end, () => this.#introductions.answer(message)),
        ended: () => this.#from(end, () => this.fanout.end()),
        closed: () => {
          this.#callers--;
          if (this.#source === end) this.#sourceLost();
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
    if (this.#source !== null && this.#source !== end) {
      if (this.#claim !== message.claim) {
        end.close(
          CLOSE.taken.code,
          `the channel "${this.name}" has another source; close that one, or choose another name`,
        );
        return;
      }
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
    if (end.reset !== null && Grid.bytesFor(end.meta!) > this.#most) return this.#tooLarge(end);
    const taken = this.#replica.take(tiles, end);
    if (taken.kind === 'stale') {
      end.lost = true;
      return this.#subscribe();
    }
    if (this.bytes > this.#most) return this.#tooLarge(end);
    const { fanout } = this;
    fanout.stamp = { sequence: frame.sequence, timestamp: frame.timestamp };
    fanout.upstream = end.rtt;
    if (fanout.state !== 'live') fanout.setState('live');
    if (taken.kind === 'replaced') fanout.replace(this.#replica.grid);
    else fanout.publish([{ ...tiles, base: tiles.base, keys: taken.keys, bytes: raw }]);
  }

  /** Bytes that the replica may take. */
  get #most(): number {
    return Math.min(this.options.replicaBytes, this.room());
  }

  /** Announcing a large world is cheap, holding it is not. */
  #tooLarge(end: ReceiverEnd): void {
    const most = Math.max(0, this.#most) / 2 ** 20;
    this.#replica.grid = null;
    this.fanout.replace(null);
    end.close(CLOSE.tooBig.code, `the world takes more memory than the ${most.toFixed(0)} MiB this relay has for it`);
  }

  #controlState(frame: Uint8Array): void {
    this.fanout.controlFrame = frame;
    this.fanout.broadcast(frame);
  }

  #sourceLost(): void {
    this.#source = null;
    this.#introductions.host = null;
    this.fanout.setPeers(false);
    if (this.fanout.state !== 'ended') this.fanout.setState('waiting', 'the source is away');
    this.#grace = after(this.options.sourceGraceMs, () => {
      this.#grace = null;
      this.checkIdle();
    });
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
