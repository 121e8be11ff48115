// How many cells live, and where.

import { LEVEL, POPULATION } from './memory';
import { cells, child, empty } from './table';

/** Living cells of a node. Counted once, and kept in the node as long as 32 bits hold it. */
export function population(id: u32): f64 {
  const at = <usize>id << 5;
  const level = <u32>load<u8>(at, LEVEL);
  if (level == 3) return <f64>popcnt<u64>(cells(id));
  const known = load<u32>(at, POPULATION);
  if (known != 0) return <f64>known;
  if (id == empty(level)) return 0;
  const sum = population(child(id, 0)) + population(child(id, 1)) + population(child(id, 2)) + population(child(id, 3));
  if (sum < 4294967296) store<u32>(at, <u32>sum, POPULATION);
  return sum;
}

/** The first and last column and row in which something lives: four numbers at `box()`; only if something does. */
const BOX: usize = memory.data(16, 16);
let minX: u32 = 0;
let minY: u32 = 0;
let maxX: u32 = 0;
let maxY: u32 = 0;

export function box(id: u32): usize {
  minX = minY = u32.MAX_VALUE;
  maxX = maxY = 0;
  const level = <u32>load<u8>(<usize>id << 5, LEVEL);
  if (id != empty(level)) bound(id, level, 0, 0);
  store<u32>(BOX, minX);
  store<u32>(BOX, minY, 4);
  store<u32>(BOX, maxX, 8);
  store<u32>(BOX, maxY, 12);
  return BOX;
}

/** Widens the box by what lives in a node. What lies inside already is not looked at. */
function bound(id: u32, level: u32, x: u32, y: u32): void {
  const far = (<u32>1 << level) - 1;
  if (x >= minX && y >= minY && x + far <= maxX && y + far <= maxY) return;
  if (level > 3) {
    const half: u32 = 1 << (level - 1);
    const nothing = empty(level - 1);
    for (let i: u32 = 0; i < 4; i++) {
      const part = child(id, i);
      if (part != nothing) bound(part, level - 1, x + (i & 1 ? half : 0), y + (i & 2 ? half : 0));
    }
    return;
  }
  const all = cells(id);
  let columns = all | (all >> 32);
  columns |= columns >> 16;
  columns = (columns | (columns >> 8)) & 0xff;
  minX = min(minX, x + <u32>ctz(columns));
  maxX = max(maxX, x + 63 - <u32>clz(columns));
  minY = min(minY, y + (<u32>ctz(all) >> 3));
  maxY = max(maxY, y + 7 - (<u32>clz(all) >> 3));
}
