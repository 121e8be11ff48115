/** A world's cells as they can be sent elsewhere and taken up again. */
import { MemoryError } from '../errors.js';
import { isEmpty, livingTiles } from './brush.js';
import { readTile, writeTile } from './cells.js';
import type { Engine } from './engine.js';
import { PLANE_WORDS } from './layout.js';

export interface Snapshot {
  readonly version: number;
  readonly generation: number;
  readonly planes: number;
  /** Tiles that may hold something. */
  readonly keys: Uint32Array;
  /** Their cells in the same order: of each tile its planes, of each plane 64 rows of two words. */
  readonly words: Uint32Array;
}

/** Writes a snapshot of as many planes into an empty engine. @throws MemoryError */
export function restoreTiles(engine: Engine, { keys, words, planes }: Snapshot): void {
  for (let i = 0; i < keys.length; i++) writeTile(engine, keys[i], words, i * planes * PLANE_WORDS);
}

/** The tiles of an engine that are not empty. @throws MemoryError */
export function takeTiles(engine: Engine): Pick<Snapshot, 'planes' | 'keys' | 'words'> {
  const { planes } = engine;
  const indices = Array.from({ length: planes }, (_, plane) => plane);
  const keys = livingTiles(engine).filter((key) => indices.some((plane) => !isEmpty(engine.tile(key, plane))));
  const words = room(keys.length * planes * PLANE_WORDS);
  for (let i = 0; i < keys.length; i++) readTile(engine, keys[i], words, i * planes * PLANE_WORDS);
  return { planes, keys, words };
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
