/** Source side: brings a replica up to its world, and finds what changed by comparing content. */

import { type Chunk, ChunkBuilder } from './chunk.js';
import type { Grid } from './grid.js';
import { TILE_WORDS, type TileProducer } from './tile.js';

const scratch = new Uint32Array(TILE_WORDS * 8);
const slots = Array.from({ length: 8 }, (_, plane) => ({ words: scratch, offset: plane * TILE_WORDS, stride: 2 }));

/** What a capture found: the keys that changed, and, if asked for, the frames for receivers in step. */
export interface Captured {
  keys: number[];
  chunks: Chunk[];
}

/**
 * Copies every changed tile of `world` into `grid`. With `encode`, also packs the changes into chunks that take a
 * receiver from the grid's last version to the world's; this is the only moment at which deltas can be had. With `all`, every
 * tile is looked at, whatever the world says has changed.
 */
export function capture(world: TileProducer, grid: Grid, encode: boolean, all = false): Captured {
  const version = world.version;
  const base = grid.version;
  const captured: Captured = { keys: [], chunks: [] };
  const deltas = slots.slice(0, grid.planes);
  let chunk: ChunkBuilder | null = null;
  const candidates = world.changedTiles();
  const count = all ? grid.tiles : candidates.length;
  for (let i = 0; i < count; i++) {
    const key = all ? i : candidates[i]!;
    if (!update(world, grid, key)) continue;
    grid.touch(key, version);
    captured.keys.push(key);
    if (!encode) continue;
    if (chunk?.full) {
      captured.chunks.push(chunk.end(false));
      chunk = null;
    }
    chunk ??= new ChunkBuilder(version, base);
    chunk.addFrom(grid, key, deltas);
  }
  if (encode) captured.chunks.push((chunk ?? new ChunkBuilder(version, base)).end(true));
  grid.reached(version, true);
  return captured;
}

/** Copies one tile; leaves the XOR of old and new in the scratch planes; says whether anything differed. */
function update(world: TileProducer, grid: Grid, key: number): boolean {
  let any = 0;
  for (let plane = 0; plane < grid.planes; plane++) {
    const from = world.tile(key, plane);
    const old = grid.tile(key, plane);
    let at = plane * TILE_WORDS;
    for (let row = 0, i = from.offset, j = old.offset; row < 64; row++, i += from.stride, j += 2, at += 2) {
      any |= scratch[at] = from.words[i]! ^ old.words[j]!;
      any |= scratch[at + 1] = from.words[i + 1]! ^ old.words[j + 1]!;
    }
  }
  if (any === 0) return false;
  const { words, offset } = grid.writable(key);
  for (let i = 0; i < TILE_WORDS * grid.planes; i++) words[offset + i] = words[offset + i]! ^ scratch[i]!;
  return true;
}
