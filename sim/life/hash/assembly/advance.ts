// HashLife: R. Wm. Gosper, "Exploiting regularities in large cellular spaces", Physica 10D (1984); how it is written here
// follows T. Rokicki, "An Algorithm for Compressing Space and Time", Dr. Dobb's Journal (2006).
//
// A square knows what its middle will be, a quarter of its side later; a step of 2^k generations stops there earlier.
// Nine squares of half the side, overlapping, give nine middles; four squares made of these give the four parts of the
// answer. What was computed once for a node is kept with it.

import { advanceCells } from './leaf';
import { RESULT, STEP } from './memory';
import { begin, FRAMES, k, stepOf } from './frames';
import { hold, prepare, ready } from './garbage';
import { ahead, cells, child, hashOf, join, joinAt, leaf } from './table';

/** From this level on there is a look at the memory before each computation; below, little is made. */
const CAREFUL: u32 = 7;

/** A place in a frame where no id is. */
const UNUSED: usize = 60;

/** The middle of a node of `level` (4 and up), 2^k generations later; k at most `level - 2`. */
export function jump(id: u32, level: u32, k: u32): u32 {
  begin(id, level, k);
  return advance(id, level);
}

/**
 * A torus, 2^k generations later: four copies of its node are a square whose middle is the torus, moved by half its side.
 * It is held in place 0, as what it was made of must be.
 */
export function turn(id: u32, level: u32, k: u32): u32 {
  prepare(1 << 14);
  const moved = jump(join(level + 1, id, id, id, id), level + 1, k);
  const root = join(level, child(moved, 3), child(moved, 2), child(moved, 1), child(moved, 0));
  hold(0, root);
  return root;
}

/** The middle of a node, of half its side, min(2^k, a quarter of its side) generations later. */
function advance(id: u32, level: u32): u32 {
  const at = <usize>id << 5;
  const step = stepOf(level);
  if (load<u8>(at, STEP) == step) return load<u32>(at, RESULT);
  const result = level == 4 ? advanceLeaves(at, <u32>1 << (step - 1)) : compute(id, level);
  store<u32>(at, result, RESULT);
  store<u8>(at, <u8>step, STEP);
  return result;
}

function advanceLeaves(at: usize, generations: u32): u32 {
  return leaf(
    advanceCells(
      cells(load<u32>(at)), cells(load<u32>(at, 4)), cells(load<u32>(at, 8)), cells(load<u32>(at, 12)), generations,
    ),
  );
}

function compute(id: u32, level: u32): u32 {
  if (level >= CAREFUL) ready(level);
  const a = child(id, 0);
  const b = child(id, 1);
  const c = child(id, 2);
  const d = child(id, 3);
  const less = level - 1;
  const f = FRAMES + (<usize>level << 6);
  const north = hashOf(child(a, 1), child(b, 0), child(a, 3), child(b, 2));
  const west = hashOf(child(a, 2), child(a, 3), child(c, 0), child(c, 1));
  const centre = hashOf(child(a, 3), child(b, 2), child(c, 1), child(d, 0));
  const east = hashOf(child(b, 2), child(b, 3), child(d, 0), child(d, 1));
  const south = hashOf(child(c, 1), child(d, 0), child(c, 3), child(d, 2));
  store<u32>(f, ahead(north) + ahead(west) + ahead(centre) + ahead(east) + ahead(south), UNUSED);
  store<u32>(f, a);
  store<u32>(f, joinAt(less, child(a, 1), child(b, 0), child(a, 3), child(b, 2), north), 4);
  store<u32>(f, b, 8);
  store<u32>(f, joinAt(less, child(a, 2), child(a, 3), child(c, 0), child(c, 1), west), 12);
  store<u32>(f, joinAt(less, child(a, 3), child(b, 2), child(c, 1), child(d, 0), centre), 16);
  store<u32>(f, joinAt(less, child(b, 2), child(b, 3), child(d, 0), child(d, 1), east), 20);
  store<u32>(f, c, 24);
  store<u32>(f, joinAt(less, child(c, 1), child(d, 0), child(c, 3), child(d, 2), south), 28);
  store<u32>(f, d, 32);
  const step = stepOf(less);
  for (let i: usize = 0; i < 36; i += 4) store<u32>(f + i, later(load<u32>(f + i), less, step));
  if (k < level - 2) return join(less, middle(f, less), middle(f + 4, less), middle(f + 12, less), middle(f + 16, less));
  const nw = hashAt(f);
  const ne = hashAt(f + 4);
  const sw = hashAt(f + 12);
  const se = hashAt(f + 16);
  store<u32>(f, ahead(nw) + ahead(ne) + ahead(sw) + ahead(se), UNUSED);
  // In place: what is overwritten is not needed any more.
  store<u32>(f, square(f, less, nw));
  store<u32>(f, square(f + 4, less, ne), 4);
  store<u32>(f, square(f + 12, less, sw), 12);
  store<u32>(f, square(f + 16, less, se), 16);
  store<u32>(f, later(load<u32>(f), less, step));
  store<u32>(f, later(load<u32>(f, 4), less, step), 4);
  store<u32>(f, later(load<u32>(f, 12), less, step), 12);
  store<u32>(f, later(load<u32>(f, 16), less, step), 16);
  return join(less, load<u32>(f), load<u32>(f, 4), load<u32>(f, 12), load<u32>(f, 16));
}

/** As `advance`: most of what is asked for is known. */
// @ts-ignore: decorator
@inline
function later(id: u32, level: u32, step: u32): u32 {
  const at = <usize>id << 5;
  return load<u8>(at, STEP) == step ? load<u32>(at, RESULT) : advance(id, level);
}

/** The hash of the square that four neighbours in a frame make. */
// @ts-ignore: decorator
@inline
function hashAt(f: usize): u64 {
  return hashOf(load<u32>(f), load<u32>(f, 4), load<u32>(f, 12), load<u32>(f, 16));
}

/** The square that four neighbours in a frame make. */
// @ts-ignore: decorator
@inline
function square(f: usize, level: u32, h: u64): u32 {
  return joinAt(level, load<u32>(f), load<u32>(f, 4), load<u32>(f, 12), load<u32>(f, 16), h);
}

/** The middle of the square that four neighbours in a frame make, as a node of level `level - 1`. */
function middle(f: usize, level: u32): u32 {
  const a = load<u32>(f);
  const b = load<u32>(f, 4);
  const c = load<u32>(f, 12);
  const d = load<u32>(f, 16);
  if (level > 4) return join(level - 1, child(a, 3), child(b, 2), child(c, 1), child(d, 0));
  // Leaves: the lower right quarter of the first, and so on.
  const low: u64 = 0x0f0f0f0f;
  const high: u64 = 0xf0f0f0f0;
  const upper = ((cells(a) >> 36) & low) | (((cells(b) >> 32) << 4) & high);
  const lower = ((cells(c) >> 4) & low) | ((cells(d) << 4) & high);
  return leaf(upper | (lower << 32));
}
