/** All planes of a tile, into an engine and out of it. */
import type { Engine, TileView } from './engine.js';
import { PLANE_WORDS } from './layout.js';

/** The planes of a tile, to be written; `touched` must follow. @throws MemoryError */
export function openPlanes(engine: Pick<Engine, 'planes' | 'open'>, key: number, views: TileView[] = []): TileView[] {
  const { planes } = engine;
  // The first call may move memory; what is looked at is what the later ones say.
  for (let plane = 1; plane < planes; plane++) engine.open(key, plane);
  for (let plane = 0; plane < planes; plane++) views[plane] = engine.open(key, plane);
  views.length = planes;
  return views;
}

/** Makes the first `rows` rows of a tile what lies at `from`: plane by plane, two words a row. @throws MemoryError */
export function writeTile(engine: Engine, key: number, words: Uint32Array, from: number, rows = 64): void {
  for (const view of openPlanes(engine, key)) {
    for (let row = 0, to = view.offset; row < rows; row++, to += view.stride) {
      view.words[to] = words[from + 2 * row];
      view.words[to + 1] = words[from + 2 * row + 1];
    }
    from += PLANE_WORDS;
  }
  engine.touched(key);
}

/** The other way. */
export function readTile(
  engine: Pick<Engine, 'planes' | 'tile'>,
  key: number,
  words: Uint32Array,
  to: number,
  rows = 64,
): void {
  for (let plane = 0; plane < engine.planes; plane++, to += PLANE_WORDS) {
    const { words: from, offset, stride } = engine.tile(key, plane);
    for (let row = 0, at = offset; row < rows; row++, at += stride) {
      words[to + 2 * row] = from[at];
      words[to + 2 * row + 1] = from[at + 1];
    }
  }
}
