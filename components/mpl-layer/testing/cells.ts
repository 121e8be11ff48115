/** Worlds with the cells a test wants. */

import type { Stream } from '../../testing/stream.js';

export function isAlive({ world }: Stream, x: number, y: number): boolean {
  const { words } = world.tile((y >> 6) * world.tilesX + (x >> 6));
  return ((words[(y & 63) * 2 + ((x >> 5) & 1)]! >>> (x & 31)) & 1) === 1;
}

/** Sets every cell, and publishes. */
export function paint(stream: Stream, alive: (x: number, y: number) => boolean): Stream {
  const { world, source } = stream;
  for (let y = 0; y < world.height; y++) {
    for (let x = 0; x < world.width; x++) if (isAlive(stream, x, y) !== alive(x, y)) world.flip(x, y);
  }
  world.version++;
  source.publish();
  return stream;
}
