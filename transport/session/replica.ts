/** A grid that follows one link at a time, and knows when a frame is not for it. */

import { applyTiles, fits } from '../state/apply.js';
import { Grid } from '../state/grid.js';
import { clip, common, isNone, tilesWithin } from '../state/window.js';
import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import type { GridTiles } from '../wire/grid.js';
import type { SubscribeMessage, TileWindow } from '../wire/messages.js';
import type { ReceiverEnd } from './receiver-end.js';
import type { Ground } from './subscriptions.js';

export type Taken =
  /** These tiles changed; of those found it is known only now that they are empty. */
  | { kind: 'changed'; keys: number[]; found: number[] }
  /** A new grid has taken the old one's place. */
  | { kind: 'replaced'; keys: number[] }
  /** The frame does not follow from what is held: subscribe again. */
  | { kind: 'stale' };

export class Replica {
  grid: Grid | null = null;
  /** The tiles of which it is true that the grid was whole at its `wholeVersion`; null: all. */
  window: TileWindow | null = null;

  /** @param most bytes of memory it may take, asked for with each frame */
  constructor(readonly most: () => number = () => Number.POSITIVE_INFINITY) {}

  /** What a subscription may leave out, because it is held already. */
  get resume(): SubscribeMessage['resume'] {
    const { grid, window } = this;
    if (grid === null || grid.wholeVersion < 0 || (window !== null && isNone(window))) return undefined;
    const { epoch, wholeVersion: version, version: seen } = grid;
    return { epoch, version, seen, ...(window && { window }) };
  }

  /**
   * Takes a frame that came over `end`.
   * @throws WireError if it is malformed; the replica is then as it was.
   */
  take(tiles: GridTiles, end: ReceiverEnd): Taken {
    const meta = end.meta!;
    const most = this.most();
    if (end.reset !== null) {
      if (Grid.bytesFor(meta) > most) {
        throw new WireError(
          `a world of ${meta.width}x${meta.height} takes more memory than there is for it`,
          CLOSE.tooBig.code,
        );
      }
      // Shown only once its first tiles are in: until then the old picture is better than none.
      const grid = new Grid(meta);
      grid.clear(end.reset);
      const keys = applyTiles(grid, tiles, most);
      this.grid = grid;
      end.reset = end.ground = null;
      this.#noteWhole(grid, tiles, end);
      return { kind: 'replaced', keys };
    }
    const { grid } = this;
    if (grid === null || !grid.is(meta) || !fits(grid, tiles)) return { kind: 'stale' };
    const { ground } = end;
    // Another link, or this one before, has begun from nothing, or from less, since it was told what there is.
    if (ground !== null && (ground.grid !== grid || ground.forgotten !== grid.forgotten)) return { kind: 'stale' };
    const keys = applyTiles(grid, tiles, most, () => (ground?.window ? this.#void(grid, ground) : []));
    end.ground = null;
    return { kind: 'changed', keys, found: this.#noteWhole(grid, tiles, end) };
  }

  /** Whoever is followed from now on knows of nothing but what was told to it. */
  #void(grid: Grid, { window, version }: Ground): number[] {
    this.window = window;
    grid.wholeVersion = version;
    return grid.clearOutside(window!);
  }

  /** Returns the tiles of which it is known only now that they are empty. */
  #noteWhole(grid: Grid, tiles: GridTiles, end: ReceiverEnd): number[] {
    if (!tiles.whole) return [];
    this.window = common(clip(end.window, grid), tilesWithin(end.rights?.view, grid));
    return grid.know(this.window);
  }
}
