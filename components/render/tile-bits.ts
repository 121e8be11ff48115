/** One bit a tile: which tiles a painter has not the newest content of. Its size never changes, whatever happens. */

import type { TileRect } from './frame.js';

const popcount = (v: number): number => {
  v -= (v >>> 1) & 0x55555555;
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};

export class TileBits {
  readonly #words: Uint32Array;
  /** Words a row: rows begin on a word, so that a row of a rectangle is scanned 32 tiles at a time. */
  readonly #stride: number;

  constructor(
    readonly tilesX: number,
    readonly tilesY: number,
  ) {
    this.#stride = (tilesX + 31) >>> 5;
    this.#words = new Uint32Array(this.#stride * tilesY);
  }

  has(x: number, y: number): boolean {
    return ((this.#words[y * this.#stride + (x >>> 5)]! >>> (x & 31)) & 1) === 1;
  }

  add(x: number, y: number): void {
    this.#words[y * this.#stride + (x >>> 5)]! |= 1 << (x & 31);
  }

  delete(x: number, y: number): void {
    this.#words[y * this.#stride + (x >>> 5)]! &= ~(1 << (x & 31));
  }

  addAll(): void {
    this.addRect({ x0: 0, y0: 0, x1: this.tilesX, y1: this.tilesY });
  }

  addRect(rect: TileRect): void {
    for (let y = rect.y0; y < rect.y1; y++) {
      for (let w = rect.x0 >>> 5; w << 5 < rect.x1; w++)
        this.#words[y * this.#stride + w]! |= mask(w, rect.x0, rect.x1);
    }
  }

  /** Bits set in a rectangle. */
  count(rect: TileRect): number {
    let count = 0;
    for (let y = rect.y0; y < rect.y1; y++) {
      for (let w = rect.x0 >>> 5; w << 5 < rect.x1; w++) {
        const word = this.#words[y * this.#stride + w]!;
        if (word !== 0) count += popcount(word & mask(w, rect.x0, rect.x1));
      }
    }
    return count;
  }

  /**
   * Visits the bits set in a rectangle in square rings around a tile, the nearest first, until `visit` says false.
   * Nothing is sorted or listed: a frame that has time for ten tiles pays for about ten.
   */
  outward(rect: TileRect, x: number, y: number, visit: (x: number, y: number) => boolean): void {
    const cx = Math.min(Math.max(x, rect.x0), rect.x1 - 1);
    const cy = Math.min(Math.max(y, rect.y0), rect.y1 - 1);
    const rings = Math.max(cx - rect.x0, rect.x1 - 1 - cx, cy - rect.y0, rect.y1 - 1 - cy);
    for (let r = 0; r <= rings; r++) {
      const left = Math.max(cx - r, rect.x0);
      const right = Math.min(cx + r + 1, rect.x1);
      if (cy - r >= rect.y0 && !this.#row(cy - r, left, right, visit)) return;
      for (let row = Math.max(cy - r + 1, rect.y0); row < Math.min(cy + r, rect.y1); row++) {
        if (cx - r >= rect.x0 && this.has(cx - r, row) && !visit(cx - r, row)) return;
        if (cx + r < rect.x1 && this.has(cx + r, row) && !visit(cx + r, row)) return;
      }
      if (r > 0 && cy + r < rect.y1 && !this.#row(cy + r, left, right, visit)) return;
    }
  }

  #row(y: number, x0: number, x1: number, visit: (x: number, y: number) => boolean): boolean {
    for (let w = x0 >>> 5; w << 5 < x1; w++) {
      let word = this.#words[y * this.#stride + w]! & mask(w, x0, x1);
      while (word !== 0) {
        const bit = 31 - Math.clz32(word & -word);
        if (!visit((w << 5) + bit, y)) return false;
        word &= word - 1;
      }
    }
    return true;
  }
}

/** The bits of word `w` of a row that lie in `x0 <= x < x1`. */
function mask(w: number, x0: number, x1: number): number {
  const low = x0 - (w << 5);
  const high = x1 - (w << 5);
  return (low > 0 ? -1 << low : -1) & (high < 32 ? ~(-1 << high) : -1);
}
