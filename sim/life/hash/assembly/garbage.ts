// Mark and sweep. It runs only before a computation of some size begins (see `advance`), when all that is needed hangs
// on what is held, and on the frames of the levels above.

import { collected, countCollection, FRAMES, stepOf, top } from './frames';
import {
  available, beyond, first, forgetFree, grow, isFull, LEVEL, LEVELS, MARK, pieces, PIECES, release, RESULT, STEP,
} from './memory';
import { eachEmpty, emptyTable, enter, space } from './table';

// @ts-ignore: decorator
@external('env', 'tick')
declare function tick(): void;

/** What one computation below the careful levels can make, and to spare. */
const RESERVE: u32 = 1 << 14;
/** Most collections for one leap. */
const PATIENCE: u32 = 32;
/** Ids that somebody outside holds; 0 for none. */
const HELD: usize = memory.data(4 * 8, 16);
let runs: u32 = 0;
let ticks: u32 = 0;
let watched: bool = false;

/** Is `tick` to be called now and then? */
export function watch(on: bool): void {
  watched = on;
}

/** How often garbage was collected: ids that are not held may mean something else since. */
export function collections(): u32 {
  return runs;
}

/** Keeps a node and all below it: `place` 0 to 7. */
export function hold(place: u32, id: u32): void {
  store<u32>(HELD + (<usize>place << 2), id);
}

/** Makes room for `nodes` new ones, where nothing but what is held is needed. */
export function prepare(nodes: u32): void {
  if (enough(nodes)) return;
  collect(LEVELS, true);
  if (enough(nodes)) return;
  collect(LEVELS, false);
  if (!enough(nodes)) isFull();
}

/** Is there room for `nodes`, if need be with more memory? */
function enough(nodes: u32): bool {
  while (available() < nodes) if (!grow()) return false;
  return space(nodes) >= nodes;
}

/** Makes room before a computation of `level`. */
export function ready(level: u32): void {
  if (watched && (++ticks & 15) == 0) tick();
  if (enough(RESERVE)) return;
  // What does not fit after so many is made again and again: it would take hours.
  if (collected >= PATIENCE) isFull();
  countCollection();
  collect(level + 1, true);
  const fair = total() >> 2;
  if (enough(fair)) return;
  collect(level + 1, false);
  // With next to nothing to gain, it would be collecting for ever.
  if (!enough(max(RESERVE, fair >> 2))) isFull();
}

/** Nodes that the memory has place for. */
function total(): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < pieces; i++)
    sum += (load<u32>(PIECES + i * 8, 4) - load<u32>(PIECES + i * 8)) >> 5;
  return sum;
}

/** Frees what is not needed. `results`: what is kept keeps its results too, as far as they are of the present step. */
function collect(level: u32, results: bool): void {
  runs++;
  for (let i: usize = 0; i < 8; i++) if (load<u32>(HELD + (i << 2)) != 0) mark(load<u32>(HELD + (i << 2)), results);
  for (let i: u32 = 3; i < LEVELS; i++) if (eachEmpty(i) != 0) mark(eachEmpty(i), results);
  for (; level <= top; level++)
    for (let i: usize = 0; i < 36; i += 4) {
      const id = load<u32>(FRAMES + (<usize>level << 6) + i);
      if (id != 0) mark(id, results);
    }
  // Results that are kept for other reasons, too, are worth keeping.
  for (let i: u32 = 0; i < pieces; i++)
    for (let at = first(i); at < beyond(i); at += 32)
      if (load<u8>(at, MARK) != 0 && load<u8>(at, STEP) != 0 && load<u8>(<usize>load<u32>(at, RESULT) << 5, MARK) == 0)
        store<u8>(at, 0, STEP);
  emptyTable();
  forgetFree();
  // From the end, so that nodes are handed out again in the order of their addresses.
  for (let i = pieces; i > 0; i--)
    for (let at = beyond(i - 1); at > first(i - 1); ) {
      at -= 32;
      if (load<u8>(at, MARK) == 0) release(<u32>(at >> 5));
      else {
        store<u8>(at, 0, MARK);
        enter(<u32>(at >> 5));
      }
    }
}

function mark(id: u32, results: bool): void {
  const at = <usize>id << 5;
  if (load<u8>(at, MARK) != 0) return;
  store<u8>(at, 1, MARK);
  const level = <u32>load<u8>(at, LEVEL);
  if (level == 3) return;
  for (let i: usize = 0; i < 16; i += 4) mark(load<u32>(at + i), results);
  if (results && load<u8>(at, STEP) == stepOf(level)) mark(load<u32>(at, RESULT), true);
}

/** Forgets all results: they were of another rule. */
export function forget(): void {
  for (let i: u32 = 0; i < pieces; i++) for (let at = first(i); at < beyond(i); at += 32) store<u8>(at, 0, STEP);
}
