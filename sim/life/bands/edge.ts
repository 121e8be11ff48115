/** Rows of a world on their way from one band to another. */
import { openPlanes } from '../cells.js';
import type { Engine } from '../engine.js';
import type { Edge } from './messages.js';

/** Rows that are passed on: so many generations can be computed before those beyond them matter. */
export const EDGE_ROWS = 64;

/** The 64 rows from row `y0` on. */
export function readEdge(engine: Engine, y0: number): Edge {
  const { tilesX } = engine.layout;
  const across = 2 * tilesX;
  const edge = new Uint32Array(engine.planes * EDGE_ROWS * across);
  let any = 0;
  eachTile(engine, y0, (key, tileX, first, last, at) => {
    for (let plane = 0; plane < engine.planes; plane++) {
      const { words, offset, stride } = engine.tile(key, plane);
      for (let row = first; row <= last; row++) {
        const from = offset + row * stride;
        const to = (plane * EDGE_ROWS + at + row - first) * across + 2 * tileX;
        edge[to] = words[from];
        edge[to + 1] = words[from + 1];
        any |= words[from] | words[from + 1];
      }
    }
  });
  return any === 0 ? null : edge;
}

/** Makes the 64 rows from row `y0` on these. Only tiles that differ are written, so what rests there goes on resting. */
export function writeEdge(engine: Engine, y0: number, edge: Edge): void {
  const { planes } = engine;
  const across = 2 * engine.layout.tilesX;
  eachTile(engine, y0, (key, tileX, first, last, at) => {
    const from = (plane: number, row: number) => (plane * EDGE_ROWS + at + row - first) * across + 2 * tileX;
    const differs = (plane: number): boolean => {
      const { words, offset, stride } = engine.tile(key, plane);
      for (let row = first; row <= last; row++) {
        const i = offset + row * stride;
        const k = from(plane, row);
        if (words[i] !== (edge ? edge[k] : 0) || words[i + 1] !== (edge ? edge[k + 1] : 0)) return true;
      }
      return false;
    };
    let any = false;
    for (let plane = 0; plane < planes && !any; plane++) any = differs(plane);
    if (!any) return;
    for (const [plane, { words, offset, stride }] of openPlanes(engine, key).entries())
      for (let row = first; row <= last; row++) {
        const i = offset + row * stride;
        const k = from(plane, row);
        words[i] = edge ? edge[k] : 0;
        words[i + 1] = edge ? edge[k + 1] : 0;
      }
    engine.touched(key);
  });
}

/** Each tile that has some of these rows: which of its own they are, and which row of the 64 is the first of them. */
function eachTile(
  { layout: { tilesX } }: Engine,
  y0: number,
  see: (key: number, tileX: number, first: number, last: number, at: number) => void,
): void {
  for (let y = y0; y < y0 + EDGE_ROWS; ) {
    const tileY = y >> 6;
    const first = y & 63;
    const last = Math.min(63, first + y0 + EDGE_ROWS - 1 - y);
    for (let tileX = 0; tileX < tilesX; tileX++) see(tileY * tilesX + tileX, tileX, first, last, y - y0);
    y += last - first + 1;
  }
}
