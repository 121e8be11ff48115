/**
 * When one receiver gets what it lacks.
 *
 * It knows nothing of other receivers, and nothing is ever queued: when the link has room, the present content of what is
 * lacking is encoded and sent. Late join, resume, and change of link are all `begin`.
 */

import type { Link, SharedMessage } from '../link/link.js';
import { CHUNK_BYTES, ChunkBuilder } from '../state/chunk.js';
import type { Grid } from '../state/grid.js';
import { clip, common, tilesWithin } from '../state/window.js';
import { encodeFrame, type Header } from '../wire/frame.js';
import type { Rect, TileWindow, WelcomeMessage } from '../wire/messages.js';
import type { Cap } from './cap.js';
import type { FrameLog, Run } from './frame-log.js';
import type { Keyframe, Keyframes } from './keyframes.js';
import { Lack, type Resume } from './lack.js';
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

  #lack: Lack | null = null;
  /** So many frames of the log it has been offered; what comes later it is not known to lack yet. */
  #place = 0;
  /** Had it its turn, and could not take all there was? */
  #passed = false;
  /** The version of the last frame sent; a delta must start here. */
  #version = -1;
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
    return this.#lack !== null;
  }

  /** The tiles it may send: those asked for, as far as they may be seen. Null: all. */
  get window(): TileWindow | null {
    return this.#lack?.window ?? null;
  }

  /** Bytes of memory that it takes to know what was sent and what was not. */
  get memory(): number {
    return this.pacer.memory + (this.#lack?.bytes ?? 0);
  }

  /** Tiles of these that the receiver has not been sent. */
  get pending(): number {
    return this.#lack?.size ?? 0;
  }

  /** Does it lack any, or is that to be seen yet? */
  get lacking(): boolean {
    return this.#lack !== null && (this.#lack.some || this.#place !== this.source.log.end);
  }

  /** Nothing is outstanding: the receiver may take the frames that all others take. */
  get inStep(): boolean {
    return this.#lack?.none ?? false;
  }

  /** Does it lack anything of what there is, if only because its time has not come? */
  get behind(): boolean {
    return this.open && (!this.inStep || this.#place !== this.source.log.end);
  }

  /** Where in the log it stands, if it might go on from there with all others. */
  get place(): number | null {
    return this.inStep && !this.tempo.waiting && this.#room() ? this.#place : null;
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
    if (this.#lack === null || grid === null) return;
    if (this.#lack.refilter(this.#windowOn(grid))) this.#keyframe = null;
  }

  #windowOn(grid: Grid): TileWindow | null {
    return common(clip(this.#asked, grid), tilesWithin(this.#view, grid));
  }

  /** Begins (again) with the grid, from what the receiver says it holds. Nothing is sent before `flush`. */
  begin(grid: Grid, resume: Resume | undefined): WelcomeMessage['resume'] {
    const lack = new Lack(grid, this.#windowOn(grid), resume);
    this.#lack = lack;
    this.#place = this.source.log.end;
    this.#passed = false;
    this.#version = grid.version;
    this.#chunk = 0;
    const shares = lack.size > 0 && !lack.ahead && this.source.tileBudget === Number.POSITIVE_INFINITY;
    this.#keyframe = shares ? this.source.keyframes.for(grid, lack.window, lack.held) : null;
    return lack.how;
  }

  /** The version that its first frame is of, or an older one. */
  get since(): number {
    return this.#keyframe?.version ?? this.source.grid!.version;
  }

  /** Sends nothing more until it begins again. */
  stop(): void {
    this.#lack = null;
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
    const lack = this.#lack;
    if (lack === null || place === log.end) return log.end;
    const patient = !now && this.inStep && !log.late(place);
    const may = this.inStep && this.#may(log.next(place));
    const few = this.tempo.maxFps !== undefined;
    if (may) this.#place = this.#offer(log.from(place, lack.grid, this.source.stamp, few), lack, patient);
    else if (!patient) this.#place = this.#miss(log.since(place), lack);
    this.#passed = this.#place !== log.end;
    if (this.#place !== place) this.flush();
    return this.#place;
  }

  /** Sends these as they are, as far as it may. @returns where in the log it stands then */
  #offer({ frames, places, conflated }: Run, lack: Lack, patient: boolean): number {
    this.conflated += conflated;
    const cuts = lack.window && cutFrames(frames, lack.window);
    const list = cuts ?? frames;
    const { tileBudget } = this.source;
    const few = list.reduce((sum, { keys }) => sum + keys.length, 0) <= tileBudget;
    let sent = 0;
    let waiting = 0;
    let waits = patient;
    for (; sent < list.length; sent++) {
      const { base, version } = frames[sent]!;
      const { length } = list[sent]!.bytes;
      // Of a capture in several frames, the second follows from the first as that from the capture before.
      const follows = base === undefined || base === this.#version || version === this.#version;
      const may = few && follows && this.cap.takes(length);
      waits &&= may && places[sent]! >= 0;
      if (!may || !this.#room(waiting)) break;
      waiting += length;
      if (cuts) lack.addOutside(cuts[sent]!);
      this.#count(length, version);
    }
    if (sent > 0) this.share(sent === list.length ? list : list.slice(0, sent));
    return waits || sent === list.length ? places[sent]! : this.#miss(frames.slice(sent), lack);
  }

  /** These it does not get: what they changed it lacks now. @returns where in the log it stands then */
  #miss(frames: readonly SharedFrame[], lack: Lack): number {
    lack.changed();
    for (const frame of frames) this.conflated += lack.add(frame);
    return this.source.log.end;
  }

  /** Sends what is dirty, as far as the link has room. Who is in step has its turn when all have, or once it can go on. */
  flush(): void {
    if (this.inStep) {
      if (this.#passed && !this.tempo.waiting && this.#room()) this.source.wake(this);
      return;
    }
    this.catchUp();
    const lack = this.#lack;
    if (lack === null || lack.early) return;
    const { grid } = lack;
    const { stamp, tileBudget, maxFps } = this.source;
    // Of a budget, each tick has its share, however often acks ask.
    if (Number.isFinite(tileBudget) && this.tempo.waiting) return;
    let sent = false;
    while ((lack.size > 0 || (lack.owesWhole && lack.ends)) && this.#may(sent ? this.#version : -1)) {
      sent = true;
      if (this.#goOnWithOthers(lack)) continue;
      const builder = new ChunkBuilder(grid.version, undefined, this.cap.frameBytes);
      lack.take((key) => {
        if (builder.full || builder.tiles >= tileBudget) return false;
        builder.addFrom(grid, key);
        return true;
      });
      const chunk = builder.end(lack.size === 0 && lack.ends);
      if (chunk.whole) lack.owesWhole = false;
      const header = { ...stamp, width: grid.tilesX, height: grid.tilesY };
      const bytes = encodeFrame('GridTiles', chunk.payload, header);
      this.#count(bytes.length, chunk.version);
      this.send(bytes);
      if (Number.isFinite(tileBudget)) return this.tempo.later(1000 / maxFps);
    }
  }

  /** Sends the next chunk of the keyframe that it shares. False: there is none. */
  #goOnWithOthers(lack: Lack): boolean {
    const few = this.cap.frameBytes < CHUNK_BYTES;
    const chunk = few ? null : (this.#keyframe?.chunk(this.#chunk++, this.source.stamp) ?? null);
    if (chunk === null) {
      this.#keyframe = null;
      return false;
    }
    lack.took(chunk);
    const whole = lack.size === 0 && lack.ends && chunk.version === lack.grid.version;
    if (whole) lack.owesWhole = false;
    const messages = chunk.messages(whole);
    this.#count(messages[0]!.bytes.length, chunk.version);
    this.share(messages);
    return true;
  }

  /** Notes a frame of state, of so many bytes, that is sent now. */
  #count(bytes: number, version: number): void {
    const now = performance.now();
    this.pacer.sent(bytes, now);
    this.cap.sent(bytes);
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
    return this.#lack !== null && buffered + waiting <= highWater && this.pacer.ready;
  }
}
