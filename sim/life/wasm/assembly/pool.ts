// Blocks come from a pool, in the order they are wanted, and go back when they are empty.

import {
  blockAt, blockBytes, blocksX, blocksY, bufferBytes, CAPACITY, COMPLETE, directory, endOf, FIRST_WAITS, FIRST_X,
  FIRST_Y, FLAGS, FREE, FREE_COUNT, FULL, headAt, LAST_AROUND, LAST_GROUP, LAST_X, LAST_Y, lastHeight, lastWidth,
  marksA, marksB, marksFirst, mostSlots, NEXT_FREE, NEXT_WAITS, NONE, NOWHERE, OUTSIDE, OWN, PLACE, PLAIN, planes,
  SLAB, SLOTS, state, torus, WHERE,
} from './world';

/** The block at this place, made if there is none; 0, and FULL is set, where there is no memory for it. */
export function blockFor(bx: u32, by: u32): u32 {
  const entry = directory + ((<usize>by * blocksX + bx) << 2);
  let slot = load<u32>(entry);
  if (slot != NONE) return slot;
  if (load<u32>(FREE) == NONE && load<u32>(SLOTS) == load<u32>(CAPACITY) && !room()) {
    store<u32>(FULL, 1);
    return NONE;
  }
  slot = load<u32>(FREE);
  if (slot != NONE) {
    store<u32>(FREE, load<u32>(headAt(slot), NEXT_FREE));
    store<u32>(FREE_COUNT, load<u32>(FREE_COUNT) - 1);
  } else {
    slot = load<u32>(SLOTS);
    store<u32>(SLOTS, slot + 1);
    // Memory becomes real when it is first written to, which takes long: now rather than in the next generation.
    for (let p: usize = 0; p < planes; p++) store<u32>(blockAt(slot) + bufferBytes + (p << 10), 0);
  }
  store<u32>(entry, slot);
  link(slot, bx, by);
  return slot;
}

/** Tells a block and its neighbours of each other. Around it, 0 to 7: north-west, north, north-east, west, east, ... */
export function link(slot: u32, bx: u32, by: u32): void {
  const head = headAt(slot);
  store<u32>(head, by * blocksX + bx, PLACE);
  let flags: u32 = 0;
  if (bx == 0) flags |= FIRST_X;
  if (bx == blocksX - 1) flags |= LAST_X;
  if (by == 0) flags |= FIRST_Y;
  if (by == blocksY - 1) flags |= LAST_Y;
  store<u32>(head, flags, FLAGS);
  const rows = flags & LAST_Y ? lastHeight : 64;
  const seam = lastWidth < 128 && ((flags & LAST_X) != 0 || ((flags & FIRST_X) != 0 && torus));
  store<u32>(head, <u32>blockAt(slot), OWN);
  store<u32>(head, ((rows + 7) >> 3) - 1, LAST_GROUP);
  store<u32>(head, <u32>(!seam && rows % 8 == 0), PLAIN);
  for (let d: usize = 0; d < 8; d++) {
    const place = beside(bx, by, <u32>d);
    const other = place == NOWHERE ? OUTSIDE : load<u32>(directory + (<usize>place << 2));
    tell(slot, d, other);
    if (other <= OUTSIDE) continue;
    tell(other, 7 - d, slot);
    lookAround(other);
  }
  lookAround(slot);
}

/** Tells a block who lies beside it. What it wants of those above is their last row. */
function tell(slot: u32, d: usize, other: u32): void {
  const at = headAt(slot) + (d << 2);
  const rows = load<u32>(headAt(other), FLAGS) & LAST_Y ? lastHeight : 64;
  store<u32>(at, other);
  store<u32>(at, <u32>blockAt(other) + (d < 3 ? (rows - 1) << 4 : 0), WHERE);
}

/** Whether a block beside it is missing, and for which it waits. */
function lookAround(slot: u32): void {
  const head = headAt(slot);
  let last = slot;
  let complete: u32 = 1;
  for (let d: usize = 0; d < 8; d++) {
    const other = load<u32>(head + (d << 2));
    if (other == NONE) complete = 0;
    last = max(last, other);
  }
  store<u32>(head, complete, COMPLETE);
  wait(slot, last);
}

