/** A world's cells as they can be sent elsewhere and taken up again. */
import { MemoryError } from '../errors.js';
import { isEmpty, livingTiles } from './brush.js';
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
export function restoreTiles(engine: Engine, snapshot: Snapshot): void {
  for (let i = 0; i < snapshot.keys.length; i++) restoreTile(engine, snapshot, i);
}

/** Writes one of its tiles, by its place in the list. @throws MemoryError */
export function restoreTile(engine: Engine, { keys, words, planes }: Snapshot, i: number): void {
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

/** The tiles of an engine that are not empty. @throws MemoryError */
export function takeTiles(engine: Engine): Pick<Snapshot, 'planes' | 'keys' | 'words'> {
  const { planes } = engine;
  const indices = Array.from({ length: planes }, (_, plane) => plane);
  const keys = livingTiles(engine).filter((key) => indices.some((plane) => !isEmpty(engine.tile(key, plane))));
  const to = room(keys.length * planes * PLANE);
  let at = 0;
  for (const key of keys)
    for (let plane = 0; plane < planes; plane++) {
      const { words, offset, stride } = engine.tile(key, plane);
      for (let row = 0; row < 64; row++) {
        to[at++] = words[offset + row * stride];
        to[at++] = words[offset + row * stride + 1];
      }
    }
  return { planes, keys, words: to };
}

function room(words: number): Uint32Array {
  try {
    return new Uint32Array(words);
  } catch {
    throw new MemoryError(
      `A snapshot of this world takes ${Math.ceil(words / 2 ** 18)} MiB, which cannot be had here.`,
    );
  }
}
