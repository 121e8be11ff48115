/** Which tiles one receiver lacks of a grid, and whether it is owed a word that it lacks none. */

import { DirtySet } from '../state/dirty.js';
import type { Grid } from '../state/grid.js';
import { clip, inWindow, sameWindow } from '../state/window.js';
import type { SubscribeMessage, TileWindow, WelcomeMessage } from '../wire/messages.js';
import type { KeyframeChunk } from './keyframes.js';
import type { Cut, SharedFrame } from './shared-frame.js';

export type Resume = NonNullable<SubscribeMessage['resume']>;

export class Lack {
  /** What the receiver was told: what it said it holds is known here, or it begins from nothing. */
  readonly how: WelcomeMessage['resume'];
  /** What it holds, where that is known here. */
  readonly held: Resume | undefined;
  /** Told nothing since it began, or since the last whole. */
  owesWhole = true;
  readonly #dirty: DirtySet;
  /**
   * The receiver is ahead of us (it came from a faster link): of what it holds, it gets only what is newer, until we were whole
   * at a version that it has seen, or later.
   */
  #ahead: Resume | null = null;

  /** @param resume what the receiver says it holds */
  constructor(
    readonly grid: Grid,
    window: TileWindow | null,
    resume: Resume | undefined,
  ) {
    this.#dirty = new DirtySet(grid.tiles, grid.tilesX);
    this.#dirty.window = window;
    const known = resume !== undefined && resume.epoch === grid.epoch && resume.version >= grid.since;
    this.held = known ? resume : undefined;
    if (known) {
      if (resume.seen > grid.wholeVersion) this.#ahead = resume;
      this.#addSince(resume);
    } else this.#dirty.addAll(grid.changedSince(-1));
    this.how = !known ? 'full' : this.some ? 'merged' : 'none';
  }

  /** The tiles that count; null: all. */
  get window(): TileWindow | null {
    return this.#dirty.window;
  }

  /** Another window: what was sent before still counts. Returns false where it is the same. */
  refilter(window: TileWindow | null): boolean {
    if (sameWindow(window, this.window)) return false;
    this.#dirty.window = window;
    this.owesWhole = true;
    return true;
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#dirty.bytes;
  }

  /** Tiles in the window that it has not been sent. */
  get size(): number {
    return this.#dirty.size;
  }

  /** Does it lack any, or is that to be seen yet? */
  get some(): boolean {
    return this.size > 0 || this.ahead;
  }

  /** Nothing is outstanding, not even to say so. */
  get none(): boolean {
    return !this.some && !this.owesWhole;
  }

  get ahead(): boolean {
    return this.#ahead !== null;
  }

  /** Is everything here older than what it has seen? It would not take that. */
  get early(): boolean {
    return this.#ahead !== null && this.grid.version < this.#ahead.seen;
  }

  /** Does it lack nothing, once it has been sent what it is known to lack? */
  get ends(): boolean {
    return this.grid.whole && !this.ahead;
  }

  /** The grid has changed. */
  changed(): void {
    const before = this.#ahead;
    if (before === null || this.grid.wholeVersion < before.seen) return;
    this.#ahead = null;
    this.#addSince(before);
  }

  /** It is not sent this frame. Returns of how many of its tiles it lacked the state before, too. */
  add({ keys, whole }: SharedFrame): number {
    this.owesWhole ||= whole;
    return this.#dirty.addAll(this.ahead ? keys.filter((key) => !this.#mayBeOlder(key)) : keys);
  }

  /** It is sent a part of a frame. */
  addOutside({ outside }: Cut): void {
    this.#dirty.addOutside(outside);
  }

  /** Takes what it lacks off, as `DirtySet.take`, to be sent. */
  take(visit: (key: number) => boolean): void {
    this.#dirty.take(visit);
  }

  /** It is sent a chunk that others are sent too. What has changed since that was made it lacks still. */
  took({ keys, stamps }: KeyframeChunk): void {
    for (const [i, key] of keys.entries()) if (this.grid.stamp(key) === stamps[i]) this.#dirty.delete(key);
  }

  /** Of what it was not whole in, it has nothing. */
  #addSince({ version, window }: Resume): void {
    const { grid } = this;
    const held = clip(window, grid);
    for (const key of grid.changedSince(held === null ? version : -1)) {
      const lacks = grid.stamp(key) > version || !inWindow(held, key, grid.tilesX);
      if (lacks && !this.#mayBeOlder(key)) this.#dirty.add(key);
    }
  }

  /** May our content of this tile be older than what the receiver has? */
  #mayBeOlder(key: number): boolean {
    const { grid } = this;
    const ahead = this.#ahead;
    return ahead !== null && grid.stamp(key) < ahead.seen && inWindow(clip(ahead.window, grid), key, grid.tilesX);
  }
}
