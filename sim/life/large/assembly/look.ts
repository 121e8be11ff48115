// Bytes to bit-planes and back, what has changed, and how many live.

import { bufferA, bufferB, planesAt, snapshot, TILE, tilesX, tilesY } from './world';

/** Writes the planes of a tile, plane after plane, row after row, 8 bytes each, bit 0 leftmost. */
export function pack(parity: u32, key: u32, planes: u32): void {
  const from = (parity ? bufferB : bufferA) + <usize>key * TILE;
  let to = planesAt;
  for (let plane: i32 = 0; plane < <i32>planes; plane++)
    for (let i: usize = 0; i < TILE; i += 16, to += 2)
      store<u16>(to, <u16>i8x16.bitmask(i8x16.shl(v128.load(from + i), 7 - plane)));
}

/** Makes a tile of its planes. */
export function unpack(parity: u32, key: u32, planes: u32): void {
  const to = (parity ? bufferB : bufferA) + <usize>key * TILE;
  const bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const spread = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  for (let i: usize = 0; i < TILE; i += 16) {
    let state = i8x16.splat(0);
    for (let plane: u32 = 0; plane < planes; plane++) {
      const word = v128.load16_splat(planesAt + plane * 512 + (i >> 3));
      const set = i8x16.eq(v128.and(i8x16.swizzle(word, spread), bits), bits);
      state = v128.or(state, v128.and(set, i8x16.splat(<i8>(<u32>1 << plane))));
    }
    v128.store(to + i, state);
  }
}

/** Does a tile differ from the snapshot? Afterwards it does not. */
export function diff(parity: u32, key: u32): bool {
  const from = (parity ? bufferB : bufferA) + <usize>key * TILE;
  const to = snapshot + <usize>key * TILE;
  let differs = i8x16.splat(0);
  for (let i: usize = 0; i < TILE; i += 16) {
    const state = v128.load(from + i);
    differs = v128.or(differs, v128.xor(state, v128.load(to + i)));
    v128.store(to + i, state);
  }
  return v128.any_true(differs);
}

/** Cells that are not 0. */
export function population(parity: u32): f64 {
  const from = parity ? bufferB : bufferA;
  const end = from + <usize>tilesX * <usize>tilesY * TILE;
  const none = i8x16.splat(0);
  let count: u64 = 0;
  for (let at = from; at < end; at += 16) count += popcnt(<u32>(i8x16.bitmask(i8x16.ne(v128.load(at), none)) & 0xffff));
  return <f64>count;
}
