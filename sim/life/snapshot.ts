/** A world's cells as they can be sent elsewhere and taken up again. */
import type { Engine } from './engine.js';

export interface Snapshot {
  readonly version: number;
  readonly generation: number;
  readonly planes: number;
  /** Tiles that may hold something. */
  readonly keys: Uint32Array;
  /** Their cells in the same order: of each tile its planes, of each plane 64 rows of two words. */
  readonly words: Uint32Array;
}

const PLANE = 128;

/** Writes a snapshot of as many planes into an empty engine. @throws MemoryError */
export function restoreTiles(engine: Engine, { keys, words, planes }: Snapshot): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    // The first call may move memory; what is looked at is what the later ones say.
    for (let plane = 0; plane < planes; plane++) engine.open(key, plane);
    for (let plane = 0; plane < planes; plane++) {
      const { words: to, offset, stride } = engine.open(key, plane);
      const from = (i * planes + plane) * PLANE;
      for (let row = 0; row < 64; row++) {
        to[offset + row * stride] = words[from + row * 2];
        to[offset + row * stride + 1] = words[from + row * 2 + 1];
      }
    }
    engine.touched(key);
  }
}
