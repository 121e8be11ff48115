/** What a painter is: it holds tiles in its own form and draws what is visible of them. */

import { TILE_WORDS, type TileGrid, type TileView } from '../../transport/state/tile.js';
import type { Palette } from './colors.js';
import type { Frame, TileRect } from './frame.js';
import type { Shares } from './shares.js';
import type { TileBits } from './tile-bits.js';

/** All a painter needs to know for one frame. */
export interface Scene {
  readonly grid: TileGrid;
  /** Tiles whose newest content the painter has not taken. */
  readonly stale: TileBits;
  readonly frame: Frame;
  readonly visible: TileRect;
  readonly palette: Palette;
  /** How bright the cells of each state are; the same object as long as nothing about it changes. */
  readonly shares: Shares;
}

export interface Painter {
  readonly kind: 'webgl2' | 'canvas2d';
  /** Begins a frame: makes room for what is visible, and marks as stale what is visible and not held. */
  begin(scene: Scene): void;
  /** Takes the content of one visible tile, if it is known. */
  take(x: number, y: number, known: boolean): void;
  /** Draws what is held, as unknown what is not; `null` where there is no world. */
  draw(frame: Frame, palette: Palette, scene: Scene | null): void;
  /** What was drawn in this same turn, top row first. */
  read(): ImageData;
  dispose(): void;
}

const joined: TileView = { words: new Uint32Array(TILE_WORDS), offset: 0, stride: 2 };

/** A tile as one plane: where it lies, or, of a world with several planes, the cells that are not 0. */
export function readTile(grid: TileGrid, key: number): TileView {
  if (grid.planes <= 1) return grid.tile(key, 0);
  joined.words.fill(0);
  for (let plane = 0; plane < grid.planes; plane++) {
    const { words, offset, stride } = grid.tile(key, plane);
    for (let y = 0; y < 64; y++) {
      joined.words[2 * y]! |= words[offset + y * stride]!;
      joined.words[2 * y + 1]! |= words[offset + y * stride + 1]!;
    }
  }
  return joined;
}

const states = new Uint8Array(64 * 64);

/** The state of each cell of a tile, row by row. */
export function readStates(grid: TileGrid, key: number): Uint8Array {
  states.fill(0);
  for (let plane = 0; plane < grid.planes; plane++) {
    const { words, offset, stride } = grid.tile(key, plane);
    for (let i = 0; i < TILE_WORDS; i++) {
      let word = words[offset + (i >> 1) * stride + (i & 1)]!;
      for (let at = i * 32; word !== 0; word >>>= 1, at++) states[at]! |= (word & 1) << plane;
    }
  }
  return states;
}

/** Live cells of a tile. */
export function population({ words, offset, stride }: TileView): number {
  let sum = 0;
  for (let y = 0; y < 64; y++) {
    for (let w = 0; w < 2; w++) {
      let v = words[offset + y * stride + w]!;
      if (v === 0) continue;
      v -= (v >>> 1) & 0x55555555;
      v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
      sum += Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
  }
  return sum;
}
