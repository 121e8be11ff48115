/** Which tiles of a replica have come in windows of which nothing was missing, empty ones among them: a bit a tile. */

import type { TileWindow } from '../wire/messages.js';
import { inWindow, sameWindow, type WindowShape } from './window.js';

export class Known {
  /** No memory until the first window. */
  #bits: Uint32Array | null = null;
  #all = false;
  /** The newest window that was added: most come again and again. */
  #newest: TileWindow | null = null;

  constructor(readonly shape: WindowShape) {}

  has(key: number): boolean {
    return this.#all || (this.#bits !== null && ((this.#bits[key >>> 5]! >>> (key & 31)) & 1) === 1);
  }

  /** Adds the tiles of a window in the grid; null: all. Returns the keys of those that were not there. */
  add(window: TileWindow | null): number[] {
    const added: number[] = [];
    if (this.#all || (window !== null && sameWindow(window, this.#newest))) return added;
    const { tilesX, tilesY } = this.shape;
    const { x, y, width, height } = window ?? { x: 0, y: 0, width: tilesX, height: tilesY };
    this.#bits ??= new Uint32Array((tilesX * tilesY + 31) >>> 5);
    for (let ty = y; ty < y + height; ty++) {
      for (let key = ty * tilesX + x; key < ty * tilesX + x + width; key++) {
        if (this.has(key)) continue;
        this.#bits[key >>> 5]! |= 1 << (key & 31);
        added.push(key);
      }
    }
    this.#newest = window;
    if (window === null) {
      this.#all = true;
      this.#bits = null;
    }
    return added;
  }

  /** Removes those outside of a window; returns their keys. */
  keepWithin(window: TileWindow): number[] {
    const { tilesX, tilesY } = this.shape;
    const removed: number[] = [];
    for (let key = 0; key < tilesX * tilesY; key++) {
      if (this.has(key) && !inWindow(window, key, tilesX)) removed.push(key);
    }
    this.clear();
    this.add(window);
    return removed;
  }

  clear(): void {
    this.#bits = this.#newest = null;
    this.#all = false;
  }
}
