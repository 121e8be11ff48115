/** What changed since the snapshot, and how many cells live. Twin of wasm/assembly/look.ts. */
import { CHANGED, SORTED, USED } from '../blocks/memory.js';
import type { JsMemory } from './memory.js';
import { ones } from './sky.js';

/** Lists the tiles that differ from the snapshot, makes it equal, returns how many they are. */
export function diff(m: JsMemory, parity: number): number {
  const { words, bytes, layout } = m;
  const { blocksX, tilesX } = layout;
  const list = m.keyList / 4;
  let found = 0;
  let newest = -1;
  words[SORTED] = 1;
  for (let slot = 2; slot < m.slots; slot++) {
    if (bytes[m.state + slot] !== CHANGED) continue;
    const cells = m.planeAt(slot, parity, 0);
    const lanes = diffBlock(words, cells, m.planeAt(slot, 2, 0), 256 * m.planes);
    if (lanes === 0) {
      bytes[m.state + slot] = rest(words, cells, m.planeAt(slot, parity ^ 1, 0), 256 * m.planes);
      continue;
    }
    const place = m.placeOf(slot);
    const key = Math.floor(place / blocksX) * tilesX + (place % blocksX) * 2;
    if (key < newest) words[SORTED] = 0;
    newest = key;
    if (lanes & 1) words[list + found++] = key;
    if (lanes & 2) words[list + found++] = key + 1;
  }
  return found;
}

/** Copies a block over its snapshot; bit 0: the left tile differed, bit 1: the right one. */
function diffBlock(words: Uint32Array, from: number, to: number, length: number): number {
  let left = 0;
  let right = 0;
  for (let i = 0; i < length; i += 4) {
    left |= (words[from + i] ^ words[to + i]) | (words[from + i + 1] ^ words[to + i + 1]);
    right |= (words[from + i + 2] ^ words[to + i + 2]) | (words[from + i + 3] ^ words[to + i + 3]);
  }
  if ((left | right) !== 0) words.copyWithin(to, from, from + length);
  return (left === 0 ? 0 : 1) | (right === 0 ? 0 : 2);
}

/** The state of a block that equals its snapshot: at rest if both generations are the same. */
function rest(words: Uint32Array, cells: number, other: number, length: number): number {
  let content = 0;
  for (let i = 0; i < length; i++) {
    if (words[cells + i] !== words[other + i]) return CHANGED;
    content |= words[cells + i];
  }
  return content === 0 ? 0 : USED;
}

/** Cells that are not 0. */
export function population(m: JsMemory, parity: number): number {
  const { words, bytes, planes } = m;
  let count = 0;
  for (let slot = 2; slot < m.slots; slot++) {
    if (bytes[m.state + slot] === 0) continue;
    const at = m.planeAt(slot, parity, 0);
    for (let i = at; i < at + 256; i++) {
      let any = words[i];
      for (let plane = 1; plane < planes; plane++) any |= words[i + plane * 256];
      if (any !== 0) count += ones(any);
    }
  }
  return count;
}
