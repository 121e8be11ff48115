/**
 * What one receiver lacks, and when it gets it.
 *
 * It knows which tiles its receiver has not been sent (the dirty set) and nothing of other receivers. Nothing is ever
 * queued: when the link has room, the present content of what is dirty is encoded and sent. Late join, resume, and change
 * of link are all `begin`.
 */

import type { Link, SharedMessage } from '../link/link.js';
import { CHUNK_BYTES, ChunkBuilder } from '../state/chunk.js';
import { DirtySet } from '../state/dirty.js';
import type { Grid } from '../state/grid.js';
import { clip, common, inWindow, sameWindow, tilesWithin } from '../state/window.js';
import { encodeFrame, type Header } from '../wire/frame.js';
import type { Rect, SubscribeMessage, TileWindow, WelcomeMessage } from '../wire/messages.js';
import type { Cap } from './cap.js';
import type { FrameLog } from './frame-log.js';
import type { Keyframe, Keyframes } from './keyframes.js';
import { Pacer } from './pacer.js';
import { cutFrames, type SharedFrame } from './shared-frame.js';
import { Tempo } from './tempo.js';

type Resume = NonNullable<SubscribeMessage['resume']>;

/** Where an outbox takes its state from. */
export interface OutboxSource {
  readonly grid: Grid | null;
  /** How the grid became what it is. */
  readonly log: FrameLog;
  readonly stamp: Pick<Header, 'sequence' | 'timestamp'>;
  /** Tiles a frame, at most. */
  readonly tileBudget: number;
  readonly maxFps: number;
  readonly keyframes: Keyframes;
  /** Brings the grid up to date, where it can be. */
  refresh: (() => void) | null;
  /** Lets this one catch up, soon: it is in step, could not go on with the others, and now may. */
  wake(outbox: Outbox): void;
}

export class Outbox {
  readonly pacer = new Pacer();
  readonly tempo = new Tempo(() => {
    this.source.refresh?.();
    this.catchUp();
    this.flush();
  });
  frames = 0;
  /** Changes of tiles that were never sent, because a newer one of the same tile took their place. */
  conflated = 0;

  #dirty: DirtySet | null = null;
  /** So many frames of the log it has been offered; what comes later is not in the dirty set yet. */
  #place = 0;
  /** The version of the last frame sent; a delta must start here. */
  #version = -1;
  /**
   * The receiver is ahead of us (it came from a faster link): of what it holds, it gets only what is newer, until we were whole
   * at a version that it has seen, or later.
   */
  #ahead: Resume | null = null;
  /** Told nothing since it subscribed, or since the last whole: it is owed a frame that says so. */
  #owesWhole = false;
  /** What it is sent first, with others who began when it did; and how many chunks of that it was. */
  #keyframe: Keyframe | null = null;
  #chunk = 0;
  /** Tiles asked for; cells that may be seen. */
  #asked: TileWindow | undefined;
  #view: Rect | undefined;

  constructor(
    readonly link: Link,
    readonly source: OutboxSource,
    readonly send: (bytes: Uint8Array) => void,
    /** Sends frames that others are sent too. */
    readonly share: (messages: readonly SharedMessage[]) => void,
    readonly cap: Cap,
  ) {}

  /** Does it send at all? */
  get open(): boolean {
    return this.#dirty !== null;
  }

  /** The tiles it may send: those asked for, as far as they may be seen. Null: all. */
  get window(): TileWindow | null {
    return this.#dirty?.window ?? null;
  }

