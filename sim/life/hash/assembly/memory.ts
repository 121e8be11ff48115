// Where nodes lie. A node is 32 bytes; its id is its address / 32, so that nodes and tables may lie anywhere in memory,
// and nothing ever moves. Nodes that are free form a list.

/** What a node holds, by byte. A leaf (8x8 cells) has its cells, row by row, bit 0 leftmost, where others have children. */
export const CHILDREN: usize = 0; // NW, NE, SW, SE
export const RESULT: usize = 16;
export const POPULATION: usize = 20; // 0: not counted yet, or none
export const LEVEL: usize = 24; // side = 2^level; 0: free
export const STEP: usize = 25; // RESULT is 2^(STEP - 1) generations on; 0: no result
export const MARK: usize = 26;

/** Sides up to 2^30. */
export const LEVELS: u32 = 31;

// @ts-ignore: decorator
@external('env', 'full')
declare function full(): void;

const PAGE: usize = 65536;
/** Pieces of memory that hold nodes: first and last address. */
export const PIECES: usize = memory.data(8 * 256, 16);
export let pieces: u32 = 0;

let limit: usize = 0;
let end: usize = 0;
let free: u32 = 0;
let frees: u32 = 0;
let next: usize = 0;
let last: usize = 0;

/** Bytes in use. */
export function bytes(): usize {
  return end;
}

/** Sets the most bytes to use; once, before anything else. */
export function startMemory(limit_: usize): void {
  limit = limit_;
  end = <usize>__heap_base + 63 & ~63;
  // Asking again and again takes longer than what small worlds do; what is not touched costs nothing.
  const size: usize = min<usize>(1 << 22, limit >> 4);
  const at = room(size);
  if (at != 0) give(at, at + size);
}

/** Sets the most bytes to use anew: no fewer than before. */
export function allow(limit_: usize): void {
  limit = limit_;
}

/** Memory that nobody has, or 0 when the limit is reached or the machine gives none. */
export function room(size: usize): usize {
  const to = end + size;
  if (to > limit) return 0;
  const missing = <i32>((to + PAGE - 1) / PAGE) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) return 0;
  const at = end;
  end = to;
  return at;
}

/** Gives `from` to `to` to nodes. */
export function give(from: usize, to: usize): void {
  // What is left of the piece before this one is handed out from the list.
  while (next < last) {
    release(<u32>(next >> 5));
    next += 32;
  }
  next = from;
  last = to;
  if (pieces > 0 && load<u32>(PIECES + (pieces - 1) * 8, 4) == <u32>from) store<u32>(PIECES + (pieces - 1) * 8, <u32>to, 4);
  else {
    store<u32>(PIECES + pieces * 8, <u32>from);
    store<u32>(PIECES + pieces * 8, <u32>to, 4);
    pieces++;
  }
}

/** More memory for nodes: a quarter of what there is, at least 1 MiB. False when there is no more. */
export function grow(): bool {
  if (pieces >= 255) return false;
  let size = max<usize>(1 << 20, end >> 2) & ~63;
  let at = room(size);
  if (at == 0) {
    // The last crumbs before the limit.
    size = 1 << 20;
    at = room(size);
  }
  if (at == 0) return false;
  give(at, at + size);
  return true;
}

/** A node nobody has. */
export function take(): u32 {
  if (free != 0) {
    const id = free;
    free = load<u32>(<usize>id << 5);
    frees--;
    return id;
  }
  if (next == last && !grow()) full();
  const at = next;
  next += 32;
  return <u32>(at >> 5);
}

/** Puts a node on the list of free ones. */
export function release(id: u32): void {
  const at = <usize>id << 5;
  store<u32>(at, free);
  store<u32>(at, 0, LEVEL);
  free = id;
  frees++;
}

/** Forgets the list: the sweep makes it anew. */
export function forgetFree(): void {
  free = 0;
  frees = 0;
}

/** Nodes to be had without more memory. */
export function available(): u32 {
  return frees + <u32>((last - next) >> 5);
}

export function isFull(): void {
  full();
}

/** Where a piece begins, and where its last node that has ever been handed out ends. */
// @ts-ignore: decorator
@inline
export function first(piece: u32): usize {
  return load<u32>(PIECES + piece * 8);
}

// @ts-ignore: decorator
@inline
export function beyond(piece: u32): usize {
  return piece == pieces - 1 ? next : <usize>load<u32>(PIECES + piece * 8, 4);
}