/** Has a block wait for another slot, or for none. */
function wait(slot: u32, last: u32): void {
  const head = headAt(slot);
  const old = load<u32>(head, LAST_AROUND);
  if (last == old) return;
  const next = load<u32>(head, NEXT_WAITS);
  if (old != NONE) {
    let at = headAt(old) + FIRST_WAITS;
    while (load<u32>(at) != slot) at = headAt(load<u32>(at)) + NEXT_WAITS;
    store<u32>(at, next);
  }
  store<u32>(head, last, LAST_AROUND);
  if (last == NONE) return;
  store<u32>(head, load<u32>(headAt(last), FIRST_WAITS), NEXT_WAITS);
  store<u32>(headAt(last), slot, FIRST_WAITS);
}

/** The place beside a place; NOWHERE outside a bounded grid. */
export function beside(bx: u32, by: u32, d: u32): u32 {
  const k = d < 4 ? d : d + 1;
  let x = <i32>(bx + (k % 3)) - 1;
  let y = <i32>(by + k / 3) - 1;
  if (!torus && (x < 0 || y < 0 || x >= <i32>blocksX || y >= <i32>blocksY)) return NOWHERE;
  if (x < 0) x += blocksX;
  else if (x >= <i32>blocksX) x = 0;
  if (y < 0) y += blocksY;
  else if (y >= <i32>blocksY) y = 0;
  return <u32>y * blocksX + <u32>x;
}

/** The block in that direction, made if there is none; 0 where there is none outside, or no memory. */
export function neighbourFor(slot: u32, d: u32): u32 {
  const place = load<u32>(headAt(slot), PLACE);
  const to = beside(place % blocksX, place / blocksX, d);
  return to == NOWHERE ? NONE : blockFor(to % blocksX, to / blocksX);
}

/** Finds room for at least one more block: what is empty, else new memory. */
function room(): bool {
  sweep();
  const capacity = load<u32>(CAPACITY);
  // Having just enough would mean to look through all of them again very soon.
  if (load<u32>(FREE_COUNT) > capacity >> 3) return true;
  const most = (mostSlots + SLAB - 1) & ~(SLAB - 1);
  const wanted = min(most, capacity + max(SLAB, (capacity >> 3) & ~(SLAB - 1)));
  return grow(wanted) || grow(min(most, capacity + SLAB)) || load<u32>(FREE) != NONE;
}

// @ts-ignore: decorator
@external("env", "grown")
declare function grown(): void;

function grow(slots: u32): bool {
  if (slots <= load<u32>(CAPACITY)) return false;
  const pages = (endOf(slots) + 0xffff) >> 16;
  const missing = <i64>pages - <i64>memory.size();
  if (pages > 0xffff || (missing > 0 && memory.grow(<i32>missing) < 0)) return false;
  if (missing > 0) grown();
  store<u32>(CAPACITY, slots);
  return true;
}

/** Frees blocks that are empty in both generations and in the snapshot, and need not be computed. */
export function sweep(): void {
  // From the last one, so that they are taken again from the first.
  for (let slot = load<u32>(SLOTS) - 1; slot > OUTSIDE; slot--) {
    if (load<u8>(marksA + slot) | load<u8>(marksB + slot) | load<u8>(marksFirst + slot)) continue;
    const head = headAt(slot);
    if (load<u32>(head, PLACE) != NOWHERE && isEmpty(slot)) free(slot, head);
  }
}

function isEmpty(slot: u32): bool {
  if (load<u8>(state + slot) == 0) return true;
  for (let buffer: usize = 0; buffer < 3; buffer++) {
    const at = blockAt(slot) + buffer * bufferBytes;
    for (let i: usize = 0; i < blockBytes; i += 64)
      if (
        v128.any_true(
          v128.or(
            v128.or(v128.load(at + i), v128.load(at + i, 16)),
            v128.or(v128.load(at + i, 32), v128.load(at + i, 48)),
          ),
        )
      )
        return false;
  }
  return true;
}

function free(slot: u32, head: usize): void {
  for (let d: usize = 0; d < 8; d++) {
    const other = load<u32>(head + (d << 2));
    if (other <= OUTSIDE) continue;
    tell(other, 7 - d, NONE);
    lookAround(other);
  }
  store<u32>(directory + (<usize>load<u32>(head, PLACE) << 2), NONE);
  store<u32>(head, NOWHERE, PLACE);
  wait(slot, NONE);
  store<u8>(state + slot, 0);
  store<u32>(head, load<u32>(FREE), NEXT_FREE);
  store<u32>(FREE, slot);
  store<u32>(FREE_COUNT, load<u32>(FREE_COUNT) + 1);
}
