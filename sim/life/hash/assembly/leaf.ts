// The smallest square that is computed: 16x16 cells, the middle 8x8 of which are known up to four generations later.
// Its sixteen rows are two vectors of eight; sums are bit-sliced. What leaves one edge comes in at another: it is wrong
// there, and the wrong part grows by a cell a generation, never reaching the middle.

const LIFE: u32 = 0;
const MOORE: u32 = 1;
let kind: u32 = LIFE;
/** For n = 0..8: a mask of births at n, and of what survival changes about it. */
const RULE: usize = memory.data(9 * 32, 16);

/** `kind_`: 0 B3/S23, 1 eight neighbours, 2 four. Bit n of `birth` and `survival`: n neighbours. */
export function setRule(kind_: u32, birth: u32, survival: u32): void {
  kind = kind_;
  for (let n: u32 = 0; n < 9; n++) {
    const b: i64 = -<i64>((birth >> n) & 1);
    const s: i64 = -<i64>((survival >> n) & 1);
    v128.store(RULE + n * 32, i64x2.splat(b));
    v128.store(RULE + n * 32 + 16, i64x2.splat(b ^ s));
  }
}

/** Each row is the one above it. */
// @ts-ignore: decorator
@inline
function above(before: v128, self: v128): v128 {
  return v128.shuffle<i8>(before, self, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
}

/** Each row is the one below it. */
// @ts-ignore: decorator
@inline
function below(self: v128, after: v128): v128 {
  return v128.shuffle<i8>(self, after, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
}

// @ts-ignore: decorator
@inline
function births(n: u32, c: v128): v128 {
  return v128.xor(v128.load(RULE + n * 32), v128.and(c, v128.load(RULE + n * 32 + 16)));
}

/** The next state from the count of neighbours in binary. */
// @ts-ignore: decorator
@inline
function choose(c: v128, n0: v128, n1: v128, n2: v128, n3: v128): v128 {
  const a = v128.bitselect(births(1, c), births(0, c), n0);
  const b = v128.bitselect(births(3, c), births(2, c), n0);
  const d = v128.bitselect(births(5, c), births(4, c), n0);
  const e = v128.bitselect(births(7, c), births(6, c), n0);
  const low = v128.bitselect(b, a, n1);
  const high = v128.bitselect(e, d, n1);
  return v128.bitselect(births(8, c), v128.bitselect(high, low, n2), n3);
}

/** s: both neighbours in the row; a, d: sums of three in the rows above and below. Two bits each. */
// @ts-ignore: decorator
@inline
function next(c: v128, s0: v128, s1: v128, a0: v128, a1: v128, d0: v128, d1: v128, life: bool): v128 {
  const x = v128.xor(a0, s0);
  const n0 = v128.xor(x, d0);
  const u1 = v128.or(v128.and(a0, s0), v128.and(x, d0));
  const e = v128.xor(a1, d1);
  const f = v128.xor(s1, u1);
  const g1 = v128.and(a1, d1);
  const g2 = v128.and(s1, u1);
  // Two or three neighbours: exactly one of the four twos.
  if (life) return v128.andnot(v128.and(v128.xor(e, f), v128.or(n0, c)), v128.or(g1, g2));
  return choose(c, n0, v128.xor(e, f), v128.or(v128.xor(g1, g2), v128.and(e, f)), v128.and(g1, g2));
}

/** The middle 8x8 of the 16x16 cells, `generations` (1 to 4) later. Corners as in a leaf. */
export function advanceCells(nw: u64, ne: u64, sw: u64, se: u64, generations: u32): u64 {
  let t = v128.shuffle<i8>(
    i64x2.splat(nw), i64x2.splat(ne), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
  );
  let b = v128.shuffle<i8>(
    i64x2.splat(sw), i64x2.splat(se), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
  );
  for (; generations != 0; generations--) {
    const tl = i16x8.shl(t, 1);
    const tr = i16x8.shr_u(t, 1);
    const bl = i16x8.shl(b, 1);
    const br = i16x8.shr_u(b, 1);
    if (kind <= MOORE) {
      const ts0 = v128.xor(tl, tr);
      const ts1 = v128.and(tl, tr);
      const bs0 = v128.xor(bl, br);
      const bs1 = v128.and(bl, br);
      const tt0 = v128.xor(ts0, t);
      const tt1 = v128.or(ts1, v128.and(ts0, t));
      const bt0 = v128.xor(bs0, b);
      const bt1 = v128.or(bs1, v128.and(bs0, b));
      if (kind == LIFE) {
        t = next(t, ts0, ts1, above(bt0, tt0), above(bt1, tt1), below(tt0, bt0), below(tt1, bt1), true);
        b = next(b, bs0, bs1, above(tt0, bt0), above(tt1, bt1), below(bt0, tt0), below(bt1, tt1), true);
      } else {
        t = next(t, ts0, ts1, above(bt0, tt0), above(bt1, tt1), below(tt0, bt0), below(tt1, bt1), false);
        b = next(b, bs0, bs1, above(tt0, bt0), above(tt1, bt1), below(bt0, tt0), below(bt1, tt1), false);
      }
    } else {
      const over = above(b, t);
      const between = below(t, b);
      const middle = above(t, b);
      const under = below(b, t);
      t = four(t, tl, tr, over, between);
      b = four(b, bl, br, middle, under);
    }
  }
  const middle = i16x8.shr_u(v128.shuffle<i8>(t, b, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23), 4);
  const low = v128.and(middle, i16x8.splat(0xff));
  return i64x2.extract_lane(i8x16.narrow_i16x8_u(low, low), 0);
}

/** The next state from four neighbours. */
// @ts-ignore: decorator
@inline
function four(c: v128, l: v128, r: v128, u: v128, d: v128): v128 {
  const h0 = v128.xor(l, r);
  const h1 = v128.and(l, r);
  const v0 = v128.xor(u, d);
  const v1 = v128.and(u, d);
  return choose(
    c, v128.xor(h0, v0), v128.or(v128.xor(h1, v1), v128.and(h0, v0)), v128.and(h1, v1), i64x2.splat(0),
  );
}
