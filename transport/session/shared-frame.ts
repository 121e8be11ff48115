/** Frames made once and sent to all who are in step: as they are to those who want everything, cut for those who do not. */

import type { SharedMessage } from '../link/link.js';
import type { GridShape } from '../state/grid.js';
import { TILE_WORDS } from '../state/tile.js';
import { inWindow } from '../state/window.js';
import { applyRecord, BatchWriter, MODE, readBatch, type TileRecord } from '../wire/batch.js';
import { Writer } from '../wire/bytes.js';
import { decodeFrame, encodeFrame } from '../wire/frame.js';
import { beginGridTiles, type GridTiles, WHOLE } from '../wire/grid.js';
import type { TileWindow } from '../wire/messages.js';

/** What a frame was made of, and what a fan-out must know of it without reading it again. */
export interface FrameContent extends GridTiles {
  /** Keys of its tiles, ascending. */
  keys: readonly number[];
}

export class SharedFrame implements SharedMessage {
  readonly keys: readonly number[];
  readonly version: number;
  /** Receivers at this version (or already at `version`, from an earlier frame) may take it as it is. */
  readonly base: number | undefined;
  readonly whole: boolean;
  readonly #batch: Uint8Array;
  #records: TileRecord[] | null = null;

  constructor(
    /** With its header, ready for any link. */
    readonly bytes: Uint8Array,
    content: FrameContent,
    readonly shape: GridShape & { readonly tiles: number; readonly tilesX: number },
  ) {
    this.keys = content.keys;
    this.version = content.version;
    this.base = content.base;
    this.whole = content.whole;
    this.#batch = content.batch;
  }

  #read(): readonly TileRecord[] {
    this.#records ??= readBatch(this.#batch, this.shape.tiles, this.shape.planes);
    return this.#records;
  }

  /**
   * Adds what it changes to `changes`: by key, the cells of a tile that differ from what they were before the first frame
   * added, or null where that cannot be told, because the tile was said anew.
   */
  addTo(changes: Map<number, Uint32Array | null>): void {
    const { planes } = this.shape;
    for (const record of this.#read()) {
      const before = changes.get(record.key);
      if (before === null) continue;
      if (record.mode !== MODE.DELTA) {
        changes.set(record.key, null);
        continue;
      }
      const words = before ?? new Uint32Array(TILE_WORDS * planes);
      applyRecord(this.#batch, record, words, 0, planes);
      if (before === undefined) changes.set(record.key, words);
    }
  }

  /** Its part in `window`; records are copied, not coded again. */
  cut(window: TileWindow): Cut {
    const { version, base, shape, whole } = this;
    const inside = (key: number): boolean => inWindow(window, key, shape.tilesX);
    const keys = this.keys.filter(inside);
    const outside = this.keys.filter((key) => !inside(key));
    if (outside.length === 0) return { bytes: this.bytes, keys, outside };
    const out = new Writer(1024);
    beginGridTiles(out, version, base);
    const batch = new BatchWriter(out);
    for (const record of this.#read()) if (inside(record.key)) batch.copy(this.#batch, record);
    const payload = out.take();
    if (whole) payload[0]! |= WHOLE;
    const { sequence, timestamp, width, height } = decodeFrame(this.bytes);
    return { bytes: encodeFrame('GridTiles', payload, { sequence, timestamp, width, height }), keys, outside };
  }
}

/** The part of a frame that lies in one window. */
export interface Cut extends SharedMessage {
  /** Keys of its tiles, and of those that were left out. */
  readonly keys: readonly number[];
  readonly outside: readonly number[];
}

const cuts = new WeakMap<readonly SharedFrame[], Map<string, readonly Cut[]>>();

/** These frames, each cut to `window`: the very same list for all who have the same window. */
export function cutFrames(frames: readonly SharedFrame[], window: TileWindow): readonly Cut[] {
  const name = `${window.x} ${window.y} ${window.width} ${window.height}`;
  let named = cuts.get(frames);
  if (named === undefined) cuts.set(frames, (named = new Map()));
  let list = named.get(name);
  if (list === undefined) named.set(name, (list = frames.map((frame) => frame.cut(window))));
  return list;
}
