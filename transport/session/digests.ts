/** Digests of a replica: each waits for a moment at which nothing is missing of what it is made of, and fetches that first. */

import type { Digest } from '../state/digest.js';
import { TILE } from '../state/tile.js';
import { clip, covers, isNone, tilesOf, tilesWithin, type WindowShape } from '../state/window.js';
import type { Rect, Rights, TileWindow } from '../wire/messages.js';
import type { Replica } from './replica.js';

/** Something was asked for that the rights of this receiver do not reach. */
export class RightsError extends Error {
  override readonly name = 'RightsError';
}

/** Why there is nothing to see where a view holds no whole tile. */
export const NO_TILE = 'there is no tile that this receiver may see; its token shows less than one';

export interface DigestsOwner {
  readonly replica: Replica;
  readonly rights: Rights | undefined;
  /** Why nothing will come any more; null where it may. */
  readonly over: string | null;
  /** Fetches these tiles, too, until the function returned is called. */
  widen(tiles: TileWindow | null): () => void;
}

export class Digests {
  #waiters: { resolve(): void; reject(error: Error): void }[] = [];

  constructor(readonly owner: DigestsOwner) {}

  /**
   * @throws RangeError for a rectangle outside the grid
   * @throws RightsError for cells that this receiver may not see
   */
  async of(rect: Rect | undefined): Promise<Digest> {
    // Few ever ask: what it takes is fetched then.
    const { checkRect, digest } = await import('../state/digest.js');
    let release: (() => void) | null = null;
    try {
      for (;;) {
        const { replica, rights, over } = this.owner;
        const { grid } = replica;
        if (grid?.whole) {
          checkRect(grid, rect);
          const tiles = rect ? clip(tilesOf(rect), grid) : null;
          if (covers(replica.window, tiles)) return digest(grid, rect);
          const allowed = tilesWithin(rights?.view, grid);
          if (!covers(allowed, tiles)) throw new RightsError(tellRights(allowed!, grid));
          release ??= this.owner.widen(tiles);
        }
        if (over !== null) throw new Error(`there is no whole picture: ${over}`);
        await new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
      }
    } finally {
      release?.();
    }
  }

  /** Something has come that may be what they wait for. */
  look(): void {
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  /** They wait in vain. */
  fail(reason: string): void {
    for (const { reject } of this.#waiters.splice(0)) reject(new Error(reason));
  }
}

function tellRights(tiles: TileWindow, grid: WindowShape): string {
  if (isNone(tiles)) return NO_TILE;
  const { x, y, width, height } = tiles;
  const right = Math.min((x + width) * TILE, grid.width) - 1;
  const bottom = Math.min((y + height) * TILE, grid.height) - 1;
  return (
    `this receiver may see the cells from ${x * TILE},${y * TILE} to ${right},${bottom} only: ` +
    'ask for a rectangle within them'
  );
}
