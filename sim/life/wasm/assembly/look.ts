// What changed since the snapshot, and how many cells live. Blocks that hold nothing are passed over.

import {
  blockAt, blockBytes, blocksX, bufferBytes, CHANGED, headAt, keys, PLACE, planes, SLOTS, SORTED, state, tilesX, USED,
} from './world';

/** Writes the keys of the tiles that differ to `keys`, makes the snapshot equal, returns how many. SORTED: whether they ascend. */
export function diff(parity: u32): u32 {
  const now: usize = parity ? bufferBytes : 0;
  const slots = load<u32>(SLOTS);
  let found: u32 = 0;
  let newest: i32 = -1;
  let sorted: u32 = 1;
  for (let slot0: u32 = 0; slot0 < slots; slot0 += 8) {
    if (load<u64>(state + slot0) == 0) continue;
    for (let slot = slot0; slot < slot0 + 8; slot++) {
      if (load<u8>(state + slot) != CHANGED) continue;
      const block = blockAt(slot);
      const cells = block + now;
      const lanes = diffBlock(cells, block + bufferBytes * 2);
      if (lanes == 0) {
        store<u8>(state + slot, rest(cells, block + bufferBytes - now));
        continue;
      }
      const place = load<u32>(headAt(slot), PLACE);
      const key = (place / blocksX) * tilesX + (place % blocksX) * 2;
      if (<i32>key < newest) sorted = 0;
      newest = key;
      if (lanes & 1) store<u32>(keys + (found++ << 2), key);
      if (lanes & 2) store<u32>(keys + (found++ << 2), key + 1);
    }
  }
  store<u32>(SORTED, sorted);
  return found;
}

/** Copies a block over its snapshot; bit 0: the left tile differed, bit 1: the right one. */
function diffBlock(from: usize, to: usize): u32 {
  let all = i64x2.splat(0);
  for (let i: usize = 0; i < blockBytes; i += 32) {
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
  for (let i: usize = 0; i < blockBytes; i += 16) {
    const v = v128.load(cells + i);
    content = v128.or(content, v);
    differs = v128.or(differs, v128.xor(v, v128.load(other + i)));
  }
  if (v128.any_true(differs)) return CHANGED;
  return v128.any_true(content) ? USED : 0;
}

/** Cells that are not 0; below 2^53 it is exact as a double, and it is at most 2^32. */
export function population(parity: u32): f64 {
  const now: usize = parity ? bufferBytes : 0;
  const slots = load<u32>(SLOTS);
  let count: u64 = 0;
  for (let slot0: u32 = 0; slot0 < slots; slot0 += 8) {
    if (load<u64>(state + slot0) == 0) continue;
    for (let slot = slot0; slot < slot0 + 8; slot++)
      if (load<u8>(state + slot) != 0) count += countBlock(blockAt(slot) + now);
  }
  return <f64>count;
}

function countBlock(at: usize): u64 {
  let count: u64 = 0;
  if (planes == 1) {
    for (let i: usize = 0; i < 1024; i += 16) count += popcnt(load<u64>(at + i)) + popcnt(load<u64>(at + i, 8));
    return count;
  }
  for (let i: usize = 0; i < 1024; i += 8) {
    let any: u64 = 0;
    for (let p: usize = 0; p < planes; p++) any |= load<u64>(at + i + (p << 10));
    count += popcnt(any);
  }
  return count;
}
