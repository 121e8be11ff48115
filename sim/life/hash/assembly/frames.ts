// What a computation under way has at hand.

/** For each level ten ids, at most 64 bytes: the collector keeps them. */
export const FRAMES: usize = memory.data(64 * 32, 64);
/** Steps are 2^k generations. */
export let k: u32 = 0;
/** The level above the highest frame in use; its node is kept too. */
export let top: u32 = 0;

/** How often the collector ran for this computation. */
export let collected: u32 = 0;

export function countCollection(): void {
  collected++;
}

export function begin(id: u32, level: u32, k_: u32): void {
  k = k_;
  collected = 0;
  top = level + 1;
  const f = FRAMES + (<usize>top << 6);
  memory.fill(f, 0, 64);
  store<u32>(f, id);
}

/** The STEP of a result of `level` in the present step. */
// @ts-ignore: decorator
@inline
export function stepOf(level: u32): u32 {
  return min(k, level - 2) + 1;
}
