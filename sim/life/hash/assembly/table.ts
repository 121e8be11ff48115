// The table of all nodes: the same four children are the same node, so that what is equal is found by comparing ids.
// Open addressing with linear probing; the five bits that an id does not need hold some of the hash.

import { beyond, first, give, isFull, LEVEL, pieces, RESULT, room, startMemory, take } from './memory';

const ID: u32 = (1 << 27) - 1;

let table: usize = 0;
let slots: u32 = 0;
/** Nodes in the table. */
let used: u32 = 0;
let most: u32 = 0;
/** A table twice as big was refused. */
let cramped: bool = false;
const EMPTY: usize = memory.data(4 * 32, 16);

/** Before anything else: `limit` is the most bytes to use. */
export function start(limit: usize): void {
  startMemory(limit);
  if (limit >= 1 << 24) slots = 1 << 16;
  enlargeTable();
}

export function count(): u32 {
  return used;
}

/** Sees to it that the table takes `nodes` more without growing, if it can be; returns how many more it takes. */
export function space(nodes: u32): u32 {
  while (used + nodes > most && !cramped) enlargeTable();
  return most > used ? most - used : 0;
}

// @ts-ignore: decorator
@inline
function hash(a: u64, b: u64): u64 {
  const h = a * 0x9e3779b97f4a7c15 ^ rotl<u64>(b * 0xc2b2ae3d27d4eb4f, 31);
  return (h ^ (h >> 29)) * 0xff51afd7ed558ccd;
}

/** The node of these children, or the leaf of these cells (then b is all ones, which no two ids are). */
function find(a: u64, b: u64, level: u32, h: u64): u32 {
  const tag = <u32>(h >> 27) & ~ID;
  const mask = slots - 1;
  let slot = <u32>(h >> 32) & mask;
  for (;;) {
    const entry = load<u32>(table + (<usize>slot << 2));
    if (entry == 0) break;
    if (((entry ^ tag) & ~ID) == 0) {
      const at = <usize>(entry & ID) << 5;
      if (load<u64>(at) == a && load<u64>(at, 8) == b) return entry & ID;
    }
    slot = (slot + 1) & mask;
  }
  if (used >= most) {
    if (!cramped) {
      enlargeTable();
      return find(a, b, level, h);
    }
    if (used >= slots - (slots >> 4)) isFull();
  }
  const id = take();
  const at = <usize>id << 5;
  store<u64>(at, a);
  store<u64>(at, b, 8);
  store<u64>(at, 0, RESULT);
  store<u32>(at, level, LEVEL);
  store<u32>(table + (<usize>slot << 2), id | tag);
  used++;
  return id;
}

/** Puts a node, known to be new, into the table. */
export function enter(id: u32): void {
  const at = <usize>id << 5;
  const h = hash(load<u64>(at), load<u64>(at, 8));
  const mask = slots - 1;
  let slot = <u32>(h >> 32) & mask;
  while (load<u32>(table + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
  store<u32>(table + (<usize>slot << 2), id | (<u32>(h >> 27) & ~ID));
  used++;
}

export function emptyTable(): void {
  memory.fill(table, 0, <usize>slots << 2);
  used = 0;
  cramped = false;
  most = slots / 8 * 5;
}

function enlargeTable(): void {
  const size: u32 = slots == 0 ? 1 << 16 : slots << 1;
  const at = size > 1 << 27 ? 0 : room(<usize>size << 2);
  if (at == 0) {
    cramped = true;
    most = slots / 8 * 7;
    if (table == 0) isFull();
    return;
  }
  const old = table;
  const oldSlots: u32 = old == 0 ? 0 : slots;
  table = at;
  slots = size;
  emptyTable();
  // All nodes there are, in the order of their addresses: that is what memory is quick at.
  for (let i: u32 = 0; i < pieces; i++)
    for (let at = first(i); at < beyond(i); at += 32) if (load<u8>(at, LEVEL) != 0) enter(<u32>(at >> 5));
  if (oldSlots != 0) give(old, old + (<usize>oldSlots << 2));
}

/** The node of `level` with these four children of the level below. */
export function join(level: u32, nw: u32, ne: u32, sw: u32, se: u32): u32 {
  return joinAt(level, nw, ne, sw, se, hashOf(nw, ne, sw, se));
}

/** The hash of the node with these children. */
// @ts-ignore: decorator
@inline
export function hashOf(nw: u32, ne: u32, sw: u32, se: u32): u64 {
  return hash(<u64>nw | (<u64>ne << 32), <u64>sw | (<u64>se << 32));
}

/** As `join`, the hash known. */
export function joinAt(level: u32, nw: u32, ne: u32, sw: u32, se: u32, h: u64): u32 {
  return find(<u64>nw | (<u64>ne << 32), <u64>sw | (<u64>se << 32), level, h);
}

/**
 * Loads what `joinAt` will most likely look at. Whoever looks for several does this for all of them first: memory is slow,
 * but brings many things at once. The number means nothing, but must be used for something.
 */
// @ts-ignore: decorator
@inline
export function ahead(h: u64): u32 {
  const entry = load<u32>(table + (<usize>(<u32>(h >> 32) & (slots - 1)) << 2));
  return load<u32>(<usize>(entry & ID) << 5);
}

/** The leaf of these 8x8 cells. */
export function leaf(cells: u64): u32 {
  return find(cells, ~0, 3, hash(cells, ~0));
}

// @ts-ignore: decorator
@inline
export function child(id: u32, which: u32): u32 {
  return load<u32>((<usize>id << 5) + (<usize>which << 2));
}

// @ts-ignore: decorator
@inline
export function cells(id: u32): u64 {
  return load<u64>(<usize>id << 5);
}

/** The node of `level` in which nothing lives. */
export function empty(level: u32): u32 {
  const at = EMPTY + (<usize>level << 2);
  if (load<u32>(at) == 0) {
    if (level == 3) store<u32>(at, leaf(0));
    else {
      const e = empty(level - 1);
      store<u32>(at, join(level, e, e, e, e));
    }
  }
  return load<u32>(at);
}

/** Empty nodes in use, for the collector. */
export function eachEmpty(level: u32): u32 {
  return load<u32>(EMPTY + (<usize>level << 2));
}
