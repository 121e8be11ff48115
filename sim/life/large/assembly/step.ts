// One generation of all tiles that are marked. What comes of a tile depends on the tiles around it, so it is marked when
// one of those has changed; where none has, the generation before last, which lies in the other buffer, is right already.

import { gather } from './gather';
import { count, counts } from './sums';
import {
  birthLow,
  birthSpan,
  bufferA,
  bufferB,
  dirty,
  height,
  marksA,
  marksB,
  range,
  small,
  states,
  survivalLow,
  survivalSpan,
  TILE,
  tilesX,
  tilesY,
  torus,
  width,
} from './world';

/** 64 bytes: all ones for columns inside the grid. */
const inside: usize = memory.data(64, 16);

export function step(parity: u32): void {
  const from = parity ? bufferB : bufferA;
  const to = parity ? bufferA : bufferB;
  const now = parity ? marksB : marksA;
  const next = parity ? marksA : marksB;
  for (let ty = 0; ty < tilesY; ty++) {
    const rows = min(64, height - (ty << 6));
    for (let tx = 0; tx < tilesX; tx++) {
      const key = ty * tilesX + tx;
      if (load<u8>(now + key) == 0) continue;
      store<u8>(now + key, 0);
      gather(from, tx, ty, rows);
      count(rows);
      const at = <usize>key * TILE;
      if (!become(from + at, to + at, rows, width - (tx << 6))) continue;
      store<u8>(dirty + key, 1);
      markAround(next, tx, ty);
    }
  }
}

/** Marks all tiles within reach of one; two tiles away where on a torus a narrow one lies between. */
export function markAround(marks: usize, tx: i32, ty: i32): void {
  const dx = torus && width - ((tilesX - 1) << 6) < range ? 2 : 1;
  const dy = torus && height - ((tilesY - 1) << 6) < range ? 2 : 1;
  for (let j = -dy; j <= dy; j++) {
    const y = ty + j;
    if (!torus && (y < 0 || y >= tilesY)) continue;
    const row = (y + 2 * tilesY) % tilesY;
    for (let i = -dx; i <= dx; i++) {
      const x = tx + i;
      if (!torus && (x < 0 || x >= tilesX)) continue;
      store<u8>(marks + row * tilesX + ((x + 2 * tilesX) % tilesX), 1);
    }
  }
}

/** Writes what becomes of a tile; says whether anything has changed. */
function become(from: usize, to: usize, rows: i32, wide: i32): bool {
  const one = i8x16.splat(1);
  const none = i8x16.splat(0);
  const last = i8x16.splat(states);
  if (wide < 64) {
    memory.fill(inside, 0, 64);
    memory.fill(inside, 0xff, wide);
  }
  let changed = none;
  const end = <usize>rows << 6;
  for (let i: usize = 0; i < end; i += 16) {
    const state = v128.load(from + i);
    const dead = i8x16.eq(state, none);
    const alive = i8x16.eq(state, one);
    // Dead cells stay 0; all others go on to the next state, and from the last one to 0.
    const older = i8x16.add(state, one);
    const aged = v128.andnot(v128.andnot(older, i8x16.eq(older, last)), dead);
    const one1 = small ? bornOrStays(counts + i, dead, alive) : bornOrStaysWide(counts + 2 * i, dead, alive);
    let next = v128.bitselect(one, aged, one1);
    if (wide < 64) next = v128.and(next, v128.load(inside + (i & 63)));
    changed = v128.or(changed, v128.xor(next, state));
    v128.store(to + i, next);
  }
  return v128.any_true(changed);
}

// @ts-ignore: decorator
@inline
function bornOrStays(at: usize, dead: v128, alive: v128): v128 {
  const n = v128.load(at);
  const born = i8x16.le_u(i8x16.sub(n, i8x16.splat(<u8>birthLow)), i8x16.splat(<u8>birthSpan));
  const stays = i8x16.le_u(i8x16.sub(n, i8x16.splat(<u8>survivalLow)), i8x16.splat(<u8>survivalSpan));
  return v128.or(v128.and(dead, born), v128.and(alive, stays));
}

// @ts-ignore: decorator
@inline
function bornOrStaysWide(at: usize, dead: v128, alive: v128): v128 {
  const n = v128.load(at);
  const m = v128.load(at, 16);
  const b0 = i16x8.splat(<u16>birthLow);
  const b1 = i16x8.splat(<u16>birthSpan);
  const s0 = i16x8.splat(<u16>survivalLow);
  const s1 = i16x8.splat(<u16>survivalSpan);
  const born = i8x16.narrow_i16x8_s(i16x8.le_u(i16x8.sub(n, b0), b1), i16x8.le_u(i16x8.sub(m, b0), b1));
  const stays = i8x16.narrow_i16x8_s(i16x8.le_u(i16x8.sub(n, s0), s1), i16x8.le_u(i16x8.sub(m, s0), s1));
  return v128.or(v128.and(dead, born), v128.and(alive, stays));
}
