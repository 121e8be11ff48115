/**
 * What one receiver lacks, and when it gets it.
 *
 * It knows which tiles its receiver has not been sent (the dirty set) and nothing of other receivers. Nothing is ever
 * queued: when the link has room, the present content of what is dirty is encoded and sent. Late join, resume, and change
 * of link are all `begin`.
 */

import type { Link, SharedMessage } from '../link/link.js';
import { ChunkBuilder } from '../state/chunk.js';
import { DirtySet } from '../state/dirty.js';
import type { Grid } from '../state/grid.js';
import { clip, common, inWindow, sameWindow, tilesWithin } from '../state/window.js';
import { encodeFrame, type Header } from '../wire/frame.js';
import type { Rect, SubscribeMessage, TileWindow, WelcomeMessage } from '../wire/messages.js';
import type { Cap } from './cap.js';
import type { FrameLog } from './frame-log.js';
import { Pacer } from './pacer.js';
import { cutFrames, type SharedFrame } from './shared-frame.js';
import { Tempo } from './tempo.js';

/** Where an outbox takes its state from. */
export interface OutboxSource {
  readonly grid: Grid | null;
  /** How the grid became what it is. */
  readonly log: FrameLog;
  readonly stamp: Pick<Header, 'sequence' | 'timestamp'>;
  /** Tiles a frame, at most. */
  readonly tileBudget: number;
  readonly maxFps: number;
  /** Brings the grid up to date, where it can be. */
  refresh: (() => void) | null;
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
  /** The receiver is ahead of us (it came from a faster link): say nothing until we are there too. */
  #waitFor: NonNullable<SubscribeMessage['resume']> | null = null;
  /** Told nothing since it subscribed, or since the last whole: it is owed a frame that says so. */
  #owesWhole = false;
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
    return this.pending > 0 || this.#waitFor !== null;
  }

  /** Nothing is outstanding: the receiver may take the frames that all others take. */
  get inStep(): boolean {
    return this.#dirty !== null && this.#dirty.size === 0 && !this.#owesWhole && this.#waitFor === null;
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
    if (this.#dirty === null) return;
    const window = this.#windowOn(this.source.grid!);
    if (sameWindow(window, this.#dirty.window)) return;
    this.#dirty.window = window;
    this.#owesWhole = true;
  }

  #windowOn(grid: Grid): TileWindow | null {
    return common(clip(this.#asked, grid), tilesWithin(this.#view, grid));
  }

  /** Begins (again) with the grid, from what the receiver says it holds. Nothing is sent before `flush`. */
  begin(grid: Grid, resume: SubscribeMessage['resume']): WelcomeMessage['resume'] {
    this.#dirty = new DirtySet(grid.tiles, grid.tilesX);
    this.#dirty.window = this.#windowOn(grid);
    this.#place = this.source.log.end;
    this.#owesWhole = true;
    this.#waitFor = null;
    this.#version = grid.version;
    const known = resume !== undefined && resume.epoch === grid.epoch && resume.version >= grid.since;
    if (known && resume.seen > grid.version) {
      this.#waitFor = resume;
      return 'merged';
    }
    if (known) this.#addSince(grid, resume);
    else this.#dirty.addAll(grid.changedSince(-1));
    if (!known) return 'full';
    return this.#dirty.size > 0 ? 'merged' : 'none';
  }

  /** What a receiver lacks that says this of itself: of what it was not whole in, it has nothing. */
  #addSince(grid: Grid, { version, window }: NonNullable<SubscribeMessage['resume']>): void {
    const dirty = this.#dirty!;
    const held = clip(window, grid);
    if (held === null) return void dirty.addAll(grid.changedSince(version));
    for (const key of grid.changedSince(-1)) {
      if (grid.stamp(key) > version || !inWindow(held, key, grid.tilesX)) dirty.add(key);
    }
  }

  /** Sends nothing more until it begins again. */
  stop(): void {
    this.#dirty = null;
    this.tempo.stop();
  }

  /**
   * Takes up the frames that were made since. In step, they go out as they are; otherwise their tiles become dirty. Who is in
   * step and only has to wait for its time lets them be, for a while, and has them all at once then.
   * @returns where in the log it now stands
   */
  catchUp(): number {
    const { log } = this.source;
    if (this.#dirty === null || this.#place === log.end) return log.end;
    const may = this.#isTime(log.next(this.#place));
    if (!may && this.inStep && !log.late(this.#place)) return this.#place;
    const { grid, stamp } = this.source as OutboxSource & { grid: Grid };
    const run = log.from(this.#place, grid, stamp);
    this.#place = log.end;
    this.conflated += run.conflated;
    this.#offer(run.frames, may, this.#dirty, grid);
    return log.end;
  }

  #offer(frames: readonly SharedFrame[], may: boolean, dirty: DirtySet, grid: Grid): void {
    if (this.#waitFor !== null) {
      if (grid.version < this.#waitFor.seen) return;
      this.#addSince(grid, this.#waitFor);
      this.#waitFor = null;
    }
    const { window } = dirty;
    const cuts = this.inStep && window !== null ? cutFrames(frames, window) : null;
    const list = cuts ?? frames;
    let tiles = 0;
    for (const { keys } of list) tiles += keys.length;
    let follows = may && this.inStep && tiles <= this.source.tileBudget;
    let sent = 0;
    for (const [i, frame] of frames.entries()) {
      // Of a capture in several frames, the second follows from the first as that from the capture before.
      const { base, version } = frame;
      follows &&= base === undefined || base === this.#version || version === this.#version;
      follows &&= this.#room && this.cap.takes(list[i]!.bytes.length);
      if (follows) {
        if (cuts) dirty.addAll(cuts[i]!.outside);
        this.#count(list[i]!.bytes, version);
        sent++;
      } else {
        this.conflated += dirty.addAll(frame.keys);
        this.#owesWhole ||= frame.whole;
      }
    }
    if (sent > 0) this.share(sent === list.length ? list : list.slice(0, sent));
    this.flush();
  }

  /** Sends what is dirty, as far as the link has room. Who is in step has its turn, when all have. */
  flush(): void {
    if (this.inStep) return;
    this.catchUp();
    const dirty = this.#dirty;
    if (dirty === null || this.#waitFor !== null) return;
    const { grid, stamp, tileBudget, maxFps } = this.source as OutboxSource & { grid: Grid };
    // Of a budget, each tick has its share, however often acks ask.
    if (Number.isFinite(tileBudget) && this.tempo.waiting) return;
    let sent = false;
    while ((dirty.size > 0 || (this.#owesWhole && grid.whole)) && this.#may(sent ? grid.version : -1)) {
      sent = true;
      const builder = new ChunkBuilder(grid.version, undefined, this.cap.frameBytes);
      dirty.take((key) => {
        if (builder.full || builder.tiles >= tileBudget) return false;
        builder.addFrom(grid, key);
        return true;
      });
      const chunk = builder.end(dirty.size === 0 && grid.whole);
      if (chunk.whole) this.#owesWhole = false;
      const header = { ...stamp, width: grid.tilesX, height: grid.tilesY };
      const bytes = encodeFrame('GridTiles', chunk.payload, header);
      this.#count(bytes, chunk.version);
      this.send(bytes);
      if (Number.isFinite(tileBudget)) return this.tempo.later(1000 / maxFps);
    }
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
    return this.#room && this.#isTime(version);
  }

  /** Frames of the version last sent belong to the same picture. */
  #isTime(version: number): boolean {
    return (version === this.#version || this.tempo.due) && this.cap.ready;
  }

  get #room(): boolean {
    return this.#dirty !== null && this.link.buffered <= this.link.highWater && this.pacer.ready;
  }
}
