/** Tiles of a world that is given to blocks, or copied from them, at most: 400 MiB. */
export const MOST_TILES = 2 ** 18;
