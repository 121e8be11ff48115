// What changed since the snapshot, and how many cells live. Blocks that never held anything are passed over.

import { blocksX, blocksY, bufferA, bufferB, flagStride, keys, snapshot, state } from './world';

const USED: u8 = 1;
const CHANGED: u8 = 3;

/** Writes the keys of the tiles that differ to `keys`, makes the snapshot equal, returns how many. */
export function diff(parity: u32, tilesX: u32): u32 {
  const cells = parity ? bufferB : bufferA;
  const other = parity ? bufferA : bufferB;
  let found: u32 = 0;
  for (let by: u32 = 0; by < blocksY; by++) {
    const row = state + by * flagStride;
    for (let x0: u32 = 0; x0 < flagStride; x0 += 8) {
      if (load<u64>(row + x0) == 0) continue;
      for (let bx = x0; bx < x0 + 8; bx++) {
        if (load<u8>(row + bx) != CHANGED) continue;
        const at = (<usize>by * blocksX + bx) << 10;
        const lanes = diffBlock(cells + at, snapshot + at);
        if (lanes == 0) {
          store<u8>(row + bx, rest(cells + at, other + at));
          continue;
        }
        const key = by * tilesX + bx * 2;
        if (lanes & 1) store<u32>(keys + (found++ << 2), key);
        if (lanes & 2) store<u32>(keys + (found++ << 2), key + 1);
      }
    }
  }
  return found;
}

/** Copies a block over its snapshot; bit 0: the left tile differed, bit 1: the right one. */
function diffBlock(from: usize, to: usize): u32 {
  let all = i64x2.splat(0);
  for (let i: usize = 0; i < 1024; i += 32) {
    const v = v128.load(from + i);
    const w = v128.load(from + i, 16);
    all = v128.or(all, v128.or(v128.xor(v, v128.load(to + i)), v128.xor(w, v128.load(to + i, 16))));
    v128.store(to + i, v);
    v128.store(to + i, w, 16);
  }
  return <u32>(i64x2.extract_lane(all, 0) != 0) | (<u32>(i64x2.extract_lane(all, 1) != 0) << 1);
}

/** The state of a block that equals its snapshot: at rest if both generations are the same. */
function rest(cells: usize, other: usize): u8 {
  let differs = i64x2.splat(0);
  let content = differs;
  for (let i: usize = 0; i < 1024; i += 16) {
    const v = v128.load(cells + i);
    content = v128.or(content, v);
    differs = v128.or(differs, v128.xor(v, v128.load(other + i)));
  }
  if (v128.any_true(differs)) return CHANGED;
  return v128.any_true(content) ? USED : 0;
}

/** Living cells; below 2^53 it is exact as a double, and it is at most 2^32. */
export function population(parity: u32): f64 {
  const cells = parity ? bufferB : bufferA;
  let count: u64 = 0;
  for (let by: u32 = 0; by < blocksY; by++) {
    const row = state + by * flagStride;
    for (let x0: u32 = 0; x0 < flagStride; x0 += 8) {
      if (load<u64>(row + x0) == 0) continue;
      for (let bx = x0; bx < x0 + 8; bx++)
        if (load<u8>(row + bx) != 0) count += countBlock(cells + ((<usize>by * blocksX + bx) << 10));
    }
  }
  return <f64>count;
}

function countBlock(at: usize): u64 {
  let count: u64 = 0;
  for (let i: usize = 0; i < 1024; i += 16) count += popcnt(load<u64>(at + i)) + popcnt(load<u64>(at + i, 8));
  return count;
}
