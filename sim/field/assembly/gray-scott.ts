// One step of Gray-Scott, four cells at a time. Column sums roll along the row, so that each row is loaded once.

import { first, height, stride, width } from './rows';

// @ts-ignore: decorator
@inline
const SMALLEST: f32 = 1e-12;

/** Cells -1 of `v`, whose cells to the left are in `w`. */
// @ts-ignore: decorator
@inline
function leftOf(w: v128, v: v128): v128 {
  return i8x16.shuffle(w, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
}

// @ts-ignore: decorator
@inline
function rightOf(v: v128, e: v128): v128 {
  return i8x16.shuffle(v, e, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
}

/** The cells above and below. */
// @ts-ignore: decorator
@inline
function column(at: usize): v128 {
  return f32x4.add(v128.load(at - stride), v128.load(at + stride));
}

/** Into 0..1; what is not worth a slow (denormal) number is 0, and so is what is none. */
// @ts-ignore: decorator
@inline
function within(v: v128): v128 {
  return f32x4.min(v128.and(v, f32x4.gt(v, f32x4.splat(SMALLEST))), f32x4.splat(1));
}

/**
 * `keepU`, `keepV`: what is left of a cell; `spreadU`, `spreadV`: of each corner that comes in (four times that from each
 * side); `feed` comes anew; `dt` of the reaction. Addresses are those of layers.
 */
export function react(
  u: usize, v: usize, toU: usize, toV: usize,
  keepU: f32, keepV: f32, spreadU: f32, spreadV: f32, feed: f32, dt: f32,
): void {
  for (let y: usize = 0; y < height; y++) {
    const at = first + y * stride;
    reactRow(u + at, v + at, toU + at, toV + at, keepU, keepV, spreadU, spreadV, feed, dt);
  }
}

// A function of its own, called once a row: the engine of the page makes it fast while the step is under way.
function reactRow(
  u: usize, v: usize, toU: usize, toV: usize,
  keepU: f32, keepV: f32, spreadU: f32, spreadV: f32, feed: f32, dt: f32,
): void {
  const four = f32x4.splat(4);
  const bytes = <usize>width << 2;
  let aU = column(u);
  let cU = v128.load(u);
  let beforeU = f32x4.add(column(u - 16), f32x4.mul(v128.load(u - 16), four));
  let sU = f32x4.add(aU, f32x4.mul(cU, four));
  let aV = column(v);
  let cV = v128.load(v);
  let beforeV = f32x4.add(column(v - 16), f32x4.mul(v128.load(v - 16), four));
  let sV = f32x4.add(aV, f32x4.mul(cV, four));
  for (let x: usize = 0; x < bytes; x += 16) {
    const nextAU = column(u + x + 16);
    const nextU = v128.load(u + x, 16);
    const nextSU = f32x4.add(nextAU, f32x4.mul(nextU, four));
    const nextAV = column(v + x + 16);
    const nextV = v128.load(v + x, 16);
    const nextSV = f32x4.add(nextAV, f32x4.mul(nextV, four));
    const inU = f32x4.add(f32x4.add(leftOf(beforeU, sU), rightOf(sU, nextSU)), f32x4.mul(aU, four));
    const inV = f32x4.add(f32x4.add(leftOf(beforeV, sV), rightOf(sV, nextSV)), f32x4.mul(aV, four));
    const turned = f32x4.mul(f32x4.mul(cU, f32x4.mul(cV, cV)), f32x4.splat(dt));
    const stayU = f32x4.add(f32x4.mul(cU, f32x4.splat(keepU)), f32x4.mul(inU, f32x4.splat(spreadU)));
    const stayV = f32x4.add(f32x4.mul(cV, f32x4.splat(keepV)), f32x4.mul(inV, f32x4.splat(spreadV)));
    v128.store(toU + x, within(f32x4.sub(f32x4.add(stayU, f32x4.splat(feed)), turned)));
    v128.store(toV + x, within(f32x4.add(stayV, turned)));
    beforeU = sU;
    sU = nextSU;
    aU = nextAU;
    cU = nextU;
    beforeV = sV;
    sV = nextSV;
    aV = nextAV;
    cV = nextV;
  }
}
