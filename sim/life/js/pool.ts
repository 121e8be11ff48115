/** Blocks come from a pool, in the order they are wanted, and go back when they are empty. Twin of wasm/assembly/pool.ts. */
import {
  CAPACITY,
  FLAGS,
  FREE,
  FREE_COUNT,
  FULL,
  NEXT_FREE,
  NONE,
  NOWHERE,
  OUTSIDE,
  PLACE,
  SLAB,
  SLOTS,
} from '../blocks/memory.js';
import type { JsMemory } from './memory.js';

/** What edges of the grid a block lies at. */
export const FIRST_X = 1;
export const LAST_X = 2;
export const FIRST_Y = 4;
export const LAST_Y = 8;

/** The block at this place, made if there is none; 0, and FULL is set, where there is no memory for it. */
export function blockFor(m: JsMemory, bx: number, by: number): number {
  const entry = m.directory / 4 + by * m.layout.blocksX + bx;
  if (m.words[entry] !== NONE) return m.words[entry];
  if (m.words[FREE] === NONE && m.words[SLOTS] === m.words[CAPACITY] && !room(m)) {
    m.words[FULL] = 1;
    return NONE;
  }
  const { words } = m;
  let slot = words[FREE];
  if (slot !== NONE) {
    words[FREE] = words[m.headAt(slot) + NEXT_FREE];
    words[FREE_COUNT]--;
  } else slot = words[SLOTS]++;
  words[entry] = slot;
  link(m, slot, bx, by);
  return slot;
}

/** Tells a block and its neighbours of each other. Around it, 0 to 7: north-west, north, north-east, west, east, ... */
function link(m: JsMemory, slot: number, bx: number, by: number): void {
  const { words, layout } = m;
  const head = m.headAt(slot);
  words[head + PLACE] = by * layout.blocksX + bx;
  words[head + FLAGS] =
    (bx === 0 ? FIRST_X : 0) |
    (bx === layout.blocksX - 1 ? LAST_X : 0) |
    (by === 0 ? FIRST_Y : 0) |
    (by === layout.blocksY - 1 ? LAST_Y : 0);
  for (let d = 0; d < 8; d++) {
    const place = beside(m, bx, by, d);
    const other = place === NOWHERE ? OUTSIDE : words[m.directory / 4 + place];
    words[head + d] = other;
    if (other > OUTSIDE) words[m.headAt(other) + 7 - d] = slot;
  }
}

/** The place beside a place; NOWHERE outside a bounded grid. */
function beside({ layout, torus }: JsMemory, bx: number, by: number, d: number): number {
  const { blocksX, blocksY } = layout;
  const k = d < 4 ? d : d + 1;
  const x = bx + (k % 3) - 1;
  const y = by + Math.floor(k / 3) - 1;
  if (!torus && (x < 0 || y < 0 || x >= blocksX || y >= blocksY)) return NOWHERE;
  return ((y + blocksY) % blocksY) * blocksX + ((x + blocksX) % blocksX);
}

/** The block in that direction, made if there is none; 0 where there is none outside, or no memory. */
export function neighbourFor(m: JsMemory, slot: number, d: number): number {
  const { blocksX } = m.layout;
  const place = m.placeOf(slot);
  const to = beside(m, place % blocksX, Math.floor(place / blocksX), d);
  return to === NOWHERE ? NONE : blockFor(m, to % blocksX, Math.floor(to / blocksX));
}

/** After the edges changed: who is beside whom. */
export function linkAll(m: JsMemory): void {
  const { blocksX } = m.layout;
  for (let slot = OUTSIDE + 1; slot < m.slots; slot++) {
    const place = m.placeOf(slot);
    if (place !== NOWHERE) link(m, slot, place % blocksX, Math.floor(place / blocksX));
  }
}

/** Finds room for at least one more block: what is empty, else new memory. */
function room(m: JsMemory): boolean {
  sweep(m);
  const capacity = m.words[CAPACITY];
  // Having just enough would mean to look through all of them again very soon.
  if (m.words[FREE_COUNT] > capacity >> 3) return true;
  const most = Math.ceil(m.mostSlots / SLAB) * SLAB;
  const grow = (slots: number): boolean => {
    if (slots <= capacity || !m.resize(m.pool + (slots / SLAB) * m.slabBytes + 2048)) return false;
    m.words[CAPACITY] = slots;
    return true;
  };
  // All of it is copied: that should not happen often.
  const wanted = capacity + Math.max(SLAB, (capacity >> 1) & ~(SLAB - 1));
  return grow(Math.min(most, wanted)) || grow(Math.min(most, capacity + SLAB)) || m.words[FREE] !== NONE;
}

/** Frees blocks that are empty in both generations and in the snapshot, and need not be computed. */
export function sweep(m: JsMemory): void {
  const { bytes, words } = m;
  // From the last one, so that they are taken again from the first.
  for (let slot = m.slots - 1; slot > OUTSIDE; slot--) {
    if (words[m.marks[0] / 4 + slot] | words[m.marks[1] / 4 + slot]) continue;
    const head = m.headAt(slot);
    if (words[head + PLACE] === NOWHERE || !isEmpty(m, slot)) continue;
    for (let d = 0; d < 8; d++) {
      const other = words[head + d];
      if (other > OUTSIDE) words[m.headAt(other) + 7 - d] = NONE;
    }
    words[m.directory / 4 + words[head + PLACE]] = NONE;
    words[head + PLACE] = NOWHERE;
    words[head + NEXT_FREE] = words[FREE];
    words[FREE] = slot;
    words[FREE_COUNT]++;
    bytes[m.state + slot] = 0;
  }
}

function isEmpty(m: JsMemory, slot: number): boolean {
  if (m.bytes[m.state + slot] === 0) return true;
  for (let buffer = 0; buffer < 3; buffer++) {
    const at = m.planeAt(slot, buffer, 0);
    for (let i = at; i < at + 256 * m.planes; i++) if (m.words[i] !== 0) return false;
  }
  return true;
}
