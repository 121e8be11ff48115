// One step of Lenia. The kernel is the same above and below, left and right: rows are added in pairs first, then cells in
// pairs, so that a weight is multiplied once for four cells. Where all around is 0, nothing is summed at all.

import { first, height, stride, width } from './rows';

/** Cells summed at once: four vectors. */
// @ts-ignore: decorator
@inline
const CHUNK: usize = 64;

/**
 * @param scratch `radius + 1` lines of `stride` bytes for sums of rows, then a byte for each chunk of a row (and one more).
 * @param taps `singles` entries, then `pairs`: byte offset into the lines (of the right cell in a pair), bytes to the left
 * cell of the pair, weight.
 * @param quiet Nothing comes of nothing: what is 0, with 0 all around, stays so.
 */
export function convolve(
  from: usize, to: usize, scratch: usize, taps: usize, singles: u32, pairs: u32, radius: u32,
  mu: f32, narrow: f32, dt: f32, quiet: bool,
): void {
  const flags = scratch + <usize>(radius + 1) * stride;
  for (let y: usize = 0; y < height; y++) {
    const row = from + first + y * stride;
    memory.fill(flags, 0, (stride / CHUNK) + 2);
    for (let dy: usize = 0; dy <= radius; dy++)
      addRows(row - dy * stride, row + dy * stride, scratch + dy * stride, flags, dy == 0);
    const ends = taps + <usize>singles * 12;
    const last = ends + <usize>pairs * 12;
    const lines = scratch + first % stride;
    const start = (first % stride) / CHUNK;
    for (let x: usize = 0; x < <usize>width << 2; x += CHUNK) {
      // The margin is a whole chunk: what is in reach of a chunk lies in it and the two beside it.
      const near = flags + start + x / CHUNK - 1;
      if (quiet && !(load<u8>(near) | load<u8>(near, 1) | load<u8>(near, 2))) {
        for (let i: usize = 0; i < CHUNK; i += 16) v128.store(to + first + y * stride + x + i, f32x4.splat(0));
        continue;
      }
      sumChunk(lines + x, taps, ends, last, row + x, to + first + y * stride + x, mu, narrow, dt);
    }
  }
}

/** Adds two rows (or takes one), margins and all, and marks the chunks in which something is not 0. */
function addRows(above: usize, below: usize, line: usize, flags: usize, alone: bool): void {
  const left = first % stride;
  for (let chunk: usize = 0; chunk < stride; chunk += CHUNK) {
    const end = min(chunk + CHUNK, stride);
    let any = f32x4.splat(0);
    for (let x = chunk; x < end; x += 16) {
      let v = v128.load(above - left + x);
      if (!alone) v = f32x4.add(v, v128.load(below - left + x));
      any = v128.or(any, v);
      v128.store(line + x, v);
    }
    if (v128.any_true(any)) store<u8>(flags + chunk / CHUNK, 1);
  }
}

function sumChunk(
  lines: usize, taps: usize, ends: usize, last: usize, own: usize, to: usize, mu: f32, narrow: f32, dt: f32,
): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let tap = taps;
  for (; tap < ends; tap += 12) {
    const at = lines + load<i32>(tap);
    const weight = v128.load_splat<f32>(tap, 8);
    a = f32x4.add(a, f32x4.mul(v128.load(at), weight));
    b = f32x4.add(b, f32x4.mul(v128.load(at, 16), weight));
    c = f32x4.add(c, f32x4.mul(v128.load(at, 32), weight));
    d = f32x4.add(d, f32x4.mul(v128.load(at, 48), weight));
  }
  for (; tap < last; tap += 12) {
    const at = lines + load<i32>(tap);
    const other = at - load<i32>(tap, 4);
    const weight = v128.load_splat<f32>(tap, 8);
    a = f32x4.add(a, f32x4.mul(f32x4.add(v128.load(at), v128.load(other)), weight));
    b = f32x4.add(b, f32x4.mul(f32x4.add(v128.load(at, 16), v128.load(other, 16)), weight));
    c = f32x4.add(c, f32x4.mul(f32x4.add(v128.load(at, 32), v128.load(other, 32)), weight));
    d = f32x4.add(d, f32x4.mul(f32x4.add(v128.load(at, 48), v128.load(other, 48)), weight));
  }
  v128.store(to, grown(v128.load(own), a, mu, narrow, dt));
  v128.store(to, grown(v128.load(own, 16), b, mu, narrow, dt), 16);
  v128.store(to, grown(v128.load(own, 32), c, mu, narrow, dt), 32);
  v128.store(to, grown(v128.load(own, 48), d, mu, narrow, dt), 48);
}

/** The value that follows: `narrow` is 1 / (9 sigma^2). */
// @ts-ignore: decorator
@inline
function grown(own: v128, sum: v128, mu: f32, narrow: f32, dt: f32): v128 {
  const one = f32x4.splat(1);
  const off = f32x4.sub(sum, f32x4.splat(mu));
  const near = f32x4.max(f32x4.sub(one, f32x4.mul(f32x4.mul(off, off), f32x4.splat(narrow))), f32x4.splat(0));
  const square = f32x4.mul(near, near);
  const growth = f32x4.sub(f32x4.mul(f32x4.mul(square, square), f32x4.splat(2)), one);
  return f32x4.min(f32x4.max(f32x4.add(own, f32x4.mul(growth, f32x4.splat(dt))), f32x4.splat(0)), one);
}
