/**
 * What a stream needs to know of a world: tiles of 64x64 cells, bit-packed.
 *
 * Any object of this shape can be streamed; `mpl-kit/sim` has some, and your own simulation can be another.
 */

/** Cells along one side of a tile. */
export const TILE = 64;
/** Unsigned 32-bit words of one packed plane of a tile (64 rows of two). */
export const TILE_WORDS = 128;

/**
 * One plane of one tile, where it lies in memory. Row `y` (0..63) is the two words at `offset + y * stride` and the one
 * after it; bit 0 of the first is the leftmost cell. `stride` is in words: 2 where tiles are packed, 4 inside an engine's
 * block of two tiles. A view is good until the next call on the object that gave it.
 */
export interface TileView {
  words: Uint32Array;
  offset: number;
  stride: number;
}

/** Tiles that can be looked at: a world, a replica, whatever a renderer may draw. */
export interface TileGrid {
  /** Cells across, 1..65536. */
  readonly width: number;
  /** Cells down, 1..65536. */
  readonly height: number;
  /** Bit-planes a cell, 1..8. Life has one. */
  readonly planes: number;
  /** Step count of what is shown: every change of content has a version of its own. */
  readonly version: number;
  /** The tile with this key (`tileY * tilesX + tileX`, `tilesX = ceil(width / 64)`). Cells outside the grid are 0. */
  tile(key: number, plane?: number): TileView;
  /** Is it known what this tile holds? Where there is no such method, it is of all tiles. */
  knows?(key: number): boolean;
}

/** A world that can be streamed. */
export interface TileProducer extends TileGrid {
  /**
   * Keys of all tiles whose content may have changed since the last call, ascending, each once. The first call names at
   * least every tile that is not empty. Naming a tile that did not change costs time, not bytes: content is compared.
   */
  changedTiles(): ArrayLike<number>;
}

/** Tiles needed to cover `cells` cells. */
export const tilesFor = (cells: number): number => Math.ceil(cells / TILE);
