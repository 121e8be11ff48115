/** What computes blocks in a memory: in WebAssembly (wasm/assembly) or in plain TypeScript (js), both the same way. */
export interface Driver {
  /** Slot of the block at this place, made if there is none; 0 where there is no memory. */
  blockFor(bx: number, by: number): number;
  /**
   * Computes one or more generations after the one in buffer `parity`, into the other, into this, and so on; `most` at most.
   * Returns how many the world went on: fewer, or none, where there was no memory; the buffer after them is lost then.
   */
  step(parity: number, most: number): number;
  /** After cells of a block were written: what must be computed in the next two generations. */
  wake(slot: number): void;
  /** All blocks, after the rule was changed. */
  wakeAll(): void;
  /** All blocks along the edges of the grid, made if need be. */
  wakeBorder(): void;
  /** After the edges changed: who is beside whom. */
  linkAll(): void;
  /** Frees blocks that are empty in both generations and in the snapshot. */
  sweep(): void;
  /** Lists the tiles that differ from the snapshot, makes it equal, returns how many they are. */
  diff(parity: number): number;
  /** Changes all cells of buffers `first` to `last` (2 is the snapshot) by XOR with a state. */
  flip(first: number, last: number, by: number): void;
  /** Cells that are not 0. */
  population(parity: number): number;
  /** Cells of blocks that are 0 where the sky is not. */
  dead(parity: number, sky: number): number;
}
