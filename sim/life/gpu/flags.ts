/** What a tile's word of flags says: what of it differs from two generations ago. */
export const ANY = 1;
/** Its first row, last row, first column, last column. */
export const NORTH = 2;
export const SOUTH = 4;
export const WEST = 8;
export const EAST = 16;
export const ALL = ANY | NORTH | SOUTH | WEST | EAST;