  /** Bytes of memory that it takes to know what was sent and what was not. */
  get memory(): number {
    return this.pacer.memory + (this.#dirty?.bytes ?? 0);
  }

  /** Tiles of these that the receiver has not been sent. */
  get pending(): number {
    return this.#dirty?.size ?? 0;
  }

  /** Does it lack any, or is that to be seen yet? */
  get lacking(): boolean {
    return this.pending > 0 || this.#ahead !== null;
  }

  /** Nothing is outstanding: the receiver may take the frames that all others take. */
  get inStep(): boolean {
    return this.#dirty !== null && this.#dirty.size === 0 && !this.#owesWhole && this.#ahead === null;
  }

  /** Does it lack anything of what there is, if only because its time has not come? */
  get behind(): boolean {
    return this.open && (!this.inStep || this.#place !== this.source.log.end);
  }

  /** Does it want a frame now? If it only has to wait for its time, it sees to itself when that comes. */
  get due(): boolean {
    return this.open && this.tempo.due && this.cap.ready;
  }

  /**
   * Narrows what is sent to the tiles asked for and to those wholly within `view`. What the receiver was sent before still
   * counts; it is told once nothing of the new window is missing. Nothing is sent before `flush`.
   */
  filter(asked: TileWindow | undefined, view: Rect | undefined): void {
    this.#asked = asked;
    this.#view = view;
    const { grid } = this.source;
    if (this.#dirty === null || grid === null) return;
    const window = this.#windowOn(grid);
    if (sameWindow(window, this.#dirty.window)) return;
    this.#dirty.window = window;
    this.#owesWhole = true;
    this.#keyframe = null;
  }

  #windowOn(grid: Grid): TileWindow | null {
    return common(clip(this.#asked, grid), tilesWithin(this.#view, grid));
  }

  /** Begins (again) with the grid, from what the receiver says it holds. Nothing is sent before `flush`. */
  begin(grid: Grid, resume: Resume | undefined): WelcomeMessage['resume'] {
    this.#dirty = new DirtySet(grid.tiles, grid.tilesX);
    this.#dirty.window = this.#windowOn(grid);
    this.#place = this.source.log.end;
    this.#owesWhole = true;
    this.#keyframe = null;
    this.#chunk = 0;
    this.#version = grid.version;
    const known = resume !== undefined && resume.epoch === grid.epoch && resume.version >= grid.since;
    this.#ahead = known && resume.seen > grid.wholeVersion ? resume : null;
    if (known) this.#addSince(grid, resume);
    else this.#dirty.addAll(grid.changedSince(-1));
    if (this.pending > 0 && this.#ahead === null && this.source.tileBudget === Number.POSITIVE_INFINITY) {
      this.#keyframe = this.source.keyframes.for(grid, this.window, known ? resume : undefined);
    }
    if (!known) return 'full';
    return this.lacking ? 'merged' : 'none';
  }

  /** The version that its first frame is of, or an older one. */
  get since(): number {
    return this.#keyframe?.version ?? this.source.grid!.version;
  }

  /** What a receiver lacks that says this of itself: of what it was not whole in, it has nothing. */
  #addSince(grid: Grid, { version, window }: Resume): void {
    const dirty = this.#dirty!;
    const held = clip(window, grid);
    for (const key of grid.changedSince(held === null ? version : -1)) {
      const lacks = grid.stamp(key) > version || !inWindow(held, key, grid.tilesX);
      if (lacks && !this.#mayBeOlder(grid, key)) dirty.add(key);
    }
  }

  /** May our content of this tile be older than what the receiver has? */
  #mayBeOlder(grid: Grid, key: number): boolean {
    const ahead = this.#ahead;
    return ahead !== null && grid.stamp(key) < ahead.seen && inWindow(clip(ahead.window, grid), key, grid.tilesX);
  }

  /** Sends nothing more until it begins again. */
  stop(): void {
    this.#dirty = null;
    this.tempo.stop();
  }

  /**
   * Takes up the frames that were made since. In step, they go out as they are; otherwise their tiles become dirty. Who is in
   * step, and has no room or has to wait for its time, lets them be for a while, and then has what all have that stand there:
   * what is made for one alone costs a hundred times as much.
   * @param now nothing is let be
   * @returns where in the log it now stands
   */
  catchUp(now = false): number {
    const { log } = this.source;
    const place = this.#place;
    if (this.#dirty === null || place === log.end) return log.end;
    const may = this.#may(log.next(place));
    const patient = !now && this.inStep && !log.late(place);
    if (!may && patient) return place;
    const { grid, stamp } = this.source as OutboxSource & { grid: Grid };
    const { frames, conflated, plain } = log.from(place, grid, stamp);
    this.#place = log.end;
    this.conflated += conflated;
    const left = this.#offer(frames, may, this.#dirty, grid, patient && plain);
    this.#place -= left;
    this.flush();
    return this.#place;
  }

  /** @returns how many of them, where it is `patient`, are left for when there is room */
  #offer(frames: readonly SharedFrame[], may: boolean, dirty: DirtySet, grid: Grid, patient: boolean): number {
    const before = this.#ahead;
    if (before !== null && grid.wholeVersion >= before.seen) {
      this.#ahead = null;
      this.#addSince(grid, before);
    }
    const { window } = dirty;
    const cuts = this.inStep && window !== null ? cutFrames(frames, window) : null;
    const list = cuts ?? frames;
    let tiles = 0;
    for (const { keys } of list) tiles += keys.length;
    let follows = may && this.inStep && tiles <= this.source.tileBudget;
    let sent = 0;
    let waiting = 0;
    for (let i = 0; i < frames.length; i++) {
      // Of a capture in several frames, the second follows from the first as that from the capture before.
      const { base, version, keys, whole } = frames[i]!;
      const { bytes } = list[i]!;
      follows &&= base === undefined || base === this.#version || version === this.#version;
      follows &&= this.cap.takes(bytes.length);
      if (follows && !this.#room(waiting)) {
        if (patient) break;
        follows = false;
      }
      if (follows) {
        waiting += bytes.length;
        if (cuts) dirty.addOutside(cuts[i]!.outside);
        this.#count(bytes, version);
        sent++;
      } else {
        patient = false;
        const news = this.#ahead ? keys.filter((key) => !this.#mayBeOlder(grid, key)) : keys;
        this.conflated += dirty.addAll(news);
        this.#owesWhole ||= whole;
      }
    }
    if (sent > 0) this.share(sent === list.length ? list : list.slice(0, sent));
    return patient ? frames.length - sent : 0;
  }

  /** Sends what is dirty, as far as the link has room. Who is in step has its turn when all have. */
  flush(): void {
    if (this.inStep) {
      if (this.#place !== this.source.log.end && !this.tempo.waiting && this.#room()) this.source.wake(this);
      return;
    }
    this.catchUp();
    const dirty = this.#dirty;
    if (dirty === null) return;
    const { grid, stamp, tileBudget, maxFps } = this.source as OutboxSource & { grid: Grid };
    // It would not take what is older than what it has seen.
    if (this.#ahead !== null && grid.version < this.#ahead.seen) return;
    // Of a budget, each tick has its share, however often acks ask.
    if (Number.isFinite(tileBudget) && this.tempo.waiting) return;
    let sent = false;
    const whole = grid.whole && this.#ahead === null;
    while ((dirty.size > 0 || (this.#owesWhole && whole)) && this.#may(sent ? this.#version : -1)) {
      sent = true;
      if (this.#goOnWithOthers(dirty, grid)) continue;
      const builder = new ChunkBuilder(grid.version, undefined, this.cap.frameBytes);
      dirty.take((key) => {
        if (builder.full || builder.tiles >= tileBudget) return false;
        builder.addFrom(grid, key);
        return true;
      });
      const chunk = builder.end(dirty.size === 0 && whole);
      if (chunk.whole) this.#owesWhole = false;
      const header = { ...stamp, width: grid.tilesX, height: grid.tilesY };
      const bytes = encodeFrame('GridTiles', chunk.payload, header);
      this.#count(bytes, chunk.version);
      this.send(bytes);
      if (Number.isFinite(tileBudget)) return this.tempo.later(1000 / maxFps);
    }
  }

  /** Sends the next chunk of the keyframe that it shares. False: there is none. */
  #goOnWithOthers(dirty: DirtySet, grid: Grid): boolean {
    const few = this.cap.frameBytes < CHUNK_BYTES;
    const chunk = few ? null : (this.#keyframe?.chunk(this.#chunk++, this.source.stamp) ?? null);
    if (chunk === null) {
      this.#keyframe = null;
      return false;
    }
    for (const key of chunk.keys) if (grid.stamp(key) <= chunk.version) dirty.delete(key);
    const whole = dirty.size === 0 && grid.whole && chunk.version === grid.version;
    if (whole) this.#owesWhole = false;
    const messages = chunk.messages(whole);
    this.#count(messages[0]!.bytes, chunk.version);
    this.share(messages);
    return true;
  }

  /** Notes a frame of state that is sent now. */
  #count(bytes: Uint8Array, version: number): void {
    const now = performance.now();
    this.pacer.sent(bytes.length, now);
    this.cap.sent(bytes.length);
    this.tempo.sent(now);
    this.#version = version;
    this.frames++;
  }

  /** Has the link room, and the receiver time, for a frame? */
  #may(version: number): boolean {
    return this.#room() && this.#isTime(version);
  }

  /** Frames of the version last sent belong to the same picture. */
  #isTime(version: number): boolean {
    return (version === this.#version || this.tempo.due) && this.cap.ready;
  }

  /** @param waiting bytes that are about to be sent */
  #room(waiting = 0): boolean {
    const { buffered, highWater } = this.link;
    return this.#dirty !== null && buffered + waiting <= highWater && this.pacer.ready;
  }
}
