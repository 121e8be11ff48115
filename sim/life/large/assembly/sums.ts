// Counts the living cells around each cell of a tile, itself among them, from what `gather` brought together.

import { region, STRIDE } from './gather';
import { MOST_RANGE, range, small, spans, square } from './world';

/** Rows before and behind the tile's own that sums may be scattered to. */
const PAD = 2 * MOST_RANGE;
/** A row of 64 counts, each a byte, or two where a byte is too small. */
const all: usize = memory.data(128 * (64 + 2 * 20), 16);
export const counts: usize = all + 128 * PAD;
/** For each row of the region, the sums of 2 * range + 1 cells. */
const windows: usize = memory.data(64 * 84, 16);

export function count(rows: i32): void {
  if (square) {
    sumRows(rows);
    if (small) slide(rows);
    else slideWide(rows);
  } else {
    memory.fill(all, 0, 128 * (64 + 2 * PAD));
    if (small) scatter<u8>(rows);
    else scatter<u16>(rows);
  }
}

/** Squares: first along the rows ... (Sums of two, four, eight cells made of each other are fewer, but slower.) */
function sumRows(rows: i32): void {
  let from = region + 16;
  let to = windows;
  for (let i = 0; i < rows + 2 * range; i++, from += STRIDE, to += 64) {
    let a = v128.load(from);
    let b = v128.load(from, 16);
    let c = v128.load(from, 32);
    let d = v128.load(from, 48);
    for (let h: usize = 1; h <= <usize>range; h++) {
      const l = from - h;
      const r = from + h;
      a = i8x16.add(a, i8x16.add(v128.load(l), v128.load(r)));
      b = i8x16.add(b, i8x16.add(v128.load(l, 16), v128.load(r, 16)));
      c = i8x16.add(c, i8x16.add(v128.load(l, 32), v128.load(r, 32)));
      d = i8x16.add(d, i8x16.add(v128.load(l, 48), v128.load(r, 48)));
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/** ... then down the columns: each row's sums come in at the bottom and go out at the top. */
function slide(rows: i32): void {
  const high = 2 * range;
  for (let v: usize = 0; v < 64; v += 16) {
    let sum = i8x16.splat(0);
    let bottom = windows + v;
    for (let i = 0; i < high; i++, bottom += 64) sum = i8x16.add(sum, v128.load(bottom));
    let top = windows + v;
    let to = counts + v;
    for (let y = 0; y < rows; y++, bottom += 64, top += 64, to += 64) {
      sum = i8x16.add(sum, v128.load(bottom));
      v128.store(to, sum);
      sum = i8x16.sub(sum, v128.load(top));
    }
  }
}

function slideWide(rows: i32): void {
  const high = 2 * range;
  for (let v: usize = 0; v < 64; v += 8) {
    let sum = i16x8.splat(0);
    let bottom = windows + v;
    for (let i = 0; i < high; i++, bottom += 64) sum = i16x8.add(sum, v128.load8x8_u(bottom));
    let top = windows + v;
    let to = counts + 2 * v;
    for (let y = 0; y < rows; y++, bottom += 64, top += 64, to += 128) {
      sum = i16x8.add(sum, v128.load8x8_u(bottom));
      v128.store(to, sum);
      sum = i16x8.sub(sum, v128.load8x8_u(top));
    }
  }
}

/**
 * Other shapes: the window of a row of cells grows from the middle; each time it is as wide as the neighbourhood is `d`
 * rows from its middle, it is added to the counts `d` rows above and below. T: what a count takes, u8 or u16.
 */
// @ts-ignore: decorator
@inline
function scatter<T>(rows: i32): void {
  let from = region + 16;
  for (let i = -range; i < rows + range; i++, from += STRIDE) {
    let a = v128.load(from);
    let b = v128.load(from, 16);
    let c = v128.load(from, 32);
    let d = v128.load(from, 48);
    let away = range;
    for (let h = 0; ; ) {
      while (away >= 0 && load<u8>(spans + away) == <u8>h) {
        if (sizeof<T>() == 2) {
          addWide(i + away, a, b, c, d);
          if (away > 0) addWide(i - away, a, b, c, d);
        } else {
          add(i + away, a, b, c, d);
          if (away > 0) add(i - away, a, b, c, d);
        }
        away--;
      }
      if (++h > range) break;
      const l = from - h;
      const r = from + h;
      a = i8x16.add(a, i8x16.add(v128.load(l), v128.load(r)));
      b = i8x16.add(b, i8x16.add(v128.load(l, 16), v128.load(r, 16)));
      c = i8x16.add(c, i8x16.add(v128.load(l, 32), v128.load(r, 32)));
      d = i8x16.add(d, i8x16.add(v128.load(l, 48), v128.load(r, 48)));
    }
  }
}

// @ts-ignore: decorator
@inline
function add(row: i32, a: v128, b: v128, c: v128, d: v128): void {
  const at = counts + row * 64;
  v128.store(at, i8x16.add(v128.load(at), a));
  v128.store(at, i8x16.add(v128.load(at, 16), b), 16);
  v128.store(at, i8x16.add(v128.load(at, 32), c), 32);
  v128.store(at, i8x16.add(v128.load(at, 48), d), 48);
}

/** A window holds at most 21: only their sum is too much for a byte. */
function addWide(row: i32, a: v128, b: v128, c: v128, d: v128): void {
  const at = counts + row * 128;
  v128.store(at, i16x8.add(v128.load(at), i16x8.extend_low_i8x16_u(a)));
  v128.store(at, i16x8.add(v128.load(at, 16), i16x8.extend_high_i8x16_u(a)), 16);
  v128.store(at, i16x8.add(v128.load(at, 32), i16x8.extend_low_i8x16_u(b)), 32);
  v128.store(at, i16x8.add(v128.load(at, 48), i16x8.extend_high_i8x16_u(b)), 48);
  v128.store(at, i16x8.add(v128.load(at, 64), i16x8.extend_low_i8x16_u(c)), 64);
  v128.store(at, i16x8.add(v128.load(at, 80), i16x8.extend_high_i8x16_u(c)), 80);
  v128.store(at, i16x8.add(v128.load(at, 96), i16x8.extend_low_i8x16_u(d)), 96);
  v128.store(at, i16x8.add(v128.load(at, 112), i16x8.extend_high_i8x16_u(d)), 112);
}
