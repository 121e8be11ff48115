/**
 * Which tiles a picture needs: those in view and one ring around them, so that they are there before they are seen; or all,
 * where nearly all are in view. Small moves ask for nothing new. Pure arithmetic, no DOM.
 */

import type { TileWindow } from '../../transport/wire/messages.js';
import { isEmpty, type Size, type TileRect, tilesIn } from '../render/frame.js';

const RING = 1;
/** Tiles more than asked for now, on each side, for which nobody asks anew: a hand that trembles at the border of a tile. */
const SLACK = 1;
/** From this share of the tiles on all are asked for, until it falls below the other. */
const NEARLY_ALL = 3 / 4;
const FEW = 5 / 8;

const grown = (rect: TileRect, by: number, { width, height }: Size): TileRect => ({
  x0: Math.max(0, rect.x0 - by),
  y0: Math.max(0, rect.y0 - by),
  x1: Math.min(width, rect.x1 + by),
  y1: Math.min(height, rect.y1 + by),
});
const holds = (a: TileRect, b: TileRect): boolean => a.x0 <= b.x0 && a.y0 <= b.y0 && a.x1 >= b.x1 && a.y1 >= b.y1;

export class Viewport {
  #asked: TileRect | null = null;
  #tiles: Size = { width: 0, height: 0 };

  /** What to ask for now; null = all. */
  get window(): TileWindow | null {
    const asked = this.#asked;
    return asked && { x: asked.x0, y: asked.y0, width: asked.x1 - asked.x0, height: asked.y1 - asked.y0 };
  }

  /**
   * The picture moved. True if there is something else to ask for.
   * @param view the tiles in view; an empty one changes nothing: what is out of view may be back at any time
   * @param tiles width and height of the grid in tiles
   */
  moved(view: TileRect, tiles: Size): boolean {
    const before = this.#asked;
    const another = tiles.width !== this.#tiles.width || tiles.height !== this.#tiles.height;
    this.#tiles = tiles;
    // Where another grid is as large as it is, and what of it is in view, is not known yet.
    if (another) this.#asked = null;
    if (isEmpty(view)) return this.#asked !== before;
    const wanted = grown(view, RING, tiles);
    const share = tilesIn(wanted) / (tiles.width * tiles.height);
    if (share > NEARLY_ALL || (this.#asked === null && !another && share > FEW)) this.#asked = null;
    else if (!this.#asked || !holds(this.#asked, wanted) || !holds(grown(wanted, SLACK, tiles), this.#asked)) {
      this.#asked = wanted;
    }
    return this.#asked !== before;
  }
}
