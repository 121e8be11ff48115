/** A fingerprint of cells that does not depend on how they are stored. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Engine, TileView } from './engine.js';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * SHA-256 in hex of the cells in `rect`: row by row, one bit a cell, bit 0 first, each row padded with zeros to a byte;
 * with several planes all of plane 0, then of plane 1, and so on.
 *
 * @throws RangeError when `rect` is not inside the grid.
 */
export function digestCells(engine: Pick<Engine, 'layout' | 'planes' | 'tile'>, rect?: Rect): string {
  const { layout, planes } = engine;
  const { x, y, width, height } = rect ?? { x: 0, y: 0, width: layout.width, height: layout.height };
  const whole = [x, y, width, height].every(Number.isInteger);
  if (!whole || x < 0 || y < 0 || width < 1 || height < 1 || x + width > layout.width || y + height > layout.height)
    throw new RangeError(
      `The rectangle ${width}x${height} at ${x}, ${y} is not inside the grid of ${layout.width}x${layout.height}.`,
    );
  const hash = sha256.create();
  const row = new Uint8Array(Math.ceil(width / 8));
  const shift = x & 31;
  const words = Math.ceil(width / 32);
  const firstTile = x >> 6;
  const lastTile = (x + width - 1) >> 6;
  const views: TileView[] = [];
  const raw = new Uint32Array((lastTile - firstTile + 1) * 2 + 2);
  const firstWord = (x >> 5) & 1;
  for (let plane = 0; plane < planes; plane++)
    for (let v = y; v < y + height; v++) {
      if (v === y || (v & 63) === 0)
        for (let tile = firstTile; tile <= lastTile; tile++)
          views[tile - firstTile] = engine.tile((v >> 6) * layout.tilesX + tile, plane);
      for (let i = 0; i < views.length; i++) {
        const { words, offset, stride } = views[i];
        raw[i * 2] = words[offset + (v & 63) * stride];
        raw[i * 2 + 1] = words[offset + (v & 63) * stride + 1];
      }
      for (let i = 0; i < words; i++) {
        const at = firstWord + i;
        let bits = shift === 0 ? raw[at] : (raw[at] >>> shift) | (raw[at + 1] << (32 - shift));
        const left = width - i * 32;
        if (left < 32) bits &= (1 << left) - 1;
        row[i * 4] = bits;
        row[i * 4 + 1] = bits >>> 8;
        row[i * 4 + 2] = bits >>> 16;
        row[i * 4 + 3] = bits >>> 24;
      }
      hash.update(row);
    }
  return bytesToHex(hash.digest());
}
