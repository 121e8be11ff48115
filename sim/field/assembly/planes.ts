// Values to bit-planes in 64x64 tiles, and which tiles changed. A tile is `planes` times 512 bytes in one piece.

import { first, height, stride, width } from './rows';

/** Sixteen values as bytes: each times `scale`, rounded, at most `most`. */
// @ts-ignore: decorator
@inline
function levels(at: usize, scale: v128, most: v128): v128 {
  const half = f32x4.splat(0.5);
  const a = i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.add(f32x4.mul(v128.load(at), scale), half), most));
  const b = i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.add(f32x4.mul(v128.load(at, 16), scale), half), most));
  const c = i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.add(f32x4.mul(v128.load(at, 32), scale), half), most));
  const d = i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.add(f32x4.mul(v128.load(at, 48), scale), half), most));
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** Writes the layer at `from` as tiles to `to`. Cells outside of the grid are 0. */
export function quantise(from: usize, to: usize, planes: u32, scale: f32): void {
  const tilesX = (width + 63) >> 6;
  const tilesY = (height + 63) >> 6;
  for (let ty: u32 = 0; ty < tilesY; ty++)
    for (let tx: u32 = 0; tx < tilesX; tx++)
      quantiseTile(from, to + (<usize>(ty * tilesX + tx) * planes << 9), tx << 6, ty << 6, planes, scale);
}

function quantiseTile(from: usize, to: usize, x0: u32, y0: u32, planes: u32, scale: f32): void {
  const times = f32x4.splat(scale);
  const most = f32x4.splat(<f32>((1 << planes) - 1));
  const rows = min<u32>(64, height - y0);
  for (let y: u32 = 0; y < rows; y++) {
    const row = from + first + <usize>(y0 + y) * stride;
    for (let group: u32 = 0; group < 4; group++) {
      const x = x0 + (group << 4);
      const at = to + (y << 3) + (group << 1);
      const cells = <i32>width - <i32>x;
      if (cells <= 0) continue;
      const keep = cells >= 16 ? 0xffff : (1 << cells) - 1;
      const values = levels(row + (<usize>x << 2), times, most);
      for (let plane: u32 = 0; plane < planes; plane++)
        store<u16>(at + (plane << 9), i8x16.bitmask(i8x16.shl(values, 7 - plane)) & keep);
    }
  }
}

/** Makes the tiles at `told` equal to those at `now`, and writes the keys of those that differed to `keys`. */
export function diff(now: usize, told: usize, tiles: u32, tileBytes: u32, keys: usize): u32 {
  let found: u32 = 0;
  for (let key: u32 = 0; key < tiles; key++) {
    const at = <usize>key * tileBytes;
    let all = i64x2.splat(0);
    for (let i: usize = at; i < at + tileBytes; i += 16)
      all = v128.or(all, v128.xor(v128.load(now + i), v128.load(told + i)));
    if (!v128.any_true(all)) continue;
    memory.copy(told + at, now + at, tileBytes);
    store<u32>(keys + (found++ << 2), key);
  }
  return found;
}
