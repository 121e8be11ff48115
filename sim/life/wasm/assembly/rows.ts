// Rows of 128 cells at once: the innermost loop. Formulas as in the TypeScript twin (sim/life/js/kernel.ts), which is
// what this is tested against; only the width differs.

import { EAST, KEEP, RULE } from './world';

/** Every cell's left neighbour; `w` is the block to the left. Adding shifts left, and spares the shifter. */
// @ts-ignore: decorator
@inline
function leftOf(v: v128, w: v128): v128 {
  return v128.or(
    i64x2.add(v, v),
    i64x2.shr_u(i8x16.shuffle(w, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23), 63),
  );
}

/** Every cell's right neighbour; `e` is the block to the right. */
// @ts-ignore: decorator
@inline
function rightOf(v: v128, e: v128): v128 {
  return v128.or(
    i64x2.shr_u(v, 1),
    i64x2.shl(i8x16.shuffle(v, e, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23), 63),
  );
}

// @ts-ignore: decorator
@inline
function pick(by: v128, zero: v128, one: v128): v128 {
  return v128.xor(zero, v128.and(by, v128.xor(zero, one)));
}

// @ts-ignore: decorator
@inline
function leaf(v: v128, n: usize): v128 {
  return v128.xor(v128.load(RULE + n * 32), v128.and(v, v128.load(RULE + n * 32 + 16)));
}

/** The state that follows. K: u8 = B3/S23, u16 = any rule, u32 = any rule on the von Neumann neighbourhood. */
// @ts-ignore: decorator
@inline
function nextOf<K>(v: v128, a0: v128, a1: v128, s0: v128, s1: v128, d0: v128, d1: v128): v128 {
  const x = v128.xor(a0, s0);
  const u0 = v128.xor(x, d0);
  const u1 = v128.or(v128.and(a0, s0), v128.and(x, d0));
  if (sizeof<K>() == 4) {
    const m01 = pick(u0, leaf(v, 0), leaf(v, 1));
    const m23 = pick(u0, leaf(v, 2), leaf(v, 3));
    return pick(v128.and(s1, u1), pick(v128.xor(s1, u1), m01, m23), leaf(v, 4));
  }
  const e = v128.xor(a1, d1);
  const f = v128.xor(s1, u1);
  const g1 = v128.and(a1, d1);
  const g2 = v128.and(s1, u1);
  if (sizeof<K>() == 1) return v128.and(v128.andnot(v128.xor(e, f), v128.or(g1, g2)), v128.or(u0, v));
  const k = v128.and(e, f);
  const n1 = v128.xor(e, f);
  const n2 = v128.xor(v128.xor(g1, g2), k);
  const low = pick(n1, pick(u0, leaf(v, 0), leaf(v, 1)), pick(u0, leaf(v, 2), leaf(v, 3)));
  const high = pick(n1, pick(u0, leaf(v, 4), leaf(v, 5)), pick(u0, leaf(v, 6), leaf(v, 7)));
  return pick(v128.and(g1, g2), pick(n2, low, high), leaf(v, 8));
}

/**
 * Computes `rows` rows, in groups of 8 (the last may be shorter). Pointers: the first row here, in the block to the left
 * and to the right; the row above it, alike; the row below the last one, alike; and where the results go, over generation
 * n-1. M: u8 = the block is whole, u16 = it is the last of its row and only the KEEP part is in the grid.
 *
 * Returns masks of 8 bits, bit g for group g: what differs from generation n-1: byte 0 anything, 1 its first row, 2 its
 * last row, 3 the first column, 4 the last column.
 */
// @ts-ignore: decorator
@inline
function walk<K, M>(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64 {
  let result: u64 = 0;
  // Touches the block below, so that it is there when its row is wanted; the processor's prefetcher does not see it.
  if (sizeof<M>() == 1) result = (load<u32>(s + 1024) as u64) >> 32;
  let v = v128.load(n);
  let left = leftOf(v, v128.load(nl));
  let right = rightOf(v, v128.load(nr));
  let s0 = v128.xor(left, right);
  let s1 = v128.and(left, right);
  let a0: v128;
  let a1: v128;
  if (sizeof<K>() == 4) {
    a0 = v;
    a1 = v;
  } else {
    a0 = v128.xor(s0, v);
    a1 = v128.or(s1, v128.and(s0, v));
  }
  v = v128.load(c);
  left = leftOf(v, v128.load(l));
  right = rightOf(v, v128.load(r));
  s0 = v128.xor(left, right);
  s1 = v128.and(left, right);
  let t0: v128;
  let t1: v128;
  if (sizeof<K>() == 4) {
    t0 = v;
    t1 = v;
  } else {
    t0 = v128.xor(s0, v);
    t1 = v128.or(s1, v128.and(s0, v));
  }
  let bit: u64 = 1;
  for (;;) {
    let all = i64x2.splat(0);
    let first = all;
    let diff = all;
    const last = rows <= 8;
    const count = last ? rows : 8;
    for (let y: u32 = 1; y <= count; y++) {
      c += 16;
      l += 16;
      r += 16;
      if (last && y == count) {
        c = s;
        l = sl;
        r = sr;
      }
      const w = v128.load(c);
      left = leftOf(w, v128.load(l));
      right = rightOf(w, v128.load(r));
      const z0 = v128.xor(left, right);
      const z1 = v128.and(left, right);
      let d0: v128;
      let d1: v128;
      if (sizeof<K>() == 4) {
        d0 = w;
        d1 = w;
      } else {
        d0 = v128.xor(z0, w);
        d1 = v128.or(z1, v128.and(z0, w));
      }
      let next = nextOf<K>(v, a0, a1, s0, s1, d0, d1);
      if (sizeof<M>() == 2) next = v128.and(next, v128.load(KEEP));
      diff = v128.xor(next, v128.load(dst));
      v128.store(dst, next);
      dst += 16;
      all = v128.or(all, diff);
      if (y == 1) first = diff;
      a0 = t0;
      a1 = t1;
      s0 = z0;
      s1 = z1;
      t0 = d0;
      t1 = d1;
      v = w;
    }
    if (v128.any_true(all)) {
      result |= bit;
      if (v128.any_true(first)) result |= bit << 8;
      if (v128.any_true(diff)) result |= bit << 16;
      if (i64x2.extract_lane(all, 0) & 1) result |= bit << 24;
      if (sizeof<M>() == 2) {
        if (v128.any_true(v128.and(all, v128.load(EAST)))) result |= bit << 32;
      } else if (i64x2.extract_lane(all, 1) < 0) result |= bit << 32;
    }
    if (last) break;
    rows -= 8;
    bit <<= 1;
  }
  return result;
}

// Each a function of its own, called once a run of groups: WebAssembly changes to optimised code only between calls.

export function lifeRows(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64 {
  return walk<u8, u8>(c, l, r, n, nl, nr, s, sl, sr, dst, rows);
}

export function lifeRowsCut(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64 {
  return walk<u8, u16>(c, l, r, n, nl, nr, s, sl, sr, dst, rows);
}

export function mooreRows(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64 {
  return walk<u16, u8>(c, l, r, n, nl, nr, s, sl, sr, dst, rows);
}

export function mooreRowsCut(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64 {
  return walk<u16, u16>(c, l, r, n, nl, nr, s, sl, sr, dst, rows);
}

export function neumannRows(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64 {
  return walk<u32, u8>(c, l, r, n, nl, nr, s, sl, sr, dst, rows);
}

export function neumannRowsCut(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64 {
  return walk<u32, u16>(c, l, r, n, nl, nr, s, sl, sr, dst, rows);
}
