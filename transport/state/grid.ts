/**
 * A replica of a grid: what a source last captured, what a relay holds, what a viewer draws. All three are this.
 *
 * Tiles take memory when they first hold a cell. Each has a stamp: the version at which it last changed. "What is new
 * since version v" (late join, resume, another link) is a scan of the stamps, so no history is kept.
 */

import type { TileWindow } from '../wire/messages.js';
import { Known } from './known.js';
import { TILE_WORDS, type TileGrid, type TileView, tilesFor } from './tile.js';
import { inWindow } from './window.js';

/** Tiles a slab of memory holds: 128 KiB a plane, so that a growing world asks for memory rarely. */
const SLAB = 256;

export interface GridShape {
  /** Chosen at random when a source starts; another one voids the replica. */
  epoch: number;
  width: number;
  height: number;
  planes: number;
}

export class Grid implements TileGrid, GridShape {
  readonly epoch: number;
  readonly width: number;
  readonly height: number;
  readonly planes: number;
  readonly tilesX: number;
  readonly tilesY: number;
  /** Tiles of the grid, with or without memory. */
  readonly tiles: number;

  version = 0;
  /** Equal to the source at `version`, nothing missing. */
  whole = false;
  /** The last version at which it was whole; -1: never. */
  wholeVersion = -1;
  /** So often tiles were forgotten: what was said before of what is held may be true no more. */
  forgotten = 0;
  /** It was begun from nothing at this version: of changes before it, the stamps know nothing. */
  since = -1;

  /** Per tile: 0 = no memory, it is empty; else its slot + 1. */
  readonly #slots: Uint32Array;
  /** Per tile: the version of its last change; -1 = never touched. */
  readonly #stamps: Float64Array;
  readonly #slabs: Uint32Array[] = [];
  readonly #known: Known;
  readonly #tileWords: number;
  readonly #empty: Uint32Array;
  readonly #view: TileView;
  #used = 0;

  constructor(shape: GridShape) {
    this.epoch = shape.epoch;
    this.width = shape.width;
    this.height = shape.height;
    this.planes = shape.planes;
    this.tilesX = tilesFor(shape.width);
    this.tilesY = tilesFor(shape.height);
    this.tiles = this.tilesX * this.tilesY;
    this.#slots = new Uint32Array(this.tiles);
    this.#stamps = new Float64Array(this.tiles).fill(-1);
    this.#known = new Known(this);
    this.#tileWords = TILE_WORDS * shape.planes;
    this.#empty = new Uint32Array(this.#tileWords);
    this.#view = { words: this.#empty, offset: 0, stride: 2 };
  }

  /** Has this replica the epoch and shape told? */
  is(shape: GridShape): boolean {
    return (
      this.epoch === shape.epoch &&
      this.width === shape.width &&
      this.height === shape.height &&
      this.planes === shape.planes
    );
  }

  tile(key: number, plane = 0): TileView {
    const view = this.#view;
    const slot = this.#slots[key]!;
    if (slot === 0) {
      view.words = this.#empty;
      view.offset = plane * TILE_WORDS;
    } else {
      view.words = this.#slabs[((slot - 1) / SLAB) | 0]!;
      view.offset = ((slot - 1) % SLAB) * this.#tileWords + plane * TILE_WORDS;
    }
    return view;
  }

  /** The tile to write to: planes follow each other, rows packed. Gives it memory if it has none. */
  writable(key: number): TileView {
    if (this.#slots[key] === 0) {
      if (this.#used % SLAB === 0) this.#slabs.push(new Uint32Array(SLAB * this.#tileWords));
      this.#slots[key] = ++this.#used;
    }
    return this.tile(key);
  }

  /** Has this tile ever held a cell? One that has not takes no memory and is empty. */
  has(key: number): boolean {
    return this.#slots[key] !== 0;
  }

  /** Marks a tile as changed at `version`. */
  touch(key: number, version: number): void {
    this.#stamps[key] = version;
  }

  /** The version at which a tile last changed; -1: it never did. */
  stamp(key: number): number {
    return this.#stamps[key]!;
  }

  /** Is it known what this tile holds? At a receiver it is not, before the tile came, or all of a window around it. */
  knows(key: number): boolean {
    return this.#stamps[key]! >= 0 || this.#known.has(key);
  }

  /**
   * Nothing is missing of the tiles in this window, which lies in the grid; null: of all. Returns the keys of those of which
   * it was not known before: they are empty.
   */
  know(window: TileWindow | null): number[] {
    return this.#known.add(window).filter((key) => this.#stamps[key]! < 0);
  }

  /** Forgets all tiles outside `window`; returns the keys of those of which anything was known. */
  clearOutside(window: TileWindow): number[] {
    const cleared = new Set(this.#known.keepWithin(window));
    for (let key = 0; key < this.tiles; key++) {
      if (this.#stamps[key]! < 0 || inWindow(window, key, this.tilesX)) continue;
      this.#stamps[key] = -1;
      cleared.add(key);
      if (!this.has(key)) continue;
      const { words, offset } = this.writable(key);
      words.fill(0, offset, offset + this.#tileWords);
    }
    if (cleared.size > 0) this.forgotten++;
    return [...cleared];
  }

  /** Says that the replica now stands at `version`, and whether nothing is missing. */
  reached(version: number, whole: boolean): void {
    this.version = version;
    this.whole = whole;
    if (whole) this.wholeVersion = version;
  }

  /** Keys of the tiles that changed after `version`; after -1: all that were ever touched. */
  *changedSince(version: number): Generator<number> {
    const stamps = this.#stamps;
    for (let key = 0; key < stamps.length; key++) if (stamps[key]! > version) yield key;
  }

  /** Begins again from nothing, as of `version`. Memory is kept for what comes next. */
  clear(version: number): void {
    for (const slab of this.#slabs) slab.fill(0);
    this.#stamps.fill(-1);
    this.#known.clear();
    this.since = version;
    this.reached(version, false);
    this.wholeVersion = -1;
  }

  /** Bytes of memory that a grid of this shape takes while it is empty. */
  static bytesFor({ width, height }: GridShape): number {
    return tilesFor(width) * tilesFor(height) * 12;
  }

  /** Bytes of memory held. */
  get bytes(): number {
    return this.bytesWith(0);
  }

  /** Bytes of memory that it will hold with so many more tiles. */
  bytesWith(fresh: number): number {
    return Grid.bytesFor(this) + Math.ceil((this.#used + fresh) / SLAB) * SLAB * this.#tileWords * 4;
  }
}
